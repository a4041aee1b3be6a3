"""Data quality of synthetic hospitals: planted faults are found, clean hospitals are not accused, nobody is named."""
import collections
import csv
import html.parser
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from scenarios.harness import BIN, sekisho, sekisho_json
from scenarios.test_inspect_rules import RXE, Storage, prescription
from scenarios.master_files import BASE

DAY = "2026-11-21"


class QualityOfSynthHospitals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.temporary.name)
        for name, defects in (("faulty", "default"), ("clean", "off")):
            sekisho("synth", "--out", cls.root / name, "--hospitals", 2, "--persons", 150, "--years", 2, "--seed", 7,
                    "--defects", defects)
        cls.findings, cls.html = cls.root / "f.jsonl", cls.root / "r.html"
        cls.faulty = sekisho_json("quality", cls.root / "faulty", "--on", DAY, "--findings", cls.findings,
                                  "--html", cls.html, "--out", cls.root / "each")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_clean_hospitals_have_no_finding(self):
        report = sekisho_json("quality", self.root / "clean", "--on", DAY, "--fail-on", "I")
        self.assertEqual(report["findings"], [])

    def test_three_thousand_persons_without_faults_give_no_finding(self):
        with tempfile.TemporaryDirectory() as folder:
            sekisho("synth", "--out", folder, "--hospitals", 2, "--persons", 3000, "--years", 2, "--seed", 7, "--defects", "off")
            report = sekisho_json("quality", pathlib.Path(folder) / "hospitals", "--on", "2014-12-31", "--fail-on", "I")
        self.assertEqual(report["findings"], [])
        judged = {m["measure"]: m["denominator"] for m in report["measures"] if m["hospital"] == "H01"}
        self.assertGreater(judged["cross.adt_claim"], 100)

    def test_files_that_are_no_records_make_no_hospital_of_their_own(self):
        self.assertEqual(self.faulty["hospitals"], ["H01", "H02"])  # beside them lie truth/ and optout.csv
        roots = [self.root / f"faulty/hospitals/{name}" for name in ("H01", "H02")]
        report = sekisho_json("quality", *roots, "--on", DAY)
        self.assertEqual(report["hospitals"], ["H01", "H02"])
        found = [[(f["measure"], f["hospital"], f["count"]) for f in r["findings"]] for r in (report, self.faulty)]
        self.assertEqual(found[0], found[1])

    def test_input_records_are_all_accounted_for(self):
        a = self.faulty["accounting"]
        self.assertGreater(a["records"], 0)
        self.assertEqual(a["records"], a["loaded"] + a["superseded"] + a["quarantined"])

    def test_repeated_claims_are_those_that_were_planted(self):
        planted = collections.Counter()
        with open(self.root / "faulty/truth/defects.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["defect"] == "D15":
                    planted[row["hospital"]] += 1
        found = {m["hospital"]: m["count"] for m in self.faulty["measures"] if m["measure"] == "claim.twice"}
        self.assertEqual(found, dict(planted))

    def test_her2_decidability_is_that_of_the_truth(self):
        undecided, tested = collections.Counter(), collections.Counter()
        with open(self.root / "faulty/truth/breast.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                tested[row["hospital"]] += 1
                undecided[row["hospital"]] += row["determinable"] == "0"
        found, of = collections.Counter(), collections.Counter()
        for m in self.faulty["measures"]:
            if m["measure"].startswith("cross.her2"):
                found[m["hospital"]] += m["count"]
                of[m["hospital"]] += m["denominator"]
        self.assertEqual(of, tested)
        self.assertEqual(sum(found.values()), sum(undecided.values()))

    def test_no_output_names_a_patient(self):
        with open(self.root / "faulty/truth/registrations.csv", encoding="utf-8") as file:
            numbers = [row["patient_number"] for row in csv.DictReader(file)]
        self.assertGreater(len(numbers), 100)
        outputs = [json.dumps(self.faulty, ensure_ascii=False), self.findings.read_text("utf-8"),
                   self.html.read_text("utf-8")]
        for output in outputs:
            for number in numbers:
                self.assertNotIn(number, output)

    def test_the_report_is_one_whole_page_that_fetches_nothing_and_shows_months_in_both_languages(self):
        open_tags, charts, links, targets = [], [], set(), set()

        class Reader(html.parser.HTMLParser):
            def handle_starttag(reader, tag, attributes):
                known = dict(attributes)
                if tag not in ("meta", "br"):
                    open_tags.append(tag)
                charts.extend([known["aria-label"]] if tag == "svg" else [])
                links.add(known.get("href", "#")[1:])
                targets.add(known.get("id"))
                self.assertFalse({"src", "srcset", "action"} & set(known), tag)
                self.assertTrue(known.get("href", "#").startswith("#"), known)

            def handle_startendtag(reader, tag, attributes):
                pass

            def handle_endtag(reader, tag):
                self.assertEqual(open_tags.pop(), tag)
        text = self.html.read_text("utf-8")
        Reader().feed(text)
        self.assertEqual(open_tags, [])
        self.assertLessEqual(links - {""}, targets)
        self.assertGreaterEqual(charts.count("lab.code"), 2)  # a small chart for each hospital, finding or not
        for words in ("適合性", "Conformance", "一意性", "uniqueness", "要修正", "must be mended"):
            self.assertTrue(words in text, words)
        for address in ("http:", "https:", "url(", "@import"):
            self.assertFalse(address in text, address)

    def test_a_drug_ordered_by_its_yj_code_is_compared_through_the_master_file(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "in").mkdir()
            (folder / "in/y_ALL20240401.csv").write_bytes(BASE.encode("cp932"))
            sekisho("masters", "import", folder / "in", "-o", folder / "m.skm", "--no-supplement")
            storage = Storage(folder / "hospital/ssmix2")
            for yj in ("1111111F1111", "2222222M2222"):
                patient = storage.put("", "OMP-01", prescription(rxe=RXE.replace("103835401", yj).replace("^HOT9", "^YJ")),
                                      date="20250410", order="000000000000201")
                (folder / "hospital/receipt").mkdir(exist_ok=True)
                (folder / f"hospital/receipt/{patient}.UKE").write_bytes("\r\n".join([
                    "IR,1,13,1,1234567,,架空医院,202505,00,", f"RE,1,1112,202504,架空　太郎,1,19700102,,,,,,,{patient}",
                    "HO,01130012,１,２,1,7", "SY,8830592,20250410,1,,,01,", "IY,21,1,620000001,3,7,1,,,,,,,,,,,,,,,,1",
                    "GO,1,7,99"]).encode("cp932") + b"\r\n\x1a")
            for options, expected in (((), []), (("--masters", folder / "m.skm"), [(1, 2)])):
                report = sekisho_json("quality", folder / "hospital", "--on", DAY, *options)
                self.assertEqual([(m["count"], m["denominator"]) for m in report["measures"] if m["measure"] == "cross.drug"],
                                 expected)

    def test_each_hospital_gets_its_own_only(self):
        own = json.loads((self.root / "each/H01.json").read_text("utf-8"))
        self.assertEqual(own["hospitals"], ["H01"])
        self.assertEqual({m["hospital"] for m in own["measures"]}, {"H01"})
        a = own["accounting"]
        self.assertGreater(a["records"], 0)
        self.assertEqual(a["records"], a["loaded"] + a["superseded"] + a["quarantined"])

    def test_a_run_fails_only_when_asked_to(self):
        self.assertTrue(self.faulty["findings"])
        sekisho("quality", self.root / "faulty", "--on", DAY, "--fail-on", "W", check=(1,))
        sekisho("quality", self.root / "nothing", check=(2,))

    def test_a_reader_that_has_enough_ends_the_command_without_a_word(self):
        command = [BIN / "sekisho", "quality", self.root / "faulty", "--on", DAY, "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            child.stdout.close()
            self.assertEqual(child.stderr.read(), b"")
            self.assertEqual(child.wait(), 128 + signal.SIGPIPE)

    def test_a_path_that_is_not_there_is_named_once_with_one_code(self):
        done = sekisho("quality", "/nonexist", check=(2,))
        self.assertEqual(done.stderr.strip(), "sekisho quality: there is no such file or folder (/nonexist) [usage.path]")

    def test_a_folder_without_records_is_an_error_that_says_so(self):
        (self.root / "empty").mkdir()
        done = sekisho("quality", self.root / "empty", check=(2,))
        self.assertIn("no record of a known family", done.stderr)

    def test_tables_of_inspect_give_the_same_measures(self):
        sekisho("inspect", self.root / "faulty", "--tables", self.root / "tables", check=(0, 1))
        tables = sekisho_json("quality", self.root / "tables", "--on", DAY)
        rows = [m for m in self.faulty["measures"] if not m["measure"].startswith("rule.")]
        self.assertEqual(tables["measures"], rows)


if __name__ == "__main__":
    unittest.main()
