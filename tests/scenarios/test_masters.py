"""Masters through the commands: made-up files in every wrapping, and the published files where they are at hand.

Expected values come from the rows that the test writes, from the scenario tables and from Python's own csv reading.
"""
import csv
import gzip
import io
import itertools
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import unittest
import zipfile

from scenarios.harness import BIN, DATA, run, sekisho

MASTERS = DATA / "masters"
SCENARIOS = DATA / "scenarios"


def drug(change, code, name="", price="", changed="", end="99999999", limit="0", listed="0", price_code="", generic="0", columns=40):
    """A row of the receipt drug master; change rows (5) and abolition rows (9) hold only what is given."""
    row = ["" if change in "59" else "0"] * columns
    row[0], row[1], row[2], row[4], row[11], row[29], row[30], row[31], row[33] = \
        change, "Y", code, name, price, changed, end, price_code, limit
    if columns > 35:
        row[35] = listed
    row[16] = "" if change in "59" and generic == "0" else generic
    return ",".join(f'"{value}"' for value in row) + "\r\n"


def patch(code, **known):
    return drug("5", code, **{"end": "", "limit": "", "listed": "", **known})


def xlsx(rows, shared=True):
    """A workbook with one sheet, as a spreadsheet program writes it: shared or inline texts, numbers as numbers."""
    texts, lines = [], []
    escape = lambda text: str(text).replace("&", "&amp;").replace("<", "&lt;")  # noqa: E731
    for i, row in enumerate(rows, 1):
        cells = []
        for k, value in enumerate(row):
            place = f"{chr(65 + k)}{i}"
            if value is None:
                continue
            if isinstance(value, (int, float)):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif shared:
                texts.append(f"<si><t>{escape(value)}</t><rPh sb=\"0\" eb=\"1\"><t>ヨミ</t></rPh></si>")
                cells.append(f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>')
            else:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        lines.append(f'<row r="{i}">{"".join(cells)}</row>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="1" sheetId="1"/></sheets></workbook>')
        book.writestr("xl/sharedStrings.xml", f"<sst>{''.join(texts)}</sst>")
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{''.join(lines)}</sheetData></worksheet>")
    return out.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def tarred(**files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "."))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


BASE = (drug("0", "620000001", "架空錠１０ｍｇ", "10.00", "20230401", price_code="1111111F1111")
        + drug("0", "620000002", "架空カプセル２０ｍｇ", "20.50", "20230401", price_code="2222222M2222")
        + drug("0", "620000003", "架空軟膏", "5.00", "20230401", price_code="3333333N3333"))
PRICE_HEADER = ("区分,薬価基準収載医薬品コード,成分名,規格,日本薬局方,麻薬,業者名追記,品名,メーカー名,診療報酬において加算等の算定対象となる後発医薬品,"
                "先発医薬品,同一剤形・規格の後発医薬品がある先発医薬品,薬価,経過措置による使用期限,備考").split(",")


class Folder(unittest.TestCase):
    """Files of a test and the master file built from them."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-masters-"))
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.inputs = self.dir / "in"
        self.inputs.mkdir()
        self.file = self.dir / "m.skm"

    def put(self, name, content):
        path = self.inputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("cp932") if isinstance(content, str) else content)
        return path

    def build(self, *options, check=(0,), inputs=None):
        done = sekisho("masters", "build", *(inputs or [self.inputs]), "-o", self.file, "--findings", self.dir / "f.jsonl",
                       "--no-supplement", "--json", *options, check=check)
        report = json.loads(done.stdout)
        self.assertEqual(report["rows"], report["applied"] + report["unchanged"] + report["quarantined"])
        return report

    def findings(self, rule=None):
        rows = [json.loads(line) for line in (self.dir / "f.jsonl").read_text().splitlines()]
        return [row for row in rows if rule is None or row["rule"] == rule]

    def ask(self, what, *arguments, check=(0, 1)):
        return json.loads(sekisho("masters", what, *arguments, "--masters", self.file, "--json", check=check).stdout)

    def on(self, code, day, **options):
        extra = [item for name, value in options.items() for item in (f"--{name}", value)]
        return self.ask("lookup", code, "--on", day, *extra)["hits"][0]


class Wrappings(Folder):
    def test_every_wrapping_and_charset_gives_the_same_codes(self):
        sjis, utf8 = BASE.encode("cp932"), BASE.encode()
        bom = b"\xef\xbb\xbf" + utf8
        cases = {"y_ALL20240401.csv": sjis, "y_ALL20240402.csv": utf8, "y_ALL20240403.csv": bom, "y_ALL20240404.csv": utf8.replace(b"\r\n", b"\n"),
                 "y_ALL20240405.csv.gz": gzip.compress(sjis), "y_ALL20240407.zip": zipped(y_ALL20240407__csv=sjis),
                 "masters.tar": tarred(y_ALL20240408__csv=sjis), "y_ALL20240409.csv.zip": zipped(y_ALL20240409__csv=utf8),
                 "masters.tar.gz": gzip.compress(tarred(y_ALL20240410__csv=utf8))}
        if shutil.which("zstd"):
            cases["y_ALL20240406.csv.zst"] = zstd(sjis)
        for name, content in cases.items():
            with self.subTest(file=name):
                shutil.rmtree(self.inputs)
                self.put(name, content)
                report = self.build()
                self.assertEqual((report["rows"], report["codes"], report["files"]), (3, 3, 1))
                self.assertEqual(self.on("620000002", "2024-04-30")["name"], "架空カプセル２０ｍｇ")
                self.assertEqual(self.on("620000002", "2024-04-30")["price"], "20.5")

    def test_workbooks_are_read_like_csv(self):
        row = ["内用薬", "1111111F1111", "架空", "１０ｍｇ１錠", None, None, None, "架空錠１０ｍｇ & <β>", "架空製薬", "後発品", None, None, 10.4, "R7.3.31まで", None]
        for name, content in {"shared": xlsx([PRICE_HEADER, row]), "inline": xlsx([PRICE_HEADER, row], shared=False)}.items():
            with self.subTest(texts=name):
                self.put("tp20240401-01.xlsx", content)
                self.build()
                hit = self.on("1111111F1111", "2024-05-01", kind="price")
                self.assertEqual((hit["name"], hit["price"], hit["generic"]), ("架空錠１０ｍｇ & <β>", "10.4", True))
                self.assertEqual(self.on("1111111F1111", "2025-04-01", kind="price")["status"], "ended")

    def test_broken_wrappings_are_findings_and_the_rest_is_read(self):
        self.put("y_ALL20240401.csv", BASE)
        good = gzip.compress(BASE.encode("cp932"))
        self.put("y_ALL20240402.csv.gz", good[:len(good) // 2])
        self.put("y_ALL20240403.zip", zipped(y_ALL20240403__csv=BASE.encode())[:-30])
        self.put("price_20240401.xlsx", xlsx([PRICE_HEADER])[:-40])
        self.put("letter.docx", b"not a master")
        report = self.build(check=(1,))
        self.assertEqual(report["codes"], 3)
        self.assertEqual(report["rules"]["MASTER_UNPACK"], 3)
        self.assertEqual([row["file"] for row in self.findings("MASTER_UNKNOWN_FILE")], ["letter.docx"])


class Protocol(Folder):
    def test_differential_files_in_any_order_and_repeated_give_the_same_bytes(self):
        files = {"y_ALL20240401.csv": BASE, "y_20240501.csv": patch("620000001", price="12.50", changed="20240501"),
                 "y_20240601.csv": drug("9", "620000002", changed="", end="20240930", limit="", listed=""),
                 "y_20240701.csv": drug("3", "620000004", "架空散", "3.00", "20240701", listed="20240701"),
                 "y_20240801.csv": patch("620000001", name="架空錠１０ｍｇ「新」", changed="20240801")}
        seen = set()
        orders = random.Random(4).sample(list(itertools.permutations(files)), 4)
        for i, order in enumerate(orders):
            shutil.rmtree(self.inputs)
            for k, name in enumerate(order):
                self.put(f"{k}/{name}", files[name])
                if i % 2:
                    self.put(f"again/{name}", files[name])
            report = self.build(inputs=[self.inputs / str(k) for k in range(len(order))] + ([self.inputs / "again"] if i % 2 else []))
            self.assertEqual(report["repeated_files"], len(files) if i % 2 else 0)
            info = self.ask("info")
            seen.add((json.dumps([{k: v for k, v in f.items()} for f in info["files"]]),
                      sekisho("masters", "export", "--masters", self.file).stdout))
            if i % 2 == 0:
                seen.add(("bytes", self.file.read_bytes()))
        self.assertEqual(len(seen), 2)
        self.assertEqual(self.on("620000001", "2024-05-01")["price"], "12.5")
        self.assertEqual(self.on("620000001", "2024-07-31")["name"], "架空錠１０ｍｇ")
        self.assertEqual(self.on("620000001", "2024-08-01")["name"], "架空錠１０ｍｇ「新」")
        self.assertEqual(self.on("620000001", "2024-08-01")["price"], "12.5")
        self.assertEqual([self.on("620000002", day)["status"] for day in ("2024-09-30", "2024-10-01")], ["valid", "ended"])
        self.assertEqual([self.on("620000004", day)["status"] for day in ("2024-06-30", "2024-07-01")], ["not-yet", "valid"])

    def test_absence_is_no_abolition_and_doubt_is_reported(self):
        without_one = "".join(BASE.splitlines(True)[1:])
        for day, content in {"20240401": BASE, "20240501": without_one, "20240601": BASE, "20240701": without_one, "20240801": without_one}.items():
            self.put(f"y_ALL{day}.csv", content)
        self.build()
        self.assertEqual(self.on("620000001", "2024-05-15")["status"], "valid")
        self.assertEqual([row["code"] for row in self.findings("MASTER_GAP")], ["620000001"])
        hit = self.on("620000001", "2024-09-01")
        self.assertEqual((hit["status"], hit["life"]["last_seen"], hit["life"]["first_absent"], hit["life"]["absent_editions"]),
                         ("doubtful", "2024-06-01", "2024-07-01", 2))
        self.assertEqual([row["code"] for row in self.findings("MASTER_VANISHED")], ["620000001"])
        self.assertEqual([row["code"] for row in self.ask("doubtful")["codes"]], ["620000001"])
        absent = [event["event"] for event in self.ask("history", "620000001")["hits"][0]["events"]]
        self.assertIn("reappeared", absent)

    def test_a_missing_region_proves_no_absence(self):
        def place(prefecture, count):
            return "".join(f"{prefecture:02}{1000000 + i},{1000000 + i},架空医院{i},1000001,架空市{i}\r\n" for i in range(count))
        self.put("inst_202404.csv", (place(1, 40) + place(2, 40)).encode())
        self.put("inst_202504.csv", place(1, 39).encode())
        report = self.build()
        self.assertEqual(self.on("021000003", "2025-06-01")["status"], "valid")
        self.assertEqual(self.on("011000039", "2025-06-01")["status"], "doubtful")
        self.assertEqual(report["rules"]["MASTER_COVERAGE"], 1)
        self.assertNotIn("MASTER_PARTIAL_EDITION", report["rules"])

    def test_growing_column_counts_are_read_by_position(self):
        for columns, day in {35: "20240101", 40: "20240401", 42: "20250101", 45: "20250401"}.items():
            self.put(f"y_ALL{day}.csv", drug("0", "620000001", "架空錠", str(columns), day, columns=columns))
        report = self.build()
        self.assertEqual([self.on("620000001", day)["price"] for day in ("2024-01-01", "2024-04-01", "2025-01-01", "2025-04-01")],
                         ["35", "40", "42", "45"])
        self.assertEqual(report["rules"]["MASTER_COLUMNS"], 1)  # 45 is not known yet

    def test_wrong_input_is_named_and_costs_its_own_row_only(self):
        self.put("y_ALL20240401.csv", '"0","Y","620000009"\r\n' + drug("0", "6200", "X", "1", "20230401") + BASE + '"0","Y"x,"1"\r\n'
                 + drug("0", "620000005", "架空液", "1", "20230401"))
        report = self.build(check=(1,))
        self.assertEqual((report["codes"], report["quarantined"], report["accounted"]), (4, 3, True))
        lines = {(row["rule"], row["line"]) for row in self.findings() if row["level"] == "E"}
        self.assertEqual(lines, {("MASTER_SHORT_ROW", 1), ("MASTER_BAD_CODE", 2), ("MASTER_QUOTES", 6)})
        for row in self.findings():
            self.assertTrue(row["message"] and row["remedy"], row)

    def test_wrong_use_is_refused(self):
        self.put("notes.csv", b"a,b\n")
        for arguments, code in {("build", self.inputs): 3, ("build", self.dir / "nowhere"): 3, ("build",): 2}.items():
            done = sekisho("masters", *arguments, *(["-o", self.file] if len(arguments) > 1 else []), check=(code,))
            self.assertTrue(done.stderr.strip())
        self.assertFalse(self.file.exists())
        shutil.rmtree(self.inputs)
        self.put("y_ALL20240401.csv", BASE)
        self.build()
        at = ["--masters", self.file]
        sekisho("masters", "lookup", "620000001", "--on", "2024-13-01", *at, check=(2,))
        sekisho("masters", "lookup", "620000001", "--on", "2024-04-01", "--kind", "nothing", *at, check=(2,))
        sekisho("masters", "lookup", "620000001", *at, check=(2,))
        sekisho("masters", "export", "--format", "xml", *at, check=(2,))
        sekisho("masters", "sets", "no-such-set", *at, check=(2,))
        sekisho("masters", "sets", "influenza-antivirals", "--season", "18", *at, check=(2,))
        self.assertIn("build", sekisho("masters", "info", "--masters", self.dir / "none.skm", check=(3,)).stderr)
        self.assertEqual(self.ask("lookup", "629999999", "--on", "2024-04-01", check=(1,))["found"], False)
        content = self.file.read_bytes()
        for damaged in (content[:len(content) // 2], b"", b"x" * 5000):
            self.file.write_bytes(damaged)
            sekisho("masters", "info", *at, check=(3,))


class Questions(Folder):
    def setUp(self):
        super().setUp()
        self.put("y_ALL20240401.csv", BASE)
        self.put("y_20240801.csv", patch("620000001", name="あたらしい錠「ABC」", changed="20240801", price="11"))
        self.build()

    def test_search_finds_old_names_whatever_width_case_or_kana(self):
        for word in ("架空錠", "架空錠１０", "架空錠10MG", "架空錠１０ＭＧ", "あたらしい", "アタラシイ", "ｱﾀﾗｼｲ", "「abc」", "ＡＢＣ"):
            with self.subTest(word=word):
                self.assertEqual([hit["code"] for hit in self.ask("search", word)["hits"]], ["620000001"])
        hit = self.ask("search", "架空錠", "--on", "2024-09-01")["hits"][0]
        self.assertEqual((hit["name"], hit["matched_name"]), ("あたらしい錠「ABC」", "架空錠１０ｍｇ"))
        self.assertEqual(self.ask("search", "どこにもない", check=(1,))["hits"], [])

    def test_history_names_the_file_and_line_of_every_version(self):
        hit = self.ask("history", "620000001")["hits"][0]
        places = [(v["from"], v["name"], v["evidence"]["file"], v["evidence"]["line"]) for v in hit["versions"]]
        self.assertEqual(places, [("2023-04-01", "架空錠１０ｍｇ", "y_ALL20240401.csv", 1), ("2024-08-01", "あたらしい錠「ABC」", "y_20240801.csv", 1)])

    def test_export_gives_the_same_rows_as_csv_and_parquet(self):
        at = ["--masters", self.file]
        text = sekisho("masters", "export", "--on", "2024-09-01", "--kind", "drug", *at).stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([(row["code"], row["name"], row["price"]) for row in rows],
                         [("620000001", "あたらしい錠「ABC」", "11"), ("620000002", "架空カプセル２０ｍｇ", "20.5"), ("620000003", "架空軟膏", "5")])
        every = list(csv.DictReader(io.StringIO(sekisho("masters", "export", *at).stdout)))
        self.assertEqual(len(every), 4)
        out = self.dir / "codes.parquet"
        report = self.ask("export", "--on", "2024-09-01", "--format", "parquet", "-o", out)
        self.assertEqual(report["rows"], 3)
        content = out.read_bytes()
        self.assertEqual((content[:4], content[-4:]), (b"PAR1", b"PAR1"))
        probe = run(BIN / "sekisho", "masters", "export", "--help")
        self.assertIn("parquet", probe.stdout)

    def test_disease_successors_are_official_and_followed_to_the_end(self):
        def disease(code, name, successor, end="99999999"):
            row = [""] * 46
            row[0], row[1], row[2], row[3], row[5], row[15], row[21], row[22], row[23] = "0", "B", code, successor, name, "A00", "20020601", "20020601", end
            return ",".join(f'"{value}"' for value in row) + "\r\n"
        self.put("b_20240101.txt", disease("1000001", "架空病", "1000002", "20090228") + disease("1000002", "架空症", "1000003", "20190531")
                 + disease("1000003", "架空症候群", "1000003"))
        self.build()
        links = [(link["from"], link["to"], link["type"], link["candidate"], link["depth"]) for link in self.ask("successors", "1000001")["links"]]
        self.assertEqual(links, [("1000001", "1000002", "official", False, 1), ("1000002", "1000003", "official", False, 2)])

    def test_renamed_drug_is_a_candidate_and_changes_no_validity(self):
        self.put("y_ALL20240901.csv", BASE.replace("架空軟膏", "架空軟膏　旧")
                 + drug("0", "620000010", "架空吸入「旧社」", "5", "20230401", limit="20250331", price_code="4444444G1111")
                 + drug("3", "620000011", "架空吸入「新社」", "5", "20240901", listed="20240901", price_code="4444444G1120"))
        self.build()
        link = self.ask("successors", "620000010")["links"][0]
        self.assertEqual((link["to"], link["type"], link["candidate"]), ("620000011", "same9+name", True))
        self.assertEqual(self.on("620000010", "2025-03-31")["status"], "valid")


@unittest.skipUnless(MASTERS.exists(), "no published masters at shared/data/masters")
class Published(unittest.TestCase):
    """Everything under the folder of published masters, built once."""

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-masters-"))
        cls.file = cls.dir / "m.skm"
        start = time.monotonic()
        child = subprocess.Popen([BIN / "sekisho", "masters", "build", MASTERS, "-o", cls.file, "--findings", cls.dir / "f.jsonl", "--json"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        cls.report = json.loads(child.stdout.read())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        print(f"\nbuild of all published masters: {time.monotonic() - start:.1f} s wall, {usage.ru_utime + usage.ru_stime:.1f} s processor, "
              f"{usage.ru_maxrss / 1024:.0f} MB, {cls.report['rows']} rows, {cls.report['codes']} codes", flush=True)
        cls.status = child.returncode

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    ask = Folder.ask
    on = Folder.on

    def table(self, name):
        with open(SCENARIOS / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def codes(self, **options):
        extra = [item for name, value in options.items() for item in (f"--{name}", value)]
        return {member["code"]: member for member in self.ask("sets", "influenza-antivirals", *extra)["members"]}

    def test_every_row_is_accounted_for_and_no_file_is_left_out(self):
        self.assertEqual(self.status, 0)
        self.assertTrue(self.report["accounted"])
        self.assertNotIn("MASTER_UNKNOWN_FILE", self.report["rules"])
        self.assertEqual(self.report["quarantined"], 0)

    def test_unions_are_those_of_independent_readings(self):
        # reference/masters.md sections 1 and 3: counted there with other tools.
        kinds = self.report["kinds"]
        self.assertEqual({kind: kinds[kind]["codes"] for kind in ("price", "comment", "modifier")}, {"price": 24990, "comment": 4197, "modifier": 2375})
        self.assertEqual(kinds["institution"]["doubtful"], 3496)
        # 22,170 of full editions and differential files, 1,888 more in extracts, 2 of the supplement.
        self.assertEqual(kinds["drug"]["codes"], 22170 + 1888 + 2)

    def test_seasons_hold_the_antivirals_that_the_scenario_table_gives_a_share(self):
        classes = {"oseltamivir_cap_brand_pct": ("610443074",), "oseltamivir_cap_generic_pct": ("622638801",), "oseltamivir_ds_pct": ("610462002",),
                   "zanamivir_pct": ("660443018",), "laninamivir_pct": ("622012101",),
                   "peramivir_pct": ("621972101", "621972201", "621972102", "621972202"), "baloxavir_pct": ("622622501", "622622601")}
        for row in self.table("influenza_seasons.csv"):
            members = self.codes(season=row["season"])
            for column, codes in classes.items():
                with self.subTest(season=row["season"], drug=column):
                    self.assertEqual(any(code in members for code in codes), float(row[column]) > 0)
            self.assertEqual("622638801" in members, row["season"] >= "2018/19")
            self.assertEqual("621972101" in members, row["season"] == "2012/13")
            self.assertEqual("622950101" in members, row["season"] >= "2023/24")

    def test_todays_list_alone_misses_the_old_peramivir_codes(self):
        today = {row["code"] for row in csv.DictReader(io.StringIO(
            sekisho("masters", "export", "--on", "2025-08-01", "--kind", "drug", "--masters", self.file).stdout))}
        self.assertTrue({"621972102", "621972202"} <= today)
        self.assertFalse({"621972101", "621972201"} & today)
        self.assertEqual([self.on("621972101", day)["status"] for day in ("2013-03-31", "2013-04-01")], ["valid", "ended"])
        self.assertEqual(self.ask("successors", "621972101")["links"][0]["to"], "621972102")

    def test_trastuzumab_codes_of_2018_to_2025(self):
        for code in ("622069801", "622069901"):
            self.assertEqual([self.on(code, day)["status"] for day in ("2024-03-31", "2024-04-01")], ["valid", "ended"])
        for code in ("629921901", "629922001"):
            self.assertEqual(self.on(code, "2022-12-09")["status"], "valid")

    def test_drugs_of_the_scenarios_end_cost_and_count_as_their_table_says(self):
        for row in self.table("drugs.csv"):
            if row["found_in_master"] != "1":
                continue
            with self.subTest(code=row["receipt_code"]):
                history = self.ask("history", row["receipt_code"], "--kind", "drug")["hits"][0]
                ends = [day for day in (row["abolished"], row["transition_limit"]) if day not in ("", "0", "99999999")]
                self.assertEqual((history["lives"][-1]["to"] or "").replace("-", ""), min(ends, default=""))
                self.assertEqual(self.on(row["receipt_code"], "2024-04-02", kind="drug")["generic"], row["generic_flag_2024"] == "1")

    def test_points_of_procedures_by_day(self):
        rows = self.table("procedure_points.csv")
        for row in random.Random(7).sample(rows, 40):
            day = row[list(row)[1]]
            hit = self.on(row[list(row)[0]], f"{day[:4]}-{day[4:6]}-{day[6:]}", kind="procedure")
            self.assertEqual(float(hit["price"]), float(row[list(row)[3]]), row)

    def test_prices_of_drugs_by_day(self):
        rows = self.table("drug_prices.csv")
        names = list(rows[0])
        for row in random.Random(8).sample(rows, 40):
            with self.subTest(row=row):
                day = row[next(n for n in names if "from" in n or "date" in n)]
                day = day.replace("-", "")
                hit = self.on(row[next(n for n in names if "code" in n)], f"{day[:4]}-{day[4:6]}-{day[6:]}", kind="price")
                self.assertEqual(float(hit["price"]), float(row[next(n for n in names if "price" in n and "code" not in n)]))

    def test_the_export_of_a_day_is_what_sqlite_finds_in_the_versions(self):
        text = sekisho("masters", "export", "--kind", "procedure", "--masters", self.file).stdout
        db = sqlite3.connect(":memory:")
        rows = csv.reader(io.StringIO(text))
        header = next(rows)
        db.execute(f"create table v ({', '.join(chr(34) + name + chr(34) for name in header)})")
        db.executemany(f"insert into v values ({', '.join('?' * len(header))})", rows)
        wanted = set(db.execute("""select code, name from v where superseded='0' and ("from"='' or "from"<='2024-06-15') and ("to"='' or "to">='2024-06-15')
            and valid_from<='2024-06-15' and (valid_to='' or valid_to>='2024-06-15')"""))
        day = csv.DictReader(io.StringIO(sekisho("masters", "export", "--kind", "procedure", "--on", "2024-06-15", "--masters", self.file).stdout))
        got = {(row["code"], row["name"]) for row in day}
        self.assertEqual(got, wanted)
        self.assertGreater(len(got), 9000)


if __name__ == "__main__":
    unittest.main()
