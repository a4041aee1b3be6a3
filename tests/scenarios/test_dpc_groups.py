"""Diagnosis groups decoded from the user's own files: the published editions as archives, folders of sheets and workbooks.

The expected values were read by eye from the Ministry's tables (DPC電子点数表, editions of 2018, 2020, 2022, 2024).
"""
import csv
import json
import pathlib
import tempfile
import unittest
import zipfile
from xml.sax.saxutils import escape

from scenarios.harness import DATA, sekisho

EDITIONS = DATA / "dpc/electronic_score_table"
HEAD = [["", "番号", "診断群分類番号", "傷病名", "手術名", "手術・処置等１", "手術・処置等２", "定義副傷病", "重症度等", "入院日(日）",
         "", "", "点数(点）", "", "", "変更 区分", "有効期間", "", "更新日"],
        ["", "", "", "", "", "", "", "", "", "Ⅰ", "Ⅱ", "Ⅲ", "入院期間Ⅰ", "入院期間Ⅱ", "入院期間Ⅲ", "", "開始日", "終了日"]]


def group(code, name, days=("", "", ""), points=("", "", ""), start="20240601", end="99999999"):
    return ["", "1", code, name, "なし", "なし", "なし", "", "", *days, *points, "0", start, end, "00000000"]


def column(number):
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)


def workbook(sheets):
    """A workbook of inline texts; the wanted sheet is not the first."""
    whole, names, links = {}, "", ""
    for i, (name, rows) in enumerate(sheets.items(), 1):
        names += f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>'
        links += f'<Relationship Id="rId{i}" Type="x" Target="worksheets/sheet{i}.xml"/>'
        cells = "".join(
            f'<row r="{r}">' + "".join(f'<c r="{column(c)}{r}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
                                       for c, text in enumerate(row) if text) + "</row>" for r, row in enumerate(rows, 1))
        whole[f"xl/worksheets/sheet{i}.xml"] = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    whole["xl/workbook.xml"] = f"<workbook><sheets>{names}</sheets></workbook>"
    whole["xl/_rels/workbook.xml.rels"] = f"<Relationships>{links}</Relationships>"
    return whole


class Groups(unittest.TestCase):
    def decode(self, day, *codes, tables, check=(0,)):
        report = json.loads(sekisho("dpc", "decode", *codes, "--on", day, "--tables", *tables, "--json", check=check).stdout)
        return report["groups"]

    @unittest.skipUnless(EDITIONS.exists(), "shared/data/dpc is absent")
    def test_a_code_means_what_the_edition_of_its_day_says(self):
        (of_2024,) = self.decode("2025-05-20", "010010xx9901xx", tables=[EDITIONS])
        self.assertEqual((of_2024["class"]["name"], of_2024["mdc"]["name"], of_2024["treatment2"]), ("脳腫瘍", "神経系疾患", "１あり"))
        self.assertEqual([(p["last_day"], p["points_a_day"]) for p in of_2024["periods"]], [(6, 3461), (19, 2370), (60, 2014)])
        self.assertEqual((of_2024["from"], of_2024["editions"]), ("2024-06-01", ["2020-04-01", "2022-04-01", "2024-06-01"]))
        (of_2018,) = self.decode("2019-06-01", "010010xx99000x", tables=[EDITIONS])
        self.assertEqual([(p["last_day"], p["points_a_day"]) for p in of_2018["periods"]], [(2, 3593), (8, 2212), (30, 1880)])
        gone, by_act = self.decode("2024-07-01", "010010xx99000x", "010010xx9900xx", tables=[EDITIONS], check=(1,))
        self.assertFalse(gone["found"])
        self.assertEqual(gone["editions"][0], "2018-04-01")
        self.assertNotIn("2024-06-01", gone["editions"])
        self.assertEqual((by_act["found"], by_act["bundled"], by_act["periods"]), (True, False, []))

    @unittest.skipUnless(EDITIONS.exists(), "shared/data/dpc is absent")
    def test_every_group_of_every_edition_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "groups.csv"
            report = json.loads(sekisho("dpc", "editions", "--tables", EDITIONS, "--json").stdout)
            self.assertEqual([e["from"] for e in report["editions"]], ["2018-04-01", "2020-04-01", "2022-04-01", "2024-06-01"])
            self.assertTrue(all(e["categories"] == 18 and e["classes"] > 490 for e in report["editions"]))
            sekisho("dpc", "export", "--tables", EDITIONS, "--out", out)
            with open(out, encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual(len(rows), sum(e["groups"] for e in report["editions"]))
            # Published numbers of diagnosis groups: 4,955 (2018), 4,557 (2020), 4,726 (2022), 3,248 (2024).
            self.assertEqual([sum(r["edition"] == e["from"] for r in rows) for e in report["editions"]][0], 4955)
            self.assertEqual([sum(r["edition"] == e["from"] for r in rows) for e in report["editions"]][3], 3248)

    def test_a_workbook_of_many_sheets_and_a_folder_of_sheets_give_the_same(self):
        rows = [[], [], *HEAD, group("010010xx9901xx", "脳腫瘍", ("6", "19", "60"), ("3461", "2370", "2014")),
                group("010010xx9900xx", "脳腫瘍")]
        classes = [["MDCｺｰﾄﾞ", "分類ｺｰﾄﾞ", "名称"], ["01", "0010", "脳腫瘍"]]
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            with zipfile.ZipFile(folder / "DPC.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
                for name, text in workbook({"前提条件": [["x"]], "１）ＭＤＣ名称": [["01", "神経系疾患"]], "２）分類名称": classes,
                                            "11）診断群分類点数表": rows}).items():
                    book.writestr(name, text)
            sheets = folder / "sheets"
            sheets.mkdir()
            for name, table in (("15_診断群分類点数表.tsv", rows), ("03_分類名称.tsv", classes), ("02_ＭＤＣ名称.tsv", [["01", "神経系疾患"]])):
                (sheets / name).write_text("".join("\t".join(row) + "\n" for row in table), encoding="utf-8")
            found = [self.decode("2024-08-01", "010010xx9901xx", "010010xx9900xx", tables=[t]) for t in (folder / "DPC.xlsx", sheets)]
            for groups in found:
                for item in groups:
                    del item["evidence"]
            self.assertEqual(found[0], found[1])
            self.assertEqual(found[0][0]["class"]["name"], "脳腫瘍")
            page = sekisho("dpc", "decode", "010010xx9901xx", "--on", "2024-08-01", "--tables", sheets, env={"LANG": "ja_JP.UTF-8"})
            self.assertIn("入院期間II：19日まで 2370点／日", page.stdout)

    def test_files_that_are_no_such_tables_are_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            bad = {"nothing": [["x"]], "short": [*HEAD, group("010010xx99", "x")],
                   "period": [*HEAD, group("010010xx9901xx", "x", start="20240601", end="20240101")],
                   "heading": [["診断群分類番号", "傷病名"]]}
            for name, rows in bad.items():
                (folder / name).mkdir()
                (folder / name / "診断群分類点数表.tsv").write_text("".join("\t".join(r) + "\n" for r in rows), encoding="utf-8")
                with self.subTest(name=name):
                    done = sekisho("dpc", "editions", "--tables", folder / name, check=(3,))
                    self.assertIn("[dpc.table]", done.stderr)


if __name__ == "__main__":
    unittest.main()
