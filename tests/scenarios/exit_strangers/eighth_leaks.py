"""An eighth set of leaks, written together with the seventh: further parts of files, exchange formats, numbers people write by hand, statistics by their words."""
import base64
import binascii
import gzip
import json
import quopri
import zlib


from . import cast as c
from . import registry

f, v = c.f, c.v


def part(path, text):
    return [(path, '<?xml version="1.0" encoding="UTF-8"?>' + text)]


def prefixed_sheet(rows):
    """Some programs write every element with a prefix."""
    body = "".join("<x:row>%s</x:row>" % "".join('<x:c t="str"><x:v>%s</x:v></x:c>' % c.x(w) for w in row) for row in rows)
    return '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>%s</x:sheetData></x:worksheet>' % body


def replaced(archive, path, content):
    with c.zipfile.ZipFile(c.io.BytesIO(archive)) as opened:
        return f.zipped([(n, content if n == path else opened.read(n)) for n in opened.namelist()])


def docx(raw="", extra=()):
    return f.docx(["報告書", "結果は表のとおりである。"], raw=raw, extra=extra)


OFFICE = {
    "xlsx_prefixed_rows": lambda r: ("d.xlsx", replaced(c.safe_xlsx(), "xl/worksheets/sheet1.xml", prefixed_sheet([c.HEAD] + c.rows(r)))),
    "xlsx_pivot_records": lambda r: ("d.xlsx", c.safe_xlsx(part("xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords>%s</pivotCacheRecords>" % "".join("<r>%s</r>" % "".join('<s v="%s"/>' % w for w in row) for row in c.rows(r))))),
    "xlsx_external_link_values": lambda r: ("d.xlsx", c.safe_xlsx(part("xl/externalLinks/externalLink1.xml", "<externalLink><externalBook><sheetDataSet><sheetData>%s</sheetData></sheetDataSet></externalBook></externalLink>" % "".join('<row><cell r="A1"><v>%s</v></cell></row>' % c.name(r) for _ in range(9))))),
    "xlsx_legacy_comment": lambda r: ("d.xlsx", c.safe_xlsx(part("xl/comments1.xml", "<comments><authors><author>%s</author></authors><commentList><comment ref=\"A1\"><text><r><t>%s</t></r></text></comment></commentList></comments>" % (c.name(r), c.sentence(r))))),
    "xlsx_scenario": lambda r: ("d.xlsx", replaced(c.safe_xlsx(), "xl/worksheets/sheet1.xml", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><scenarios><scenario name="%s" comment="%s"/></scenarios></worksheet>' % (c.name(r), c.sentence(r)))),
    "xlsx_table_column_names": lambda r: ("d.xlsx", c.safe_xlsx(part("xl/tables/table1.xml", '<table name="T"><tableColumns>%s</tableColumns></table>' % "".join('<tableColumn id="%d" name="%s様"/>' % (i, c.name(r)) for i in range(6))))),
    "xlsx_slicer_cache": lambda r: ("d.xlsx", c.safe_xlsx(part("xl/slicerCaches/slicerCache1.xml", "<slicerCacheDefinition><items>%s</items></slicerCacheDefinition>" % "".join('<i n="患者番号%s"/>' % c.digits(r, 8) for _ in range(12))))),
    "xlsx_header_picture_exif": lambda r: ("d.xlsx", c.safe_xlsx([("xl/media/image1.jpeg", f.jpeg([(0xE1, b"Exif\0\0" + c.tiff(c.roman_sentence(r)))]))])),
    "xlsx_ole_object": lambda r: ("d.xlsx", c.safe_xlsx([("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + c.csv(c.rows(r)).encode("utf-16-le"))])),
    "xlsx_few_by_ward": lambda r: ("d.xlsx", f.xlsx([("病棟別", "", [["病棟", "患者数"], ["A", 88], ["B", r.randrange(1, 9)], ["C", 102]])])),
    "docx_comment_people": lambda r: ("d.docx", docx(extra=part("word/comments.xml", '<w:comments xmlns:w="w"><w:comment w:id="1" w:author="x">%s</w:comment></w:comments>' % f.paragraph(c.sentence(r))))),
    "docx_endnote": lambda r: ("d.docx", docx(extra=part("word/endnotes.xml", '<w:endnotes xmlns:w="w"><w:endnote w:id="2">%s</w:endnote></w:endnotes>' % f.paragraph(c.sentence(r))))),
    "docx_text_box": lambda r: ("d.docx", docx('<w:p><w:r><mc:AlternateContent xmlns:mc="mc"><mc:Fallback><w:pict><v:textbox xmlns:v="v"><w:txbxContent>%s</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>' % f.paragraph(c.sentence(r)))),
    "docx_content_control": lambda r: ("d.docx", docx('<w:sdt><w:sdtPr><w:alias w:val="%s"/><w:tag w:val="pt"/></w:sdtPr><w:sdtContent>%s</w:sdtContent></w:sdt>' % (c.sentence(r), f.paragraph("-")))),
    "docx_glossary": lambda r: ("d.docx", docx(extra=part("word/glossary/document.xml", '<w:glossaryDocument xmlns:w="w">%s</w:glossaryDocument>' % f.paragraph(c.sentence(r))))),
    "docx_moved_text": lambda r: ("d.docx", docx('<w:p><w:moveFrom w:id="3" w:author="a"><w:r><w:t>%s</w:t></w:r></w:moveFrom></w:p>' % c.sentence(r))),
    "docx_white_letters": lambda r: ("d.docx", docx(f.paragraph(c.sentence(r), '<w:color w:val="FFFFFF"/>'))),
    "docx_one_point": lambda r: ("d.docx", docx(f.paragraph(c.sentence(r), '<w:sz w:val="2"/>'))),
    "docx_mail_merge_source": lambda r: ("d.docx", docx(extra=part("word/settings.xml", '<w:settings xmlns:w="w"><w:mailMerge><w:query w:val="SELECT * FROM 患者 WHERE 氏名=\'%s\'"/></w:mailMerge></w:settings>' % c.name(r)))),
    "docx_chart_points": lambda r: ("d.docx", docx(extra=part("word/charts/chart1.xml", '<c:chartSpace xmlns:c="c"><c:scatterChart><c:ser><c:yVal><c:numRef><c:numCache>%s</c:numCache></c:numRef></c:yVal></c:ser></c:scatterChart></c:chartSpace>' % "".join('<c:pt idx="%d"><c:v>%.3f</c:v></c:pt>' % (i, r.gauss(7, 1)) for i in range(120))))),
    "docx_rsid_and_core_description": lambda r: ("d.docx", f.docx(["報告"], core=("報告", c.name(r), c.sentence(r)))),
    "docx_listing_table": lambda r: ("d.docx", docx(f.word_table([c.HEAD_JA] + c.rows(r, 25)))),
    "pptx_comment": lambda r: ("d.pptx", f.pptx([["結果"]], extra=part("ppt/comments/comment1.xml", '<p:cmLst xmlns:p="p"><p:cm><p:text>%s</p:text></p:cm></p:cmLst>' % c.sentence(r)))),
    "pptx_master_text": lambda r: ("d.pptx", f.pptx([["結果"]], extra=part("ppt/slideMasters/slideMaster1.xml", '<p:sldMaster xmlns:p="p" xmlns:a="a"><a:t>%s</a:t></p:sldMaster>' % c.sentence(r)))),
    "pptx_case_slide": lambda r: ("d.pptx", f.pptx([["症例提示", "%d歳 男性、%d年%d月%d日 発熱にて入院" % (r.randrange(70, 99), 2022, r.randrange(1, 13), r.randrange(1, 28))]])),
    "pptx_media_name": lambda r: ("d.pptx", f.pptx([["結果"]], extra=[("ppt/media/CT_%s_%s.png" % (c.name(r, c.ROMAN, "_"), c.digits(r, 8)), f.png(f.bars(r)))])),
    "ods_spreadsheet": lambda r: ("d.ods", f.zipped([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "<t>%s</t>" % "".join("<p>%s</p>" % c.name(r) for _ in range(9)))])),
    "rtf_letter": lambda r: ("d.rtf", "{\\rtf1\\ansi Patient %s\\par}" % c.roman_sentence(r)),
}
PDF = {
    "pdf_layer_off": lambda r: ("f.pdf", f.pdf(c.page() + b" /OC /L1 BDC " + f.pdf_text([c.roman_sentence(r)]) + b" EMC", objects=[b"<< /Type /OCG /Name (raw) >>"], catalogue=b"/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>", resources=b"<< /Font << /F1 5 0 R >> /Properties << /L1 7 0 R >> >>")),
    "pdf_form_value": lambda r: ("f.pdf", f.pdf(c.page(), objects=[b"<< /FT /Tx /T (name) /V " + c.utf16(c.sentence(r)) + b" >>"], catalogue=b"/AcroForm << /Fields [7 0 R] >>")),
    "pdf_earlier_version": lambda r: ("f.pdf", f.pdf(c.page(c.roman_sentence(r)), tail=b"4 0 obj\n<< /Length 44 >>\nstream\n" + b"BT /F1 12 Tf 50 700 Td (Table 1) Tj ET      " + b"\nendstream\nendobj\ntrailer << /Size 7 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n")),
    "pdf_info_keyword": lambda r: ("f.pdf", f.pdf(c.page(), info=b"/Keywords " + c.utf16(c.sentence(r)))),
    "pdf_unused_object": lambda r: ("f.pdf", f.pdf(c.page(), objects=[f.pdf_stream(b"", f.pdf_text([c.roman_sentence(r)]))])),
    "pdf_named_destination": lambda r: ("f.pdf", f.pdf(c.page(), catalogue=b"/Names << /Dests << /Names [" + c.utf16(c.sentence(r)) + b" [3 0 R /Fit]] >> >>")),
    "pdf_piece_info": lambda r: ("f.pdf", f.pdf(c.page(), page=b"/PieceInfo << /App << /Private " + c.utf16(c.sentence(r)) + b" >> >>")),
    "pdf_off_page": lambda r: ("f.pdf", f.pdf(c.page() + b" q 1 0 0 1 5000 5000 cm " + f.pdf_text([c.roman_sentence(r)]) + b" Q")),
    "pdf_white_text": lambda r: ("f.pdf", f.pdf(c.page() + b" 1 1 1 rg " + f.pdf_text([c.roman_sentence(r)]))),
    "pdf_subset_font_japanese": lambda r: ("f.pdf", f.unicode_font_pdf(c.sentence(r))),
    "pdf_scatter": lambda r: ("f.pdf", f.pdf(b" ".join(b"%.1f %.1f 2 2 re f" % (r.gauss(300, 60), r.gauss(400, 60)) for _ in range(300)))),
    "pdf_hexadecimal_string": lambda r: ("f.pdf", f.pdf(b"BT /F1 12 Tf 50 700 Td <" + c.roman_sentence(r).encode().hex().encode() + b"> Tj ET")),
}
PICTURES = {
    "png_text_chunk": lambda r: ("f.png", c.png_text(b"tEXt", b"Comment\0" + c.roman_sentence(r).encode())),
    "png_many_idat_tail": lambda r: ("f.png", f.png(f.bars(r), tail=c.csv(c.rows(r)).encode())),
    "png_xmp": lambda r: ("f.png", c.png_text(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + ("<x:xmpmeta><dc:creator>%s</dc:creator></x:xmpmeta>" % c.sentence(r)).encode())),
    "jpeg_trailing_text": lambda r: ("p.jpg", f.jpeg(tail=c.sentence(r).encode())),
    "jpeg_app_segment": lambda r: ("p.jpg", f.jpeg([(0xEB, c.csv(c.rows(r)).encode())])),
    "svg_symbols": lambda r: ("f.svg", f.svg('<defs><symbol id="d"><circle r="2"/></symbol></defs>' + "".join('<use href="#d" x="%.2f" y="%.2f"/>' % (r.gauss(200, 50), r.gauss(150, 40)) for _ in range(150)))),
    "svg_cdata_rows": lambda r: ("f.svg", f.svg('<rect width="9" height="9"/>', "<style><![CDATA[/* %s */]]></style>" % c.csv([c.HEAD] + c.rows(r, 20)))),
    "svg_invisible_text": lambda r: ("f.svg", f.svg('<rect width="9" height="9"/><text fill="none" opacity="0">%s</text>' % c.sentence(r))),
    "svg_attribute_name": lambda r: ("f.svg", f.svg('<g data-patient="%s" inkscape:label="%s"><rect width="9" height="9"/></g>' % (c.name(r), c.sentence(r)))),
    "svg_animation_values": lambda r: ("f.svg", f.svg('<circle r="2"><animate attributeName="cx" values="%s"/></circle>' % ";".join("%.2f" % r.gauss(60, 12) for _ in range(200)))),
    "svg_lines_of_persons": lambda r: ("f.svg", f.svg("".join('<polyline points="%s" fill="none"/>' % " ".join("%d,%.1f" % (i * 40, r.gauss(150, 30)) for i in range(6)) for _ in range(80)))),
    "gif_picture": lambda r: ("f.gif", b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xfe" + bytes([len(t := c.roman_sentence(r).encode())]) + t + b"\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"),
}
PAGES = {
    "html_aria_label": lambda r: ("p.html", f.html('<div aria-label="%s">図1</div>' % c.sentence(r))),
    "html_noscript": lambda r: ("p.html", f.html("<p>図1</p><noscript>%s</noscript>" % c.sentence(r))),
    "html_display_none": lambda r: ("p.html", f.html('<p>図1</p><div style="display:none">%s</div>' % f.html_table([c.HEAD] + c.rows(r)))),
    "html_data_uri_csv": lambda r: ("p.html", f.html('<a href="data:text/csv;base64,%s">d</a>' % base64.b64encode(c.csv([c.HEAD] + c.rows(r)).encode()).decode())),
    "html_select_options": lambda r: ("p.html", f.html("<select>%s</select>" % "".join("<option>%s</option>" % c.name(r) for _ in range(10)))),
    "html_script_variable": lambda r: ("p.html", f.html("<div id=x></div><script>var d=%s;</script>" % json.dumps(c.rows(r)))),
    "html_vega_values": lambda r: ("p.html", f.html('<script type="application/vnd.vegalite.v5+json">%s</script>' % json.dumps({"data": {"values": [dict(zip(c.HEAD, w)) for w in c.rows(r)]}, "mark": "point"}))),
    "html_rmarkdown_output": lambda r: ("p.html", f.html("<pre><code>## %s</code></pre>" % f.printed([c.HEAD] + c.rows(r, 12)).replace("\n", "\n## "))),
    "notebook_html_frame": lambda r: ("n.ipynb", c.cell("df", c.shown(**{"text/html": f.html_table([c.HEAD] + c.rows(r, 10))}))),
    "notebook_stderr_names": lambda r: ("n.ipynb", c.cell("load()", c.stream("WARNING duplicate person: %s\n" % c.sentence(r), "stderr"))),
    "notebook_attachment": lambda r: ("n.ipynb", f.notebook(["1"], cell={"cell_type": "markdown", "attachments": {"a.png": {"image/png": base64.b64encode(c.png_text(b"tEXt", b"Comment\0" + c.roman_sentence(r).encode())).decode()}}})),
    "notebook_plotly_output": lambda r: ("n.ipynb", c.cell("px.scatter(df)", c.shown(**{"application/vnd.plotly.v1+json": {"data": [{"x": [round(r.gauss(60, 12), 2) for _ in range(100)], "y": [round(r.gauss(7, 1), 2) for _ in range(100)]}]}}))),
    "notebook_value_counts_few": lambda r: ("n.ipynb", c.cell("df.stage.value_counts()", c.shown(**{"text/plain": ["stage\n", "I      412\n", "II     201\n", "III      %d\n" % r.randrange(1, 9), "Name: count, dtype: int64"]}))),
    "notebook_describe_extremes": lambda r: ("n.ipynb", c.cell("df.describe()", c.shown(**{"text/plain": ["              age       hba1c\n", "count  812.000000  812.000000\n", "mean    63.211000    7.102000\n", "std     12.120000    1.210000\n", "min     18.000000    4.100000\n", "25%     55.000000    6.200000\n", "50%     64.000000    7.000000\n", "75%     73.000000    7.900000\n", "max    %d.000000   14.900000" % r.randrange(96, 104)]}))),
}
EXCHANGE = {
    "fhir_bundle": lambda r: ("b.json", json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "name": [{"family": r.choice(c.FAMILY)[0]}], "birthDate": c.born(r).isoformat(), "gender": "male"}} for _ in range(5)]}, ensure_ascii=False)),
    "hl7_message": lambda r: ("m.txt", "MSH|^~\\&|HIS|A|B|C|20240301||ADT^A08|1|P|2.5\rPID|||%s||%s^%s||%s|M\r" % (c.digits(r, 8), r.choice(c.FAMILY)[0], r.choice(c.GIVEN)[0], c.born(r).strftime("%Y%m%d"))),
    "dpc_form_1": lambda r: ("ff1.txt", "".join("%s\t0\t%s\t%d\tA000010\t1\t%s\n" % (c.digits(r, 10), c.seen(r).strftime("%Y%m%d"), r.randrange(1, 3), c.born(r).strftime("%Y%m%d")) for _ in range(20))),
    "receipt_lines": lambda r: ("r.txt", "".join("RE,%d,1112,50603,%s,%d,3%02d0%d15,,,,,,,%s\nHO,%s,%s,%s,3,1200\n" % (i, c.name(r, gap="　"), r.randrange(1, 3), r.randrange(5, 60), r.randrange(1, 9), c.digits(r, 8), v.insurer(r), c.digits(r, 4), c.digits(r, 6)) for i in range(1, 6))),
    "dicom_json": lambda r: ("d.json", json.dumps({"00100010": {"vr": "PN", "Value": [{"Alphabetic": c.name(r, c.ROMAN, "^")}]}, "00100030": {"vr": "DA", "Value": [c.born(r).strftime("%Y%m%d")]}})),
    "xml_rows": lambda r: ("d.xml.txt", "<rows>%s</rows>" % "".join('<row age="%s" sex="%s" hba1c="%s" outcome="%s"/>' % (w[0], w[1], w[4], w[6]) for w in c.rows(r))),
    "python_literal": lambda r: ("d.py", "DATA = %r\n" % c.rows(r, 25)),
    "sas_datalines": lambda r: ("d.sas", "data a;\n input age sex $ ht wt hba1c admit $ outcome $;\n datalines;\n%s;\nrun;\n" % "".join(" ".join(map(str, w)) + "\n" for w in c.rows(r, 25))),
    "arff_file": lambda r: ("d.txt", "@relation pt\n@attribute age numeric\n@attribute sex {M,F}\n@attribute hba1c numeric\n@data\n" + "".join("%s,%s,%s\n" % (w[0], w[1], w[4]) for w in c.rows(r))),
    "libsvm_file": lambda r: ("d.txt", "".join("%d 1:%d 2:%.1f 3:%.1f 4:%.2f\n" % (r.choice((-1, 1)), w[0], w[2], w[3], w[4]) for w in c.rows(r))),
    "semicolon_decimal_comma": lambda r: ("d.csv", c.csv([["alder", "kjønn", "vekt", "hba1c"]] + [[w[0], w[1], str(w[3]).replace(".", ","), str(w[4]).replace(".", ",")] for w in c.rows(r)], ";")),
    "fixed_width": lambda r: ("d.txt", "".join("%03d%s%05.1f%05.1f%04.1f%s\n" % (w[0], w[1], w[2], w[3], w[4], w[5].replace("-", "")) for w in c.rows(r))),
    "shuffled_rows_with_number": lambda r: ("d.csv", c.csv([["no", "v1", "v2", "v3", "v4"]] + [[i, w[0], w[2], w[3], w[4]] for i, w in enumerate(c.rows(r, 60), 1)])),
    "visits_long": lambda r: ("d.csv", c.csv([["pid", "visit", "egfr"]] + [[i, k, round(r.gauss(60, 15), 1)] for i in range(1, 21) for k in range(1, 5)])),
}
CODED = {
    "quoted_printable": lambda r: ("m.txt", "Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(c.sentence(r).encode()).decode() + "\n"),
    "uuencoded": lambda r: ("m.txt", "begin 644 d.csv\n" + "".join(binascii.b2a_uu(b[i:i + 45]).decode() for b in [c.csv(c.rows(r, 15)).encode()] for i in range(0, len(b), 45)) + "`\nend\n"),
    "iso_2022_jp": lambda r: ("m.txt", ("連絡票\n%s\n" % c.sentence(r)).encode("iso-2022-jp", "replace")),
    "euc_jp": lambda r: ("m.txt", ("連絡票\n%s\n" % c.sentence(r)).encode("euc-jp", "replace")),
    "utf16_big_endian": lambda r: ("m.txt", b"\xfe\xff" + ("結果\n%s\n" % c.sentence(r)).encode("utf-16-be")),
    "base64_wrapped": lambda r: ("m.txt", "attachment:\n" + base64.encodebytes(c.csv([c.HEAD] + c.rows(r)).encode()).decode()),
    "hex_dump": lambda r: ("m.txt", "".join("%08x  %s\n" % (i, b[i:i + 16].hex(" ")) for b in [c.csv([c.HEAD] + c.rows(r, 10)).encode()] for i in range(0, len(b), 16))),
    "full_width_everything": lambda r: ("m.txt", v.wide("ID %s " % c.digits(r, 8)) + c.name(r, gap="　") + v.wide(" TEL %s" % c.mobile(r)) + "\n"),
    "half_width_kana": lambda r: ("m.txt", "ｶﾅｼﾒｲ %s\n" % c.name(r, c.KANA).translate(v.HALF)),
    "gzip_csv": lambda r: ("d.csv.gz", gzip.compress(c.csv([c.HEAD] + c.rows(r)).encode(), mtime=0)),
    "zip_extra_field": lambda r: ("o.zip", extra_field(c.csv(c.summary()), c.roman_sentence(r).encode())),
    "zip_encrypted_flag": lambda r: ("o.zip", f.zipped([("t.csv", c.csv(c.summary()))]).replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\1\0").replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0")),
    "seven_zip": lambda r: ("o.7z", b"7z\xbc\xaf\x27\x1c\0\4" + zlib.compress(c.csv(c.rows(r)).encode())),
    "variation_selectors": lambda r: ("m.md", "結果は良好" + "".join(chr(0xE0100 + b) for b in c.name(r).encode()) + "であった。\n"),
    "binary_in_case": lambda r: ("coef.csv", c.csv([["term", "estimate"]] + [["x%02d" % i, "%.17g" % r.gauss(0, 1)] for i in range(60)])),
    "qr_like_matrix": lambda r: ("m.txt", "".join("".join(r.choice("01") for _ in range(64)) + "\n" for _ in range(40))),
}


def extra_field(text, secret):
    info = c.zipfile.ZipInfo("t.csv")
    info.extra = c.struct.pack("<HH", 0x9999, len(secret)) + secret
    out = c.io.BytesIO()
    with c.zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, text)
    return out.getvalue()


PERSONS = {
    "my_number_plain_column": lambda r: ("a.csv", c.csv([["id", "value"]] + [[v.my_number(r), round(r.gauss(7, 1), 1)] for _ in range(12)])),
    "my_number_commas": lambda r: ("a.txt", "番号 %s\n" % c.grouped(v.my_number(r), 3, ",")),
    "my_number_arabic_indic": lambda r: ("a.txt", "個人番号 %s\n" % c.mapped(v.my_number(r), "٠١٢٣٤٥٦٧٨٩")),
    "my_number_within_words": lambda r: ("a.txt", "file_%s_final\n" % v.my_number(r)),
    "my_number_large_kanji": lambda r: ("a.txt", "個人番号 %s\n" % c.mapped(v.my_number(r), "零壱弐参肆伍陸漆捌玖")),
    "insurer_and_person_elderly": lambda r: ("a.txt", "後期高齢者医療 保険者番号 39%s 被保険者番号 %s\n" % (v.checked("39" + "13" + c.digits(r, 3))[2:], c.digits(r, 8))),
    "institution_column": lambda r: ("a.csv", c.csv([["医療機関", "件数"]] + [[v.institution(r), r.randrange(20, 300)] for _ in range(6)])),
    "residence_card": lambda r: ("a.txt", "在留カード番号 %s%s%s\n" % ("".join(r.choice("ABCDEFGH") for _ in range(2)), c.digits(r, 8), "".join(r.choice("ABCDEFGH") for _ in range(2)))),
    "bank_account": lambda r: ("a.txt", "謝金振込先 口座番号 普通 %s 名義 %s\n" % (c.digits(r, 7), c.name(r, c.KANA))),
    "birth_in_words": lambda r: ("a.txt", "Born on the %dth of %s, %d, the patient was admitted in 2021.\n" % (r.randrange(4, 21), r.choice(["March", "June", "October"]), r.randrange(1930, 1990))),
    "birth_slash_era": lambda r: ("a.csv", c.csv([["no", "生年月日"]] + [[i, "%s%d/%d/%d" % (r.choice("TSH"), r.randrange(2, 15), r.randrange(1, 13), r.randrange(1, 29))] for i in range(15)])),
    "birth_eight_digits_column": lambda r: ("a.csv", c.csv([["k", "dob", "x"]] + [[i, c.born(r).strftime("%Y%m%d"), r.randrange(9)] for i in range(20)])),
    "birth_taisho_words": lambda r: ("a.txt", "大正%d年%d月%d日生まれの女性が百歳を迎えた。\n" % (r.randrange(2, 15), r.randrange(1, 13), r.randrange(1, 28))),
    "name_katakana_sama": lambda r: ("a.txt", "%s サマ ご家族へ\n" % c.name(r, c.KANA)),
    "name_with_honorific_in_log": lambda r: ("a.log", "10:00:01 login ok\n10:00:07 open chart of %s殿\n" % c.name(r)),
    "name_address_table": lambda r: ("a.csv", c.csv([["氏", "名", "住所"]] + [[r.choice(c.FAMILY)[0], r.choice(c.GIVEN)[0], c.home(r)] for _ in range(10)])),
    "address_roman": lambda r: ("a.txt", "Address: %d-%d-%d Kajimachi, Chuo-ku, Hamamatsu, Shizuoka 430-0933, Japan (Mr. %s)\n" % (r.randrange(1, 9), r.randrange(1, 20), r.randrange(1, 20), c.name(r, c.ROMAN))),
    "phone_international": lambda r: ("a.txt", "Contact of the family: +81 %d0 %s %s\n" % (r.choice([7, 8, 9]), c.digits(r, 4), c.digits(r, 4))),
    "chart_number_in_file_name": lambda r: ("ID%s_経過表.csv" % c.digits(r, 8), c.csv(c.summary())),
    "case_report_story": lambda r: ("a.md", "患者は%d歳女性、元教師、%s在住。20%d年%d月より右上肢の脱力を自覚し、同月%d日に当院を受診した。\n" % (r.randrange(60, 95), r.choice(c.PLACES)[:6], r.randrange(18, 24), r.randrange(1, 13), r.randrange(1, 28))),
    "uuid_pseudonyms": lambda r: ("a.txt", "".join("%08x-%04x-4%03x-a%03x-%012x\n" % (r.getrandbits(32), r.getrandbits(16), r.getrandbits(12), r.getrandbits(12), r.getrandbits(48)) for _ in range(15))),
    "excluded_persons_in_program": lambda r: ("clean.R", "d <- d[!d$id %%in%% c(%s), ]\n" % ", ".join('"%s"' % c.digits(r, 8) for _ in range(12))),
}
STATISTICS = {
    "words_for_few": lambda r: ("s.txt", "Of the 212 patients, %s had a stroke.\n" % r.choice(["three", "four", "seven"])),
    "kanji_few": lambda r: ("s.txt", "合併症は%s名にみられ、うち一名が死亡した。\n" % r.choice("二三四五")),
    "fraction_few": lambda r: ("s.txt", "再発は %d/118 (%.1f%%) であった。\n" % ((n := r.randrange(1, 9)), n / 1.18)),
    "complement_few": lambda r: ("s.csv", c.csv([["結果", "人数"], ["検査陽性", 812 - r.randrange(1, 9)], ["全体", 812]])),
    "stratified_few": lambda r: ("s.csv", c.csv([["age_group", "sex", "n"]] + [[a, s, r.randrange(1, 9) if a == "90+" else r.randrange(20, 200)] for a in ["60-69", "70-79", "80-89", "90+"] for s in "MF"])),
    "spss_crosstab_few": lambda r: ("s.txt", "stage * outcome Crosstabulation\nCount\n              outcome\n              alive   dead   Total\nstage  I       211     %d     %d\n       II      180    22     202\nTotal          391    %d     %d\n" % ((n := r.randrange(1, 9)), 211 + n, 22 + n, 413 + n)),
    "sas_freq_few": lambda r: ("s.lst", "                 The FREQ Procedure\n\n                             Cumulative    Cumulative\nstage    Frequency   Percent   Frequency     Percent\n-----------------------------------------------------\nI             412     66.3         412        66.3\nII            205     33.0         617        99.3\nIII             %d      0.7         621       100.0\n" % 4),
    "r_table_few": lambda r: ("s.txt", "> table(d$stage, d$died)\n\n        0   1\n  I   412  88\n  II  210   %d\n  III  97  41\n" % r.randrange(1, 9)),
    "r_summary_extremes": lambda r: ("s.txt", "> summary(d$age)\n   Min. 1st Qu.  Median    Mean 3rd Qu.    Max. \n  18.00   52.00   64.00   62.91   74.00  %d.00 \n" % r.randrange(96, 104)),
    "survfit_steps": lambda r: ("s.txt", "Call: survfit(formula = Surv(time, status) ~ 1, data = d)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n" + "".join("%5d %6d %7d %8.3f %7.4f %12.3f %12.3f\n" % (t, 60 - i, 1, 1 - (i + 1) / 60, .03, .8, 1) for i, t in enumerate(sorted(r.sample(range(3, 900), 30))))),
    "cox_few_events": lambda r: ("s.txt", "Call:\ncoxph(formula = Surv(t, s) ~ arm, data = d)\n\n  n= 212, number of events= %d \n\n        coef exp(coef) se(coef)     z Pr(>|z|)\narmB -0.412     0.662    0.812 -0.51     0.61\n" % r.randrange(2, 9)),
    "stata_regress_few": lambda r: ("s.log", "      Source |       SS           df       MS      Number of obs   =         %d\n-------------+----------------------------------   F(2, 5)         =      3.11\n       Model |  41.2201          2  20.61005   Prob > F        =    0.1320\n    Residual |  33.1200          5   6.62400   R-squared       =    0.5545\n" % 8),
    "hazard_table_few_at_risk": lambda r: ("s.html", f.html(f.html_table([["Months", "0", "12", "24", "36"], ["No. at risk, A", 120, 81, 33, r.randrange(1, 9)], ["No. at risk, B", 118, 84, 41, 12]]))),
    "top_two_of_hospital": lambda r: ("s.csv", c.csv([["hospital", "n", "total_cost", "largest_patient_cost"], ["A", 88, 31200000, 9100000], ["B", 61, 22000000, 12100000]])),
    "tree_text_export": lambda r: ("s.txt", "|--- age <= 63.50\n|   |--- hba1c <= 6.20\n|   |   |--- class: 0 samples = 211\n|   |--- hba1c >  6.20\n|   |   |--- class: 1 samples = %d\n|--- age >  63.50\n|   |--- class: 1 samples = 180\n" % r.randrange(1, 8)),
    "two_totals_three_apart": lambda r: ("s.csv", c.csv([["population", "n"], ["all", 812], ["all without HIV positive", 812 - r.randrange(1, 9)]])),
    "dot_plot_values": lambda r: ("s.json", json.dumps({"type": "strip", "group": "A", "values": [round(r.gauss(7, 1), 2) for _ in range(60)]})),
    "histogram_of_days_one_each": lambda r: ("s.csv", c.csv([["length_of_stay_days", "patients"]] + [[d, max(1, int(40 * 0.8 ** d))] for d in range(1, 25)])),
    "oldest_patient_sentence": lambda r: ("s.txt", "The oldest patient was %d years old and the youngest was 18.\n" % r.randrange(97, 106)),
    "adverse_event_list": lambda r: ("s.csv", c.csv([["event", "grade", "arm", "onset_day", "resolved"]] + [[r.choice(["rash", "anaemia", "sepsis"]), r.randrange(1, 6), r.choice("AB"), r.randrange(1, 200), r.choice(["yes", "no"])] for _ in range(20)])),
}

leak, _ = registry.named("eighth_")
for table in (OFFICE, PDF, PICTURES, PAGES, EXCHANGE, CODED, PERSONS, STATISTICS):
    registry.enter(leak, table)
