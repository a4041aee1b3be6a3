"""Identifiers of persons in texts, programs and tables, in the forms and character sets in which they travel."""
import base64
import gzip
import json
import urllib.parse

from . import formats, honest_tables, values
from .registry import leak

ZERO = "\u200b"


def _kind_in_text(kind):
    def make(rng):
        return "memo.txt", "結果の要約\n対象者は1,250人であった。\n%s\n以上\n" % values.identifier(rng, kind)
    make.__name__ = "text_with_" + kind
    return make


for _kind in values.KINDS:
    leak(_kind_in_text(_kind))


def _column(kind, heading, value):
    def make(rng):
        rows = [["区分", heading, "件数"]] + [["A%d" % (i % 3), value(rng), rng.randrange(10, 99)] for i in range(rng.randrange(4, 30))]
        return "table.csv", formats.csv_text(rows).encode(rng.choice(["utf-8", "cp932", "utf-16"]))
    make.__name__ = "column_of_" + kind
    return make


for _kind, _heading, _value in [("names", "担当", values.kanji_name), ("kana", "カナ", values.kana_name), ("romaji", "name", values.romaji_name), ("my_numbers", "番号", values.my_number),
                                ("phones", "備考", values.phone), ("births", "日付", lambda r: values.birth(r, False)), ("addresses", "場所", values.address),
                                ("institutions", "code", values.institution), ("insurers", "保険者番号", values.insurer)]:
    leak(_column(_kind, _heading, _value))


@leak
def english_birth_date(rng):
    return "case.txt", "Case presentation\nThe patient, date of birth %s, was admitted twice.\n" % values.birth_date(rng).strftime("%d %B %Y")


@leak
def receipt_birth_date(rng):
    day = values.birth_date(rng)
    (_, _, number, _), year = values.era_of(day)
    return "table.csv", formats.csv_text([["生年月日", "件数"]] + [["%d%02d%02d%02d" % (number, year, day.month, day.day), 12 + i] for i in range(6)])


@leak
def era_without_label(rng):
    day = values.birth_date(rng)
    (_, letter, _, _), year = values.era_of(day)
    return "memo.txt", "症例の概要\n%s%d.%d.%d 男性 糖尿病\n" % (letter, year, day.month, day.day)


@leak
def full_width_digits(rng):
    return "memo.txt", "問い合わせ先の番号は%sです。\n" % values.wide(rng.choice([values.my_number(rng), "090-%04d-%04d" % (rng.randrange(10 ** 4), rng.randrange(10 ** 4))]))


@leak
def digits_by_groups(rng):
    number = values.my_number(rng)
    return "memo.txt", "番号 %s\n" % rng.choice([" ", "-", "・", "　", "."]).join([number[:4], number[4:8], number[8:]])


@leak
def digits_one_by_one(rng):
    return "memo.txt", "番号 %s\n" % rng.choice([" ", "-", "　"]).join(values.my_number(rng))


@leak
def zero_width_between_digits(rng):
    return "memo.txt", "番号 %s を確認した。\n" % ZERO.join(values.my_number(rng))


@leak
def zero_width_in_name(rng):
    return "memo.txt", "担当した%s様の経過\n" % rng.choice(["\u200d", "\u2060", ZERO, "\ufeff"]).join(values.kanji_name(rng))


@leak
def zero_width_message(rng):
    hidden = "".join("\u200b" if b == "0" else "\u200c" for c in values.my_number(rng) for b in format(ord(c), "08b"))
    return "memo.txt", "結果の要約%s\n" % hidden


@leak
def tag_characters(rng):
    return "memo.md", "# 結果" + "".join(chr(0xE0000 + ord(c)) for c in "ID " + values.my_number(rng)) + "\n"


@leak
def cp932_names(rng):
    return "list.txt", ("名簿\n" + "".join("%s 様\n" % values.kanji_name(rng) for _ in range(8))).encode("cp932")


@leak
def iso_2022_jp(rng):
    return "mail.txt", ("お世話になっております。\n%s について\n" % values.identifier(rng, "labelled_name")).encode("iso-2022-jp")


@leak
def euc_jp(rng):
    return "memo.txt", ("けっかのようやくです。ひらがなのぶん。\n%s\n" % values.identifier(rng, "labelled_name")).encode("euc_jp")


@leak
def utf_16(rng):
    return "memo.txt", ("結果の要約\n%s\n" % values.identifier(rng)).encode(rng.choice(["utf-16", "utf-16-le", "utf-16-be"]))


@leak
def utf_8_with_mark(rng):
    return "memo.txt", ("結果の要約\n%s\n" % values.identifier(rng)).encode("utf-8-sig")


@leak
def base64_blob(rng):
    text = "".join("%s,%s\n" % (values.kanji_name(rng), values.birth(rng)) for _ in range(6))
    return "memo.txt", "結果\n%s\n" % base64.b64encode(text.encode()).decode()


@leak
def base64_of_gzip(rng):
    text = "".join("%08d,%s,%d\n" % (rng.randrange(10 ** 8), rng.choice("MF"), rng.randrange(90)) for _ in range(60))
    return "config.yaml", "model: logistic\nstate: %s\n" % base64.b64encode(gzip.compress(text.encode())).decode()


@leak
def base64_wrapped(rng):
    text = "".join("%s,%s\n" % (values.romaji_name(rng), values.phone(rng)) for _ in range(20))
    return "notes.md", "# 付録\n\n" + base64.encodebytes(text.encode()).decode()


@leak
def short_base64(rng):
    return "memo.txt", "key = %s\n" % base64.b64encode(("患者番号 %08d %s" % (rng.randrange(10 ** 8), values.kanji_name(rng))).encode()).decode()


@leak
def hex_blob(rng):
    return "memo.txt", "checks\n%s\n" % "".join("%s %s;" % (values.kanji_name(rng), values.phone(rng)) for _ in range(5)).encode().hex()


@leak
def percent_encoded(rng):
    return "links.md", "[結果](https://example.org/?q=%s)\n" % urllib.parse.quote(values.identifier(rng, "labelled_name") + " " + values.phone(rng))


@leak
def json_escapes(rng):
    return "result.json", json.dumps({"n": 1250, "comment": values.identifier(rng, "labelled_name")})


@leak
def json_records(rng):
    return "rows.json", json.dumps([{"sex": rng.choice("MF"), "age": rng.randrange(20, 95), "date": "2023-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29)),
                                     "hba1c": round(rng.uniform(5, 10), 1)} for _ in range(60)])


@leak
def json_lines_records(rng):
    return "rows.jsonl", "".join(json.dumps({"id": "%08d" % rng.randrange(10 ** 8), "sex": rng.choice("MF"), "age": rng.randrange(20, 95), "los": rng.randrange(1, 40)}) + "\n" for _ in range(60))


@leak
def python_id_list(rng):
    return "analysis.py", "import pandas as pd\n\nEXCLUDE = [%s]\ndf = df[~df.patient_id.isin(EXCLUDE)]\n" % ", ".join("'%08d'" % rng.randrange(10 ** 8) for _ in range(12))


@leak
def r_id_vector(rng):
    return "analysis.R", "ids <- c(%s)\nd <- d[!(d$id %%in%% ids), ]\n" % ", ".join('"%010d"' % rng.randrange(10 ** 10) for _ in range(12))


@leak
def sql_ids(rng):
    return "extract.sql", "SELECT * FROM karte WHERE patient_no IN (%s);\n" % ", ".join("'%07d'" % rng.randrange(10 ** 7) for _ in range(9))


@leak
def sas_datalines(rng):
    return "read.sas", "data a;\n input id $ sex $ age adm : yymmdd10.;\n datalines;\n%s;\nrun;\n" % "".join(
        "%08d %s %d 2023-%02d-%02d\n" % (rng.randrange(10 ** 8), rng.choice("MF"), rng.randrange(20, 95), rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(15))


@leak
def code_comment(rng):
    return "analysis.py", "df = load()\n# %s は除外する\ndf = df[df.n > 10]\n" % (values.kanji_name(rng) + "さん")


@leak
def literal_data_frame(rng):
    n = 30
    return "plot.py", "import pandas as pd\ndf = pd.DataFrame({'age': [%s], 'sex': [%s], 'hba1c': [%s], 'date': [%s]})\n" % (
        ", ".join(str(rng.randrange(20, 95)) for _ in range(n)), ", ".join("'%s'" % rng.choice("MF") for _ in range(n)), ", ".join("%.1f" % rng.uniform(5, 11) for _ in range(n)),
        ", ".join("'2023-%02d-%02d'" % (rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(n)))


@leak
def long_literal_list(rng):
    return "km.R", "time <- c(%s)\nevent <- c(%s)\n" % (", ".join(str(rng.randrange(1, 4000)) for _ in range(120)), ", ".join(str(rng.randrange(2)) for _ in range(120)))


@leak
def printed_frame_in_log(rng):
    rows = [["patient_id", "sex", "age", "adm_date", "los"]] + [["%08d" % rng.randrange(10 ** 8), rng.choice("MF"), rng.randrange(20, 95), "2023-05-%02d" % rng.randrange(1, 29), rng.randrange(1, 40)]
                                                              for _ in range(10)]
    return "analysis.log", "2024-05-01 10:00:00 INFO start\n" + formats.printed(rows) + "2024-05-01 10:00:10 INFO end\n"


@leak
def printed_frame_without_ids(rng):
    rows = [["sex", "age", "height", "weight", "hba1c"]] + [[rng.choice(["M", "F"]), rng.randrange(20, 95), "%.1f" % rng.uniform(140, 185), "%.1f" % rng.uniform(40, 99), "%.1f" % rng.uniform(5, 11)]
                                                           for _ in range(12)]
    return "out.txt", ">>> df.head(12)\n" + formats.printed(rows)


@leak
def error_message_with_row(rng):
    return "run.log", "Traceback (most recent call last):\n  File \"a.py\", line 10\nValueError: could not convert string to float: '%s' (row 12: %s, %s)\n" % (
        values.kanji_name(rng), "%08d" % rng.randrange(10 ** 8), values.birth(rng))


@leak
def case_description(rng):
    return "report.md", "# 考察\n\n外れ値の1例は%d歳の男性で、%s市在住、2023年%d月%d日に入院し、%d日目に死亡した。\n" % (
        rng.randrange(90, 104), rng.choice(["松本", "仙台", "岡山"]), rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(2, 40))


@leak
def few_persons_in_text(rng):
    return "report.txt", "有害事象は%d名に認められた。うち死亡は%d例であった。\n" % (rng.randrange(2, 10), rng.randrange(1, 4))


@leak
def pseudonym_list(rng):
    return "keys.csv", formats.csv_text([["k", "v"]] + [[values.pseudonym(rng), rng.randrange(2)] for _ in range(30)])


@leak
def file_name_with_patient(rng):
    return rng.choice(["%s様_結果.csv" % values.kanji_name(rng).replace(" ", ""), "result_%010d.csv" % rng.randrange(10 ** 10), "result_%s.csv" % values.my_number(rng)]), \
        formats.csv_text(honest_tables.by_age(rng))


@leak
def identifier_below_table(rng):
    rows = honest_tables.by_age(rng)
    return "table1.csv", formats.csv_text(rows + [["注: %s" % values.identifier(rng)] + [""] * (len(rows[0]) - 1)])


@leak
def identifier_as_header(rng):
    rows = honest_tables.by_age(rng)
    rows[0][1] = values.kanji_name(rng) + "様"
    return "table1.csv", formats.csv_text(rows)


@leak
def homoglyph_digits(rng):
    digits = "".join(chr(0x1D7CE + int(c)) for c in values.my_number(rng))
    return "memo.txt", "番号 %s\n" % digits


@leak
def kanji_digits_address(rng):
    kanji = "〇一二三四五六七八九"
    return "memo.txt", "転居先は%s%s丁目%s番%s号\n" % (rng.choice(values.TOWNS)[1], kanji[rng.randrange(1, 8)], kanji[rng.randrange(1, 9)], kanji[rng.randrange(1, 9)])
