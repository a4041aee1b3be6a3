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
import struct
import subprocess
import tarfile
import tempfile
import time
import unicodedata
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


def xls(rows, sheet_before=False):
    """A binary workbook (BIFF8 in a compound file) as [MS-XLS] and [MS-CFB] describe it: texts in the shared table, split over
    records; a day is ("day", serial); a formula with a text result is ("formula", text); whole numbers are RK."""
    def record(number, body):
        return struct.pack("<HH", number, len(body)) + body

    def text(value, wide=True):
        content = value.encode("utf-16-le" if wide else "latin-1")
        return struct.pack("<HB", len(content) // (1 + wide), wide) + content

    texts = [value for row in rows for value in row if isinstance(value, str)]
    cells, shared = b"", 0
    for i, row in enumerate(rows):
        for k, value in enumerate(row):
            place = struct.pack("<HHH", i, k, 0)
            if value is None:
                continue
            if isinstance(value, str):
                cells += record(0x00FD, place + struct.pack("<I", shared))
                shared += 1
            elif isinstance(value, int):
                cells += record(0x027E, place + struct.pack("<i", value << 2 | 2))
            elif isinstance(value, float):
                cells += record(0x0203, place + struct.pack("<d", value))
            elif value[0] == "day":
                cells += record(0x0203, struct.pack("<HHHd", i, k, 1, value[1]))
            else:
                cells += record(0x0006, place + bytes([0, 0, 0, 0, 0, 0, 255, 255]) + bytes(8)) + record(0x0207, text(value[1]))
    begin, end = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)), record(0x000A, b"")
    table, parts = struct.pack("<II", len(texts), len(texts)), []
    for value in texts:  # records hold 60 bytes at most, so that texts run over their ends
        content = value.encode("utf-16-le")
        piece = struct.pack("<HB", len(content) // 2, 1)
        for letter in (content[i:i + 2] for i in range(0, len(content), 2)):
            if len(table) + len(piece) + 2 > 60:
                parts.append(table + piece)
                table, piece = b"", b"\x01"
            piece += letter
        table += piece
        if len(table) > 40:
            parts.append(table)
            table = b""
    parts.append(table)
    shared_table = b"".join(record(0x003C if i else 0x00FC, part) for i, part in enumerate(parts))
    formats = record(0x041E, struct.pack("<H", 164) + text("yyyy/m/d")) + record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16)) \
        + record(0x00E0, struct.pack("<HH", 0, 164) + bytes(16))

    def sheets(first):
        hidden = record(0x0085, struct.pack("<IBB", first, 1, 0) + b"\x01\x00A") if sheet_before else b""
        return hidden + record(0x0085, struct.pack("<IBB", first + (len(begin + end) if sheet_before else 0), 0, 0) + b"\x01\x00B")
    head = begin + formats + sheets(0) + shared_table + end
    book = begin + formats + sheets(len(head)) + shared_table + end + (begin + end if sheet_before else b"") + begin + cells + end
    book = book.ljust(max(4096, -(-len(book) // 512) * 512), b"\0")
    count = len(book) // 512
    fat_sectors = -(-(count + 2 + 1) // 128)
    while (count + 1 + fat_sectors) > fat_sectors * 128:
        fat_sectors += 1
    chain = list(range(1, count)) + [0xFFFFFFFE] + [0xFFFFFFFE] + [0xFFFFFFFD] * fat_sectors
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(fat_sectors * 512, b"\xff")

    def entry(name, kind, start, size):
        return name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", len(name) * 2 + 2, kind, 1) + b"\xff" * 12 + bytes(36) \
            + struct.pack("<IQ", start, size)
    directory = (entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0, len(book))).ljust(512, b"\0")
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6) \
        + struct.pack("<IIIIIIIII", 0, fat_sectors, count, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *([count + 1 + i for i in range(fat_sectors)] + [0xFFFFFFFF] * (109 - fat_sectors)))
    return header + book + directory + fat


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
        if done.returncode == 3:
            self.assertTrue(done.stderr.strip())
            return None
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

    def test_binary_workbooks_are_read_like_csv(self):
        rows = [["薬価基準収載品目リスト（架空）"], [None, None, "令和６年４月１日"], PRICE_HEADER]
        for i in range(40):
            rows.append(["内用薬", f"1111111F{1000 + i}", "架空", "１０ｍｇ１錠", None, None, None, f"架空錠{i}「é・𠮷」", ("formula", "架空製薬"), "後発品" if i % 2 else None,
                         None, None, 10.25 + i if i % 3 else 10 + i, ("day", 45747.0) if i == 7 else None, None])
        for before in (False, True):
            with self.subTest(hidden_sheet_before=before):
                self.put("tp20240401-01.xls", xls(rows, before))
                self.assertEqual(self.build()["codes"], 40)
                for i in (0, 7, 39):
                    hit = self.on(f"1111111F{1000 + i}", "2024-05-01", kind="price")
                    self.assertEqual((hit["name"], float(hit["price"]), hit["generic"], hit["version"]["attributes"]["maker"]),
                                     (f"架空錠{i}「é・𠮷」", 10.25 + i if i % 3 else 10 + i, i % 2 == 1, "架空製薬"))
                    self.assertEqual(hit["version"]["evidence"]["line"], 4 + i)
                self.assertEqual([self.on("1111111F1007", day, kind="price")["status"] for day in ("2025-03-31", "2025-04-01")], ["valid", "ended"])
        content = bytearray(xls(rows))
        for cut in (100, 600, 5000, len(content) - 700):
            self.put("tp20240401-01.xls", bytes(content[:cut]))
            self.build(check=(0, 1, 3))
        rng = random.Random(3)
        for _ in range(12):
            damaged = bytearray(content)
            for _ in range(20):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            self.put("tp20240401-01.xls", bytes(damaged))
            self.build(check=(0, 1, 3))

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

    def test_a_code_that_only_the_shipped_facts_know_is_doubtful_with_its_day_and_not_a_question_mark(self):
        for day in ("20240401", "20240501"):
            self.put(f"y_ALL{day}.csv", BASE)
        sekisho("masters", "import", self.inputs, "-o", self.file, "--findings", self.dir / "f.jsonl")
        messages = [row["message"] for row in self.findings("MASTER_VANISHED")]
        self.assertTrue(messages)
        for message in messages:
            self.assertRegex(message, r"^in no edition, valid from \d{4}-\d\d-\d\d, absent from 2 full editions since 2024-04-01")

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


class Institutions(Folder):
    """Codes, moves, owners and the lists of DPC hospitals; the eight hospitals are those of the scenario tables."""
    NAMES = {"139699018": "Ａ総合病院", "278899020": "Ｂ大学病院", "019799039": "Ｃ市民病院", "019899136": "Ｃ市民病院", "209799044": "Ｄ病院ながい名",
             "409599051": "Ｅ病院ながい名", "409699158": "医療法人　Ｅ病院ながい名"}

    def place(self, codes, **names):
        return "".join(f"{code},{code[2:]},{names.get('n' + code, self.NAMES[code])},1000001,架空{code}\r\n" for code in codes).encode()

    def setUp(self):
        super().setUp()
        self.put("inst_201804.csv", self.place(["139699018", "278899020", "019799039", "209799044", "409599051"]))
        self.put("inst_202204.csv", self.place(["139699018", "278899020", "019899136", "209799044", "409699158"]))
        self.put("institution_links.csv", "old_code,new_code,from,reason\n019799039,019899136,20191001,移動\n409599051,409699158,20210401,開設者変更\n")

    def test_check_digits_are_judged_as_an_independent_reading_does(self):
        wrong = "139699017"
        self.put("inst_202304.csv", self.place(["139699018"]) + f"{wrong},9699017,架空,1,架空\r\n".encode())
        self.build()
        self.assertEqual([row["code"] for row in self.findings("MASTER_CHECK_DIGIT") if row["file"] == "inst_202304.csv"], [wrong])
        hit = self.on("139699018", "2023-04-01")
        self.assertEqual((hit["check_digit"], hit["bureau"], hit["prefecture"]), (True, "関東信越厚生局", "東京都"))
        self.assertFalse(self.on(wrong, "2023-04-01")["check_digit"])
        ten = self.on("1319699018", "2023-04-01")  # with the digit of the table behind the prefecture
        self.assertEqual(ten["code"], "139699018")

    def test_moves_and_changes_of_owner_end_the_old_code_and_start_the_new(self):
        self.build()
        for old, new, day, before, reason in (("019799039", "019899136", "2019-10-01", "2019-09-30", "移動"), ("409599051", "409699158", "2021-04-01", "2021-03-31", "開設者変更")):
            link = self.ask("successors", old, "--kind", "institution")["links"][0]
            self.assertEqual((link["to"], link["type"], link["reason"], link["candidate"]), (new, "official", reason, False))
            self.assertEqual([self.on(old, at, kind="institution")["status"] for at in (before, day)], ["valid", "ended"])
            self.assertEqual(self.on(new, day, kind="institution")["status"], "valid")
            self.assertNotEqual(self.on(new, before, kind="institution")["status"], "valid")
            self.assertEqual(self.ask("history", new, "--kind", "institution")["hits"][0]["code_changes"][0]["reason"], reason)

    def test_dpc_hospitals_by_year_from_lists_with_and_without_codes(self):
        self.put("dpc_hospital_2018.csv", "institution_code,name\n139699018,A\n278899020,B\n019799039,C\n")
        rows = [["令和４年度 DPC対象病院等一覧"], [], ["告示番号", "通番", "市町村番号", "都道府県", "施設名", "病院類型", "DPC算定病床数"],
                [20001, 1, "13101", "東京都", "Ａ総合病院", "DPC標準病院群", 560], [10001, 2, "27100", "大阪府", "Ｂ大学病院", "大学病院本院群", 880],
                [None, 3, "20201", "長野県", "Ｄ病院ながい名", "DPC準備病院", None], [20002, 4, "01100", "北海道", "Ｃ市民病院", "DPC標準病院群", 420],
                [20003, 5, "40100", "福岡県", "どこにもない病院", "DPC標準病院群", 99], ["注：架空の表"]]
        wanted = {"2018": {"139699018", "278899020", "019799039"}, "2022": {"139699018", "278899020"}}
        for name, content in {"dpc_hospital_2022.xlsx": xlsx(rows), "dpc_hospital_2022.xls": xls(rows)}.items():
            with self.subTest(file=name):
                for old in self.inputs.glob("dpc_hospital_2022*"):
                    old.unlink()
                self.put(name, content)
                self.build()
                for year, codes in wanted.items():
                    found = self.ask("sets", "dpc-hospitals", "--on", f"{year}-10-01")
                    self.assertEqual({member["code"] for member in found["members"]}, codes)
                # C市民病院 had the name under two codes: the row names no single one.
                self.assertEqual({row["line"] for row in self.findings("MASTER_HOSPITAL_NAME")}, {7, 8})
                flags = self.ask("history", "139699018", "--kind", "institution")["hits"][0]["dpc_by_fiscal_year"]
                self.assertEqual(flags, {"2018": True, "2022": True})
                self.assertEqual([self.on("278899020", day, kind="institution")["dpc_hospital"] for day in ("2018-04-01", "2019-03-31", "2022-04-01", "2023-04-01")],
                                 [True, True, True, None])
                self.assertEqual(self.on("209799044", "2022-10-01", kind="institution")["dpc_hospital"], False)
        # Over its two codes a hospital counts once, and carries its flag under the new code too.
        self.assertEqual(self.on("019899136", "2018-10-01", kind="institution")["dpc_hospital"], True)

    def test_sheets_of_the_regional_bureaus(self):
        header = ["項番", "医療機関番号", "医療機関名称", "医療機関所在地", "電話番号", "勤務医数", "開設者氏名", "管理者氏名", "指定年月日", "登録理由", "指定期間始", "病床数", "診療科名", "備考"]
        rows = [["コード内容別医療機関一覧表"], ["[令和7年4月1日現在　医科]"], header,
                [1, "96,9901,8", "Ａ総合病院", "架空区１", "03-0000-0000", "常勤: 80", "架空　太郎", "架空　花子", "昭32.12. 1", "新規", "令 2. 4. 1", "一般 560", "内 外", "現存"],
                [None, None, None, None, None, "非常勤: 3", None, None, None, None, None, None, None, None],
                [2, "96,9925,7", "Ｇ病院", "架空区２", None, None, "医療法人", "架空", "令 7. 2. 1", "組織変更", "令 7. 2. 1", None, None, "現存"]]
        self.put("bureau_13_20250401.xlsx", xlsx(rows))
        self.build()
        hit = self.on("139699018", "2025-05-01", kind="institution")
        self.assertEqual(hit["life"]["from"], "1957-12-01")
        self.assertEqual((hit["life"]["from_is"], hit["version"]["attributes"]["opener"]), ("stated", "架空　太郎"))
        self.assertEqual(self.on("139699018", "2019-05-01", kind="institution")["version"]["attributes"].get("opener", ""), "")
        self.assertEqual(self.on("139699257", "2025-05-01", kind="institution")["version"]["attributes"]["designation_reason"], "組織変更")
        self.assertEqual(self.on("278899020", "2025-05-01", kind="institution")["status"], "valid")  # another region: no absence


class Licensed(Folder):
    """Masters that only the user may hold: rows made up in the published layouts."""
    HOT = ["基準番号（HOTコード）", "処方用番号（HOT7）", "会社識別用番号", "調剤用番号", "物流用番号", "JANコード", "薬価基準収載医薬品コード", "個別医薬品コード",
           "レセプト電算処理システムコード（1）", "レセプト電算処理システムコード（2）", "告示名称", "販売名", "レセプト電算処理システム医薬品名", "規格単位", "包装形態",
           "包装単位数", "包装単位単位", "包装総量数", "包装総量単位", "区分", "製造会社", "販売会社", "更新区分", "更新年月日"]

    def row(self, number, name, kind="1", day="20240331"):
        return [number, number[:7], number[7:9], number[9:11], number[11:], "4900000000000", "1111111F1111", "1111111F1120", "620000001", "", "架空", name, name,
                "10mg1錠", "PTP", "10", "錠", "100", "錠", "内", "架空製薬", "架空販売", kind, day]

    def test_hot_master_with_and_without_header_is_read(self):
        rows = [self.row("1000001010101", "架空錠１０ｍｇ"), self.row("1000001010102", "架空錠１０ｍｇ")]
        full = [name.replace("HOT", "ＨＯＴ").replace("7）", "７）").replace("（1）", "（１）").replace("（2）", "（２）").replace("JAN", "ＪＡＮ") for name in self.HOT]
        for title, header in {"half width": self.HOT, "full width": full, "none": None}.items():
            with self.subTest(header=title):
                out = io.StringIO()
                csv.writer(out, quoting=csv.QUOTE_ALL).writerows(([header] if header else []) + rows)
                self.put("MEDIS20240401.TXT", out.getvalue())
                report = self.build()
                self.assertEqual((report["codes"], report["quarantined"]), (2, 0))
                hit = self.on("1000001010101", "2024-04-01")
                self.assertEqual((hit["kind"], hit["name"]), ("hot", "架空錠１０ｍｇ"))
                known = hit["version"]["attributes"]
                self.assertEqual((known["hot7"], known["yj_code"], known["price_code"], known["receipt_code"], known["maker"]),
                                 ("1000001", "1111111F1120", "1111111F1111", "620000001", "架空製薬"))

    def test_standard_disease_master_is_read(self):
        def disease(number, name, icd, receipt, successor=""):
            return ",".join(["0", number, name, "ｶｸｳ", "1", "ABCD", icd, "", receipt, "", "", "20020601", "20240101", successor])
        self.put("nmain_20240101.txt", disease("20050001", "架空病", "A00", "1000001") + "\r\n" + disease("20050002", "架空症", "A01", "1000002", "20050001") + "\r\n")
        report = self.build()
        self.assertEqual((report["codes"], report["quarantined"]), (2, 0))
        hit = self.on("20050001", "2024-04-01")
        self.assertEqual((hit["name"], hit["version"]["attributes"]["icd10"], hit["version"]["attributes"]["receipt_code"]), ("架空病", "A00", "1000001"))
        self.assertEqual(self.ask("successors", "20050002")["links"][0]["to"], "20050001")


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
        # Every word must stand in one name; names that begin with the first come before others.
        self.assertEqual([hit["code"] for hit in self.ask("search", "架空　２０ＭＧ")["hits"]], ["620000002"])
        self.assertEqual([hit["code"] for hit in self.ask("search", "錠 架空")["hits"]], ["620000001"])
        hit = self.ask("search", "架空錠", "--on", "2024-09-01")["hits"][0]
        self.assertEqual((hit["name"], hit["matched_name"]), ("あたらしい錠「ABC」", "架空錠１０ｍｇ"))
        self.assertEqual(self.ask("search", "どこにもない", check=(1,))["hits"], [])

    def test_tables_stand_in_columns_whatever_the_width_of_letters(self):
        def columns(text):
            return sum(2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in text)
        self.put("y_20240901.csv", drug("9", "620000003", end="20250331", limit=""))
        self.build()
        for language in ("C.UTF-8", "ja_JP.UTF-8"):
            lines = sekisho("masters", "search", "架空", "--masters", self.file, env={"LANG": language}).stdout.splitlines()
            self.assertEqual(len(lines), 4)
            self.assertEqual(len({columns(line[:line.index("2023-04-01")]) for line in lines[1:]}), 1)
            self.assertEqual("種別" in lines[0], language.startswith("ja"))
        text = sekisho("masters", "lookup", "620000003", "--on", "2025-04-01", "--masters", self.file, env={"LANG": "ja_JP.UTF-8"}).stdout
        self.assertIn("廃止済", text.splitlines()[0])
        self.assertIn("y_ALL20240401.csv:3", text)
        for what in ("history", "successors"):
            self.assertIn("620000003", sekisho("masters", what, "620000003", "--masters", self.file, check=(0, 1)).stdout)
        self.assertIn("y_20240901.csv", sekisho("masters", "info", "--masters", self.file).stdout)

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

    def test_check_digits_fail_where_an_independent_reading_says(self):
        def luhn(digits):
            total = 0
            for i, digit in enumerate(reversed(digits)):
                value = int(digit) * (1 + i % 2)
                total += value - 9 if value > 9 else value
            return total % 10 == 0
        wrong = set()
        for edition in sorted((MASTERS / "inst").glob("*.zst")):
            text = subprocess.run(["zstd", "-dc", edition], capture_output=True, check=True).stdout.decode()
            for row in csv.reader(io.StringIO(text)):
                code = row[0]
                if not (luhn(code[2:]) if 11 <= int(code[:2]) <= 14 else luhn(code[:2] + "1" + code[2:])):
                    wrong.add((edition.name.removesuffix(".zst"), code))
        found = [json.loads(line) for line in (self.dir / "f.jsonl").read_text().splitlines() if "MASTER_CHECK_DIGIT" in line]
        self.assertEqual({(row["file"], row["code"]) for row in found}, wrong)

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

    def test_sets_come_by_season_as_json_csv_and_table(self):
        asked = ["sets", "influenza-antivirals", "--by", "season", "--from", "2012-09-01", "--to", "2025-04-01"]
        periods = {period["period"]: period for period in self.ask(*asked)["periods"]}
        self.assertEqual(list(periods), [row["season"] for row in self.table("influenza_seasons.csv")])
        for season, period in periods.items():
            self.assertEqual(set(period["codes"]), set(self.codes(season=season)))
            self.assertEqual(period["count"], len(period["codes"]))
        # Receipt codes of a brand that the patient chose exist from 2024-10-01 (scenario 4).
        self.assertEqual([season for season, period in periods.items() if "670443074" in period["codes"]], ["2024/25"])
        text = sekisho("masters", *asked, "--csv", "--masters", self.file).stdout
        rows = {(row["period"], row["code"]) for row in csv.DictReader(io.StringIO(text)) if row["membership"] == "member"}
        self.assertEqual(rows, {(season, code) for season, period in periods.items() for code in period["codes"]})
        shown = sekisho("masters", *asked, "--masters", self.file, env={"LANG": "ja_JP.UTF-8"}).stdout
        self.assertIn("抗インフルエンザウイルス薬", shown)
        self.assertRegex(shown, r"2012/13 +8 +oseltamivir +610443074, 610462002")

    def test_generics_over_time_are_those_of_the_price_lists(self):
        for day, edition in (("2016-04-01", "20160401"), ("2020-04-01", "20200401"), ("2024-04-01", "20240401")):
            text = subprocess.run(["zstd", "-dc", MASTERS / f"price/price_{edition}.csv.zst"], capture_output=True, check=True).stdout.decode()
            listed = {row["薬価基準収載医薬品コード"] for row in csv.DictReader(io.StringIO(text))
                      if row["診療報酬において加算等の算定対象となる後発医薬品"] == "後発品"}
            found = {member["code"]: member for member in self.ask("sets", "generic-drugs", "--on", day)["members"]}
            with self.subTest(day=day):
                self.assertEqual(listed - set(found), set())
                # Codes that this list lacks are in the set only while an earlier one's limit has not passed or their end is not stated.
                for code in set(found) - listed:
                    self.assertNotIn(code, text)

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
