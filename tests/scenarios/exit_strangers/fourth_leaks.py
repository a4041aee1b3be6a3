"""A fourth set: files from a hospital's research office (R, Stata, SAS, SPSS, Excel, Word, PowerPoint, PDF, pictures, notebooks, LaTeX),
where what must not leave sits where nobody looks. Written without a look at the rules."""
import base64
import datetime
import gzip
import json
import struct
import urllib.parse

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import payloads as p
from . import registry

leak, _ = registry.named("fourth_")
WARDS = ["ICU", "4東", "5西", "HCU", "小児科", "循環器内科"]
LABS = ["WBC", "Hb", "PLT", "CRP", "AST", "ALT", "Cre", "BUN"]


def series(rng, count=12):
    """One person's laboratory values over days."""
    day = datetime.date(2022, 1, 1) + datetime.timedelta(days=rng.randrange(700))
    rows = [["採取日"] + LABS[:5]]
    for _ in range(count):
        day += datetime.timedelta(days=rng.randrange(1, 9))
        rows.append([day.isoformat()] + [round(rng.uniform(3, 12), 1), round(rng.uniform(8, 15), 1), rng.randrange(90, 400), round(rng.uniform(0, 15), 2), rng.randrange(10, 90)])
    return rows


def lines(rng, count=30):
    """Persons without any key: age, sex, ward, days, cost."""
    return [[rng.randrange(19, 97), rng.choice("MF"), rng.choice(WARDS), rng.randrange(1, 70), rng.randrange(18000, 3900000)] for _ in range(count)]


PERSON_HEAD = ["age", "sex", "ward", "los", "cost"]


@leak
def sas_proc_print(r):
    head = "%-6s%6s%6s%12s%6s%10s" % ("Obs", *PERSON_HEAD)
    return "proc_print.lst", "The SAS System      14:02 Tuesday, May 14, 2024   3\n\n" + head + "\n\n" + "".join(
        "%6d%6d%6s%12s%6d%10d\n" % (n, *row) for n, row in enumerate(lines(r), 1))


@leak
def rmarkdown_head(r):
    rows = [PERSON_HEAD] + lines(r, 12)
    return "analysis.md", "# 解析\n\n```r\nhead(d, 12)\n```\n\n```\n" + "".join("## " + line + "\n" for line in f.printed(rows).splitlines()) + "```\n"


@leak
def r_summary_frame(r):
    return "summary.txt", ("> summary(d)\n      age             los              cost        \n Min.   :%d.0   Min.   : 1.00   Min.   :  18210  \n 1st Qu.:54.0   1st Qu.: 6.00   1st Qu.: 301200  \n"
                           " Median :67.0   Median :11.00   Median : 488100  \n Mean   :64.8   Mean   :15.21   Mean   : 702344  \n 3rd Qu.:77.0   3rd Qu.:19.00   3rd Qu.: 901220  \n"
                           " Max.   :%d.0   Max.   :%d.00   Max.   :%d  \n" % (r.randrange(1, 19), r.randrange(97, 106), r.randrange(150, 400), r.randrange(9000000, 19000000)))


@leak
def stata_replace_if_id(r):
    return "clean.do", "use cohort, clear\n" + "".join("replace %s = %d if id == %d\n" % (r.choice(["age", "sbp", "bw"]), r.randrange(40, 160), r.randrange(10 ** 6, 10 ** 7)) for _ in range(9)) + "save cohort2\n"


@leak
def progress_log_ids(r):
    start = r.randrange(10 ** 6, 9 * 10 ** 6)
    return "extract.log", "".join("2024-05-14 09:%02d:%02d INFO reading chart %08d ... ok\n" % (n // 60 % 60, n % 60, start + 31 * n) for n in range(40))


@leak
def xlsx_ruby(r):
    family, given = v.person(r)
    strings = '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>症例A</t><rPh sb="0" eb="2"><t>%s%s</t></rPh></si></sst>' % (family[1], given[1])
    return "症例.xlsx", f.xlsx([("Sheet1", "", [["項目", 3], ["計", 120]])], extra=[("xl/sharedStrings2.xml", strings)])


@leak
def xlsx_header_footer(r):
    return "表.xlsx", f.xlsx([("表1", "", p.groups(r))], extra=[("xl/worksheets/sheet2.xml", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><headerFooter><oddHeader>&amp;C%s</oddHeader></headerFooter></worksheet>' % p.identifier(r, "kanji_name"))])


@leak
def xlsx_threaded_comment(r):
    body = '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B2" dT="2024-05-14T01:00:00.00" personId="{1}" id="{2}"><text>%s</text></threadedComment></ThreadedComments>' % p.note(r)
    return "表.xlsx", f.xlsx([("表1", "", p.groups(r))], extra=[("xl/threadedComments/threadedComment1.xml", body)])


@leak
def xlsx_chart_cache(r):
    points = "".join('<c:pt idx="%d"><c:v>%s</c:v></c:pt>' % (n, p.name(r, "kanji")) for n in range(8))
    chart = ('<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:f>Data!$A$2:$A$9</c:f><c:strCache>'
             '<c:ptCount val="8"/>%s</c:strCache></c:strRef></c:cat></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>' % points)
    return "図.xlsx", f.xlsx([("表1", "", p.groups(r))], extra=[("xl/charts/chart1.xml", chart)])


@leak
def xlsx_validation_list(r):
    names = ",".join(p.name(r, "kanji").replace("　", "") for _ in range(6))
    return "入力.xlsx", f.xlsx([("表1", "", p.groups(r))], extra=[("xl/worksheets/sheet3.xml", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><dataValidations><dataValidation type="list" sqref="A1"><formula1>"%s"</formula1></dataValidation></dataValidations></worksheet>' % names)])


@leak
def xlsx_second_sheet_records(r):
    return "table1.xlsx", f.xlsx([("Table1", "", p.groups(r)), ("元データ", "", [PERSON_HEAD] + lines(r, 60))])


@leak
def xlsx_custom_properties(r):
    props = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="vt"><property name="memo"><vt:lpwstr>%s</vt:lpwstr></property></Properties>' % p.note(r)
    return "表.xlsx", f.xlsx([("表1", "", p.groups(r))], extra=[("docProps/custom.xml", props)])


registry.enter(leak, {
    "docx_footnote": lambda r: ("論文.docx", f.docx(p.prose(r), extra=[("word/footnotes.xml", '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2">%s</w:footnote></w:footnotes>' % f.paragraph(p.note(r)))])),
    "docx_header": lambda r: ("報告.docx", f.docx(p.prose(r), extra=[("word/header1.xml", '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:hdr>' % f.paragraph(p.identifier(r)))])),
    "docx_text_box": lambda r: ("ポスター.docx", f.docx(p.prose(r), raw="<w:p><w:r><w:pict><v:shape xmlns:v='v'><v:textbox><w:txbxContent>%s</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>" % f.paragraph(p.note(r)))),
    "docx_alt_text": lambda r: ("図表.docx", f.docx(p.prose(r), raw='<w:p><w:r><w:drawing><wp:inline xmlns:wp="wp"><wp:docPr id="1" name="図 1" descr="%s"/></wp:inline></w:drawing></w:r></w:p>' % p.note(r, r.choice(["kanji_name", "my_number", "chart", "mobile"])))),
})


@leak
def docx_split_runs(r):
    number = v.my_number(r)
    runs = "".join("<w:r><w:t>%s</w:t></w:r>" % part for part in (number[:3], number[3:7], number[7:10], number[10:]))
    return "連絡.docx", f.docx(p.prose(r), raw="<w:p><w:r><w:t>個人番号 </w:t></w:r>%s</w:p>" % runs)


registry.enter(leak, {
    "docx_merge_field": lambda r: ("案内.docx", f.docx(["研究協力のお願い"], raw='<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MERGEFIELD 氏名 </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>%s 様</w:t></w:r></w:p>' % p.name(r, "kanji"))),
    "docx_case_report": lambda r: ("症例.docx", f.docx(["【症例】%d歳、%s。" % (r.randrange(20, 95), r.choice(["男性", "女性"])), "【現病歴】%d月%d日より発熱あり、%d日に当院救急外来を受診し緊急入院となった。" % (r.randrange(1, 12), r.randrange(1, 14), r.randrange(15, 28)),
                                   "【検査所見】WBC %d/μL、CRP %.2f mg/dL、Cre %.2f mg/dL。" % (r.randrange(3000, 20000), r.uniform(1, 20), r.uniform(0.5, 4)), "【経過】第%d病日に軽快退院した。" % r.randrange(5, 40)])),
    "pptx_embedded_workbook": lambda r: ("発表.pptx", f.pptx([["結果", "対象 1,204例"]], extra=[("ppt/embeddings/Microsoft_Excel_Sheet1.xlsx", f.xlsx([("Sheet1", "", [PERSON_HEAD] + lines(r, 50))]))])),
    "pptx_alt_text": lambda r: ("発表.pptx", f.pptx([["結果"]], extra=[("ppt/slides/slide2.xml", '<p:sld><p:cSld><p:spTree><p:pic><p:nvPicPr><p:cNvPr id="4" name="図 3" descr="%s"/></p:nvPicPr></p:pic></p:spTree></p:cSld></p:sld>' % p.note(r, "kanji_name"))])),
    "pptx_comment": lambda r: ("発表.pptx", f.pptx([["結果"]], extra=[("ppt/comments/comment1.xml", '<p:cmLst xmlns:p="p"><p:cm authorId="0" idx="1"><p:text>%s</p:text></p:cm></p:cmLst>' % p.note(r))])),
    "pdf_annotation": lambda r: ("figure.pdf", f.pdf(f.pdf_text(["Table 1. Baseline characteristics", "Age 64.2 (12.1)"]), objects=[b"<< /Type /Annot /Subtype /Text /Rect [50 50 60 60] /Contents (Patient: %s, MRN %08d) >>" % (p.name(r, "latin").encode(), r.randrange(10 ** 7))], page=b"/Annots [7 0 R]")),
    "pdf_outline": lambda r: ("report.pdf", f.pdf(f.pdf_text(["Summary of results"]), objects=[b"<< /Type /Outlines /First 8 0 R /Last 8 0 R /Count 1 >>", b"<< /Title (MRN %08d %s) /Parent 7 0 R /Dest [3 0 R /Fit] >>" % (r.randrange(10 ** 7), p.name(r, "latin_upper").encode())], catalogue=b"/Outlines 7 0 R")),
})


@leak
def pdf_xmp(r):
    xmp = ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="rdf"><rdf:Description><dc:description>%s</dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>' % p.note(r)).encode()
    return "fig1.pdf", f.pdf(f.pdf_text(["Figure 1"]), objects=[f.pdf_stream(b"/Type /Metadata /Subtype /XML", xmp)], catalogue=b"/Metadata 7 0 R")


registry.enter(leak, {
    "pdf_ocr_layer": lambda r: ("scan.pdf", f.pdf(f.pdf_text(["Patient %s  DOB %s" % (p.name(r, "latin"), v.birth_date(r).isoformat())], before=b"3 Tr "))),
    "pdf_unicode_name": lambda r: ("list.pdf", f.unicode_font_pdf("患者 %s 様" % v.kanji_name(r).replace("　", " "))),
    "png_description": lambda r: ("plot.png", f.png(f.bars(r), chunks=[(b"iTXt", b"Description\0\0\0\0\0" + p.note(r).encode())])),
    "png_appended_zip": lambda r: ("figure2.png", f.png(f.bars(r), tail=f.zipped([("d.csv", f.csv_text([PERSON_HEAD] + lines(r)))]))),
    "jpeg_comment": lambda r: ("photo.jpg", f.jpeg([(0xFE, p.note(r).encode())])),
})


@leak
def jpeg_iptc(r):
    caption = p.note(r).encode()
    return "photo.jpg", f.jpeg([(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(caption) + 5) + b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption)])


@leak
def jpeg_gps(r):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x02\0\x01\0\x02\0\0\0\x02N\0\0\0\0\x02\0\x05\0\0\0\x03\0\0\0\x38\0\0\0\0" + struct.pack(">6I", 35, 1, r.randrange(60), 1, r.randrange(6000), 100)
    return "case.jpg", f.jpeg([(0xE1, exif)])


@leak
def svg_data_attributes(r):
    shapes = "".join('<circle cx="%d" cy="%d" r="3" data-id="%08d"/>' % (r.randrange(10, 390), r.randrange(10, 290), r.randrange(10 ** 7)) for _ in range(30))
    return "scatter.svg", f.svg(shapes)


@leak
def svg_title_desc(r):
    return "bar.svg", f.svg('<title>図1</title><desc>%s</desc><rect x="10" y="20" width="30" height="200"/><rect x="60" y="90" width="30" height="130"/>' % p.note(r))


@leak
def html_hover_text(r):
    traces = [{"type": "scatter", "mode": "markers", "x": [row[0] for row in lines(r)], "y": [r.randrange(10, 900) for _ in range(30)], "text": ["ID:%07d" % r.randrange(10 ** 6, 10 ** 7) for _ in range(30)]}]
    return "plot.html", f.html('<div id="h" class="plotly html-widget"></div><script type="application/json" data-for="h">%s</script>' % json.dumps({"x": {"data": traces}}))


@leak
def html_download_link(r):
    rows = f.csv_text([PERSON_HEAD] + lines(r))
    link = r.choice(["data:text/csv;base64," + base64.b64encode(rows.encode()).decode(), "data:text/csv;charset=utf-8," + urllib.parse.quote(rows)])
    return "report.html", f.html("<h1>結果</h1>%s<a href=\"%s\">download</a>" % (f.html_table(p.groups(r)), link))


registry.enter(leak, {
    "html_aria_label": lambda r: ("report.html", f.html('<h1>結果</h1><div aria-label="%s">表1</div>%s' % (p.note(r), f.html_table(p.groups(r))))),
    "html_meta": lambda r: ("report.html", f.html(f.html_table(p.groups(r)), head='<meta name="description" content="%s">' % p.note(r))),
    "notebook_markdown": lambda r: ("run.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["## 除外例\n", "- %s\n" % p.note(r), "- %s\n" % p.note(r)]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=r.random() < 0.5)),
    "notebook_stderr": lambda r: ("run.ipynb", f.notebook(["fit(d)"], outputs=[{"output_type": "stream", "name": "stderr", "text": ["UserWarning: dropped patient %08d (%s)\n" % (r.randrange(10 ** 7), p.birth(r)) for _ in range(3)]}])),
    "latex_comment": lambda r: ("main.tex", "\\documentclass{article}\n\\begin{document}\n%% %s\n%s\n\\end{document}\n" % (p.note(r), "\n".join(p.prose(r, 3)))),
    "latex_plot_points": lambda r: ("fig.tex", "\\begin{tikzpicture}\\begin{axis}[xlabel=age,ylabel=eGFR]\n\\addplot[only marks] coordinates {\n%s\n};\n\\end{axis}\\end{tikzpicture}\n" % "\n".join("(%d,%.1f)" % (r.randrange(20, 95), r.gauss(60, 18)) for _ in range(60))),
    "markdown_comment": lambda r: ("README.md", "# 解析手順\n\n%s\n\n<!-- %s -->\n" % ("\n".join(p.prose(r, 3)), p.note(r))),
    "json_escaped": lambda r: ("meta.json", json.dumps({"title": "表1", "n": 1204, "memo": p.note(r, r.choice(["kanji_name", "kana_name", "address"]))})),
    "urlsafe_base64": lambda r: ("state.json", json.dumps({"state": base64.urlsafe_b64encode(f.csv_text([PERSON_HEAD] + lines(r)).encode()).decode().rstrip("=")})),
    "gzip_base64": lambda r: ("config.yaml", "model: logistic\nblob: %s\n" % base64.b64encode(gzip.compress(f.csv_text([PERSON_HEAD] + lines(r)).encode())).decode()),
    "base64_utf16_name": lambda r: ("notes.txt", "ref: %s\n" % base64.b64encode(("患者 %s 様 %s" % (v.kanji_name(r), v.phone(r))).encode("utf-16-le")).decode()),
})


@leak
def wide_my_number_dots(r):
    number = v.my_number(r)
    separator = r.choice(["・", "‐", "－", "　", "―", ".", "_", "/"])
    return "メモ.txt", "先方から受領：%s\n" % v.wide(separator.join((number[:4], number[4:8], number[8:])))


@leak
def kanji_digits_birth(r):
    day = v.birth_date(r)
    (era, _, _, _), year = v.era_of(day)
    return "経過.txt", "対象者は%s%s年%s月%s日に出生。\n" % (era, p.kanji_number(year), p.kanji_number(day.month), p.kanji_number(day.day))


@leak
def masked_cell_total_known(r):
    a, b, c = r.randrange(1, 9), r.randrange(40, 300), r.randrange(40, 300)
    mark = r.choice(["*", "<10", "-", "※"])
    return "表2.csv", "診断,人数\n心筋梗塞,%d\n心不全,%s\n狭心症,%d\n合計,%d\n" % (b, mark, c, a + b + c)


@leak
def masked_cell_percent_known(r):
    n, a = 412, r.randrange(2, 9)
    return "table2.md", "| outcome | n | %% |\n|---|---|---|\n| death | <10 | %.2f |\n| alive | %d | %.2f |\n| total | %d | 100 |\n" % (100 * a / n, n - a, 100 * (n - a) / n, n)


registry.enter(leak, {
    "percent_with_small_base": lambda r: ("sub.txt", "Among patients with the variant (n = %d), %.1f%% died within 30 days.\n" % (r.choice([6, 7, 8, 9]), r.choice([33.3, 16.7, 14.3, 42.9, 12.5, 37.5]))),
    "mean_of_few": lambda r: ("means.csv", "group,n,mean_cost,sd\nA,%d,%d,%d\nB,231,512200,80211\n" % (r.randrange(2, 9), r.randrange(200000, 900000), r.randrange(20000, 90000))),
    "boxplot_outliers": lambda r: ("box.json", json.dumps({"stats": {"q1": 5, "median": 9, "q3": 17}, "outliers": [round(r.uniform(60, 320), 1) for _ in range(9)]})),
    "confusion_small": lambda r: ("confusion.csv", "observed,predicted_0,predicted_1\n0,512,%d\n1,%d,77\n" % (r.randrange(1, 9), r.randrange(1, 9))),
    "random_effects_by_patient": lambda r: ("ranef.txt", "$patient\n        (Intercept)\n" + "".join("%07d %12.6f\n" % (r.randrange(10 ** 6, 10 ** 7), r.gauss(0, 1)) for _ in range(30))),
    "tree_small_leaf": lambda r: ("tree.txt", "n= 812\n\nnode), split, n, loss, yval, (yprob)\n 1) root 812 201 0 (0.752 0.248)\n   2) age< 71.5 520 80 0 (0.846 0.154) *\n   3) age>=71.5 292 121 0 (0.586 0.414)\n     6) sbp>=%d 288 117 0 (0.594 0.406) *\n     7) sbp< 88 %d 0 1 (0.000 1.000) *\n" % (88, r.randrange(2, 8))),
    "umap_coordinates": lambda r: ("umap.csv", "umap1,umap2,cluster\n" + "".join("%.5f,%.5f,%d\n" % (r.gauss(0, 4), r.gauss(0, 4), r.randrange(4)) for _ in range(120))),
    "cluster_members": lambda r: ("clusters.txt", "".join("cluster %d: %s\n" % (k, " ".join(str(r.randrange(10 ** 5, 10 ** 6)) for _ in range(18))) for k in range(4))),
    "patch_with_rows": lambda r: ("fix.diff", "diff --git a/d.csv b/d.csv\n--- a/d.csv\n+++ b/d.csv\n@@ -1,3 +1,20 @@\n age,sex,ward,los,cost\n" + "".join("+%d,%s,%s,%d,%d\n" % tuple(row) for row in lines(r, 20))),
    "pg_dump_copy": lambda r: ("dump.sql", "COPY public.stay (age, sex, ward, los, cost) FROM stdin;\n" + "".join("\t".join(map(str, row)) + "\n" for row in lines(r)) + "\\.\n"),
    "ssmix_paths": lambda r: ("files.txt", "".join("/ssmix2/%s/%s/%s/202403%02d/OMP-01/%s_202403%02d_OMP-01_%015d_01_1\n" % (i[:3], i[3:6], i, d, i, d, r.randrange(10 ** 9)) for i, d in (("%08d" % r.randrange(10 ** 7), r.randrange(1, 29)) for _ in range(14)))),
    "mail_thread": lambda r: ("mail.txt", "From: %s\nTo: data-office@example.ac.jp\nSubject: Re: 解析用データの確認\nDate: Tue, 14 May 2024 10:02:11 +0900\n\nお世話になっております。\n%s の件ですが、生年月日は %s で間違いありません。\n" % (p.IDENTIFIERS["mail"](r), v.kanji_name(r) + "様", p.birth(r))),
    "excel_text_formula_ids": lambda r: ("export.csv", "id,age,result\n" + "".join('="%08d",%d,%s\n' % (r.randrange(10 ** 7), r.randrange(20, 95), r.choice(["陽性", "陰性"])) for _ in range(25))),
    "one_patient_series": lambda r: ("経過表.csv", f.csv_text(series(r))),
})


@leak
def prescriptions_of_one(r):
    day = datetime.date(2023, 4, 3)
    return "処方歴.txt", "".join("%s %s %d錠 分%d %d日分\n" % ((day + datetime.timedelta(days=28 * n)).strftime("%Y/%m/%d"), r.choice(["アムロジピン5mg", "メトホルミン250mg", "ワルファリン1mg"]), r.randrange(1, 4), r.randrange(1, 4), 28) for n in range(9))


registry.enter(leak, {
    "oldest_patient": lambda r: ("結果.txt", "対象は%d例、平均年齢は71.2歳（最高齢は%d歳、最年少は%d歳）であった。\n" % (r.randrange(300, 4000), r.randrange(98, 106), r.randrange(0, 12))),
    "village_single": lambda r: ("地域.csv", "市町村,患者数\n%s,%d\n" % (r.choice(["青ヶ島村", "利島村", "大川村", "野迫川村"]), r.randrange(1, 4)) + "".join("%s,%d\n" % (name, r.randrange(40, 900)) for name in ("松本市", "長野市", "上田市"))),
    "survey_free_text": lambda r: ("comments.csv", "q1,q2,自由記載\n" + "".join("%d,%d,%s\n" % (r.randrange(1, 6), r.randrange(1, 6), t) for t in ["特になし", "%sさんの対応が良かった" % v.person(r)[0][0], "母（%s）の件で相談したい" % v.kanji_name(r), "電話は%sまで" % p.phone(r), "特になし"])),
    "utf16_table": lambda r: ("データ.csv", f.csv_text([["年齢", "性別", "病棟", "在院日数", "医療費"]] + lines(r)).encode("utf-16")),
})


@leak
def foreign_formats(r):
    name, head = r.choice([("cohort.parquet", b"PAR1"), ("cohort.RData", b"\x1f\x8b\x08\0"), ("cohort.dta", b"<stata_dta><header><release>118"), ("cohort.sav", b"$FL2@(#) IBM SPSS STATISTICS"), ("cohort.feather", b"ARROW1\0\0"), ("cohort.7z", b"7z\xbc\xaf\x27\x1c")])
    return name, head + bytes(r.randrange(256) for _ in range(4000))


@leak
def encrypted_zip(r):
    data = bytearray(f.zipped([("d.csv", f.csv_text([PERSON_HEAD] + lines(r)))]))
    data[6] |= 1
    return "提出.zip", bytes(data)


@leak
def inline_ids_in_code(r):
    ids = ["%07d" % r.randrange(10 ** 6, 10 ** 7) for _ in range(12)]
    return "exclude.R", r.choice(["d <- d[!d$pid %%in%% c(%s), ]\n" % ", ".join(ids), "d <- subset(d, !(pid == %s))\n" % " | pid == ".join(ids), "bad <- strsplit(\"%s\", \" \")[[1]]\n" % " ".join(ids)])


@leak
def era_birth_slashes(r):
    return "対象.csv", "番号,生年月日,群\n" + "".join("%d,%s,%s\n" % (n, r.choice(["S%d/%d/%d", "昭和%d/%d/%d", "昭%d.%d.%d"]) % (r.randrange(1, 63), r.randrange(1, 13), r.randrange(1, 28)), r.choice("AB")) for n in range(1, 15))


@leak
def initials_age_ward(r):
    return "会議メモ.md", "# 症例検討\n\n" + "".join("- %s.%s. %d歳 %s %s 入院%d日目\n" % (r.choice("AKMSTY"), r.choice("AHKMNY"), r.randrange(20, 95), r.choice("男女"), r.choice(WARDS), r.randrange(1, 60)) for _ in range(6))
