"""Leaks of the ninth set inside office, page, picture and archive files, where programs put them without showing them."""
import base64
import gzip
import io
import json
import struct
import tarfile
import zlib

from . import registry
from .ninth_cast import (GROUPS, REL, XML, b64, cells, chunk, code, csv_rows, docx, half, html_table, notebook, packed, page, para, pdf, pdf_lines, people, png, pptx,
                         rels, run, safe_table, said, svg, utf16_hex, word_table, xlsx, xml)

leak, _ = registry.named("ninth_")


def plain(r):
    return cells(safe_table(r))


def one(r):
    return people(r, 1)[0]


# Spreadsheets.
@leak
def sheet_named_after_patient(r):
    return "表.xlsx", xlsx([("集計", plain(r)), ("%s %s" % (one(r).kanji_sei, one(r).kanji_mei), "<sheetData/>")])


@leak
def column_of_width_zero(r):
    t = safe_table(r)
    for row, p in zip(t[1:], people(r, 9)):
        row.append(p.kanji)
    t[0].append("担当")
    return "表1.xlsx", xlsx([("集計", '<cols><col min="5" max="5" width="0" customWidth="1"/></cols>' + cells(t))])


@leak
def collapsed_group_of_rows(r):
    inner = plain(r).replace("</sheetData>", "".join('<row r="%d" outlineLevel="1" hidden="1"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c><c r="B%d"><v>%d</v></c></row>' % (
        20 + i, 20 + i, p.chart, 20 + i, p.age) for i, p in enumerate(people(r, 5))) + "</sheetData>")
    return "表2.xlsx", xlsx([("Sheet1", inner)])


@leak
def validation_list_of_names(r):
    return "入力.xlsx", xlsx([("Sheet1", plain(r) + '<dataValidations count="1"><dataValidation type="list" sqref="F2"><formula1>"%s"</formula1></dataValidation></dataValidations>' % ",".join(
        p.kanji.replace(" ", "") for p in people(r, 4)))])


@leak
def formula_with_id(r):
    inner = plain(r).replace("</sheetData>", '<row r="30"><c r="A30"><f>COUNTIF(%s!A:A,"%s")</f><v>412</v></c></row></sheetData>' % ("raw", one(r).chart))
    return "計算.xlsx", xlsx([("Sheet1", inner)])


@leak
def autofilter_criterion(r):
    return "抽出.xlsx", xlsx([("Sheet1", plain(r) + '<autoFilter ref="A1:D8"><filterColumn colId="0"><filters>%s</filters></filterColumn></autoFilter>' % "".join(
        '<filter val="%s"/>' % p.kanji for p in people(r, 3)))])


@leak
def shared_strings_left_over(r):
    strings = "".join("<si><t>%s</t></si>" % p.kanji for p in people(r, 12))
    return "残り.xlsx", xlsx([("Sheet1", plain(r))], {"xl/sharedStrings.xml": XML + '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>' % strings},
                           [("sharedStrings", "sharedStrings.xml")], [("xl/sharedStrings.xml", "spreadsheetml.sharedStrings")])


@leak
def chart_cache_of_patients(r):
    points = "".join('<c:pt idx="%d"><c:v>%s</c:v></c:pt>' % (i, p.egfr) for i, p in enumerate(people(r, 60)))
    ages = "".join('<c:pt idx="%d"><c:v>%d</c:v></c:pt>' % (i, p.age) for i, p in enumerate(people(r, 60)))
    chart = XML + '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:scatterChart><c:ser><c:xVal><c:numRef><c:f>[1]raw!$A$2:$A$61</c:f>' \
        '<c:numCache>%s</c:numCache></c:numRef></c:xVal><c:yVal><c:numRef><c:f>[1]raw!$B$2:$B$61</c:f><c:numCache>%s</c:numCache></c:numRef></c:yVal></c:ser></c:scatterChart></c:plotArea></c:chart></c:chartSpace>' % (ages, points)
    drawing = XML + '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    return "散布図.xlsx", xlsx([("図", plain(r) + '<drawing r:id="rId1"/>')], {"xl/charts/chart1.xml": chart, "xl/drawings/drawing1.xml": drawing,
                             "xl/worksheets/_rels/sheet1.xml.rels": rels([("drawing", "../drawings/drawing1.xml")]), "xl/drawings/_rels/drawing1.xml.rels": rels([("chart", "../charts/chart1.xml")])},
                             overrides=[("xl/charts/chart1.xml", "drawingml.chart")])


@leak
def header_footer_names_patient(r):
    return "印刷.xlsx", xlsx([("Sheet1", plain(r) + "<headerFooter><oddFooter>&amp;L%s (ID %s)&amp;RPage &amp;P</oddFooter></headerFooter>" % (one(r).kanji, one(r).chart))])


@leak
def birth_as_serial_number(r):
    rows = [["番号", "生年月日", "HbA1c"]] + [[i + 1, 25569 + (p.year - 1970) * 365 + p.month * 30 + p.day, p.hba1c] for i, p in enumerate(people(r, 15))]
    styles = XML + '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>' \
        '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    return "臨床.xlsx", xlsx([("Sheet1", cells(rows, {1: 1}))], {"xl/styles.xml": styles}, [("styles", "styles.xml")], [("xl/styles.xml", "spreadsheetml.styles")])


@leak
def phonetic_reading_of_name(r):
    p = one(r)
    inner = plain(r).replace("</sheetData>", '<row r="30"><c r="A30" t="inlineStr"><is><t>備考</t><rPh sb="0" eb="2"><t>%s</t></rPh></is></c></row></sheetData>' % p.kana)
    return "ふりがな.xlsx", xlsx([("Sheet1", inner)])


@leak
def link_tooltip(r):
    return "リンク.xlsx", xlsx([("Sheet1", plain(r) + '<hyperlinks><hyperlink ref="A1" location="Sheet1!A1" tooltip="%s %s"/></hyperlinks>' % (one(r).kanji, one(r).born))])


@leak
def scenario_values(r):
    p = one(r)
    return "シナリオ.xlsx", xlsx([("Sheet1", plain(r) + '<scenarios><scenario name="%s" count="2"><inputCells r="B2" val="%d"/><inputCells r="B3" val="%s"/></scenario></scenarios>' % (p.kanji, p.age, p.chart))])


@leak
def defined_name_of_patient(r):
    return "名前.xlsx", xlsx([("Sheet1", plain(r))], names='<definedNames><definedName name="%s_入院">Sheet1!$A$1</definedName></definedNames>' % one(r).kanji.replace(" ", ""))


@leak
def slicer_cache_items(r):
    items = "".join('<i x="%d" s="1"/>' % i for i in range(3))
    cache = XML + '<slicerCacheDefinition xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" name="Slicer_patient" sourceName="%s"><data><tabular><items>%s</items></tabular></data></slicerCacheDefinition>' % (
        one(r).kanji, items)
    return "スライサー.xlsx", xlsx([("Sheet1", plain(r))], {"xl/slicerCaches/slicerCache1.xml": cache})


@leak
def rows_in_second_block(r):
    t = safe_table(r) + [[""], [""]] + [["症例", "年齢", "性", "eGFR"]] + [[i + 1, p.age, p.sex, p.egfr] for i, p in enumerate(people(r, 8))]
    return "まとめ.xlsx", xlsx([("結果", cells(t))])


@leak
def threaded_comment(r):
    p = one(r)
    comment = XML + '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B3" dT="2024-05-01T02:00:00.00" personId="{A}" id="{B}"><text>この1人は%sさん</text></threadedComment></ThreadedComments>' % p.kanji
    return "コメント.xlsx", xlsx([("Sheet1", plain(r))], {"xl/threadedComments/threadedComment1.xml": comment, "xl/worksheets/_rels/sheet1.xml.rels": rels([("threadedComment", "../threadedComments/threadedComment1.xml")])})


@leak
def small_cell_in_a_merged_pivot_layout(r):
    rows = [["病名", "性別", "人数"], ["肺癌", "男", r.randint(40, 90)], ["", "女", r.randint(40, 80)], ["中皮腫", "男", r.randint(2, 5)], ["", "女", r.randint(20, 40)]]
    return "ピボット.xlsx", xlsx([("Sheet1", cells(rows))])


@leak
def counts_with_unit_in_cells(r):
    rows = [["区分", "男性", "女性"]] + [[g, "%d名" % r.choice([2, 3, 6, 8]), "%d名" % r.randint(30, 90)] for g in GROUPS]
    return "人数.xlsx", xlsx([("Sheet1", cells(rows))])


# Word.
@leak
def deleted_text_kept(r):
    p = one(r)
    return "原稿.docx", docx(para("本研究の対象は412名である。", more='<w:del w:id="1" w:author="查読" w:date="2024-05-01T00:00:00Z"><w:r><w:delText>うち%s(%d歳)は除外。</w:delText></w:r></w:del>' % (p.kanji, p.age)))


@leak
def mail_merge_source(r):
    settings = XML + '<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:query w:val="SELECT * FROM `患者$` WHERE `患者番号`=\'%s\'"/></w:mailMerge></w:settings>' % one(r).chart
    return "案内.docx", docx(para("研究参加のお願い"), {"word/settings.xml": settings}, [("settings", "settings.xml")], [("word/settings.xml", "wordprocessingml.settings")])


@leak
def dropdown_of_patients(r):
    sdt = '<w:sdt><w:sdtPr><w:dropDownList>%s</w:dropDownList></w:sdtPr><w:sdtContent>%s</w:sdtContent></w:sdt>' % (
        "".join('<w:listItem w:displayText="%s" w:value="%s"/>' % (p.kanji, p.chart) for p in people(r, 3)), run("選択してください"))
    return "様式.docx", docx(para("対象者:", more=sdt))


@leak
def footnote_on_one_case(r):
    p = one(r)
    notes = XML + '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2"><w:p>%s</w:p></w:footnote></w:footnotes>' % run(
        "死亡した1例は%d歳%s性、%sに入院した。" % (p.age, "男" if p.sex == "M" else "女", p.visit.replace("-", "/")))
    return "論文.docx", docx(para("院内死亡は少なかった。"), {"word/footnotes.xml": notes}, [("footnotes", "footnotes.xml")], [("word/footnotes.xml", "wordprocessingml.footnotes")])


@leak
def header_with_chart_number(r):
    head = XML + '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p>%s</w:p></w:hdr>' % run("ID: %s %s" % (one(r).chart, half(one(r).kana)))
    return "報告.docx", docx(para("解析結果の報告"), {"word/header1.xml": head}, [("header", "header1.xml")], [("word/header1.xml", "wordprocessingml.header")])


@leak
def text_box_of_vml(r):
    box = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>%s</w:txbxContent></v:textbox></v:shape></w:pict></w:r>' % para("%s様 %s" % (one(r).kanji, one(r).born))
    return "図入り.docx", docx(para("図1", more=box))


@leak
def field_code_with_name(r):
    field = '<w:fldSimple w:instr=" DOCPROPERTY &quot;%s_%s&quot; ">%s</w:fldSimple>' % (one(r).kanji_sei + one(r).kanji_mei, one(r).chart, run("412"))
    return "差込.docx", docx(para("対象数 ", more=field))


@leak
def listing_in_word_table(r):
    rows = [["No", "年齢", "性別", "手術日", "転帰"]] + [[i + 1, p.age, p.sex, p.visit, r.choice(["軽快", "死亡"])] for i, p in enumerate(people(r, 6))]
    return "付表.docx", docx(para("付表1 症例一覧") + word_table(rows))


@leak
def small_cells_in_word_table(r):
    rows = [["背景", "治療群 (n=118)", "対照群 (n=121)"], ["透析", "%d (%.1f)" % (4, 3.4), "%d (%.1f)" % (11, 9.1)], ["喫煙", "51 (43.2)", "60 (49.6)"]]
    return "表1.docx", docx(para("表1 患者背景") + word_table(rows))


@leak
def bookmark_of_patient(r):
    return "しおり.docx", docx('<w:p><w:bookmarkStart w:id="0" w:name="%s_%s"/>%s<w:bookmarkEnd w:id="0"/></w:p>' % (one(r).kanji.replace(" ", "_"), one(r).born.replace("-", ""), run("結果")))


@leak
def custom_property(r):
    custom = XML + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="症例"><vt:lpwstr>%s %s</vt:lpwstr></property></Properties>' % (one(r).latin, one(r).born)
    return "属性.docx", docx(para("本文"), {"docProps/custom.xml": custom}, root=[("custom-properties", "docProps/custom.xml")], overrides=[("docProps/custom.xml", "custom-properties")])


@leak
def picture_name_in_word(r):
    drawing = '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:docPr id="1" name="図 1" descr="C:\\\\画像\\\\%s_%s_CT.png"/></wp:inline></w:drawing></w:r>' % (one(r).chart, one(r).latin_sei)
    return "CT.docx", docx(para("図1 代表例", more=drawing))


@leak
def ruby_reading(r):
    ruby = '<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>%s</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>対象者</w:t></w:r></w:rubyBase></w:ruby></w:r>' % one(r).kana.replace(" ", "")
    return "ルビ.docx", docx(para("本例の", more=ruby))


@leak
def white_type_in_word(r):
    return "白.docx", docx(para("結果を示す。") + para("%s %s" % (one(r).chart, one(r).born), '<w:color w:val="FFFFFF"/>'))


@leak
def slide_notes(r):
    p = one(r)
    notes = XML + '<p:notes xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>ここで%sさんの経過(%s入院)を話す</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:notes>' % (p.kanji, p.visit)
    return "発表.pptx", pptx(["結果"], {"ppt/notesSlides/notesSlide1.xml": notes}, [("notesSlide", "../notesSlides/notesSlide1.xml")], [("ppt/notesSlides/notesSlide1.xml", "presentationml.notesSlide")])


@leak
def slide_of_one_case(r):
    p = one(r)
    return "症例.pptx", pptx(["症例提示", "%d歳 %s性、主訴: 呼吸困難、%s 当院へ救急搬送" % (p.age, "男" if p.sex == "M" else "女", p.visit.replace("-", "/"))])


# PDF.
@leak
def pdf_outline_of_names(r):
    p = one(r)
    return "report.pdf", pdf([pdf_lines(["Results"])], ["<< /Type /Outlines /First 13 0 R /Last 13 0 R /Count 1 >>", "<< /Title %s /Parent 12 0 R >>" % utf16_hex(p.kanji + " " + p.born)], catalog="/Outlines 12 0 R")


@leak
def pdf_sticky_note(r):
    p = one(r)
    return "proof.pdf", pdf([pdf_lines(["Table 1. Characteristics of 412 patients"])], ["<< /Type /Annot /Subtype /Text /Rect [50 700 70 720] /Contents %s >>" % utf16_hex("外れ値は%sさん" % p.kanji)], page_extra="/Annots [12 0 R]")


@leak
def pdf_xmp(r):
    p = one(r)
    data = ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>%s</rdf:li><rdf:li>%s</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>' % (p.kanji, p.born)).encode()
    return "fig.pdf", pdf([pdf_lines(["Figure 1"])], [b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(data), data)], catalog="/Metadata 12 0 R")


@leak
def pdf_scatter_of_squares(r):
    marks = "".join("%.2f %.2f 3 3 re f\n" % (80 + p.age * 4, 100 + p.egfr * 5) for p in people(r, 120))
    return "scatter.pdf", pdf([pdf_lines(["eGFR by age"]) + "\n0.2 0.4 0.7 rg\n" + marks])


@leak
def pdf_marker_form(r):
    marks = "".join("q 1 0 0 1 %.3f %.3f cm /M0 Do Q\n" % (80 + p.age * 4, 100 + p.sbp * 2) for p in people(r, 150))
    form = b"<< /Type /XObject /Subtype /Form /BBox [-4 -4 4 4] /Length 45 >>\nstream\n-3 0 m 0 3 l 3 0 l 0 -3 l h 0 0 1 rg B* n     \nendstream"
    return "plot.pdf", pdf([marks], [form], resources="/XObject << /M0 12 0 R >>")


@leak
def pdf_listing(r):
    return "listing.pdf", pdf([pdf_lines(["Listing 16.2.7 Adverse Events", "Subject   Age Sex Term            Onset"] + [
        "%03d-%04d  %d  %s   %-14s  %s" % (r.randint(1, 20), r.randint(1, 999), p.age, p.sex, r.choice(["Rash", "ALT increased", "Nausea"]), p.visit) for p in people(r, 9)])])


@leak
def pdf_named_destination(r):
    return "book.pdf", pdf([pdf_lines(["Chapter 1"])], catalog="/Names << /Dests << /Names [(%s_%s) [10 0 R /Fit]] >> >>" % (one(r).latin.replace(" ", "_"), one(r).chart))


@leak
def pdf_form_value(r):
    p = one(r)
    return "form.pdf", pdf([pdf_lines(["Consent form"])], ["<< /FT /Tx /T (patient) /V %s /Rect [60 600 200 620] /Subtype /Widget /Type /Annot >>" % utf16_hex(p.kanji)], catalog="/AcroForm << /Fields [12 0 R] >>", page_extra="/Annots [12 0 R]")


@leak
def pdf_outside_crop(r):
    p = one(r)
    return "cropped.pdf", pdf([pdf_lines(["Summary of 412 patients"]) + "\nBT /F1 8 Tf 60 20 Td (%s %s %s) Tj ET" % (p.latin, p.chart, p.born)], page_extra="/CropBox [0 100 595 842]")


@leak
def pdf_alt_of_figure(r):
    p = one(r)
    return "tagged.pdf", pdf([pdf_lines(["Figure"])], ["<< /Type /StructTreeRoot /K 13 0 R >>", "<< /Type /StructElem /S /Figure /Alt %s /P 12 0 R >>" % utf16_hex("%s様の胸部CT" % p.kanji)], catalog="/StructTreeRoot 12 0 R")


@leak
def pdf_spaced_out_digits(r):
    p = one(r)
    text = " ".join("1 0 0 1 %d 700 Tm (%s) Tj" % (60 + 6 * i, c) for i, c in enumerate("ID " + p.chart + " DOB " + p.born))
    return "kerned.pdf", pdf(["BT /F1 10 Tf %s ET" % text])


@leak
def pdf_object_stream_note(r):
    p = one(r)
    inner = "<< /Title %s >>" % utf16_hex(p.kanji + "様 " + p.chart)
    data = zlib.compress(("20 0 " + inner).encode())
    return "packed.pdf", pdf([pdf_lines(["Figure 3"])], [b"<< /Type /ObjStm /N 1 /First 5 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(data), data)])


@leak
def pdf_small_cells(r):
    return "table1.pdf", pdf([pdf_lines(["Table 1", "                Drug A      Drug B", "N               118         121", "Dialysis        4 (3.4%)    13 (10.7%)", "Male            61 (51.7%)  66 (54.5%)"])])


# Pictures.
@leak
def png_text_of_matplotlib(r):
    return "fig1.png", png([(b"tEXt", b"Description\0" + ("subject %s %s" % (one(r).latin, one(r).born)).encode())])


@leak
def png_compressed_text(r):
    return "fig2.png", png([(b"zTXt", b"Comment\0\0" + zlib.compress(csv_rows(["id", "age", "hba1c"], [(p.chart, p.age, p.hba1c) for p in people(r, 10)]).encode()))])


@leak
def png_xmp(r):
    return "fig3.png", png([(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + ("<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:title>%s %s</dc:title></x:xmpmeta>" % (one(r).kanji, one(r).chart)).encode())])


@leak
def png_private_chunk(r):
    return "fig4.png", png([(b"prVt", csv_rows(["id", "dx"], [(p.chart, p.dx) for p in people(r, 20)]).encode())])


@leak
def png_with_csv_behind(r):
    return "fig5.png", png(behind=csv_rows(["id", "dob"], [(p.chart, p.born) for p in people(r, 20)]).encode())


@leak
def jpeg_comment(r):
    text = ("%s %s" % (one(r).latin, one(r).chart)).encode()
    return "photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xfe" + struct.pack(">H", len(text) + 2) + text + b"\xff\xd9"


@leak
def svg_titles_per_point(r):
    return "plot.svg", svg("".join('<g><title>%s: %d, %.1f</title><circle cx="%d" cy="%d" r="3"/></g>' % (p.chart, p.age, p.egfr, p.age * 6, 480 - p.egfr * 4) for p in people(r, 30)))


@leak
def svg_points_as_short_paths(r):
    return "r_plot.svg", svg("".join('<path fill="none" stroke="#000" stroke-width="0.75" d="M %.2f %.2f C %.2f %.2f %.2f %.2f %.2f %.2f"/>' % (
        x + 2, y, x + 2, y + 2, x - 2, y + 2, x - 2, y) for x, y in ((40 + p.age * 5.6, 470 - p.hba1c * 30) for p in people(r, 80))))


@leak
def svg_markers_by_use(r):
    return "mpl.svg", svg('<defs><path id="m1" d="M0 3C.8 3 1.6 2.7 2.1 2.1z"/></defs><g id="PathCollection_1">%s</g>' % "".join('<use xlink:href="#m1" x="%.6f" y="%.6f" style="fill:#1f77b4"/>' % (
        40 + p.age * 5.6, 470 - p.sbp * 2) for p in people(r, 100)))


@leak
def svg_spaghetti(r):
    return "course.svg", svg("".join('<polyline fill="none" stroke="#888" points="%s"/>' % " ".join("%d,%.1f" % (60 + 90 * t, 400 - r.uniform(20, 300)) for t in range(6)) for _ in range(40)))


@leak
def svg_group_ids(r):
    return "swim.svg", svg("".join('<g id="pt_%s"><rect x="60" y="%d" width="%d" height="8"/></g>' % (p.chart, 20 + 14 * i, p.days / 4) for i, p in enumerate(people(r, 20))))


@leak
def svg_metadata(r):
    return "qgis.svg", svg('<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">%s_%s</dc:title></rdf:RDF></metadata><rect x="9" y="9" width="90" height="200"/>' % (one(r).kanji, one(r).born))


@leak
def svg_style_content(r):
    return "styled.svg", svg('<style>.a::after { content: "%s %s"; }</style><rect class="a" x="9" y="9" width="90" height="200"/>' % (one(r).kanji, one(r).chart))


@leak
def svg_swimmer_bars(r):
    return "swimmer.svg", svg("".join('<rect x="60" y="%d" width="%.1f" height="8" fill="#69c"/>' % (20 + 12 * i, p.days / 4) for i, p in enumerate(people(r, 34))))


@leak
def svg_waterfall(r):
    return "waterfall.svg", svg("".join('<rect x="%d" y="%.1f" width="9" height="%.1f" fill="#c63"/>' % (60 + 11 * i, 240 - max(v, 0), abs(v)) for i, v in enumerate(
        sorted((r.uniform(-190, 120) for _ in range(44)), reverse=True))))


@leak
def svg_map_dots(r):
    return "map.svg", svg('<path d="M50 60L600 80L580 430L70 400Z" fill="#eee"/>' + "".join('<ellipse cx="%.2f" cy="%.2f" rx="2" ry="2" fill="red"/>' % (r.uniform(80, 560), r.uniform(90, 380)) for _ in range(45)))


# Pages.
@leak
def plotly_hover(r):
    ps = people(r, 50)
    data = [{"type": "scatter", "mode": "markers", "x": [p.age for p in ps], "y": [p.egfr for p in ps], "text": [p.chart for p in ps]}]
    return "plot.html", page('<div id="a"></div><script>Plotly.newPlot("a", %s, {"title":"eGFR"});</script>' % json.dumps(data))


@leak
def plotly_typed_arrays(r):
    ps = people(r, 200)
    return "fig.json", json.dumps({"data": [{"type": "scatter", "mode": "markers", "x": {"dtype": "f8", "bdata": b64(struct.pack("<200d", *[p.age for p in ps]))},
                                             "y": {"dtype": "f8", "bdata": b64(struct.pack("<200d", *[p.egfr for p in ps]))}}], "layout": {"title": "residuals"}})


@leak
def plotly_box_all_points(r):
    return "box.json", json.dumps({"data": [{"type": "box", "name": g, "boxpoints": "all", "y": [p.hba1c for p in people(r, 40)]} for g in ("実薬", "プラセボ")], "layout": {}}, ensure_ascii=False)


@leak
def vega_lite_inline(r):
    return "chart.json", json.dumps({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar", "encoding": {"x": {"bin": True, "field": "age"}, "y": {"aggregate": "count"}},
                                     "data": {"values": [{"age": p.age, "sex": p.sex, "hba1c": p.hba1c} for p in people(r, 60)]}})


@leak
def echarts_option(r):
    return "dash.html", page("<div id=m></div><script>echarts.init(m).setOption({series:[{type:'scatter',data:%s}]})</script>" % json.dumps([[p.age, p.sbp] for p in people(r, 70)]))


@leak
def leaflet_markers(r):
    return "map.html", page("<script>var m=L.map('map');%s</script>" % "".join("L.marker([%.5f, %.5f]).bindPopup('%d歳 %s').addTo(m);" % (34.6 + r.random() / 9, 135.4 + r.random() / 9, p.age, p.dx) for p in people(r, 12)))


@leak
def datatable_in_script(r):
    return "dt.html", page('<div class="datatables" id="h1"></div><script type="application/json" data-for="h1">%s</script>' % json.dumps({"x": {"data": [
        [p.chart for p in people(r, 20)], [p.age for p in people(r, 20)], [p.dx for p in people(r, 20)]], "container": "<table><th>id</th><th>age</th><th>dx</th></table>"}}))


@leak
def hidden_input(r):
    return "form.html", page('<h1>集計</h1>%s<input type="hidden" name="pid" value="%s">' % (html_table(safe_table(r)), one(r).chart))


@leak
def html_comment(r):
    return "out.html", page("%s\n<!-- debug: %s %s %s -->" % (html_table(safe_table(r)), one(r).chart, one(r).kanji, one(r).born))


@leak
def aria_labels(r):
    return "hc.html", page('<svg width="500" height="300">%s</svg>' % "".join('<path aria-label="%d, %s, %.1f." role="img" d="M %d %.1f L 3 3"/>' % (i + 1, p.chart, p.hba1c, i * 8, p.hba1c * 20) for i, p in enumerate(people(r, 30))))


@leak
def download_link(r):
    return "rmd.html", page('%s<a download="d.csv" href="data:text/csv;base64,%s">CSV</a>' % (html_table(safe_table(r)), b64(csv_rows(["id", "age", "dx"], [(p.chart, p.age, p.dx) for p in people(r, 30)]))))


@leak
def profile_extremes(r):
    return "profile.html", page("<h2>age</h2><h3>Minimum 5 values</h3>%s<h3>Maximum 5 values</h3>%s" % (
        html_table([["Value", "Count", "Frequency (%)"]] + [[18 + i, i % 2 + 1, "0.2%"] for i in range(5)]), html_table([["Value", "Count", "Frequency (%)"]] + [[103 - i, 1, "0.2%"] for i in range(5)])))


@leak
def css_variables(r):
    return "css.html", page(html_table(safe_table(r)), head="<style>:root{%s}</style>" % "".join("--p%d:'%s';" % (i, p.kanji) for i, p in enumerate(people(r, 6))))


@leak
def bokeh_document(r):
    ps = people(r, 60)
    return "bokeh.html", page('<script type="application/json">%s</script>' % json.dumps({"d": {"roots": [{"type": "ColumnDataSource", "attributes": {"data": {"type": "map", "entries": [
        ["x", [p.age for p in ps]], ["y", [p.hba1c for p in ps]], ["pid", [p.chart for p in ps]]]}}}]}}))


@leak
def html_small_cells_in_bars(r):
    return "bar.html", page("<script>new Chart(c,{type:'bar',data:{labels:%s,datasets:[{label:'死亡数',data:[%s]}]}})</script>" % (
        json.dumps(GROUPS, ensure_ascii=False), ",".join(str(n) for n in (2, 4, 7, 21, 43, 60))))


@leak
def definition_list_of_a_case(r):
    p = one(r)
    return "case.html", page("<dl><dt>年齢</dt><dd>%d</dd><dt>性別</dt><dd>%s</dd><dt>入院日</dt><dd>%s</dd><dt>診断</dt><dd>%s</dd><dt>eGFR</dt><dd>%.1f</dd></dl>" % (p.age, p.sex, p.visit, p.dx, p.egfr))


# Notebooks and archives.
@leak
def notebook_output(r):
    out = {"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": {"text/plain": ["   age sex   hba1c\n"] + ["%d  %d   %s  %.1f\n" % (i, p.age, p.sex, p.hba1c) for i, p in enumerate(people(r, 5))]}}
    return "analysis.ipynb", notebook([code("df.head()", [out])])


@leak
def notebook_papermill_parameters(r):
    return "run.ipynb", notebook([code("patient = None", metadata={"tags": ["parameters"]})], {"papermill": {"parameters": {"patient": one(r).chart, "name": one(r).kanji}}})


@leak
def notebook_attachment(r):
    return "memo.ipynb", notebook([said("![a](attachment:a.png)", attachments={"a.png": {"image/png": b64(png())}})])


@leak
def notebook_markdown_names(r):
    return "note.ipynb", notebook([said("## 除外\n%sさん(%s生)は本人希望で除外" % (one(r).kanji, one(r).born)), code("df = df[df.ok]")])


@leak
def notebook_data_literal(r):
    return "lit.ipynb", notebook([code("import pandas as pd\ndf = pd.DataFrame({'age': %s, 'hba1c': %s, 'sex': %s})" % ([p.age for p in people(r, 15)], [p.hba1c for p in people(r, 15)], [p.sex for p in people(r, 15)]))])


@leak
def zip_names(r):
    return "figs.zip", packed({"図/%s_%s.png" % (p.chart, p.kanji.replace(" ", "")): png() for p in people(r, 2)})


@leak
def zip_comment(r):
    return "out.zip", packed({"table.csv": "\n".join(",".join(map(str, row)) for row in safe_table(r))}, comment=("%s %s" % (one(r).kanji, one(r).chart)).encode())


@leak
def zip_resource_fork(r):
    return "mac.zip", packed({"table.csv": "\n".join(",".join(map(str, row)) for row in safe_table(r)), "__MACOSX/._table.csv": csv_rows(["id", "dob"], [(p.chart, p.born) for p in people(r, 9)])})


@leak
def gzip_original_name(r):
    data = "\n".join(",".join(map(str, row)) for row in safe_table(r)).encode()
    body = gzip.compress(data)
    return "t.csv.gz", body[:3] + b"\x08" + body[4:10] + ("%s_%s.csv" % (one(r).latin.replace(" ", "_"), one(r).chart)).encode() + b"\0" + body[10:]


@leak
def tar_owner(r):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("table.csv")
        data = "\n".join(",".join(map(str, row)) for row in safe_table(r)).encode()
        info.size, info.uname, info.pax_headers = len(data), "analyst", {"comment": "%s %s" % (one(r).kanji, one(r).born)}
        archive.addfile(info, io.BytesIO(data))
    return "out.tar", buffer.getvalue()


@leak
def zip_of_kml(r):
    return "kml.zip", packed({"doc.kml": XML + "<kml xmlns='http://www.opengis.net/kml/2.2'><Document>%s</Document></kml>" % "".join(
        "<Placemark><name>%s</name><Point><coordinates>%.4f,%.4f,0</coordinates></Point></Placemark>" % (p.chart, 139 + r.random(), 35 + r.random()) for p in people(r, 9))})


@leak
def file_name_of_patient(r):
    p = one(r)
    return "%s_%s_結果.csv" % (p.kanji_sei + p.kanji_mei, p.born.replace("-", "")), "\n".join(",".join(map(str, row)) for row in safe_table(r))


@leak
def csv_called_markdown(r):
    return "README.md", csv_rows(["patient", "sex", "birth", "dx"], [(p.chart, p.sex, p.born, p.dx) for p in people(r, 40)])


@leak
def rds_called_csv(r):
    return "model.csv", gzip.compress(b"X\n\0\0\0\x03\0\x04\x02\x02\0\x03\x05\0" + bytes(r.randint(0, 255) for _ in range(900)))


@leak
def sqlite_called_json(r):
    return "cache.json", b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20" + b"\0" * 76 + bytes(r.randint(0, 255) for _ in range(900))


@leak
def flat_odf_table(r):
    rows = "".join("<table:table-row>%s</table:table-row>" % "".join("<table:table-cell><text:p>%s</text:p></table:table-cell>" % xml(v) for v in (p.chart, p.age, p.dx)) for p in people(r, 9))
    return "calc.txt", XML + '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S1">%s</table:table></office:spreadsheet></office:body></office:document>' % rows


@leak
def rtf_called_text(r):
    p = one(r)
    return "letter.txt", "{\\rtf1\\ansi\\ansicpg932 " + "".join("\\u%d?" % ord(c) for c in p.kanji + "様 ") + "DOB " + p.born + "\\par}"


@leak
def spreadsheet_ml_2003(r):
    return "report.txt", XML + '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="x"><Table>%s</Table></Worksheet></Workbook>' % "".join(
        "<Row>%s</Row>" % "".join('<Cell><Data ss:Type="String">%s</Data></Cell>' % v for v in (p.chart, p.sex, p.age, p.visit)) for p in people(r, 9))
