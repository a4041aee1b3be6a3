"""A seventh set of leaks: parts of files that no program shows, spellings of numbers and days, listings of persons, and statistics that tell too much."""
import base64
import gzip
import json
import math
import pickle
import zlib

from . import cast as c
from . import registry

f, v = c.f, c.v
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def part(path, text):
    return [(path, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)]


def word(raw="", extra=(), lines=("結果の概要", "対照群 412 人、治療群 413 人")):
    return f.docx(list(lines), raw=raw, extra=extra)


def run(text, properties):
    return f.paragraph(text, properties)


OFFICE = {
    "xlsx_threaded_comment": lambda r: ("table1.xlsx", c.safe_xlsx(part("xl/threadedComments/threadedComment1.xml", '<ThreadedComments xmlns="x"><threadedComment ref="B2" id="{1}"><text>%s</text></threadedComment></ThreadedComments>' % c.sentence(r)))),
    "xlsx_very_hidden_rows": lambda r: ("集計.xlsx", c.safe_xlsx(sheets=[("_tmp", "veryHidden", [c.HEAD] + c.rows(r))])),
    "xlsx_header_footer": lambda r: ("t.xlsx", f.zipped(relabelled(c.safe_xlsx(), "xl/worksheets/sheet1.xml", "</sheetData>", "</sheetData><headerFooter><oddHeader>&amp;C%s</oddHeader></headerFooter>" % c.sentence(r)))),
    "xlsx_validation_list": lambda r: ("t.xlsx", f.zipped(relabelled(c.safe_xlsx(), "xl/worksheets/sheet1.xml", "</sheetData>", '</sheetData><dataValidations count="1"><dataValidation type="list" sqref="A9"><formula1>"%s"</formula1></dataValidation></dataValidations>' % ",".join(c.name(r) for _ in range(6))))),
    "xlsx_defined_name": lambda r: ("t.xlsx", f.zipped(relabelled(c.safe_xlsx(), "xl/workbook.xml", "</sheets>", '</sheets><definedNames><definedName name="pt">"%s %s"</definedName></definedNames>' % (c.name(r), v.my_number(r))))),
    "xlsx_number_format_text": lambda r: ("t.xlsx", c.safe_xlsx(styles='<?xml version="1.0"?><styleSheet xmlns="%s"><numFmts count="1"><numFmt numFmtId="170" formatCode="0&quot; %s&quot;"/></numFmts></styleSheet>' % (S, c.sentence(r)))),
    "xlsx_formula_with_names": lambda r: ("t.xlsx", f.zipped(relabelled(c.safe_xlsx(), "xl/worksheets/sheet1.xml", "</sheetData>", '<row r="9"><c r="A9"><f>IF(B2="%s様",1,0)</f><v>0</v></c></row></sheetData>' % c.name(r)))),
    "xlsx_connection_query": lambda r: ("t.xlsx", c.safe_xlsx(part("xl/connections.xml", '<connections xmlns="%s"><connection id="1" name="DWH" type="1"><dbPr connection="DSN=DWH" command="SELECT * FROM PT WHERE PT_ID IN (\'%s\',\'%s\')"/></connection></connections>' % (S, c.digits(r, 8), c.digits(r, 8))))),
    "xlsx_chart_cache_of_persons": lambda r: ("fig.xlsx", c.safe_xlsx(part("xl/charts/chart1.xml", '<c:chartSpace xmlns:c="c"><c:scatterChart><c:ser><c:xVal><c:numCache><c:ptCount val="80"/>%s</c:numCache></c:xVal></c:ser></c:scatterChart></c:chartSpace>' % "".join('<c:pt idx="%d"><c:v>%.2f</c:v></c:pt>' % (i, r.gauss(60, 12)) for i in range(80))))),
    "xlsx_text_box": lambda r: ("t.xlsx", c.safe_xlsx(part("xl/drawings/drawing1.xml", '<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><xdr:sp><xdr:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>' % c.sentence(r)))),
    "xlsx_zero_width_column": lambda r: ("t.xlsx", c.safe_xlsx(sheets=[("明細", "", [["id", "群"]] + [[c.name(r), "A"] for _ in range(20)])], columns='<cols><col min="1" max="1" width="0" customWidth="1"/></cols>')),
    "xlsx_phonetic_reading": lambda r: ("t.xlsx", f.zipped(relabelled(c.safe_xlsx(), "xl/sharedStrings.xml", "</sst>", '<si><t>症例</t><rPh sb="0" eb="2"><t>%s</t></rPh></si></sst>' % c.name(r, c.KANA)))),
    "xlsx_custom_property": lambda r: ("t.xlsx", c.safe_xlsx(part("docProps/custom.xml", '<Properties xmlns="p" xmlns:vt="vt"><property name="PatientID"><vt:lpwstr>%s</vt:lpwstr></property></Properties>' % c.digits(r, 10)))),
    "xlsx_sheet_named_after_patient": lambda r: ("t.xlsx", f.xlsx([("%s様" % c.name(r, gap=""), "", c.summary())])),
    "xlsx_rows_in_second_block": lambda r: ("t.xlsx", f.xlsx([("結果", "", c.summary() + [[]] * 30 + [c.HEAD_JA] + c.rows(r, 25))])),
    "docx_deleted_revision": lambda r: ("report.docx", word('<w:p><w:del w:id="1" w:author="a" w:date="2024-02-01T00:00:00Z"><w:r><w:delText>%s</w:delText></w:r></w:del></w:p>' % c.sentence(r))),
    "docx_footnote": lambda r: ("report.docx", word(extra=part("word/footnotes.xml", '<w:footnotes xmlns:w="w"><w:footnote w:id="2">%s</w:footnote></w:footnotes>' % f.paragraph(c.sentence(r))))),
    "docx_document_variables": lambda r: ("report.docx", word(extra=part("word/settings.xml", '<w:settings xmlns:w="w"><w:docVars><w:docVar w:name="pt" w:val="%s"/></w:docVars></w:settings>' % c.sentence(r)))),
    "docx_vanish": lambda r: ("report.docx", word(run(c.sentence(r), "<w:vanish/>"))),
    "docx_custom_xml_rows": lambda r: ("report.docx", word(extra=part("customXml/item1.xml", "<rows>%s</rows>" % "".join("<r>%s</r>" % "".join("<v>%s</v>" % i for i in row) for row in c.rows(r, 20))))),
    "docx_field_code": lambda r: ("report.docx", word('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MERGEFIELD "%s" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>' % c.sentence(r))),
    "docx_alternative_text": lambda r: ("report.docx", word('<w:p><w:r><w:drawing><wp:docPr xmlns:wp="wp" id="1" name="図1" descr="%s"/></w:drawing></w:r></w:p>' % c.sentence(r))),
    "docx_bookmark": lambda r: ("report.docx", word('<w:p><w:bookmarkStart w:id="0" w:name="患者番号_%s"/><w:bookmarkEnd w:id="0"/></w:p>' % c.digits(r, 8))),
    "docx_embedded_workbook": lambda r: ("report.docx", word(extra=[("word/embeddings/Microsoft_Excel_Sheet1.xlsx", f.xlsx([("data", "", [c.HEAD] + c.rows(r))]))])),
    "docx_header_name": lambda r: ("report.docx", word(extra=part("word/header1.xml", '<w:hdr xmlns:w="w">%s</w:hdr>' % f.paragraph(c.sentence(r))))),
    "docx_table_of_few": lambda r: ("report.docx", word(f.word_table([["病期", "死亡", "生存"], ["I", 3, 211], ["II", r.randrange(1, 9), 180], ["III", 40, 97]]))),
    "docx_split_runs_name": lambda r: ("report.docx", word("<w:p>%s</w:p>" % "".join("<w:r><w:t>%s</w:t></w:r>" % ch for ch in "患者氏名：" + c.name(r)))),
    "pptx_notes": lambda r: ("slides.pptx", f.pptx([["結果", "対照 412 人"]], extra=part("ppt/notesSlides/notesSlide1.xml", '<p:notes xmlns:p="p" xmlns:a="a"><a:t>%s</a:t></p:notes>' % c.sentence(r)))),
    "pptx_chart_workbook": lambda r: ("slides.pptx", f.pptx([["図1"]], extra=[("ppt/embeddings/Workbook1.xlsx", f.xlsx([("Sheet1", "", [c.HEAD] + c.rows(r))]))])),
    "pptx_tags": lambda r: ("slides.pptx", f.pptx([["図1"]], extra=part("ppt/tags/tag1.xml", '<p:tagLst xmlns:p="p"><p:tag name="PT" val="%s"/></p:tagLst>' % c.sentence(r)))),
    "pptx_hidden_slide_case": lambda r: ("slides.pptx", f.pptx([["まとめ"], [c.sentence(r)]], hidden=(2,))),
}


def relabelled(archive, path, old, new):
    """The entries of a zip file with one text of one part replaced."""
    with c.zipfile.ZipFile(c.io.BytesIO(archive)) as opened:
        return [(n, opened.read(n).replace(old.encode(), new.encode()) if n == path else opened.read(n)) for n in opened.namelist()]


PDF = {
    "pdf_xmp": lambda r: ("fig.pdf", f.pdf(c.page(), objects=[f.pdf_stream(b"/Type /Metadata /Subtype /XML", ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:description>%s</dc:description></x:xmpmeta>' % c.sentence(r)).encode())], catalogue=b"/Metadata 7 0 R")),
    "pdf_outline": lambda r: ("fig.pdf", f.pdf(c.page(), objects=[b"<< /Type /Outlines /First 8 0 R /Last 8 0 R /Count 1 >>", b"<< /Title " + c.utf16(c.sentence(r)) + b" /Parent 7 0 R >>"], catalogue=b"/Outlines 7 0 R")),
    "pdf_link_with_patient": lambda r: ("fig.pdf", f.pdf(c.page(), objects=[b"<< /Type /Annot /Subtype /Link /Rect [50 50 90 90] /A << /S /URI /URI (https://his.example/patient?patient_id=%s&name=%s) >> >>" % (c.digits(r, 8).encode(), c.name(r, c.ROMAN, "+").encode())], page=b"/Annots [7 0 R]")),
    "pdf_actual_text": lambda r: ("fig.pdf", f.pdf(b"/Span << /ActualText " + c.utf16(c.sentence(r)) + b" >> BDC " + c.page() + b" EMC")),
    "pdf_sticky_note": lambda r: ("fig.pdf", f.pdf(c.page(), objects=[b"<< /Type /Annot /Subtype /Text /Rect [50 50 60 60] /Contents " + c.utf16(c.sentence(r)) + b" >>"], page=b"/Annots [7 0 R]")),
    "pdf_attached_csv": lambda r: ("fig.pdf", f.pdf(c.page(), objects=[f.pdf_stream(b"/Type /EmbeddedFile", c.csv([c.HEAD] + c.rows(r)).encode()), b"<< /Type /Filespec /F (d.csv) /EF << /F 7 0 R >> >>"], catalogue=b"/Names << /EmbeddedFiles << /Names [(d.csv) 8 0 R] >> >>")),
    "pdf_object_stream_text": lambda r: ("fig.pdf", c.object_stream_pdf(c.page(), b"<< /Note " + c.utf16(c.sentence(r)) + b" >>")),
    "pdf_object_stream_page": lambda r: ("fig.pdf", c.object_stream_pdf(c.page("Table 1", c.roman_sentence(r)), b"<< /A 1 >>")),
    "pdf_comment_bytes": lambda r: ("fig.pdf", f.pdf(c.page()).replace(b"%%EOF", b"%% " + c.roman_sentence(r).encode() + b"\n%%EOF")),
    "pdf_invisible_text": lambda r: ("fig.pdf", f.pdf(f.pdf_text(["Table 1"]) + f.pdf_text([c.roman_sentence(r)], before=b"3 Tr "))),
    "pdf_kerned_letters": lambda r: ("fig.pdf", f.pdf(b"BT /F1 12 Tf 50 700 Td [" + b"".join(b"(%s) -20 " % ch.encode() for ch in c.roman_sentence(r)) + b"] TJ ET")),
    "pdf_table_of_few": lambda r: ("tab.pdf", f.pdf(c.page("Stage   Dead   Alive   Total", "I   %d   205   %d" % (3, 208), "II   12   190   202", "III   40   97   137"))),
    "pdf_listing_of_rows": lambda r: ("list.pdf", f.pdf(c.page(*["  ".join(map(str, row)) for row in [c.HEAD] + c.rows(r, 40)]))),
}

PICTURES = {
    "png_itxt_compressed": lambda r: ("fig.png", c.png_text(b"iTXt", b"Comment\0\1\0ja\0\0" + zlib.compress(c.sentence(r).encode()))),
    "png_ztxt": lambda r: ("fig.png", c.png_text(b"zTXt", b"Description\0\0" + zlib.compress(c.roman_sentence(r).encode()))),
    "png_exif": lambda r: ("fig.png", c.png_text(b"eXIf", c.tiff(c.roman_sentence(r)))),
    "png_private_chunk": lambda r: ("fig.png", c.png_text(b"ruSr", zlib.compress(c.csv(c.rows(r, 60)).encode()))),
    "png_appended_zip": lambda r: ("fig.png", f.png(f.bars(r), tail=f.zipped([("a.csv", c.csv([c.HEAD] + c.rows(r)))]))),
    "png_low_bits": lambda r: ("fig.png", f.png(lambda i, j: (200 if j > 50 else 90) & 0xFE | r.getrandbits(1))),
    "jpeg_comment": lambda r: ("photo.jpg", f.jpeg([(0xFE, c.sentence(r).encode())])),
    "jpeg_exif_description": lambda r: ("photo.jpg", f.jpeg([(0xE1, b"Exif\0\0" + c.tiff(c.roman_sentence(r)))])),
    "jpeg_iptc": lambda r: ("photo.jpg", f.jpeg([(0xED, b"Photoshop 3.0\0" b"8BIM\x04\x04\0\0" + c.struct.pack(">I", 5 + len(c_ := c.roman_sentence(r).encode())) + b"\x1c\x02\x78" + c.struct.pack(">H", len(c_)) + c_)])),
    "jpeg_xmp_packet": lambda r: ("photo.jpg", f.jpeg([(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ("<x:xmpmeta><dc:title>%s</dc:title></x:xmpmeta>" % c.sentence(r)).encode())])),
    "svg_title_per_point": lambda r: ("fig.svg", f.svg("".join('<rect x="%d" y="9" width="9" height="9"><title>%s</title></rect>' % (i * 12, c.sentence(r)) for i in range(5)))),
    "svg_scatter_circles": lambda r: ("fig.svg", f.svg(c.paint([r.gauss(200, 50) for _ in range(200)], [r.gauss(150, 40) for _ in range(200)]))),
    "svg_metadata": lambda r: ("fig.svg", f.svg('<rect width="5" height="9"/>', "<metadata><rdf>%s</rdf></metadata>" % c.sentence(r))),
    "svg_tick_path_of_persons": lambda r: ("km.svg", f.svg('<path d="%s"/>' % c.paint([r.gauss(200, 50) for _ in range(150)], [r.gauss(150, 40) for _ in range(150)], "path"))),
    "svg_comment_rows": lambda r: ("fig.svg", f.svg('<rect width="5" height="9"/>', "<!-- %s -->" % c.csv([c.HEAD] + c.rows(r, 20)))),
    "svg_split_letters": lambda r: ("fig.svg", f.svg("<text>%s</text>" % "".join("<tspan>%s</tspan>" % ch for ch in "患者 " + c.name(r) + "様"))),
}

PAGES = {
    "html_comment_rows": lambda r: ("r.html", f.html("<p>結果</p><!--\n%s-->" % c.csv([c.HEAD] + c.rows(r, 20)))),
    "html_data_attributes": lambda r: ("r.html", f.html("".join('<i data-age="%s" data-sex="%s" data-hba1c="%s"></i>' % (w[0], w[1], w[4]) for w in c.rows(r, 40)))),
    "html_plotly_points": lambda r: ("r.html", f.html('<div id="p"></div><script type="application/json">%s</script>' % json.dumps({"data": [{"type": "scatter", "mode": "markers", "x": [round(r.gauss(60, 12), 1) for _ in range(120)], "y": [round(r.gauss(7, 1), 2) for _ in range(120)]}]}))),
    "html_hidden_input": lambda r: ("r.html", f.html('<p>結果</p><input type="hidden" value="%s">' % c.sentence(r))),
    "html_template": lambda r: ("r.html", f.html("<p>結果</p><template><p>%s</p></template>" % c.sentence(r))),
    "html_css_content": lambda r: ("r.html", f.html("<p>結果</p>", '<style>p::after{content:"%s"}</style>' % c.sentence(r))),
    "html_meta_description": lambda r: ("r.html", f.html("<p>結果</p>", '<meta name="description" content="%s">' % c.sentence(r))),
    "html_entities_name": lambda r: ("r.html", f.html("<p>%s</p>" % "".join("&#x%x;" % ord(ch) for ch in "氏名：" + c.name(r)))),
    "html_table_of_few": lambda r: ("r.html", f.html(f.html_table([["合併症", "n", "%"], ["肺炎", 88, "21.4"], ["敗血症", r.randrange(1, 9), "0.9"], ["なし", 320, "77.7"]]))),
    "notebook_head": lambda r: ("a.ipynb", c.cell("df.head(10)", c.shown(**{"text/plain": f.printed([c.HEAD] + c.rows(r, 10)).splitlines(True)}))),
    "notebook_traceback_with_row": lambda r: ("a.ipynb", c.cell("fit(df)", {"output_type": "error", "ename": "ValueError", "evalue": "bad row", "traceback": ["ValueError: %s" % c.sentence(r)]})),
    "notebook_picture_text": lambda r: ("a.ipynb", c.cell("plot()", c.shown(**{"image/png": base64.b64encode(c.png_text(b"tEXt", b"Title\0" + c.roman_sentence(r).encode())).decode()}))),
    "notebook_widget_state": lambda r: ("a.ipynb", f.notebook(["1"], metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"state": {"options": [c.name(r) for _ in range(8)]}}}}}})),
    "notebook_parameters": lambda r: ("a.ipynb", f.notebook(["1"], metadata={"papermill": {"parameters": {"patient_ids": [c.digits(r, 8) for _ in range(20)]}}})),
}

MODELS = {
    "pickle_of_rows": lambda r: ("model.pkl", pickle.dumps({"X": c.rows(r)})),
    "rds_gzip": lambda r: ("fit.rds", gzip.compress(b"X\n\0\0\0\3\0\4\2\1\0\3\5\0" + repr(c.rows(r)).encode(), mtime=0)),
    "json_support_vectors": lambda r: ("svm.json", json.dumps({"kernel": "rbf", "C": 1.0, "support_vectors": [[round(r.gauss(0, 1), 4) for _ in range(6)] for _ in range(50)]})),
    "xgboost_dump_small_leaves": lambda r: ("booster.txt", "booster[0]:\n0:[age<63] yes=1,no=2,missing=1,gain=81.2,cover=300\n\t1:leaf=0.12,cover=%d\n\t2:leaf=-0.08,cover=%d\n" % (r.randrange(1, 8), 295)),
    "rpart_small_leaf": lambda r: ("tree.txt", "n= 412 \n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 412 88 alive (0.79 0.21)\n  2) age< 74.5 406 82 alive (0.80 0.20) *\n  3) age>=74.5 %d 1 dead (0.17 0.83) *\n" % r.randrange(2, 9)),
    "pmml_training_instances": lambda r: ("knn.pmml.xml", "<PMML><NearestNeighborModel><TrainingInstances><InlineTable>%s</InlineTable></TrainingInstances></NearestNeighborModel></PMML>" % "".join("<row><age>%s</age><sex>%s</sex><hba1c>%s</hba1c></row>" % (w[0], w[1], w[4]) for w in c.rows(r))),
    "glm_json_with_residuals": lambda r: ("glm.json", json.dumps({"coefficients": {"age": .03, "sex": -.2}, "df_residual": 92, "residuals": [round(r.gauss(0, 1), 5) for _ in range(95)]})),
    "npz_matrix": lambda r: ("w.npz", f.zipped([("X.npy", b"\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (40, 3), }" + b" " * 50 + b"\n" + c.struct.pack("<120d", *[r.gauss(60, 12) for _ in range(120)]))])),
    "parquet_file": lambda r: ("d.parquet", b"PAR1" + repr(c.rows(r)).encode() + b"\x10\0\0\0PAR1"),
    "sqlite_file": lambda r: ("d.db", b"SQLite format 3\0" + b"\x10\0\1\1\0\x40\x20\x20" + repr(c.rows(r)).encode()),
    "random_effects_by_hospital_of_one": lambda r: ("ranef.csv", c.csv([["hospital", "n_patients", "intercept"]] + [["H%02d" % i, r.randrange(1, 9) if i % 3 == 0 else r.randrange(30, 300), round(r.gauss(0, .3), 3)] for i in range(12)])),
}

LOGS = {
    "log_sas_proc_print": lambda r: ("a.lst", "                         The SAS System\n\n Obs  age  sex  ht     wt    hba1c  admit       outcome\n\n" + "".join("%4d  %s\n" % (i, "   ".join(map(str, w))) for i, w in enumerate(c.rows(r, 30), 1))),
    "log_debug_patients": lambda r: ("etl.log", "".join("2024-03-01 10:%02d:%02d DEBUG loader: merged patient_id=%s visits=%d\n" % (i, i, c.digits(r, 8), r.randrange(1, 20)) for i in range(30))),
    "log_psql": lambda r: ("q.txt", " age | sex | hba1c | outcome \n-----+-----+-------+---------\n" + "".join("  %s | %s   |   %s | %s\n" % (w[0], w[1], w[4], w[6]) for w in c.rows(r, 30)) + "(30 rows)\n"),
    "log_glimpse": lambda r: ("g.txt", "Rows: 812\nColumns: 3\n$ age   <dbl> %s, …\n$ sex   <chr> %s, …\n$ hba1c <dbl> %s, …\n" % tuple(", ".join(str(w[k]) for w in c.rows(r, 12)) for k in (0, 1, 4))),
    "log_error_name": lambda r: ("run.log", "INFO start\nERROR line 88: cannot parse '%s'\nINFO end\n" % c.sentence(r)),
    "log_r_print_tibble": lambda r: ("t.txt", "# A tibble: 812 × 4\n     age sex   hba1c outcome \n   <dbl> <chr> <dbl> <chr>   \n" + "".join("%2d    %s %s       %s %s\n" % (i, w[0], w[1], w[4], w[6]) for i, w in enumerate(c.rows(r, 10), 1)) + "# ℹ 802 more rows\n"),
}

PACKED = {
    "zip_comment": lambda r: ("o.zip", f.zipped([("t.csv", c.csv(c.summary()))], comment=c.sentence(r).encode())),
    "zip_entry_name": lambda r: ("o.zip", f.zipped([("%s様_結果.csv" % c.name(r, gap=""), c.csv(c.summary()))])),
    "zip_in_zip": lambda r: ("o.zip", f.zipped([("inner.zip", f.zipped([("d.csv", c.csv([c.HEAD] + c.rows(r)))]))])),
    "gzip_file_name": lambda r: ("o.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + ("患者%s_%s.csv" % (c.digits(r, 8), c.name(r, gap=""))).encode() + b"\0" + gzip.compress(c.csv(c.summary()).encode(), mtime=0)[10:]),
    "tar_rows": lambda r: ("o.tar.gz", f.tarred([("t.csv", c.csv(c.summary())), ("raw.csv", c.csv([c.HEAD] + c.rows(r)))])),
    "zip_behind_csv": lambda r: ("t.csv", c.csv(c.summary()).encode() + f.zipped([("d.csv", c.csv(c.rows(r)))])),
    "xlsx_in_zip_hidden_sheet": lambda r: ("o.zip", f.zipped([("t.xlsx", c.safe_xlsx(sheets=[("raw", "hidden", [c.HEAD] + c.rows(r))]))])),
    "csv_called_png": lambda r: ("fig.png", c.csv([c.HEAD] + c.rows(r))),
}

CODED = {
    "base64_of_gzip_in_markdown": lambda r: ("notes.md", "# 結果\n\n```\n%s\n```\n" % base64.b64encode(gzip.compress(c.csv(c.rows(r)).encode(), mtime=0)).decode()),
    "hexadecimal_in_json": lambda r: ("p.json", json.dumps({"model": "cox", "seed": 1, "blob": c.csv(c.rows(r, 8)).encode().hex()})),
    "utf16_names": lambda r: ("l.csv", "\ufeff".encode("utf-16-le") + c.csv([["氏名", "群"]] + [[c.name(r), "A"] for _ in range(15)]).encode("utf-16-le")),
    "cp932_names": lambda r: ("l.csv", c.csv([["患者氏名", "結果"]] + [[c.name(r), "陽性"] for _ in range(15)]).encode("cp932")),
    "json_escapes": lambda r: ("p.json", json.dumps({"note": c.sentence(r)})),
    "percent_escapes": lambda r: ("u.txt", "see /p?n=" + "".join("%%%02X" % b for b in c.sentence(r).encode()) + "\n"),
    "zero_width_bits": lambda r: ("r.md", "# 結果\n対照群と治療群に差は" + "".join("\u200b\u200c"[int(b)] for ch in c.name(r).encode() for b in format(ch, "08b")) + "みられなかった。\n"),
    "trailing_blanks_bits": lambda r: ("r.txt", "".join("line %d of the report%s\n" % (i, "".join(r.choice(" \t") for _ in range(12))) for i in range(40))),
    "base32_rows": lambda r: ("k.txt", "key: " + base64.b32encode(c.csv(c.rows(r, 10)).encode()).decode() + "\n"),
    "ascii85_rows": lambda r: ("k.txt", "data <~" + base64.a85encode(zlib.compress(c.csv(c.rows(r, 30)).encode())).decode() + "~>\n"),
    "low_digits_of_coefficients": lambda r: ("coef.csv", c.csv([["term", "estimate", "se"]] + [["x%d" % i, "%.15f" % r.gauss(0, 1), "%.15f" % abs(r.gauss(.2, .03))] for i in range(30)])),
}

NUMBERS = {
    "my_number_full_width_spaced": lambda r: ("m.txt", "申請者　個人番号　%s\n" % v.wide(c.grouped(v.my_number(r), 4, "　"))),
    "my_number_in_kanji": lambda r: ("m.txt", "個人番号は%sです。\n" % c.mapped(v.my_number(r), "〇一二三四五六七八九")),
    "my_number_circled": lambda r: ("m.txt", "番号 %s\n" % c.mapped(v.my_number(r), "⓪①②③④⑤⑥⑦⑧⑨")),
    "my_number_dots": lambda r: ("m.csv", c.csv([["no", "値"]] + [[i, c.grouped(v.my_number(r), 4, ".")] for i in range(5)])),
    "my_number_three_columns": lambda r: ("m.csv", c.csv([["n1", "n2", "n3"]] + [[n[:4], n[4:8], n[8:]] for n in (v.my_number(r) for _ in range(12))])),
    "insurer_full_width": lambda r: ("i.txt", "保険者番号：%s\n" % v.wide(v.insurer(r))),
    "institution_in_sentence": lambda r: ("i.txt", "本症例は医療機関コード%sより紹介された。\n" % c.grouped(v.institution(r), 2, "-")),
    "license_number": lambda r: ("i.txt", "運転免許証番号 第%s号 %s\n" % (c.digits(r, 12), c.name(r))),
    "birth_all_kanji": lambda r: ("b.txt", "生年月日：昭和%s年%s月%s日\n" % (c.in_kanji(r.randrange(5, 60)), c.in_kanji(r.randrange(1, 13)), c.in_kanji(r.randrange(1, 29)))),
    "birth_era_code_column": lambda r: ("b.csv", c.csv([["no", "生年月日", "検査値"]] + [[i, "3%02d%02d%02d" % (r.randrange(5, 60), r.randrange(1, 13), r.randrange(1, 29)), round(r.gauss(7, 1), 1)] for i in range(20)])),
    "birth_letter_hyphen": lambda r: ("b.txt", "DOB S%02d-%02d-%02d の方\n" % (r.randrange(5, 60), r.randrange(1, 13), r.randrange(1, 29))),
    "birth_first_year": lambda r: ("b.txt", "平成元年%d月%d日生まれの男性患者。\n" % (r.randrange(2, 13), r.randrange(1, 28))),
    "name_in_hiragana": lambda r: ("n.txt", "よみがな：%s\n" % c.name(r, c.HIRA)),
    "name_list_roman": lambda r: ("n.csv", c.csv([["patient", "arm"]] + [[c.name(r, c.ROMAN), r.choice("AB")] for _ in range(15)])),
    "address_and_name_letter": lambda r: ("n.txt", "〒%s-%s\n%s\n%s 様\n" % (c.digits(r, 3), c.digits(r, 4), c.home(r), c.name(r))),
    "phone_without_label": lambda r: ("n.txt", "折り返し %s まで。\n" % c.mobile(r).replace("-", r.choice(["", " ", "－"]))),
    "mail_written_out": lambda r: ("n.txt", "連絡は %s [at] example [dot] jp\n" % c.name(r, c.ROMAN, ".").lower()),
    "case_of_one": lambda r: ("c.txt", "症例%d：%d歳男性、%s年%d月%d日に当院へ救急搬送、同日死亡。\n" % (r.randrange(1, 9), r.randrange(81, 99), r.randrange(2018, 2024), r.randrange(1, 13), r.randrange(1, 28))),
    "initials_with_age": lambda r: ("c.txt", "%s.%s.さん（%d歳・女性）は%d月に再入院した。\n" % (r.choice("STKM"), r.choice("YHNA"), r.randrange(70, 99), r.randrange(1, 13))),
    "pseudonym_list": lambda r: ("p.csv", c.csv([["key", "group"]] + [["%032x" % r.getrandbits(128), r.choice("AB")] for _ in range(20)])),
}

LISTINGS = {
    "json_lines": lambda r: ("d.jsonl.txt", "".join(json.dumps(dict(zip(c.HEAD, w))) + "\n" for w in c.rows(r))),
    "json_columns": lambda r: ("d.json", json.dumps({h: list(col) for h, col in zip(c.HEAD, zip(*c.rows(r)))})),
    "yaml_rows": lambda r: ("d.txt", "".join("- age: %s\n  sex: %s\n  hba1c: %s\n  outcome: %s\n" % (w[0], w[1], w[4], w[6]) for w in c.rows(r, 30))),
    "sql_inserts": lambda r: ("d.sql", "".join("INSERT INTO pt VALUES (%s,'%s',%s,%s,%s,'%s','%s');\n" % tuple(w) for w in c.rows(r, 30))),
    "r_dput": lambda r: ("d.R", "d <- structure(list(%s), row.names = c(NA, -40L), class = \"data.frame\")\n" % ", ".join("%s = c(%s)" % (h, ", ".join(map(str, col))) for h, col in zip(["age", "hba1c"], zip(*[(w[0], w[4]) for w in c.rows(r)])))),
    "latex_rows": lambda r: ("t.md", "\\begin{tabular}{rlrr}\n" + "".join("%s & %s & %s & %s \\\\\n" % (w[0], w[1], w[4], w[6]) for w in c.rows(r, 30)) + "\\end{tabular}\n"),
    "persons_as_columns": lambda r: ("w.csv", c.csv([list(col) for col in zip(*([c.HEAD] + c.rows(r, 30)))])),
    "long_form": lambda r: ("l.csv", c.csv([["subject", "variable", "value"]] + [[i, h, x] for i, w in enumerate(c.rows(r, 20), 1) for h, x in zip(c.HEAD, w)])),
    "no_heading": lambda r: ("x.csv", c.csv(c.rows(r))),
    "markdown_rows": lambda r: ("x.md", "| 年齢 | 性別 | HbA1c | 転帰 |\n|---|---|---|---|\n" + "".join("| %s | %s | %s | %s |\n" % (w[0], w[1], w[4], w[6]) for w in c.rows(r, 25))),
    "swimmer_plot_data": lambda r: ("sw.csv", c.csv([["case", "start_day", "response_day", "end_day"]] + [[i, 0, r.randrange(20, 90), r.randrange(100, 900)] for i in range(1, 25)])),
    "waterfall_data": lambda r: ("wf.csv", c.csv([["rank", "best_change_percent"]] + [[i, x] for i, x in enumerate(sorted((round(r.gauss(-15, 35), 1) for _ in range(40)), reverse=True), 1)])),
}

STATISTICS = {
    "crosstab_of_few": lambda r: ("t.csv", c.csv([["stage", "male", "female"], ["I", 120, 98], ["II", 77, r.randrange(1, 9)], ["III", 43, 51]])),
    "percent_of_few": lambda r: ("t.csv", c.csv([["adverse event", "n = 212, %"], ["nausea", "24.5"], ["rash", "%.1f" % (100 * r.randrange(1, 9) / 212)], ["fatigue", "31.1"]])),
    "masked_with_total": lambda r: ("t.csv", c.csv([["area", "cases"], ["north", 210], ["south", "<10"], ["west", 94], ["total", 304 + r.randrange(1, 9)]])),
    "age_range": lambda r: ("t.csv", c.csv([["variable", "mean", "sd", "min", "max"], ["age", 63.2, 12.1, r.randrange(18, 25), r.randrange(95, 104)], ["bmi", 23.1, 3.9, 13.2, 48.8]])),
    "km_few_at_risk": lambda r: ("km.csv", c.csv([["time", "n.risk", "n.event", "survival"], [0, 120, 0, 1.0], [12, 80, 20, .82], [24, 30, 12, .61], [36, r.randrange(2, 9), 1, .55]])),
    "km_every_event": lambda r: ("km.csv", c.csv([["time", "n.risk", "n.event", "surv"]] + [[t, 200 - i, 1, round(1 - i / 200, 4)] for i, t in enumerate(sorted(r.sample(range(5, 1500), 60)))])),
    "regression_few": lambda r: ("lm.txt", "Residuals:\n    Min      1Q  Median      3Q     Max\n-2.1 -0.8 0.1 0.7 2.2\n\nCoefficients:\n            Estimate Std. Error t value Pr(>|t|)\n(Intercept)  1.20   0.41  2.93  0.03\nage  0.03  0.01  2.1  0.08\n\nResidual standard error: 1.4 on %d degrees of freedom\nMultiple R-squared:  0.61\n" % r.randrange(2, 9)),
    "perfect_fit": lambda r: ("lm.csv", c.csv([["term", "estimate", "std_error", "t"], ["age", .031, 0, "Inf"], ["sex", -.2, 0, "-Inf"]])),
    "odds_ratio_cells": lambda r: ("or.csv", c.csv([["exposure", "case", "control", "OR", "lower", "upper"], ["yes", r.randrange(2, 9), 210, 2.1, 0.8, 5.6], ["no", 4 + 60, 4000, 1, "", ""]])),
    "p99_of_few": lambda r: ("q.csv", c.csv([["variable", "n", "p50", "p99"], ["los_days", r.randrange(40, 90), 9, 88], ["cost", 60, 420000, 2210000]])),
    "mean_of_four": lambda r: ("m.csv", c.csv([["drug", "n", "mean_days", "sd"], ["A", 220, 12.1, 3.3], ["B", r.randrange(2, 9), 31.5, 2.0]])),
    "one_hospital": lambda r: ("h.csv", c.csv([["region", "hospitals", "patients", "mean_cost"], ["east", 14, 812, 31200], ["west", r.randrange(1, 3), 77, 45100]])),
    "whole_group_has_it": lambda r: ("g.csv", c.csv([["ward", "HIV positive", "HIV negative"], ["A", 14, 0], ["B", 12, 220]])),
    "residual_list": lambda r: ("res.csv", c.csv([["fitted", "residual"]] + [["%.4f" % r.gauss(7, .5), "%.4f" % r.gauss(0, 1)] for _ in range(80)])),
    "roc_points_of_persons": lambda r: ("roc.csv", c.csv([["threshold", "tpr", "fpr"]] + [["%.4f" % (1 - i / 60), "%.4f" % math.sqrt(i / 60), "%.4f" % (i / 60)] for i in range(61)])),
    "box_outliers": lambda r: ("box.json", json.dumps({"group": "A", "n": 120, "q1": 4.1, "median": 6.0, "q3": 8.2, "outliers": [round(r.uniform(15, 30), 1) for _ in range(4)]})),
    "map_of_few": lambda r: ("map.csv", c.csv([["市区町村", "患者数"]] + [[t, r.randrange(1, 9) if i % 2 else r.randrange(30, 300)] for i, t in enumerate(["浜松市", "磐田市", "掛川市", "袋井市", "湖西市", "森町"])])),
    "confusion_matrix_of_few": lambda r: ("cm.json", json.dumps({"confusion_matrix": [[188, r.randrange(1, 9)], [7, 96]], "labels": ["alive", "dead"]})),
    "forest_subgroup_of_few": lambda r: ("forest.csv", c.csv([["subgroup", "n", "HR", "lower", "upper"], ["all", 812, .81, .7, .94], ["age>=90", r.randrange(2, 9), .5, .1, 2.4]])),
    "prose_of_few": lambda r: ("r.md", "## 結果\n有害事象のうち%d例が死亡し、残り%d例は回復した。\n" % (r.randrange(1, 9), 120)),
}

leak, _ = registry.named("seventh_")
for table in (OFFICE, PDF, PICTURES, PAGES, MODELS, LOGS, PACKED, CODED, NUMBERS, LISTINGS, STATISTICS):
    registry.enter(leak, table)
