"""Leaks: rows about persons in many writings."""
import base64
import binascii
import json
import zlib

from scenarios.exit_corpus import formats as f

from . import payloads as p
from .registry import leak


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
