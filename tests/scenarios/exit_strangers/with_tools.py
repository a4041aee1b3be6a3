"""Files as openpyxl, python-docx, pandas, matplotlib, reportlab, Pillow and PyPDF2 write them. Used where these are installed."""
import io

import docx
import matplotlib
import numpy
import openpyxl
import pandas
import PIL.ExifTags
import PIL.Image
import PIL.PngImagePlugin
import PyPDF2
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from . import payloads as p
from .registry import HONEST, LEAKS, honest, leak

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def book(rng, fill=None):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Table 1"
    for row in p.groups(rng):
        sheet.append(row)
    if fill:
        fill(workbook, sheet)
    out = io.BytesIO()
    workbook.save(out)
    return "table1.xlsx", out.getvalue()


def paper(rng, fill=None):
    document = docx.Document()
    document.add_heading("Results", 1)
    for line in p.prose(rng, 4):
        document.add_paragraph(line)
    rows = p.estimates(rng)
    table = document.add_table(len(rows), 4)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            table.cell(r, c).text = value
    if fill:
        fill(document)
    out = io.BytesIO()
    document.save(out)
    return "paper.docx", out.getvalue()


def page(rng, fill=None, **info):
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=A4)
    for n, line in enumerate(p.PROSE_EN[:5]):
        pdf.drawString(60, 760 - 16 * n, line.format(n=4123, m=61.2, s=11.0, q=2011, p=48.8, a=12, f=3, o=1.3, l=1.1, u=1.6, g="22K00001", h=""))
    for key, value in info.items():
        getattr(pdf, "set" + key)(value)
    if fill:
        fill(pdf)
    pdf.showPage()
    pdf.save()
    return "report.pdf", out.getvalue()


def figure(kind, draw, metadata=None):
    plot, axes = plt.subplots(figsize=(5, 4))
    draw(axes)
    out = io.BytesIO()
    plot.savefig(out, format=kind, metadata=metadata)
    plt.close(plot)
    return "figure." + kind, out.getvalue()


def frame(rng, rows):
    head, *body = rows
    return pandas.DataFrame(body, columns=head)

# Honest.


@honest
def tool_xlsx(rng):
    return book(rng)


@honest
def tool_xlsx_styled(rng):
    def fill(workbook, sheet):
        for cell in sheet[1]:
            cell.font = Font(bold=True, color="FFFFFFFF")
            cell.fill = PatternFill("solid", fgColor="FF1F4E78")
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = sheet.dimensions
    return book(rng, fill)


@honest
def tool_pandas_xlsx(rng):
    out = io.BytesIO()
    with pandas.ExcelWriter(out) as writer:
        frame(rng, p.groups(rng)).to_excel(writer, sheet_name="counts", index=False)
        frame(rng, p.estimates(rng)).to_excel(writer, sheet_name="model")
    return "tables.xlsx", out.getvalue()


@honest
def tool_pandas_crosstab(rng):
    numbers = numpy.random.default_rng(rng.randrange(2 ** 32))
    data = pandas.DataFrame({"sex": numbers.choice(["F", "M"], 4000), "age": numbers.choice(["0-39", "40-64", "65+"], 4000)})
    return "crosstab.csv", pandas.crosstab(data.age, data.sex, margins=True).to_csv()


@honest
def tool_pandas_print(rng):
    return "log.txt", "counts by period\n" + frame(rng, p.groups(rng)).to_string() + "\n\nmodel\n" + frame(rng, p.estimates(rng)).to_string(index=False) + "\n"


@honest
def tool_pandas_html(rng):
    return "table.html", "<html><body>" + frame(rng, p.groups(rng)).to_html() + "</body></html>"


@honest
def tool_docx(rng):
    return paper(rng)


@honest
def tool_docx_picture(rng):
    _, png = figure("png", lambda axes: axes.bar(range(5), [rng.randrange(20, 90) for _ in range(5)]))
    return paper(rng, lambda document: document.add_picture(io.BytesIO(png)))


@honest
def tool_pdf(rng):
    return page(rng)


@honest
def tool_pdf_titled(rng):
    return page(rng, Title="Readmission after myocardial infarction", Subject="Supplementary tables", Author="Department of Health Informatics")


def km(rng):
    def draw(axes):
        for _ in range(2):
            values = numpy.cumprod([1] + [rng.uniform(0.93, 0.985) for _ in range(10)])
            axes.step(range(0, 66, 6), values, where="post")
            axes.fill_between(range(0, 66, 6), values - 0.03, values + 0.03, step="post", alpha=0.2)
        axes.set_xlabel("Months")
        axes.set_ylabel("Survival probability")
        axes.legend(["Control", "Treated"])
    return draw


def forest(rng):
    def draw(axes):
        values = [rng.uniform(0.6, 1.6) for _ in range(8)]
        axes.errorbar(values, range(8), xerr=[v * 0.15 for v in values], fmt="o")
        axes.set_yticks(range(8), ["Age <65", "Age >=65", "Male", "Female", "DM", "CKD", "CHF", "All"])
        axes.axvline(1)
    return draw


def heat(rng):
    return lambda axes: axes.imshow([[rng.random() for _ in range(8)] for _ in range(8)])


def histogram(rng):
    return lambda axes: axes.bar(range(0, 100, 5), [rng.randrange(20, 400) for _ in range(20)], width=4.6)


def hexagons(rng):
    numbers = numpy.random.default_rng(rng.randrange(2 ** 32))
    return lambda axes: axes.hexbin(numbers.normal(60, 12, 4000), numbers.normal(6.5, 1, 4000), gridsize=12, mincnt=10)


for _kind in ("svg", "png", "pdf"):
    for _draw in (km, forest, heat, histogram, hexagons):
        HONEST["tool_%s_%s" % (_draw.__name__, _kind)] = lambda rng, kind=_kind, draw=_draw: figure(kind, draw(rng))


@honest
def tool_jpeg(rng):
    out = io.BytesIO()
    _, png = figure("png", histogram(rng))
    PIL.Image.open(io.BytesIO(png)).convert("RGB").save(out, "JPEG", quality=90)
    return "figure.jpg", out.getvalue()


@honest
def tool_quantized_png(rng):
    out = io.BytesIO()
    _, png = figure("png", km(rng))
    PIL.Image.open(io.BytesIO(png)).convert("P").save(out, "PNG", dpi=(300, 300), optimize=True)
    return "figure.png", out.getvalue()


@honest
def tool_describe_without_extremes(rng):
    numbers = numpy.random.default_rng(rng.randrange(2 ** 32))
    data = pandas.DataFrame({"age": numbers.normal(60, 12, 4000), "bmi": numbers.normal(23, 3, 4000)})
    return "describe.csv", data.describe().loc[["count", "mean", "std", "25%", "50%", "75%"]].round(1).to_csv()

# Leaks.


@leak
def tool_hidden_sheet(rng):
    def fill(workbook, sheet):
        other = workbook.create_sheet("raw")
        for row in p.any_rows(rng):
            other.append(row)
        other.sheet_state = rng.choice(["hidden", "veryHidden"])
    return book(rng, fill)


@leak
def tool_hidden_column(rng):
    def fill(workbook, sheet):
        for n in range(1, 8):
            sheet.cell(n, 9).value = p.name(rng)
        sheet.column_dimensions["I"].hidden = True
    return book(rng, fill)


@leak
def tool_cell_comment(rng):
    def fill(workbook, sheet):
        sheet["B2"].comment = Comment(p.note(rng), "checker")
    return book(rng, fill)


@leak
def tool_white_cells(rng):
    def fill(workbook, sheet):
        sheet["H3"].value = p.name(rng)
        sheet["H3"].font = Font(color="FFFFFF")
    return book(rng, fill)


@leak
def tool_far_cell(rng):
    def fill(workbook, sheet):
        sheet["ZZ900"].value = p.note(rng)
    return book(rng, fill)


@leak
def tool_workbook_properties(rng):
    def fill(workbook, sheet):
        workbook.properties.description = p.note(rng)
    return book(rng, fill)


@leak
def tool_sheet_header(rng):
    def fill(workbook, sheet):
        sheet.oddHeader.center.text = p.note(rng)
    return book(rng, fill)


@leak
def tool_records_sheet(rng):
    out = io.BytesIO()
    frame(rng, p.any_rows(rng)).to_excel(out, index=False)
    return "table2.xlsx", out.getvalue()


@leak
def tool_print_head(rng):
    return "run.log", "2024-03-04 10:12:33 INFO loaded\n" + frame(rng, p.any_rows(rng)).head(10).to_string() + "\n2024-03-04 10:12:40 INFO done\n"


@leak
def tool_describe(rng):
    return "describe.csv", frame(rng, p.patients(rng, 80, keys=False)).describe().to_csv()


@leak
def tool_crosstab_small(rng):
    numbers = numpy.random.default_rng(rng.randrange(2 ** 32))
    data = pandas.DataFrame({"sex": numbers.choice(["F", "M"], 400), "stage": numbers.choice(["I", "II", "III", "IV"], 400, p=[.6, .3, .09, .01])})
    return "crosstab.csv", pandas.crosstab(data.stage, data.sex, margins=True).to_csv()


@leak
def tool_to_json(rng):
    return "data.json", frame(rng, p.any_rows(rng)).to_json(orient=rng.choice(["records", "split", "columns", "values"]))


@leak
def tool_to_pickle(rng):
    out = io.BytesIO()
    frame(rng, p.any_rows(rng)).to_pickle(out)
    return "frame.pkl", out.getvalue()


@leak
def tool_to_stata(rng):
    out = io.BytesIO()
    frame(rng, p.patients(rng, headings=p.HEADINGS[0])).to_stata(out)
    return "frame.dta", out.getvalue()


@leak
def tool_npy(rng):
    out = io.BytesIO()
    numpy.save(out, numpy.array([[rng.gauss(60, 9) for _ in range(5)] for _ in range(100)]))
    return rng.choice(["x.npy", "x.csv"]), out.getvalue()


@leak
def tool_docx_paragraph(rng):
    return paper(rng, lambda document: document.add_paragraph(p.note(rng)))


@leak
def tool_docx_header(rng):
    def fill(document):
        document.sections[0].header.paragraphs[0].text = p.note(rng)
    return paper(rng, fill)


@leak
def tool_docx_hidden_run(rng):
    def fill(document):
        document.paragraphs[1].add_run(p.note(rng)).font.hidden = True
    return paper(rng, fill)


@leak
def tool_docx_properties(rng):
    def fill(document):
        document.core_properties.comments = p.note(rng)
    return paper(rng, fill)


@leak
def tool_docx_records(rng):
    def fill(document):
        rows = p.any_rows(rng)[:30]
        table = document.add_table(len(rows), len(rows[0]))
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                table.cell(r, c).text = str(value)
    return paper(rng, fill)


def latin_note(rng):
    return p.note(rng, rng.choice(["my_number", "latin_name", "mobile", "mail", "chart"])).encode("ascii", "ignore").decode()


@leak
def tool_pdf_text(rng):
    return page(rng, lambda pdf: pdf.drawString(60, 500, "MRN 0%07d, tel 090-1234-%04d" % (rng.randrange(10 ** 7), rng.randrange(10 ** 4))))


@leak
def tool_pdf_white(rng):
    def fill(pdf):
        pdf.setFillColorRGB(1, 1, 1)
        pdf.drawString(60, 500, "patient id 0%07d" % rng.randrange(10 ** 7))
    return page(rng, fill)


@leak
def tool_pdf_invisible(rng):
    def fill(pdf):
        text = pdf.beginText(60, 500)
        text.setTextRenderMode(3)
        text.textLine("65 F 7.1 2023-04-11 " * 4)
        pdf.drawText(text)
    return page(rng, fill)


@leak
def tool_pdf_off_page(rng):
    return page(rng, lambda pdf: pdf.drawString(60, -300, "65 F 7.1 61.2 2023-04-11"))


@leak
def tool_pdf_keywords(rng):
    return page(rng, Keywords="MRN 0%07d" % rng.randrange(10 ** 7))


@leak
def tool_pdf_subject(rng):
    return page(rng, Subject=p.identifier(rng, rng.choice(["kanji_name", "birth", "address"])))


@leak
def tool_pdf_bookmark(rng):
    def fill(pdf):
        pdf.bookmarkPage("a")
        pdf.addOutlineEntry("%s 様" % p.name(rng, "kanji"), "a")
    return page(rng, fill)


def rewritten(rng, change):
    """The page read and written again, with what `change` adds to it."""
    writer = PyPDF2.PdfWriter()
    writer.append_pages_from_reader(PyPDF2.PdfReader(io.BytesIO(page(rng)[1])))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return "report.pdf", out.getvalue()


@leak
def tool_pdf_attachment(rng):
    return rewritten(rng, lambda writer: writer.add_attachment("rows.csv", "id,age\n1,63\n".encode()))


@leak
def tool_pdf_annotation(rng):
    return rewritten(rng, lambda writer: writer.add_annotation(0, PyPDF2.generic.AnnotationBuilder.free_text(p.note(rng), rect=(50, 550, 200, 650))))


@leak
def tool_pdf_encrypted(rng):
    return rewritten(rng, lambda writer: writer.encrypt("x"))


@leak
def tool_pdf_earlier_version(rng):
    _, content = page(rng)
    return "report.pdf", content + content[content.index(b"\n") + 1:]


def points(rng):
    return lambda axes: axes.scatter([rng.gauss(60, 12) for _ in range(150)], [rng.gauss(6.5, 1) for _ in range(150)], s=8)


def lines(rng):
    def draw(axes):
        for _ in range(60):
            axes.plot(range(8), [rng.gauss(60, 12) for _ in range(8)], linewidth=0.5)
    return draw


def ticks(rng):  # a survival curve with its censoring times
    def draw(axes):
        times = sorted(rng.uniform(0, 60) for _ in range(120))
        axes.step(times, numpy.linspace(1, 0.3, 120), where="post")
        axes.plot(times[::2], numpy.linspace(1, 0.3, 120)[::2], "|")
    return draw


for _kind in ("svg", "pdf"):
    for _draw in (points, lines, ticks):
        LEAKS["tool_%s_%s" % (_draw.__name__, _kind)] = lambda rng, kind=_kind, draw=_draw: figure(kind, draw(rng))


@leak
def tool_svg_label(rng):
    matplotlib.rcParams["svg.fonttype"] = "none"
    try:
        return figure("svg", lambda axes: axes.annotate("MRN 0%07d" % rng.randrange(10 ** 7), (0.5, 0.5)))
    finally:
        matplotlib.rcParams["svg.fonttype"] = "path"


@leak
def tool_svg_metadata(rng):
    return figure("svg", km(rng), {"Description": p.note(rng)})


@leak
def tool_png_metadata(rng):
    return figure("png", km(rng), {"Comment": latin_note(rng) + " 090-1234-%04d" % rng.randrange(10 ** 4)})


@leak
def tool_png_low_bits(rng):
    _, png = figure("png", histogram(rng))
    pixels = numpy.array(PIL.Image.open(io.BytesIO(png)).convert("RGB"))
    flat = pixels.reshape(-1)
    bits = numpy.random.default_rng(rng.randrange(2 ** 32)).integers(0, 2, flat.size // 2)
    flat[:bits.size] = (flat[:bits.size] & 0xFE) | bits
    out = io.BytesIO()
    PIL.Image.fromarray(pixels).save(out, "PNG")
    return "figure.png", out.getvalue()


@leak
def tool_jpeg_exif(rng):
    picture = PIL.Image.new("RGB", (200, 120), "white")
    exif = PIL.Image.Exif()
    exif[0x010E] = "patient 0%07d tel 090-2222-%04d" % (rng.randrange(10 ** 7), rng.randrange(10 ** 4))
    exif[0x9286] = latin_note(rng)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return "photo.jpg", out.getvalue()


@leak
def tool_gif(rng):
    out = io.BytesIO()
    PIL.Image.new("P", (80, 80)).save(out, "GIF", comment=latin_note(rng).encode())
    return "figure.gif", out.getvalue()


@leak
def tool_tiff(rng):
    out = io.BytesIO()
    PIL.Image.new("RGB", (80, 80)).save(out, "TIFF")
    return "figure.tiff", out.getvalue()


@leak
def tool_webp(rng):
    out = io.BytesIO()
    PIL.Image.new("RGB", (80, 80)).save(out, "WEBP")
    return "figure.webp", out.getvalue()
