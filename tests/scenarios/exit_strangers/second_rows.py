"""Templates written after the rules had been mended for the others, before anything was mended for these. Rows of persons in other languages' reports and file kinds."""
import csv
import gzip
import io
import json
import zipfile

from scenarios.exit_corpus import formats as f

from . import registry
from .second_people import HEAD, kanji, people

leak, _ = registry.named("second_")


@leak
def rows_csv_quoted(r):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([HEAD] + people(r))
    return "extract.csv", out.getvalue()


@leak
def rows_csv_no_header(r):
    return "extract.csv", f.csv_text(people(r, 60))


@leak
def rows_codes_only(r):
    return "x.csv", "v1,v2,v3,v4,v5\n" + "".join("%d,%d,%d,%d,%d\n" % (r.randrange(20, 95), r.randrange(1, 3), r.randrange(4), r.randrange(2), r.randrange(1, 6)) for _ in range(120))


@leak
def rows_three_columns(r):
    return "x.csv", "age,sex,los\n" + "".join("%d,%d,%d\n" % (r.randrange(20, 95), r.randrange(1, 3), r.randrange(1, 90)) for _ in range(80))


@leak
def rows_age_bands(r):
    return "x.csv", "age_band,sex,dx,outcome\n" + "".join("%s,%s,%s,%s\n" % (r.choice(["60-64", "65-69", "70-74"]), r.choice("MF"), r.choice(["I21", "I50", "I48"]), r.choice(["home", "hospital", "died"])) for _ in range(90))


@leak
def rows_sorted(r):
    return "x.csv", ",".join(HEAD) + "\n" + f.csv_text(sorted(people(r, 70)))


@leak
def rows_with_summary_line(r):
    rows = people(r, 50)
    return "x.csv", f.csv_text([HEAD] + rows + [["mean", "", "", 121, 0.9, ""]])


@leak
def rows_decoy_count_column(r):
    return "x.csv", f.csv_text([HEAD + ["n"]] + [row + [1] for row in people(r, 60)])


@leak
def rows_decoy_mean_name(r):
    return "x.csv", f.csv_text([["mean_age", "n_sex", "rate_ecog", "total_sbp", "sd_scr"]] + [row[:5] for row in people(r, 60)])


@leak
def rows_pivot_dates(r):
    ids = [r.randrange(10000, 99999) for _ in range(25)]
    return "x.csv", "id,2022-01-10,2022-02-07,2022-03-07,2022-04-04\n" + "".join("%d,%s\n" % (i, ",".join("%.1f" % r.gauss(7, 1) for _ in range(4))) for i in ids)


@leak
def rows_labs_long(r):
    return "labs.csv", "pt,item,value,unit\n" + "".join("%d,%s,%.1f,mg/dL\n" % (i, t, r.uniform(1, 200)) for i in range(1001, 1020) for t in ["TC", "LDL", "TG"])


@leak
def rows_semicolon_decimal_comma(r):
    return "x.csv", ";".join(HEAD) + "\n" + "".join("%d;%s;%s;%d;%s;%s\n" % (a, s, e, b, str(c).replace(".", ","), o) for a, s, e, b, c, o in people(r, 50))


@leak
def rows_jsonl(r):
    return "x.jsonl", "".join(json.dumps(dict(zip(HEAD, row))) + "\n" for row in people(r))


@leak
def rows_geojson(r):
    return "homes.geojson", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"age": r.randrange(20, 95)}, "geometry": {"type": "Point", "coordinates": [round(139 + r.random(), 5), round(35 + r.random(), 5)]}} for _ in range(40)]})


@leak
def rows_coordinates_csv(r):
    return "map.csv", "lat,lon\n" + "".join("%.5f,%.5f\n" % (35 + r.random(), 139 + r.random()) for _ in range(60))


@leak
def rows_markdown(r):
    return "t.md", "|" + "|".join(HEAD) + "|\n|" + "---|" * 6 + "\n" + "".join("|" + "|".join(map(str, row)) + "|\n" for row in people(r, 25))


@leak
def rows_org_mode(r):
    return "notes.org", "* Data\n" + "".join("| " + " | ".join(map(str, row)) + " |\n" for row in people(r, 25))


@leak
def rows_html_divs(r):
    return "p.html", f.html("".join("<div class='row'>%s</div>" % "".join("<span>%s</span>" % x for x in row) for row in people(r, 40)))


@leak
def rows_html_list(r):
    return "p.html", f.html("<ul>%s</ul>" % "".join("<li>%08d: %d歳 %s</li>" % (r.randrange(10 ** 8), r.randrange(20, 95), r.choice("男女")) for _ in range(20)))


@leak
def rows_arff(r):
    return "d.txt", "@relation cohort\n@attribute age numeric\n@attribute sex {M,F}\n@attribute hb numeric\n@data\n" + "".join("%d,%s,%.1f\n" % (r.randrange(20, 95), r.choice("MF"), r.gauss(13, 1.5)) for _ in range(60))


@leak
def rows_libsvm(r):
    return "train.txt", "".join("%d %s\n" % (r.randrange(2), " ".join("%d:%.4f" % (k, r.random()) for k in range(1, 8))) for _ in range(80))


@leak
def rows_matrix_market(r):
    return "m.txt", "".join(" ".join("%.3f" % r.gauss(0, 1) for _ in range(6)) + "\n" for _ in range(120))


@leak
def rows_toml(r):
    return "d.toml", "".join("[[patient]]\nage = %d\nsex = \"%s\"\nsbp = %d\ndead = %s\n\n" % (a, s, b, "true" if o == "dead" else "false") for a, s, e, b, c, o in people(r, 25))


@leak
def rows_ini(r):
    return "d.ini", "".join("[%d]\nage=%d\nsex=%s\nsbp=%d\n" % (10000 + n, row[0], row[1], row[3]) for n, row in enumerate(people(r, 25)))


@leak
def rows_vertical_sql(r):
    return "out.txt", "".join("*************************** %d. row ***************************\n       age: %d\n       sex: %s\n       sbp: %d\n    status: %s\n" % (n, row[0], row[1], row[3], row[5]) for n, row in enumerate(people(r, 12), 1))


@leak
def rows_psql(r):
    return "out.txt", "cohort=> select * from cohort limit 12;\n " + " | ".join(HEAD) + "\n" + "-" * 50 + "\n" + "".join(" " + " | ".join("%10s" % x for x in row) + "\n" for row in people(r, 12)) + "(12 rows)\n"


@leak
def rows_julia_print(r):
    return "out.txt", "12×4 DataFrame\n Row │ age    sex     sbp    status\n     │ Int64  String  Int64  String\n─────┼──────────────────────────────\n" + "".join(" %3d │ %5d  %-6s  %5d  %s\n" % (n, row[0], row[1], row[3], row[5]) for n, row in enumerate(people(r, 12), 1))


@leak
def rows_sas_print(r):
    return "out.lst", "                 Obs    age    sex       sbp    status\n\n" + "".join("%20d %6d    %-6s %6d    %s\n" % (n, row[0], row[1], row[3], row[5]) for n, row in enumerate(people(r, 15), 1))


@leak
def rows_spss_syntax(r):
    return "d.sps", "DATA LIST FREE / id age sex sbp.\nBEGIN DATA\n" + "".join("%d %d %d %d\n" % (n, row[0], r.randrange(1, 3), row[3]) for n, row in enumerate(people(r, 30), 1)) + "END DATA.\n"


@leak
def rows_matlab(r):
    return "d.m", "X = [" + ";\n".join(" ".join("%.2f" % r.gauss(50, 9) for _ in range(5)) for _ in range(40)) + "];\n"


@leak
def rows_numpy_array(r):
    return "d.py", "import numpy as np\nX = np.array([" + ",\n".join("[%s]" % ", ".join("%.2f" % r.gauss(50, 9) for _ in range(5)) for _ in range(40)) + "])\n"


@leak
def rows_dict_literals(r):
    return "d.py", "patients = [\n" + "".join("    {'age': %d, 'sex': '%s', 'sbp': %d},\n" % (row[0], row[1], row[3]) for row in people(r, 25)) + "]\n"


@leak
def rows_r_tribble(r):
    return "d.R", "d <- tribble(\n  ~age, ~sex, ~sbp,\n" + ",\n".join("  %d, \"%s\", %d" % (row[0], row[1], row[3]) for row in people(r, 25)) + "\n)\n"


@leak
def rows_triple_quoted(r):
    return "d.py", "from io import StringIO\nimport pandas as pd\nd = pd.read_csv(StringIO('''" + f.csv_text([HEAD] + people(r, 25)) + "'''))\n"


@leak
def rows_sql_select_union(r):
    return "d.sql", " union all\n".join("select %d as age, '%s' as sex, %d as sbp" % (row[0], row[1], row[3]) for row in people(r, 25)) + ";\n"


@leak
def rows_xlsx_titled(r):
    return "表1.xlsx", f.xlsx([("Sheet1", "", [["表1 患者背景"], []] + [HEAD] + people(r, 40))])


@leak
def rows_pptx_notes(r):
    return "s.pptx", f.pptx([["Results"]], [("ppt/notesSlides/notesSlide1.xml", "<p:notes xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>%s 様は除外</a:t></a:r></a:p></p:notes>" % kanji(r))])


@leak
def rows_odd_extension(r):
    return r.choice(["data.dat", "data.out", "data.prn", "data"]), f.csv_text([HEAD] + people(r, 40))


@leak
def rows_gz_json(r):
    return "x.json.gz", gzip.compress(json.dumps([dict(zip(HEAD, row)) for row in people(r)]).encode(), mtime=0)


@leak
def rows_tar_member(r):
    return "out.tar", f.tarred([("t/table1.csv", "a,n\nx,100\ny,200\nz,300\n"), ("t/.cache/d.csv", f.csv_text([HEAD] + people(r, 50)))], "w")


@leak
def rows_zip_mac_folder(r):
    return "out.zip", f.zipped([("t.csv", "a,n\nx,100\ny,200\nz,300\n"), ("__MACOSX/._t.csv", f.csv_text([HEAD] + people(r, 50)))])


@leak
def zip_bzip2_member(r):
    return "out.zip", f.zipped([("t.csv", f.csv_text([HEAD] + people(r, 50)))], method=zipfile.ZIP_BZIP2)


@leak
def zip_lzma_member(r):
    return "out.zip", f.zipped([("t.csv", f.csv_text([HEAD] + people(r, 50)))], method=zipfile.ZIP_LZMA)
