"""Made-up files of masters in their published layouts, and the folder a test builds them in."""
import io
import json
import pathlib
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

from scenarios.harness import sekisho


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
