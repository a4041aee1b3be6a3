"""Character sets of tables and of the files beside a policy: CP932 and UTF-8 with a byte order mark are told apart or declared; what
is written is UTF-8; mixed files are refused in test_anonymize_refused.
"""
import csv
import io
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import sekisho

AREAS = ["渋谷区", "港区", "横浜市", "川崎市", "ﾖｺﾊﾏ", "彅①髙"]
TABLE = "患者,地域,病名\n" + "".join(f"p{i},{AREAS[i % 6]},{'能|表' if i % 4 else '糖尿病'}\n" for i in range(48))
HIERARCHY = "渋谷区,東京都,*\n港区,東京都,*\n横浜市,神奈川県,*\n川崎市,神奈川県,*\nﾖｺﾊﾏ,神奈川県,*\n彅①髙,外字,*\n"
POLICY = """
person = "患者"
suppression_limit = 0.2
[[attribute]]
name = "地域"
kind = "quasi"
hierarchy = "h.csv"
[[attribute]]
name = "病名"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 12
[[model]]
kind = "t-closeness"
distance = "equal"
t = 0.5
attribute = "病名"
"""
HISTORIES = """
person = "患者"
[sets]
k = 5
m = 2
[[history]]
name = "visits"
file = "t.csv"
[[history.column]]
name = "地域"
kind = "item"
hierarchy = "h.csv"
[[history.column]]
name = "病名"
kind = "item"
"""


class Encodings(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def put(self, table, hierarchy, policy=""):
        (self.folder / "t.csv").write_bytes(TABLE.encode(table))
        (self.folder / "h.csv").write_bytes(HIERARCHY.encode(hierarchy))
        (self.folder / "p.toml").write_text(policy + POLICY, encoding="utf-8")

    def anonymize(self, check=(0,)):
        return sekisho("anonymize", "--input", "t.csv", "--policy", "p.toml", "--output", "o.csv", "--report", "r.json", check=check,
                       cwd=self.folder)

    def test_each_character_set_gives_the_same_rows_in_utf8_and_the_report_names_it(self):
        self.put("utf-8", "utf-8")
        self.anonymize()
        # Numbers of persons are drawn anew each time.
        wanted = sorted(line.partition(",")[2] for line in (self.folder / "o.csv").read_text(encoding="utf-8").splitlines())
        for table, hierarchy, policy, told in (("cp932", "cp932", "", "CP932"), ("cp932", "utf-8", "", "CP932"),
                                               ("utf-8-sig", "utf-8-sig", "", "UTF-8"), ("utf-8-sig", "cp932", "", "UTF-8"),
                                               ("cp932", "cp932", 'encoding = "cp932"\n', "CP932"),
                                               ("utf-8", "utf-8-sig", 'encoding = "utf-8"\n', "UTF-8")):
            with self.subTest(table=table, hierarchy=hierarchy, policy=policy):
                self.put(table, hierarchy, policy)
                self.anonymize()
                text = (self.folder / "o.csv").read_text(encoding="utf-8")
                self.assertFalse(text.startswith("\ufeff"))
                self.assertEqual(sorted(line.partition(",")[2] for line in text.splitlines()), wanted)
                encoding = json.loads((self.folder / "r.json").read_text(encoding="utf-8"))["encoding"]
                self.assertEqual(encoding, {"input": told, "detected": policy == "", "output": "UTF-8"})

    def test_a_file_that_is_not_what_the_policy_says_is_refused_with_its_line(self):
        for table, declared in (("cp932", "utf-8"), ("utf-8", "cp932")):
            with self.subTest(table=table):
                self.put(table, declared, f'encoding = "{declared}"\n')
                message = self.anonymize(check=(3,)).stderr
                self.assertIn("csv.encoding", message)
                self.assertRegex(message, "t.csv.*[12]")
                self.assertFalse((self.folder / "o.csv").exists())

    def test_the_audit_reads_a_judged_file_and_an_original_in_any_of_them(self):
        self.put("cp932", "cp932")
        self.anonymize()
        written = (self.folder / "o.csv").read_text(encoding="utf-8")
        for encoding in ("utf-8", "utf-8-sig", "cp932"):
            with self.subTest(encoding=encoding):
                (self.folder / "o.csv").write_bytes(written.encode(encoding))
                audit = json.loads(sekisho("anonymize", "audit", "--input", "o.csv", "--policy", "p.toml", "--original", "t.csv", "--json",
                                           cwd=self.folder).stdout)
                self.assertTrue(audit["ok"])
                self.assertEqual(len(audit["models"]), 2)
                self.assertEqual(audit["rows"], len(written.splitlines()) - 1)

    def test_histories_and_drafts_take_cp932_too(self):
        self.put("cp932", "cp932")
        draft = sekisho("anonymize", "suggest", "--input", "t.csv", cwd=self.folder).stdout
        self.assertIn('name = "地域"', draft)
        (self.folder / "p.toml").write_text(HISTORIES, encoding="utf-8")
        sekisho("anonymize", "histories", "--policy", "p.toml", "--output", "out", "--parquet", cwd=self.folder)
        rows = list(csv.DictReader(io.StringIO((self.folder / "out/visits.csv").read_text(encoding="utf-8"))))
        self.assertLessEqual({row["病名"] for row in rows}, {"能|表", "糖尿病", ""})
        self.assertEqual(len(rows), 48)
        self.assertTrue((self.folder / "out/visits.parquet").read_bytes().startswith(b"PAR1"))


if __name__ == "__main__":
    unittest.main()
