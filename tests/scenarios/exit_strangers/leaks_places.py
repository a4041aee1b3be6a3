"""Leaks: a sentence about a person in every place where a sentence can stand."""
import base64
import gzip
import io
import json
import zipfile

from scenarios.exit_corpus import formats as f

from . import payloads as p
from .registry import LEAKS


def patched(data, member, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = source.read(entry)
            target.writestr(entry, content.replace(old, new) if entry == member else content)
    return out.getvalue()


def text_places():
    """Places for a sentence. Each becomes a template `place_...`; the sentence names or points at a person."""
    table = p.groups
    places = {}

    def place(function):
        places["place_" + function.__name__] = function
        return function

    @place
    def txt(rng, s):
        return "memo.txt", "\n".join(p.prose(rng, 2) + [s] + p.prose(rng, 2)) + "\n"

    @place
    def txt_cp932(rng, s):
        return "memo.txt", "\r\n".join(["集計メモ", s, "以上"]).encode("cp932", "replace")

    @place
    def markdown(rng, s):
        return "README.md", "# Results\n\n%s\n\n> %s\n\n%s\n" % (p.prose(rng)[0], s, p.prose(rng)[0])

    @place
    def csv_remark(rng, s):
        rows = table(rng)
        rows[0].append("備考")
        for n, row in enumerate(rows[1:]):
            row.append(s if n == 2 else "")
        return "table1.csv", f.csv_text(rows)

    @place
    def csv_leading_comment(rng, s):
        return "table1.csv", "# %s\n" % s + f.csv_text(table(rng))

    @place
    def csv_trailing_line(rng, s):
        return "table1.csv", f.csv_text(table(rng)) + "\n%s\n" % s

    @place
    def tsv_utf16(rng, s):
        return "table1.tsv", f.csv_text(table(rng) + [[s, "", "", ""]], "\t").encode("utf-16")

    @place
    def python_comment(rng, s):
        return "analysis.py", "import pandas as pd\n\ndf = pd.read_parquet('analysis.parquet')\n# %s\ndf = df[df.age >= 18]\nprint(df.groupby('sex').size())\n" % s

    @place
    def r_string(rng, s):
        return "analysis.R", "library(survival)\nd <- readRDS('d.rds')\nmessage(\"%s\")\nfit <- coxph(Surv(time, event) ~ age + sex, data = d)\nsummary(fit)\n" % s.replace('"', "")

    @place
    def sas_comment(rng, s):
        return "analysis.sas", "proc import datafile='d.csv' out=d; run;\n* %s ;\nproc means data=d n mean std; class sex; var age; run;\n" % s

    @place
    def stata_note(rng, s):
        return "analysis.do", "use d.dta, clear\nnotes _dta: %s\nlogit death i.sex c.age\n" % s

    @place
    def latex(rng, s):
        rows = "".join(" & ".join(map(str, r)) + " \\\\\n" for r in table(rng))
        return "table.tex", "\\begin{table}\n%% %s\n\\begin{tabular}{lrrr}\n%s\\end{tabular}\n\\end{table}\n" % (s, rows)

    @place
    def bibtex(rng, s):
        return "refs.bib", "@article{a2020,\n title={Outcomes},\n author={Smith, J.},\n note={%s},\n year={2020}\n}\n" % s

    @place
    def log_line(rng, s):
        return "run.log", "2024-03-02 10:11:12,034 INFO start\n2024-03-02 10:11:15,100 WARNING dropped 1 row: %s\n2024-03-02 10:12:00,000 INFO done\n" % s

    @place
    def json_member(rng, s):
        return "result.json", json.dumps({"n": 4211, "auc": 0.78, "meta": {"comment": s}}, ensure_ascii=False, indent=1)

    @place
    def yaml(rng, s):
        return "config.yml", "model: cox\nseed: 42\nexclude:\n  - \"%s\"\n" % s.replace('"', "")

    @place
    def xml(rng, s):
        return "result.svg", f.svg("<metadata><rdf>%s</rdf></metadata><rect x='1' y='1' width='50' height='20'/>" % s.replace("<", "").replace("&", ""))

    @place
    def html_paragraph(rng, s):
        return "report.html", f.html("<h1>結果</h1>" + f.html_table(table(rng)) + "<p>%s</p>" % s)

    @place
    def html_comment(rng, s):
        return "report.html", f.html(f.html_table(table(rng)) + "<!-- %s -->" % s.replace("--", "-"))

    @place
    def html_title_attribute(rng, s):
        return "report.html", f.html("<span title='%s'>図1</span>" % s.replace("'", "") + f.html_table(table(rng)))

    @place
    def html_display_none(rng, s):
        return "report.html", f.html(f.html_table(table(rng)) + "<style>.x{display:none}</style><div class='x'>%s</div>" % s)

    @place
    def html_json_script(rng, s):
        return "report.html", f.html(f.html_table(table(rng)) + "<script type='application/json'>%s</script>" % json.dumps({"tip": s}))

    @place
    def svg_text(rng, s):
        return "figure.svg", f.svg("<text x='10' y='20'>%s</text>" % s)

    @place
    def svg_off_canvas(rng, s):
        return "figure.svg", f.svg("<rect x='5' y='5' width='90' height='40'/><text x='-4000' y='20'>%s</text>" % s)

    @place
    def svg_desc(rng, s):
        return "figure.svg", f.svg("<desc>%s</desc><rect x='5' y='5' width='90' height='40'/>" % s)

    @place
    def svg_data_attribute(rng, s):
        return "figure.svg", f.svg("<g data-label='%s'><rect x='5' y='5' width='90' height='40'/></g>" % s.replace("'", ""))

    @place
    def notebook_markdown(rng, s):
        return "nb.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Notes\n", s]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)

    @place
    def notebook_cell_metadata(rng, s):
        return "nb.ipynb", f.notebook(["print(1)"], cell={"metadata": {"description": s}})

    @place
    def notebook_stream(rng, s):
        return "nb.ipynb", f.notebook(["df.loc[0]"], [{"output_type": "stream", "name": "stdout", "text": [s + "\n"]}])

    @place
    def docx_body(rng, s):
        return "paper.docx", f.docx(p.prose(rng, 3) + [s] + p.prose(rng, 2))

    @place
    def docx_endnote(rng, s):
        return "paper.docx", f.docx(p.prose(rng), [("word/endnotes.xml", "<w:endnotes xmlns:w='w'><w:endnote>%s</w:endnote></w:endnotes>" % f.paragraph(s))])

    @place
    def docx_footer(rng, s):
        return "paper.docx", f.docx(p.prose(rng), [("word/footer1.xml", "<w:ftr xmlns:w='w'>%s</w:ftr>" % f.paragraph(s))])

    @place
    def docx_text_box(rng, s):
        return "paper.docx", f.docx(p.prose(rng), raw="<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>%s</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>" % f.paragraph(s))

    @place
    def docx_field(rng, s):
        return "paper.docx", f.docx(p.prose(rng), raw="<w:p><w:r><w:instrText>COMMENTS \"%s\"</w:instrText></w:r></w:p>" % s)

    @place
    def docx_title(rng, s):
        return "paper.docx", f.docx(p.prose(rng), core=(s, "", ""))

    @place
    def docx_app_company(rng, s):
        return "paper.docx", f.docx(p.prose(rng), [("docProps/app.xml", "<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/extended-properties'><Company>%s</Company></Properties>" % s)])

    @place
    def xlsx_cell(rng, s):
        rows = table(rng)
        return "table.xlsx", f.xlsx([("Table1", "", rows + [[], [s]])])

    @place
    def xlsx_second_sheet(rng, s):
        return "table.xlsx", f.xlsx([("Table1", "", table(rng)), ("作業", "", [["メモ"], [s]])], shared=rng.random() < 0.5)

    @place
    def xlsx_header_footer(rng, s):
        data = f.xlsx([("Table1", "", table(rng))])
        return "table.xlsx", patched(data, "xl/worksheets/sheet1.xml", b"</worksheet>", ("<headerFooter><oddHeader>&amp;C%s</oddHeader></headerFooter></worksheet>" % s).encode())

    @place
    def xlsx_validation_list(rng, s):
        data = f.xlsx([("Table1", "", table(rng))])
        return "table.xlsx", patched(data, "xl/worksheets/sheet1.xml", b"</worksheet>", ("<dataValidations count='1'><dataValidation type='list' sqref='A1'><formula1>\"%s,other\"</formula1></dataValidation></dataValidations></worksheet>" % s.replace('"', "")).encode())

    @place
    def xlsx_threaded_comment(rng, s):
        return "table.xlsx", f.xlsx([("Table1", "", table(rng))], [("xl/threadedComments/threadedComment1.xml", "<ThreadedComments><threadedComment ref='A1'><text>%s</text></threadedComment></ThreadedComments>" % s)])

    @place
    def xlsx_drawing_text(rng, s):
        return "table.xlsx", f.xlsx([("Table1", "", table(rng))], [("xl/drawings/drawing1.xml", "<xdr:wsDr xmlns:xdr='x' xmlns:a='a'><xdr:sp><xdr:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>" % s)])

    @place
    def xlsx_chart_cache(rng, s):
        return "table.xlsx", f.xlsx([("Table1", "", table(rng))], [("xl/charts/chart1.xml", "<c:chartSpace xmlns:c='c'><c:strCache><c:pt idx='0'><c:v>%s</c:v></c:pt></c:strCache></c:chartSpace>" % s)])

    @place
    def pptx_body(rng, s):
        return "slides.pptx", f.pptx([["Results", s], ["Thanks"]])

    @place
    def pptx_comment(rng, s):
        return "slides.pptx", f.pptx([["Results"]], [("ppt/comments/comment1.xml", "<p:cmLst xmlns:p='p'><p:cm><p:text>%s</p:text></p:cm></p:cmLst>" % s)])

    @place
    def png_text(rng, s):
        return "fig.png", f.png(f.bars(rng), chunks=[(b"iTXt", b"Description\0\0\0\0\0" + s.encode())])

    @place
    def jpeg_xmp(rng, s):
        return "fig.jpg", f.jpeg([(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description dc:description='%s'/></x:xmpmeta>" % s.encode())])

    @place
    def zip_member(rng, s):
        return "outputs.zip", f.zipped([("table1.csv", f.csv_text(table(rng))), ("notes/memo.txt", s + "\n")])

    @place
    def gzip_log(rng, s):
        return "run.log.gz", gzip.compress(("start\n%s\nend\n" % s).encode(), mtime=0)

    @place
    def base64_line(rng, s):
        return "out.txt", "checksum block\n%s\n" % base64.b64encode((s + " " + " / ".join(p.identifier(rng) for _ in range(3))).encode()).decode()

    @place
    def eml(rng, s):
        return "mail.txt", "From: a@univ.example.jp\nTo: b@univ.example.jp\nSubject: 集計の件\n\n先生\n\n%s\n\nよろしくお願いします。\n" % s
    return places


def _register_places():
    for name, function in text_places().items():
        LEAKS[name] = lambda rng, function=function: function(rng, p.note(rng))
    for kind in p.IDENTIFIERS:  # each kind also plainly, in a short text, so that every kind is met
        LEAKS["kind_" + kind] = lambda rng, kind=kind: text_places()[rng.choice(["place_txt", "place_csv_remark", "place_markdown", "place_log_line", "place_xlsx_cell", "place_docx_body", "place_html_paragraph"])](rng, p.note(rng, kind))


_register_places()
