"""Leaks: something about a person, or about fewer than ten, in a place where it can stand."""
import base64
import binascii
import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import sqlite3
import struct
import tempfile
import zipfile
import zlib

from scenarios.exit_corpus import formats as f

from . import payloads as p
from .registry import LEAKS, leak


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
        return "table.xlsx", _patched(data, "xl/worksheets/sheet1.xml", b"</worksheet>", ("<headerFooter><oddHeader>&amp;C%s</oddHeader></headerFooter></worksheet>" % s).encode())

    @place
    def xlsx_validation_list(rng, s):
        data = f.xlsx([("Table1", "", table(rng))])
        return "table.xlsx", _patched(data, "xl/worksheets/sheet1.xml", b"</worksheet>", ("<dataValidations count='1'><dataValidation type='list' sqref='A1'><formula1>\"%s,other\"</formula1></dataValidation></dataValidations></worksheet>" % s.replace('"', "")).encode())

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


def _patched(data, member, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            content = source.read(entry)
            target.writestr(entry, content.replace(old, new) if entry == member else content)
    return out.getvalue()


def _register_places():
    for name, function in text_places().items():
        LEAKS[name] = lambda rng, function=function: function(rng, p.note(rng))
    for kind in p.IDENTIFIERS:  # each kind also plainly, in a short text, so that every kind is met
        LEAKS["kind_" + kind] = lambda rng, kind=kind: text_places()[rng.choice(["place_txt", "place_csv_remark", "place_markdown", "place_log_line", "place_xlsx_cell", "place_docx_body", "place_html_paragraph"])](rng, p.note(rng, kind))


_register_places()

# Rows about persons.


def _columns(rng, rows):
    keep = sorted(rng.sample(range(len(rows[0])), max(4, len(rows[0]) - 2)))
    return [[row[i] for i in keep] for row in rows]


@leak
def rows_csv(rng):
    return "output.csv", f.csv_text(p.any_rows(rng))


@leak
def rows_subset_of_columns(rng):
    return "subset.csv", f.csv_text(_columns(rng, p.patients(rng)))


@leak
def rows_shuffled_and_rounded(rng):
    head, *body = p.patients(rng, keys=False, decimals=0)
    rng.shuffle(body)
    return "data.csv", f.csv_text([head] + body)


@leak
def rows_as_table_name(rng):
    return "table2_regression.csv", f.csv_text(p.any_rows(rng))


@leak
def rows_below_table(rng):
    return "table1.csv", f.csv_text(p.groups(rng)) + "\n\n" + f.csv_text(p.any_rows(rng))


@leak
def rows_right_of_table(rng):
    left, right = p.groups(rng), p.patients(rng, 40)
    return "table1.csv", f.csv_text([(left[i] if i < len(left) else [""] * 4) + [""] + right[i] for i in range(len(right))])


@leak
def rows_transposed(rng):
    return "wide.csv", f.csv_text([list(c) for c in zip(*p.patients(rng, 30))])


@leak
def rows_json_columns(rng):
    head, *body = p.patients(rng)
    return "data.json", json.dumps({h: {str(i): row[c] for i, row in enumerate(body)} for c, h in enumerate(head)})


@leak
def rows_json_lists(rng):
    head, *body = p.any_rows(rng)
    return "data.json", json.dumps({h: [row[c] for row in body] for c, h in enumerate(head)}, ensure_ascii=False)


@leak
def rows_json_split(rng):
    head, *body = p.any_rows(rng)
    return "data.json", json.dumps({"columns": head, "index": list(range(len(body))), "data": body}, ensure_ascii=False)


@leak
def rows_xml_elements(rng):
    head, *body = p.patients(rng, headings=p.HEADINGS[0])
    return "data.txt", "<rows>" + "".join("<row>%s</row>" % "".join("<%s>%s</%s>" % (h, v, h) for h, v in zip(head, row)) for row in body if head) + "</rows>"


@leak
def rows_yaml(rng):
    head, *body = p.patients(rng, 30)
    return "data.yaml", "".join("- " + "\n  ".join("%s: %s" % (h, v) for h, v in zip(head, row)) + "\n" for row in body)


@leak
def rows_latex(rng):
    return "appendix.tex", "\\begin{longtable}{llllll}\n" + "".join(" & ".join(map(str, r)) + " \\\\\n" for r in p.any_rows(rng)) + "\\end{longtable}\n"


@leak
def rows_python_literal(rng):
    head, *body = p.patients(rng, 30)
    return "model.py", "import pandas as pd\nROWS = [\n" + "".join("    %r,\n" % (tuple(row),) for row in body) + "]\ndf = pd.DataFrame(ROWS, columns=%r)\n" % head


@leak
def rows_r_vectors(rng):
    head, *body = p.patients(rng, 35, headings=p.HEADINGS[0])
    return "model.R", "".join("%s <- c(%s)\n" % (h, ", ".join('"%s"' % v if isinstance(v, str) else str(v) for v in column)) for h, column in zip(head, zip(*body))) + "d <- data.frame(%s)\n" % ", ".join(head)


@leak
def rows_r_dput(rng):
    head, *body = p.patients(rng, 35, headings=p.HEADINGS[0])
    return "d.R", "structure(list(%s), row.names = c(NA, -%dL), class = \"data.frame\")\n" % (", ".join("%s = c(%s)" % (h, ", ".join('"%s"' % v if isinstance(v, str) else str(v) for v in column)) for h, column in zip(head, zip(*body))), len(body))


@leak
def rows_sql_insert(rng):
    head, *body = p.patients(rng, 30)
    return "load.sql", "".join("INSERT INTO cohort VALUES (%s);\n" % ", ".join("'%s'" % v if isinstance(v, str) else str(v) for v in row) for row in body)


@leak
def rows_sas_cards(rng):
    return "d.sas", "data d;\ninput id age sex $ a b c e;\ncards;\n" + "".join(" ".join(map(str, r)) + "\n" for r in p.patients(rng, 30)[1:]) + ";\nrun;\n"


@leak
def rows_r_print(rng):
    return "out.txt", "> head(d, 20)\n" + f.printed(p.patients(rng, 20))


@leak
def rows_tibble(rng):
    rows = p.patients(rng, 10)
    return "out.txt", "# A tibble: 4,321 × 7\n   " + " ".join("%-9s" % h for h in rows[0]) + "\n   <int>     <int>     <chr>     <dbl>     <dbl>     <dbl>     <int>\n" + "".join("%2d " % n + " ".join("%-9s" % v for v in row) + "\n" for n, row in enumerate(rows[1:], 1)) + "# … with 4,311 more rows\n"


@leak
def rows_pandas_series(rng):
    row = p.patients(rng, 1)
    return "out.log", "".join("%-16s%s\n" % (h, v) for h, v in zip(row[0], row[1])) + "Name: %d, dtype: object\n" % rng.randrange(5000)


@leak
def rows_stata_list(rng):
    head, *body = p.patients(rng, 12)
    line = "     +" + "-" * 60 + "+\n"
    return "out.log", ". list in 1/12\n\n" + line + "     | " + "  ".join("%8s" % h for h in head) + " |\n     |" + "-" * 60 + "|\n" + "".join("%3d. | " % n + "  ".join("%8s" % v for v in row) + " |\n" for n, row in enumerate(body, 1)) + line


@leak
def rows_glimpse(rng):
    head, *body = p.patients(rng, 30)
    return "log.txt", "Rows: 4,120\nColumns: %d\n" % len(head) + "".join("$ %-10s <dbl> %s, …\n" % (h, ", ".join(str(v) for v in list(column)[:12])) for h, column in zip(head, zip(*body)))


@leak
def rows_r_str(rng):
    head, *body = p.patients(rng, 30)
    return "log.txt", "'data.frame':\t%d obs. of  %d variables:\n" % (len(body), len(head)) + "".join(" $ %-8s: num  %s ...\n" % (h, " ".join(str(v) for v in list(column)[:10])) for h, column in zip(head, zip(*body)))


@leak
def rows_notebook_html(rng):
    rows = p.any_rows(rng)[:12]
    return "nb.ipynb", f.notebook(["df.head(10)"], [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/html": ["<table border=\"1\" class=\"dataframe\"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>" % ("".join("<th>%s</th>" % h for h in rows[0]), "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % v for v in r) for r in rows[1:]))], "text/plain": ["DataFrame"]}}])


@leak
def rows_datatables_html(rng):
    head, *body = p.patients(rng)
    return "report.html", f.html("<div id='htmlwidget-1'></div><script type='application/json' data-for='htmlwidget-1'>%s</script>" % json.dumps({"x": {"container": "<table></table>", "data": [list(c) for c in zip(*body)]}}))


@leak
def rows_plotly(rng):
    rows = p.patients(rng, 150)[1:]
    return "figure.html", f.html("<div id='g'></div><script>Plotly.newPlot('g', %s, {})</script>" % json.dumps([{"type": "scatter", "mode": "markers", "x": [r[1] for r in rows], "y": [r[3] for r in rows], "text": [str(r[0]) for r in rows]}]))


@leak
def rows_vega(rng):
    head, *body = p.patients(rng, headings=p.HEADINGS[0])
    return "figure.json", json.dumps({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "point", "data": {"values": [dict(zip(head, r)) for r in body]}})


@leak
def rows_docx_table(rng):
    return "appendix.docx", f.docx(["付録"], raw=f.word_table(p.any_rows(rng)[:40]))


@leak
def rows_pdf(rng):
    return "appendix.pdf", f.pdf(f.pdf_text(["  ".join("%-10s" % v for v in r) for r in p.patients(rng, 40, headings=p.HEADINGS[0])], 8))


@leak
def rows_fixed_width_no_header(rng):
    return "a.txt", "".join("%07d%s%03d%05d%05d%d\n" % (rng.randrange(10 ** 6, 10 ** 7), rng.choice("12"), rng.randrange(20, 95), rng.randrange(100, 999), rng.randrange(100, 9999), rng.randrange(2)) for _ in range(60))


@leak
def rows_hex(rng):
    return "appendix.txt", "signature\n%s\n" % binascii.hexlify(zlib.compress(f.csv_text(p.any_rows(rng)).encode())).decode()


@leak
def rows_base85(rng):
    return "appendix.txt", "blob: %s\n" % base64.b85encode(zlib.compress(f.csv_text(p.patients(rng)).encode())).decode()


@leak
def rows_base32(rng):
    return "appendix.txt", "key %s\n" % base64.b32encode(f.csv_text(p.patients(rng, 12)).encode()).decode()


@leak
def rows_uuencode(rng):
    data = f.csv_text(p.patients(rng)).encode()
    return "appendix.txt", "begin 644 t.csv\n" + "".join(binascii.b2a_uu(data[i:i + 45]).decode() for i in range(0, len(data), 45)) + "`\nend\n"


@leak
def rows_quoted_printable(rng):
    return "mail.txt", "Content-Transfer-Encoding: quoted-printable\n\n" + "".join("=%02X" % b for b in f.csv_text(p.stays(rng, 12)).encode())


@leak
def rows_in_float_digits(rng):
    rows = p.estimates(rng)
    data = f.csv_text(p.patients(rng, 5)).encode()
    return "coefficients.csv", "term,estimate,se\n" + "".join("%s%d,0.%d,0.1%d\n" % ("v", n, int.from_bytes(data[i:i + 6], "big"), int.from_bytes(data[i:i + 6][::-1], "big")) for n, i in enumerate(range(0, len(data), 6))) + ("" if rows else "")


@leak
def rows_single_column(rng):
    return "x.csv", "egfr\n" + "".join("%.2f\n" % rng.gauss(62, 20) for _ in range(rng.randrange(150, 600)))


@leak
def rows_dictionary_by_key(rng):
    return "scores.json", json.dumps({"%08d" % rng.randrange(10 ** 8): round(rng.random(), 4) for _ in range(60)})


@leak
def rows_key_list(rng):
    return "ids.txt", "".join("%s%07d\n" % (rng.choice(["", "A"]), rng.randrange(10 ** 7)) for _ in range(80))


@leak
def rows_uuid_keys(rng):
    return "result.csv", "uid,score\n" + "".join("%08x-%04x-4%03x-a%03x-%012x,%.3f\n" % (rng.getrandbits(32), rng.getrandbits(16), rng.getrandbits(12), rng.getrandbits(12), rng.getrandbits(48), rng.random()) for _ in range(50))


@leak
def rows_short_hash(rng):
    return "predictions.tsv", "key\tpred\n" + "".join("%s\t%.4f\n" % (base64.b64encode(rng.randbytes(9)).decode(), rng.random()) for _ in range(50))


@leak
def rows_event_log(rng):
    return "events.csv", "pt,code,date\n" + "".join("%d,%s%02d,2022-%02d-%02d\n" % (10001 + n // 4, rng.choice("ABCIJ"), rng.randrange(99), rng.randrange(1, 13), rng.randrange(1, 28)) for n in range(120))


@leak
def rows_era_visits(rng):
    return "受診.csv", "番号,受診日,年齢,診療科\n" + "".join("%d,R%d.%d.%d,%d,%s\n" % (n, rng.randrange(2, 6), rng.randrange(1, 13), rng.randrange(1, 28), rng.randrange(20, 95), rng.choice(["内科", "外科", "眼科"])) for n in range(1, 60))


@leak
def rows_survival_data(rng):
    return "km_input.csv", "time,status,arm\n" + "".join("%d,%d,%s\n" % (rng.randrange(3, 1800), rng.randrange(2), rng.choice(["A", "B"])) for _ in range(rng.randrange(80, 200)))


@leak
def rows_matched_pairs(rng):
    return "pairs.csv", "case_age,case_sex,control_age,control_sex,distance\n" + "".join("%d,%s,%d,%s,%.4f\n" % (a, s, a + rng.randrange(-2, 3), s, rng.random() / 10) for a, s in ((rng.randrange(20, 95), rng.choice("MF")) for _ in range(60)))


@leak
def rows_genotypes(rng):
    return "geno.csv", "sample,rs123,rs456,rs789,rs1011\n" + "".join("S%03d,%s\n" % (n, ",".join(rng.choice(["AA", "AG", "GG"]) for _ in range(4))) for n in range(1, 60))


@leak
def rows_ecg(rng):
    return "wave.csv", "t,lead_I,lead_II\n" + "".join("%.3f,%.3f,%.3f\n" % (i / 500, rng.gauss(0, 0.2), rng.gauss(0, 0.3)) for i in range(800))

# Few persons.


@leak
def few_csv(rng):
    return "table1.csv", f.csv_text(p.small_groups(rng))


@leak
def few_markdown(rng):
    rows = p.small_groups(rng)
    return "table1.md", "\n".join("| " + " | ".join(map(str, r)) + " |" + ("\n|" + "---|" * 4 if n == 0 else "") for n, r in enumerate(rows)) + "\n"


@leak
def few_xlsx(rng):
    return "table1.xlsx", f.xlsx([("Table 1", "", p.small_groups(rng))])


@leak
def few_html(rng):
    return "table1.html", f.html(f.html_table(p.small_groups(rng)))


@leak
def few_docx(rng):
    return "table1.docx", f.docx(["Table 1"], raw=f.word_table(p.small_groups(rng)))


@leak
def few_latex(rng):
    return "t1.tex", "\\begin{tabular}{lrrr}\n\\hline\n" + "".join(" & ".join(map(str, r)) + " \\\\\n" for r in p.small_groups(rng)) + "\\hline\n\\end{tabular}\n"


@leak
def few_n_percent(rng):
    rows = p.small_groups(rng)
    return "table1.csv", f.csv_text([rows[0]] + [[r[0]] + ["%d (%.1f%%)" % (v, 100 * v / r[3]) for v in r[1:]] for r in rows[1:]])


@leak
def few_r_table(rng):
    rows = p.small_groups(rng)
    return "out.txt", "> table(d$%s, d$sex)\n\n" % "age_group" + "".join("  %-12s" % r[0] + "".join("%8s" % v for v in r[1:3]) + "\n" for r in rows[:-1])


@leak
def few_spss(rng):
    rows = p.small_groups(rng)
    return "out.txt", "Crosstabulation\nCount\n" + "".join("|%-14s|" % r[0] + "|".join("%8s" % v for v in r[1:]) + "|\n" for r in rows)


@leak
def few_sentence(rng):
    n = rng.randrange(1, 9)
    return "results.txt", "\n".join(p.prose(rng, 2)) + "\n" + rng.choice(["このうち死亡は%d例であった。", "%d名が転院した。", "Only %d patients developed myocarditis.", "There were %d deaths in the exposed group.", "副作用による中止は%d人。", "%d of the women were lost to follow-up.", "妊婦は%d例のみであった。"]) % n + "\n"


@leak
def few_subgroup_n(rng):
    return "hr.csv", "Subgroup,N,HR,95% CI\n" + "".join("%s,%d,%.2f,%.2f-%.2f\n" % (s, n, v, v * 0.7, v * 1.5) for s, n, v in [("Age <65", rng.randrange(200, 900), 1.2), ("Age >=65", rng.randrange(200, 900), 0.9), ("Pregnant", rng.randrange(2, 9), 1.4)])


@leak
def few_json_nested(rng):
    return "t.json", json.dumps({"counts": {"male": {"0-17": rng.randrange(100, 900), "18-64": rng.randrange(100, 900)}, "female": {"0-17": rng.randrange(1, 9), "18-64": rng.randrange(100, 900)}}})


@leak
def few_flow_chart_svg(rng):
    return "flow.svg", f.svg("".join("<rect x='10' y='%d' width='200' height='30'/><text x='12' y='%d'>%s (n = %d)</text>" % (40 * i, 40 * i + 20, t, n) for i, (t, n) in enumerate([("Screened", 4121), ("Eligible", 3987), ("Withdrew", rng.randrange(1, 9)), ("Analysed", 3980)])))


@leak
def few_km_at_risk(rng):
    return "km.csv", "time,n_risk,n_event,survival\n" + "".join("%d,%d,%d,%.3f\n" % (t, n, e, s) for t, n, e, s in [(0, 212, 0, 1), (12, 180, 14, .93), (24, 97, 22, .81), (36, 31, 15, .66), (48, rng.randrange(2, 9), 11, .41)])


@leak
def few_histogram(rng):
    return "hist.csv", "bin,frequency\n" + "".join("%d-%d,%d\n" % (10 * i, 10 * i + 9, n) for i, n in enumerate([rng.randrange(1, 9), 45, 210, 480, 620, 410, 180, 66, 21, rng.randrange(1, 6)]))


@leak
def few_minmax(rng):
    return "desc.csv", "variable,n,mean,sd,min,max\nage,4312,61.2,14.1,18,%d\nlos,4312,14.2,11.0,1,%d\n" % (rng.randrange(99, 109), rng.randrange(200, 900))


@leak
def few_r_summary(rng):
    return "out.txt", "> summary(d$age)\n   Min. 1st Qu.  Median    Mean 3rd Qu.    Max. \n  %5.2f   48.00   63.00   61.24   75.00  %6.2f \n" % (rng.randrange(18, 22), rng.randrange(98, 110))


@leak
def few_stata_tab(rng):
    return "out.log", ". tab sex arm\n\n           |          arm\n       sex |         A          B |     Total\n-----------+----------------------+----------\n         F |       212        %3d |       %3d \n         M |       301        288 |       589 \n-----------+----------------------+----------\n     Total |       513        %3d |       %4d \n" % ((lambda v: (v, 212 + v, 288 + v, 801 + v))(rng.randrange(1, 9)))


@leak
def few_percent_of_small_base(rng):
    return "t.csv", "group,n,percent_with_event\nA,%d,33.3\nB,412,12.1\nC,388,10.6\n" % rng.choice([3, 6, 9])


@leak
def few_regression_n(rng):
    return "fit.txt", "Logit Regression Results\nDep. Variable: death   No. Observations: %d\nModel: Logit   Df Residuals: %d\nDf Model: 3\n            coef    std err   z   P>|z|\nage   0.0312 0.021 1.48 0.139\nsex   0.4121 0.512 0.80 0.421\n" % (lambda n: (n, n - 4))(rng.randrange(7, 12))


@leak
def few_scatter_svg(rng):
    return "scatter.svg", f.svg("".join("<circle cx='%.2f' cy='%.2f' r='2'/>" % (rng.uniform(20, 380), rng.uniform(20, 280)) for _ in range(rng.randrange(60, 200))))


@leak
def few_scatter_symbols_svg(rng):
    return "scatter.svg", f.svg("<defs><path id='m' d='M-2 0 L2 0 M0 -2 L0 2'/></defs>" + "".join("<use href='#m' x='%.2f' y='%.2f'/>" % (rng.uniform(20, 380), rng.uniform(20, 280)) for _ in range(90)))


@leak
def few_case_report(rng):
    return "case.txt", rng.choice(["症例は%d歳女性。主訴は発熱。既往に関節リウマチあり、メトトレキサート内服中であった。", "A %d-year-old woman with rheumatoid arthritis presented with fever in March 2022.", "%d歳男性、自宅で転倒し当院に救急搬送された。"]) % rng.randrange(61, 99) + "\n"

# Files that hold data by their nature.


@leak
def model_pickle(rng):
    return rng.choice(["model.pkl", "model.joblib"]), pickle.dumps({"kind": "knn", "X": [[rng.gauss(60, 10) for _ in range(5)] for _ in range(300)], "y": [rng.randrange(2) for _ in range(300)]})


@leak
def numpy_npz(rng):
    body = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (300, 4), }".ljust(127) + b"\n" + struct.pack("<1200d", *(rng.gauss(50, 9) for _ in range(1200)))
    return "arrays.npz", f.zipped([("X.npy", body)])


@leak
def onnx_model(rng):
    return "model.onnx", b"\x08\x08\x12\x07pytorch\x1a\x051.13.0" + bytes(rng.randrange(256) for _ in range(6000))


@leak
def rds_file(rng):
    return "d.rds", gzip.compress(b"X\n\0\0\0\3\0\4\2\1\0\3\5\0\0\0\0\5UTF-8" + struct.pack(">500d", *(rng.gauss(50, 9) for _ in range(500))), mtime=0)


@leak
def rdata_file(rng):
    return "work.RData", rng.choice([bz2.compress, lzma.compress, gzip.compress])(b"RDX3\nX\n\0\0\0\3\0\4\2\1" + struct.pack(">500d", *(rng.gauss(50, 9) for _ in range(500))))


@leak
def sqlite_file(rng):
    with tempfile.NamedTemporaryFile(suffix=".db") as place:
        with sqlite3.connect(place.name) as db:
            db.execute("create table cohort(id integer, age integer, sex text)")
            db.executemany("insert into cohort values(?,?,?)", [(rng.randrange(10 ** 7), rng.randrange(20, 95), rng.choice("MF")) for _ in range(50)])
        db.close()
        return rng.choice(["cohort.sqlite", "result.db", "result.csv"]), pathlib.Path(place.name).read_bytes()


@leak
def zip_three_deep(rng):
    data = f.csv_text(p.any_rows(rng)).encode()
    for n in range(3):
        data = f.zipped([("level%d.%s" % (n, "csv" if n == 0 else "zip"), data)])
    return "outputs.zip", data


@leak
def zip_with_bytes_in_front(rng):
    return "outputs.zip", f.csv_text(p.patients(rng, 10)).encode() + f.zipped([("t.csv", f.csv_text(p.groups(rng)))])


@leak
def zip_extra_field(rng):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("t.csv")
        text = "|".join(p.identifier(rng) for _ in range(8)).encode()
        info.extra = struct.pack("<HH", 0x7777, len(text)) + text
        archive.writestr(info, f.csv_text(p.groups(rng)))
    return "outputs.zip", out.getvalue()


@leak
def zip_entry_comment(rng):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("t.csv")
        info.comment = p.note(rng).encode()
        archive.writestr(info, f.csv_text(p.groups(rng)))
    return "outputs.zip", out.getvalue()


@leak
def gzip_comment(rng):
    data = gzip.compress(f.csv_text(p.groups(rng)).encode(), mtime=0)
    return "table.csv.gz", data[:3] + bytes([data[3] | 16]) + data[4:10] + p.identifier(rng, "kanji_name").encode() + b"\0" + data[10:]


@leak
def bmp_picture(rng):
    body = bytes(rng.randrange(256) for _ in range(3 * 64 * 64))
    return rng.choice(["fig.bmp", "fig.png"]), b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 64, 64, 1, 24, 0, len(body), 0, 0, 0, 0) + body


@leak
def xlsx_hidden_name(rng):
    data = f.xlsx([("Table1", "", p.groups(rng))])
    names = "<definedNames><definedName name=\"_pt\" hidden=\"1\">\"%s\"</definedName></definedNames></workbook>" % p.identifier(rng).replace('"', "")
    return "table.xlsx", _patched(data, "xl/workbook.xml", b"</workbook>", names.encode())


@leak
def xlsx_formula_with_row(rng):
    data = f.xlsx([("Table1", "", p.groups(rng))])
    return "table.xlsx", _patched(data, "xl/worksheets/sheet1.xml", b"</sheetData>", ("<row r='90'><c r='A90'><f>VLOOKUP(%d,'C:\\data\\[患者一覧.xlsx]Sheet1'!A:F,2,0)</f><v>0</v></c></row></sheetData>" % rng.randrange(10 ** 7, 10 ** 8)).encode())


@leak
def xlsx_unused_shared_string(rng):
    data = f.xlsx([("Table1", "", p.groups(rng))])
    return "table.xlsx", _patched(data, "xl/sharedStrings.xml", b"</sst>", ("<si><t>%s</t></si></sst>" % p.identifier(rng)).encode())


@leak
def csv_formula_link(rng):
    rows = p.groups(rng)
    return "table.csv", f.csv_text(rows) + '"=HYPERLINK(""http://x.example/?p=%s"",""詳細"")"\n' % p.values.my_number(rng)


@leak
def trailing_spaces_code(rng):
    bits = "".join("%s" % bin(b)[2:].zfill(8) for b in ("%s" % p.identifier(rng)).encode())
    lines = [" ".join(p.prose(rng, 1)) for _ in range(len(bits) // 8)]
    return "paper.txt", "".join(line + bits[8 * i:8 * i + 8].replace("0", " ").replace("1", "\t") + "\n" for i, line in enumerate(lines))


@leak
def variation_selectors(rng):
    hidden = "".join(chr(0xE0100 + b - 16) if b >= 16 else chr(0xFE00 + b) for b in p.identifier(rng).encode())
    return "paper.txt", p.prose(rng)[0] + "😀" + hidden + "\n"


@leak
def column_names_as_ids(rng):
    ids = ["%08d" % rng.randrange(10 ** 8) for _ in range(30)]
    return "wide.csv", ",".join(["marker"] + ids) + "\n" + "".join("gene%d,%s\n" % (n, ",".join("%.2f" % rng.gauss(5, 1) for _ in ids)) for n in range(20))


@leak
def file_name_person(rng):
    return "%s_%s.csv" % (rng.choice(["結果", "result", "患者"]), p.name(rng, "kanji").replace(" ", "").replace("　", "")), f.csv_text(p.groups(rng))


@leak
def file_name_number(rng):
    return "table_%s.csv" % p.values.my_number(rng), f.csv_text(p.groups(rng))


@leak
def few_counts_percent_columns(rng):
    rows = p.small_groups(rng)
    return "t.csv", f.csv_text([["class", "n", "pct"]] + [[r[0], min(r[1], r[2]), "%.1f" % (100 * min(r[1], r[2]) / rows[-1][1])] for r in rows[1:-1]])


@leak
def few_words(rng):
    return "results.txt", p.prose(rng)[0] + rng.choice([" Two patients died.", " One woman was lost to follow-up.", "死亡は三名であった。", " Three cases of anaphylaxis were seen.", "該当者は2人である。"]) + "\n"
