"""What office documents carry besides the page."""
from . import formats, honest_tables, leaks_tables, values
from .registry import leak


def records(rng):
    return [["patient_id", "sex", "age", "date", "hba1c"]] + [["%08d" % rng.randrange(10 ** 8), *leaks_tables.attributes(rng)] for _ in range(40)]


def shown(rng):
    return ("結果", "", honest_tables.by_age(rng))


@leak
def xlsx_records(rng):
    return "table.xlsx", formats.xlsx([("Sheet1", "", records(rng))])


@leak
def xlsx_very_hidden_sheet(rng):
    return "table.xlsx", formats.xlsx([shown(rng), ("data", "veryHidden", records(rng))])


@leak
def xlsx_hidden_sheet(rng):
    return "table.xlsx", formats.xlsx([shown(rng), ("data", "hidden", [["a"], [1]])])


@leak
def xlsx_hidden_row(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], row_attributes={3: ' hidden="1"'})


@leak
def xlsx_hidden_column(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], columns='<cols><col min="2" max="2" width="9" hidden="1"/></cols>')


@leak
def xlsx_flat_row(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], row_attributes={3: ' ht="0.1" customHeight="1"'})


@leak
def xlsx_comment(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], [("xl/comments1.xml", "<comments><authors><author>x</author></authors><commentList><comment ref=\"A1\"><text><t>%s</t></text></comment></commentList></comments>"
                                                       % values.identifier(rng))])


@leak
def xlsx_pivot_cache(rng):
    return "pivot.xlsx", formats.xlsx([shown(rng)], [("xl/pivotCache/pivotCacheRecords1.xml", "<pivotCacheRecords>%s</pivotCacheRecords>" % "".join('<r><s v="%08d"/><n v="%d"/></r>' % (
        rng.randrange(10 ** 8), rng.randrange(90)) for _ in range(50)))])


@leak
def xlsx_external_link(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], [("xl/externalLinks/externalLink1.xml", "<externalLink><externalBook><sheetDataSet><sheetData><row r=\"1\"><cell r=\"A1\"><v>%d</v></cell></row>"
                                                       "</sheetData></sheetDataSet></externalBook></externalLink>" % rng.randrange(10 ** 8))])


@leak
def xlsx_macro(rng):
    return "table.xlsm", formats.xlsx([shown(rng)], [("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(rng.randrange(256) for _ in range(600)))])


@leak
def xlsx_embedded_workbook(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], [("xl/embeddings/Microsoft_Excel_Sheet1.xlsx", formats.xlsx([("d", "", records(rng))]))])


@leak
def xlsx_number_format_hides(rng):
    styles = '<styleSheet><numFmts><numFmt numFmtId="164" formatCode=";;;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    return "table.xlsx", formats.xlsx([shown(rng)], styles=styles, cell_style=1)


@leak
def xlsx_white_font(rng):
    styles = ('<styleSheet><fonts><font><sz val="11"/></font><font><sz val="11"/><color rgb="FFFFFFFF"/></font></fonts><cellXfs><xf numFmtId="0" fontId="0"/>'
              '<xf numFmtId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>')
    rows = honest_tables.by_age(rng) + [[values.identifier(rng, "my_number")]]
    return "table.xlsx", formats.xlsx([("結果", "", rows)], styles=styles, cell_style=1)


@leak
def xlsx_custom_xml(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], [("customXml/item1.xml", "<data>%s</data>" % "".join("<p>%s</p>" % values.kanji_name(rng) for _ in range(9)))])


@leak
def xlsx_author(rng):
    return "table.xlsx", formats.xlsx([shown(rng)], core=("", "", values.identifier(rng, "kanji_name")))


@leak
def xlsx_sheet_name(rng):
    return "table.xlsx", formats.xlsx([(values.kanji_name(rng).replace(" ", "").replace("　", "") + "様", "", honest_tables.by_age(rng))])


@leak
def xlsx_far_cell(rng):
    rows = honest_tables.by_age(rng) + [[""] for _ in range(900)] + [[""] * 20 + [values.identifier(rng)]]
    return "table.xlsx", formats.xlsx([("結果", "", rows)])


@leak
def xlsx_small_cells(rng):
    rows = honest_tables.by_age(rng)
    rows[4][1] = rng.randrange(1, 10)
    return "table.xlsx", formats.xlsx([("結果", "", rows)])


@leak
def docx_identifier(rng):
    return "report.docx", formats.docx(["結果", values.identifier(rng)])


@leak
def docx_split_runs(rng):
    number = values.my_number(rng)
    raw = "<w:p>%s</w:p>" % "".join('<w:r><w:t>%s</w:t></w:r>' % part for part in (number[:5], number[5:7], number[7:]))
    return "report.docx", formats.docx(["結果"], raw=raw)


@leak
def docx_deleted_text(rng):
    return "report.docx", formats.docx(["結果"], raw='<w:p><w:del w:id="1" w:author="A" w:date="2024-05-01T00:00:00Z"><w:r><w:delText>%s</w:delText></w:r></w:del></w:p>' % values.identifier(rng))


@leak
def docx_inserted_text(rng):
    return "report.docx", formats.docx(["結果"], raw='<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>n = 120</w:t></w:r></w:ins></w:p>')


@leak
def docx_comment(rng):
    return "report.docx", formats.docx(["結果"], [("word/comments.xml", '<w:comments xmlns:w="w"><w:comment w:id="0" w:author="A"><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:comment></w:comments>' % values.identifier(rng))])


@leak
def docx_vanished_text(rng):
    return "report.docx", formats.docx(["結果"], raw=formats.paragraph(values.identifier(rng), "<w:vanish/>"))


@leak
def docx_white_text(rng):
    return "report.docx", formats.docx(["結果"], raw=formats.paragraph(values.identifier(rng), '<w:color w:val="FFFFFF"/>'))


@leak
def docx_tiny_text(rng):
    return "report.docx", formats.docx(["結果"], raw=formats.paragraph("abc def", '<w:sz w:val="2"/>'))


@leak
def docx_embedded(rng):
    return "report.docx", formats.docx(["結果"], [("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + formats.csv_text(records(rng)).encode())])


@leak
def docx_footnote(rng):
    return "report.docx", formats.docx(["結果"], [("word/footnotes.xml", '<w:footnotes xmlns:w="w"><w:footnote><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:footnote></w:footnotes>' % values.identifier(rng))])


@leak
def docx_header(rng):
    return "report.docx", formats.docx(["結果"], [("word/header1.xml", '<w:hdr xmlns:w="w"><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:hdr>' % values.identifier(rng))])


@leak
def docx_records(rng):
    return "report.docx", formats.docx(["結果"], raw=formats.word_table(records(rng)))


@leak
def docx_picture_with_text(rng):
    picture = formats.png(formats.bars(rng), chunks=[(b"tEXt", b"Comment\0" + values.my_number(rng).encode())])
    return "report.docx", formats.docx(["結果"], [("word/media/image1.png", picture)])


@leak
def docx_alternative_text(rng):
    return "report.docx", formats.docx(["結果"], raw='<w:p><w:r><w:drawing><wp:docPr id="1" name="図 1" descr="%s"/></w:drawing></w:r></w:p>' % values.identifier(rng))


@leak
def docx_custom_property(rng):
    return "report.docx", formats.docx(["結果"], [("docProps/custom.xml", '<Properties><property name="k"><vt:lpwstr>%s</vt:lpwstr></property></Properties>' % values.identifier(rng))])


@leak
def docx_strange_part(rng):
    return "report.docx", formats.docx(["結果"], [("word/data.bin", bytes(rng.randrange(256) for _ in range(900)))])


@leak
def docx_link_with_text(rng):
    return "report.docx", formats.docx(["結果"], [("word/_rels/document.xml.rels", '<Relationships><Relationship Id="rId9" Type="x/hyperlink" Target="https://example.org/?id=%s" TargetMode="External"/></Relationships>'
                                                     % values.my_number(rng))])


@leak
def pptx_identifier(rng):
    return "slides.pptx", formats.pptx([["結果"], [values.identifier(rng)]])


@leak
def pptx_notes(rng):
    return "slides.pptx", formats.pptx([["結果"]], [("ppt/notesSlides/notesSlide1.xml", "<p:notes><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:notes>" % values.identifier(rng))])


@leak
def pptx_hidden_slide(rng):
    return "slides.pptx", formats.pptx([["結果"], [values.identifier(rng)]], hidden=(2,))


@leak
def pptx_chart_workbook(rng):
    return "slides.pptx", formats.pptx([["結果"]], [("ppt/embeddings/Microsoft_Excel_Worksheet.xlsx", formats.xlsx([("Sheet1", "", records(rng))]))])


@leak
def old_word_document(rng):
    return "report.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(rng.randrange(256) for _ in range(3000))
