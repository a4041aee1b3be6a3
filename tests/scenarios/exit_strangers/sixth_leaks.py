"""A sixth set of leaks, by the programs that bring them: statistics packages, documents of other producers, notebooks, pictures and vectors, Japanese
free text in spellings people use when they write by hand."""
import base64
import json
import zlib

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import payloads as p
from . import registry

leak, _ = registry.named("sixth_")


def rows_text(r, count=25, separator=" "):
    return "".join(separator.join(str(x) for x in row) + "\n" for row in p.patients(r, count))


# ---- statistics packages ----
@leak
def stata_list(r):
    rows = p.patients(r, 30, headings=["age", "sex", "hba1c", "egfr", "bmi", "died"])
    return "session.log", ". list, clean noobs\n\n" + "".join("    " + "   ".join(str(x).rjust(8) for x in row) + "\n" for row in rows) + "\n. log close\n"


@leak
def stata_tabulate_small(r):
    a = r.randrange(1, 9)
    return "tab.log", ". tab stage outcome\n\n           |        outcome\n     stage |         0          1 |     Total\n-----------+----------------------+----------\n         1 |       412         88 |       500 \n         2 |       210 %10d | %9d \n-----------+----------------------+----------\n     Total |       622 %10d | %9d \n" % (a, 210 + a, 88 + a, 710 + a)


@leak
def stata_dta_binary(r):
    return "cohort.dta", b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>\x03\x00</K><N>\x1e\x00\x00\x00\x00\x00\x00\x00</N></header><data>" + bytes(r.randrange(256) for _ in range(600)) + b"</data></stata_dta>"


@leak
def spss_sav_binary(r):
    return "data.sav", b"$FL2@(#) SPSS DATA FILE MS Windows 28.0     " + bytes(r.randrange(256) for _ in range(800))


@leak
def sas_print_cases(r):
    rows = p.stays(r, 24)
    return "print.lst", "                          The SAS System          10:12 Monday, June 3, 2024   1\n\n Obs  " + "  ".join(rows[0]) + "\n\n" + "".join("%4d  %s\n" % (i, "  ".join(str(x) for x in row)) for i, row in enumerate(rows[1:], 1))


@leak
def sas_univariate_extremes(r):
    low = sorted(r.randrange(18, 24) for _ in range(5))
    high = sorted(r.randrange(95, 107) for _ in range(5))
    return "uni.lst", "The UNIVARIATE Procedure\nVariable:  age\n\n             Extreme Observations\n\n----Lowest----        ----Highest---\n\nValue      Obs        Value      Obs\n\n" + "".join("%5d %8d %12d %8d\n" % (a, r.randrange(1, 4000), b, r.randrange(1, 4000)) for a, b in zip(low, high))


@leak
def r_head_str(r):
    rows = p.patients(r, 8, headings=["age", "sex", "hba1c", "egfr", "bmi", "died"])
    return "console.txt", "> head(d, 8)\n" + f.printed(rows) + "> summary(d$age)\n   Min. 1st Qu.  Median    Mean 3rd Qu.    Max. \n  18.00   51.00   66.00   63.21   77.00  %d.00 \n" % r.randrange(99, 108)


@leak
def r_dput(r):
    n = 30
    return "dput.R", "d <- structure(list(age = c(%s), sex = c(%s), hba1c = c(%s)), class = \"data.frame\", row.names = c(NA, -%dL))\n" % (
        ", ".join("%dL" % r.randrange(20, 96) for _ in range(n)), ", ".join('"%s"' % r.choice("MF") for _ in range(n)), ", ".join("%.1f" % r.gauss(6.8, 1.2) for _ in range(n)), n)


@leak
def r_rds(r):
    import gzip
    return "model.rds", gzip.compress(b"X\n\x00\x00\x00\x03\x00\x04\x03\x01\x00\x03\x05\x00" + bytes(r.randrange(256) for _ in range(500)), mtime=0)


@leak
def rmarkdown_paged_table(r):
    rows = p.patients(r, 40)
    data = json.dumps({"columns": [{"label": [c], "name": [str(i)], "type": ["chr"]} for i, c in enumerate(rows[0])], "data": [{str(i): str(x) for i, x in enumerate(row)} for row in rows[1:]]}, ensure_ascii=False)
    return "report.html", f.html("<h1>Report</h1><div data-pagedtable=\"false\"><script data-pagedtable-source type=\"application/json\">%s</script></div>" % data)


@leak
def rmarkdown_pre_output(r):
    return "report.html", f.html("<h1>Cohort</h1><p>We included 4,123 patients.</p><pre class=\"r\"><code>head(cohort, 20)</code></pre><pre><code>%s</code></pre>" % "".join("## " + line + "\n" for line in f.printed(p.patients(r, 20)).splitlines()))


@leak
def rmarkdown_source_zip(r):
    return "report.html", f.html("<p>Results</p><a download=\"report.Rmd\" href=\"data:text/x-markdown;base64,%s\">source</a>" % base64.b64encode(("# data\n" + f.csv_text(p.patients(r, 30))).encode()).decode())


@leak
def plotly_widget(r):
    n = 120
    data = [{"x": [r.randrange(20, 96) for _ in range(n)], "y": [round(r.gauss(62, 20), 1) for _ in range(n)], "mode": "markers", "type": "scatter", "text": ["ID %d" % r.randrange(10 ** 6, 10 ** 7) for _ in range(n)]}]
    return "plot.html", f.html("<div id='p'></div><script>Plotly.newPlot('p', %s)</script>" % json.dumps(data))


@leak
def vega_inline_values(r):
    return "chart.json", json.dumps({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "point", "data": {"values": [{"age": r.randrange(20, 96), "hba1c": round(r.gauss(7, 1), 1), "sex": r.choice("MF")} for _ in range(80)]}, "encoding": {"x": {"field": "age"}, "y": {"field": "hba1c"}}})


@leak
def jupyter_dataframe_html(r):
    rows = p.patients(r, 10)
    out = {"output_type": "execute_result", "execution_count": 4, "metadata": {}, "data": {"text/html": ["<div><table border=\"1\" class=\"dataframe\">" + "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % x for x in row) for row in rows) + "</table></div>"], "text/plain": ["<DataFrame>"]}}
    return "eda.ipynb", f.notebook(["df.head(10)"], [out])


@leak
def jupyter_error_traceback(r):
    out = {"output_type": "error", "ename": "ValueError", "evalue": "could not convert string to float: '%s'" % p.name(r, "kanji"), "traceback": ["ValueError: bad row: ['%08d', '%s', '%s']" % (r.randrange(10 ** 8), p.name(r, "kanji"), p.birth(r))]}
    return "fit.ipynb", f.notebook(["fit(df)"], [out])


@leak
def powerbi_export(r):
    rows = [["患者コード", "[Sum of 点数]", "[Max of 退院日]", "性別"]] + [["%08d" % r.randrange(10 ** 8), r.randrange(900, 90000), "2023/%02d/%02d 0:00:00" % (r.randrange(1, 13), r.randrange(1, 29)), r.choice(["男性", "女性"])] for _ in range(40)]
    return "data.csv", ("\ufeff" + f.csv_text(rows)).replace("\n", "\r\n").encode()


@leak
def powerbi_matrix_small(r):
    rows = [["病名", "男性", "女性", "合計"]]
    for name in ["胃癌", "大腸癌", "肺癌", "膵癌"]:
        a, b = r.randrange(20, 300), r.randrange(20, 300)
        rows.append([name, a, b, a + b])
    rows.append(["副腎癌", r.randrange(1, 5), r.randrange(1, 5), 0])
    rows[-1][3] = rows[-1][1] + rows[-1][2]
    rows.append(["合計"] + [sum(row[i] for row in rows[1:]) for i in (1, 2, 3)])
    return "matrix.csv", ("\ufeff" + f.csv_text(rows)).encode()


@leak
def tableau_crosstab_utf16(r):
    rows = [["施設名", "症例数", "平均在院日数"]] + [["%s病院" % n, c, "%.1f" % r.uniform(8, 20)] for n, c in zip("東西南北", [412, 88, r.randrange(1, 9), 97])]
    return "crosstab.csv", f.csv_text(rows, "\t").encode("utf-16")


@leak
def latex_longtable_persons(r):
    return "cases.tex", "\\begin{longtable}{rllrr}\n\\toprule\nNo & Sex & Admission & Age & LOS\\\\\n\\midrule\n" + "".join("%d & %s & %d-%02d-%02d & %d & %d\\\\\n" % (i, r.choice("MF"), 2022, r.randrange(1, 13), r.randrange(1, 29), r.randrange(20, 97), r.randrange(1, 60)) for i in range(1, 28)) + "\\bottomrule\n\\end{longtable}\n"


@leak
def latex_small_cell(r):
    a = r.randrange(1, 9)
    return "t.tex", "\\begin{tabular}{lrr}\n & Death & Survival \\\\ \\hline\nGroup A & 41 & 388 \\\\\nGroup B & %d & 402 \\\\ \\hline\nTotal & %d & 790 \\\\\n\\end{tabular}\n" % (a, 41 + a)


@leak
def pgfplots_coordinates(r):
    return "fig.tex", "\\begin{tikzpicture}\\begin{axis}\n\\addplot[only marks] coordinates {%s};\n\\end{axis}\\end{tikzpicture}\n" % " ".join("(%d,%.2f)" % (r.randrange(20, 96), r.gauss(6.8, 1.2)) for _ in range(90))


# ---- documents of other producers ----
@leak
def word_field_code(r):
    body = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MERGEFIELD 氏名 %s </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>' % p.name(r, "kanji")
    return "letter.docx", f.docx(["集計結果を送付します。"], raw=body)


@leak
def word_textbox(r):
    raw = "<w:p><w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice><w:drawing><wps:txbx xmlns:wps='w'><w:txbxContent>%s</w:txbxContent></wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>" % f.paragraph("担当患者 %s %s生" % (p.name(r, "kanji"), p.birth(r)))
    return "report.docx", f.docx(["結果"], raw=raw)


@leak
def word_split_runs(r):
    number = "%08d" % r.randrange(10 ** 8)
    raw = "<w:p>" + "".join("<w:r><w:t>%s</w:t></w:r>" % part for part in ["患者", "番号", " ", number[:3], number[3:5], number[5:]]) + "</w:p>"
    return "memo.docx", f.docx(["以下を確認"], raw=raw)


@leak
def word_footnote(r):
    note = "<w:footnotes xmlns:w='w'><w:footnote w:id='2'>%s</w:footnote></w:footnotes>" % f.paragraph("%s（%s）は除外した。" % (p.name(r, "kanji"), p.phone(r)))
    return "paper.docx", f.docx(["対象は4,123例。"], [("word/footnotes.xml", note)])


@leak
def excel_chart_cache(r):
    points = "".join("<c:pt idx='%d'><c:v>%.2f</c:v></c:pt>" % (i, r.gauss(6.8, 1.2)) for i in range(120))
    ages = "".join("<c:pt idx='%d'><c:v>%d</c:v></c:pt>" % (i, r.randrange(20, 96)) for i in range(120))
    chart = "<c:chartSpace xmlns:c='c'><c:chart><c:plotArea><c:scatterChart><c:ser><c:xVal><c:numRef><c:numCache>%s</c:numCache></c:numRef></c:xVal><c:yVal><c:numRef><c:numCache>%s</c:numCache></c:numRef></c:yVal></c:ser></c:scatterChart></c:plotArea></c:chart></c:chartSpace>" % (ages, points)
    return "figure.xlsx", f.xlsx([("図", "", [["図1"], ["散布図"]])], [("xl/charts/chart1.xml", chart)])


@leak
def excel_defined_name(r):
    data = f.xlsx([("T", "", [["群", "n"], ["A", 120], ["B", 240]])], [("xl/externalLinks/externalLink1.xml", "<externalLink xmlns='x'><externalBook><sheetDataSet><sheetData><row r='1'><cell r='A1' t='str'><v>%s</v></cell><cell r='B1'><v>%s</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>" % (p.name(r, "kanji"), v.my_number(r)))])
    return "table.xlsx", data


@leak
def excel_threaded_comment(r):
    return "table.xlsx", f.xlsx([("T", "", [["群", "n"], ["A", 120], ["B", 240]])], [("xl/threadedComments/threadedComment1.xml", "<ThreadedComments xmlns='t'><threadedComment ref='B2'><text>%s</text></threadedComment></ThreadedComments>" % p.note(r, "kanji_name"))])


@leak
def excel_number_format_hides(r):
    styles = '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode=";;;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
    return "t.xlsx", f.xlsx([("T", "", [["群", "n"], ["A", 120], ["B", 240], ["患者番号", "%08d" % r.randrange(10 ** 8)]])], cell_style=1, styles=styles)


@leak
def powerpoint_notes(r):
    notes = "<p:notes xmlns:a='a' xmlns:p='p'><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:notes>" % p.note(r, "kanji_name")
    return "talk.pptx", f.pptx([["まとめ", "対象 4,123例"]], [("ppt/notesSlides/notesSlide1.xml", notes)])


@leak
def powerpoint_table_small(r):
    rows = [["群", "死亡", "生存"], ["A", "41", "388"], ["B", str(r.randrange(1, 9)), "402"]]
    body = "<a:tbl>%s</a:tbl>" % "".join("<a:tr>%s</a:tr>" % "".join("<a:tc><a:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></a:txBody></a:tc>" % x for x in row) for row in rows)
    return "talk.pptx", f.pptx([["転帰"]], [("ppt/slides/slide2.xml", "<p:sld><p:cSld><p:spTree><p:graphicFrame>%s</p:graphicFrame></p:spTree></p:cSld></p:sld>" % body)])


@leak
def opendocument_text(r):
    content = "<office:document-content xmlns:office='o' xmlns:text='t'><office:body><office:text><text:p>患者 %s、%s生、%s</text:p></office:text></office:body></office:document-content>" % (p.name(r, "kanji"), p.birth(r), p.phone(r))
    return "report.odt", f.zipped([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content)])


@leak
def rtf_table(r):
    return "out.rtf", "{\\rtf1\\ansi " + "".join("\\trowd %s\\row\n" % "".join("%s\\cell " % x for x in row) for row in p.patients(r, 20)) + "}"


@leak
def old_xls(r):
    return "table.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(r.randrange(256) for _ in range(1500))


# ---- PDF ----
@leak
def pdf_hidden_layer(r):
    inner = b"/OC /L1 BDC BT /F1 10 Tf 50 500 Td (MRN 0%07d %s) Tj ET EMC " % (r.randrange(10 ** 7), p.name(r, "latin").encode())
    return "fig.pdf", f.pdf(f.pdf_text(["Results"]) + inner, objects=[b"<< /Type /OCG /Name (notes) >>"], resources=b"<< /Font << /F1 5 0 R >> /Properties << /L1 7 0 R >> >>", catalogue=b"/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>")


@leak
def pdf_xmp(r):
    xmp = ("<?xpacket?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='r'><rdf:Description><dc:description xmlns:dc='d'>%s</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>" % p.note(r, "chart")).encode()
    return "fig.pdf", f.pdf(f.pdf_text(["Results"]), objects=[f.pdf_stream(b"/Type /Metadata /Subtype /XML", xmp)], catalogue=b"/Metadata 7 0 R")


@leak
def pdf_embedded_csv(r):
    data = zlib.compress(f.csv_text(p.patients(r, 40)).encode())
    return "report.pdf", f.pdf(f.pdf_text(["Report"]), objects=[f.pdf_stream(b"/Type /EmbeddedFile /Filter /FlateDecode", data), b"<< /Type /Filespec /F (data.csv) /EF << /F 7 0 R >> >>"], catalogue=b"/Names << /EmbeddedFiles << /Names [(data.csv) 8 0 R] >> >>")


registry.enter(leak, {
    "pdf_link_with_query": lambda r: ("r.pdf", f.pdf(f.pdf_text(["Results"]), objects=[b"<< /Type /Annot /Subtype /Link /Rect [0 0 90 20] /A << /S /URI /URI (https://example.jp/?pid=%08d&name=%s) >> >>" % (r.randrange(10 ** 8), p.name(r, "latin").replace(" ", "+").encode())], page=b"/Annots [7 0 R]")),
    "pdf_case_listing_japanese": lambda r: ("list.pdf", f.unicode_font_pdf("症例1 %s %s %s" % (p.name(r, "kanji"), p.birth(r), p.phone(r)))),
    # ---- pictures and vectors ----
    "svg_text_names": lambda r: ("network.svg", f.svg("".join("<text x='%d' y='%d'>%s</text>" % (r.randrange(400), r.randrange(300), p.name(r, "kanji")) for _ in range(12)))),
    "svg_title_tooltips": lambda r: ("km.svg", f.svg("".join("<g><title>ID %07d: %d days</title><circle cx='%d' cy='%d' r='2'/></g>" % (r.randrange(10 ** 7), r.randrange(2000), r.randrange(400), r.randrange(300)) for _ in range(40)))),
    "svg_metadata_rows": lambda r: ("fig.svg", f.svg("<metadata>%s</metadata><rect width='10' height='10'/>" % f.csv_text(p.patients(r, 30)).replace("&", "&amp;").replace("<", "&lt;"))),
    "svg_qr_of_identifier": lambda r: ("code.svg", f.svg("<desc>otpauth 患者番号 %08d</desc>" % r.randrange(10 ** 8) + "".join("<rect x='%d' y='%d' width='4' height='4'/>" % (4 * x, 4 * y) for x in range(25) for y in range(25) if r.random() < 0.5))),
    "png_itxt_person": lambda r: ("fig.png", f.png(f.bars(r), chunks=[(b"iTXt", b"Description\0\0\0ja\0\0" + ("患者 %s %s" % (p.name(r, "kanji"), p.birth(r))).encode())])),
})


@leak
def jpeg_exif_artist(r):
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x0e\0\x02\0\0\0\x20\0\0\0\x1a\0\0\0\0" + ("MRN %08d" % r.randrange(10 ** 8)).encode().ljust(32, b"\0")
    return "photo.jpg", f.jpeg([(0xE1, b"Exif\0\0" + tiff)])


@leak
def jpeg_xmp_gps(r):
    return "photo.jpg", f.jpeg([(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description exif:GPSLatitude='35,41.%dN' exif:GPSLongitude='139,45.%dE' dc:creator='%s'/></x:xmpmeta>" % (r.randrange(1000, 9999), r.randrange(1000, 9999), p.name(r, "latin").encode()))])


# ---- Japanese free text ----
@leak
def letter_opening(r):
    return "mail.txt", "%s先生\n\nいつもお世話になっております。ご紹介いただきました%s様（%s、%d歳）につきまして、下記の通りご報告申し上げます。\n" % (p.name(r, "kanji"), p.name(r, "kanji"), r.choice(["男性", "女性"]), r.randrange(30, 95))


@leak
def spaced_name(r):
    family, given = r.choice(p.FAMILIES), r.choice(p.GIVENS)
    return "memo.txt", "集計対象外：%s　%s 殿\n" % ("　".join(family[0]), "　".join(given[0]))


@leak
def era_kanji_birth(r):
    day = v.birth_date(r)
    (kanji, _, _, _), year = v.era_of(day)
    return "memo.txt", "当該症例は%s%s年%s月%s日生まれの%s。\n" % (kanji, p.kanji_number(year) if year > 1 else "元", p.kanji_number(day.month), p.kanji_number(day.day), r.choice(["男性", "女性", "主婦"]))


@leak
def era_sign_birth(r):
    day = v.birth_date(r)
    (kanji, _, _, _), year = v.era_of(day)
    sign = {"明治": "㍾", "大正": "㍽", "昭和": "㍼", "平成": "㍻", "令和": "㋿"}[kanji]
    return "memo.txt", "生年月日：%s%d年%d月%d日\n" % (sign, year, day.month, day.day)


@leak
def era_abbreviated(r):
    day = v.birth_date(r)
    (kanji, _, _, _), year = v.era_of(day)
    return "memo.txt", "DOB %s.%d.%d.%d\n" % (kanji[0], year, day.month, day.day)


@leak
def address_kanji_numbers(r):
    _, town = r.choice(v.TOWNS)
    return "memo.txt", "転居先は%s%s丁目%s番地%s号 コーポ桜%d号室。\n" % (town, p.kanji_number(r.randrange(1, 9)), p.kanji_number(r.randrange(10, 30)), p.kanji_number(r.randrange(1, 20)), r.randrange(101, 405))


registry.enter(leak, {
    "phone_spaced_wide": lambda r: ("memo.txt", "家族連絡先　０９０　%s　%s（長男）\n" % (v.wide("%04d" % r.randrange(10000)), v.wide("%04d" % r.randrange(10000)))),
    "case_report_sentence": lambda r: ("case.txt", "症例：%d歳、%s。%d年%d月%d日に突然の胸痛で救急搬送され、%sで入院となった。\n" % (r.randrange(60, 99), r.choice(["男性", "女性"]), r.randrange(2019, 2024), r.randrange(1, 13), r.randrange(1, 29), r.choice(["急性大動脈解離", "急性心筋梗塞"]))),
    "few_in_words": lambda r: ("result.txt", "副作用のため中止したのは%sで、うち%sが死亡した。\n" % (r.choice(["三名", "五例", "七人", "二名"]), r.choice(["一名", "二例", "一人"]))),
    "few_among_english": lambda r: ("result.txt", "Only %s patients in the treatment arm developed agranulocytosis.\n" % r.choice(["two", "three", "four", "five", "six", "seven"])),
    "insurance_card_text": lambda r: ("memo.txt", "保険者番号%s　記号%s　番号%s　（本人）\n" % (v.wide(v.insurer(r)), v.wide(str(r.randrange(10, 9999))), v.wide(str(r.randrange(1, 99999))))),
    "yaml_config_with_ids": lambda r: ("config.yaml", "exclude_patients:\n" + "".join("  - %08d\n" % r.randrange(10 ** 8) for _ in range(9)) + "threshold: 10\n"),
    "sql_in_list": lambda r: ("query.sql", "SELECT sex, count(*) FROM cohort\nWHERE patient_id NOT IN (%s)\nGROUP BY sex;\n" % ", ".join("'%08d'" % r.randrange(10 ** 8) for _ in range(12))),
    "git_diff_rows": lambda r: ("change.txt", "diff --git a/data.csv b/data.csv\n@@ -1,30 +1,28 @@\n" + "".join("%s%s\n" % (r.choice(["-", "+", " "]), ",".join(str(x) for x in row)) for row in p.patients(r, 30))),
})


@leak
def markdown_pipe_persons(r):
    rows = p.patients(r, 22)
    return "list.md", "| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]) + "\n" + "".join("| " + " | ".join(str(x) for x in row) + " |\n" for row in rows[1:])


@leak
def xml_records(r):
    rows = p.patients(r, 30, headings=["age", "sex", "hba1c", "egfr", "bmi", "died"])
    return "export.xml", "<?xml version=\"1.0\"?>\n<records>\n" + "".join("  <record>%s</record>\n" % "".join("<%s>%s</%s>" % (k.replace("症例番号", "id"), x, k.replace("症例番号", "id")) for k, x in zip(rows[0], row)) for row in rows[1:]) + "</records>\n"


@leak
def jsonl_events(r):
    return "events.jsonl", "".join(json.dumps({"subject": "S%06d" % r.randrange(10 ** 6), "t": "2023-%02d-%02dT%02d:%02d" % (r.randrange(1, 13), r.randrange(1, 29), r.randrange(24), r.randrange(60)), "code": "E11.%d" % r.randrange(10)}) + "\n" for _ in range(50))


@leak
def fhir_bundle(r):
    return "bundle.json", json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "gender": r.choice(["male", "female"]), "birthDate": v.birth_date(r).isoformat(), "identifier": [{"value": "%08d" % r.randrange(10 ** 8)}]}} for _ in range(12)]})
