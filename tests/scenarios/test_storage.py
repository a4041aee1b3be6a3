"""The main job on storages that were not made by this project: it ends well, its findings listed."""
import csv
import hashlib
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import DATA, sekisho

STORAGES = ("ssmixtwins_40", "nho_guideline_samples")


class RealStorages(unittest.TestCase):
    def test_the_demo_ends_well_on_real_storages(self):
        for name in STORAGES:
            storage = DATA / "ssmix2" / name
            if not storage.is_dir():
                self.skipTest(f"no reference data at shared/data/ssmix2/{name}")
            with self.subTest(storage=name), tempfile.TemporaryDirectory() as folder:
                done = sekisho("demo", "--state", pathlib.Path(folder) / "s", "--storage", storage, "--json", check=(0, 1))
                report = json.loads(done.stdout)
                self.assertGreater(report["files"], 0)
                self.assertGreater(report["packages"], 0)
                self.assertIsNone(report["linkage"])
                self.assertTrue(report["ledger"]["ok"])
                self.assertIn("rows", report["dataset"])
                if report["dataset"]["rows"] == 0:
                    self.assertEqual(done.returncode, 1)
                    self.assertTrue(report["dataset"]["reason"])

    def test_inspect_reads_the_same_storages(self):
        for name in STORAGES:
            storage = DATA / "ssmix2" / name
            if not storage.is_dir():
                self.skipTest(f"no reference data at shared/data/ssmix2/{name}")
            with self.subTest(storage=name):
                report = json.loads(sekisho("inspect", storage, "--json", check=(0, 1)).stdout)
                self.assertGreater(report["messages"], 0)
                self.assertEqual({f["level"] for f in report["findings"]} - {"E", "W", "I"}, set())


CDA = """<?xml version="1.0" encoding="{encoding}"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><code code="18842-5" codeSystem="2.16.840.1.113883.6.1"/>
<effectiveTime value="20240405"/><recordTarget><patientRole><id root="1.2" extension="{patient}"/></patientRole></recordTarget>
<component><structuredBody><component><section><code code="11535-2"/><title>診断</title><text>肺炎</text>
<entry><observationMedia><value><reference value="image1.jpg"/></value></observationMedia></entry></section></component>
</structuredBody></component></ClinicalDocument>"""
VITALS = ("MSH|^~\\&|H|F|G|R|20240401080000||ORU^R30^ORU_R30|1|P|2.5||||||~ISO IR87||ISO 2022-1994\r"
          "PID|0001||{patient}^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\rORC|NW|1\rOBR|1|1||\"\"\r"
          "OBX|1|NM|9A751000000000001^SBP^JC10||128|mm(hg)^mmHg^ISO+|||||F|||202404010800\r")


class ExtendedStorage(unittest.TestCase):
    """Clinical documents, vital signs and attachments in folders made here; every file is counted once."""

    def content(self, root, patient, folder, key, flag="1"):
        content = root / patient[:3] / patient[3:6] / patient / "20240401" / folder / \
            f"{patient}_20240401_{folder.split('^')[0] or folder}_{key}_20240405120000000_01_{flag}"
        content.mkdir(parents=True)
        return content

    def test_every_file_is_a_document_and_what_is_missing_is_found(self):
        summary, vitals = "^退院時サマリー^^18842-5^退院時サマリー^LN", "L-OBSERVATIONS^OBSERVATIONS^99ZL01"
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "ext"
            whole = self.content(root, "9001000010", summary, "0001")
            (whole / "main_document.xml").write_text(CDA.format(encoding="UTF-8", patient="9001000010"))
            (whole / "image1.jpg").write_bytes(b"\xff\xd8\xff\xe0picture")
            for number, encoding in enumerate(("Shift_JIS", "EUC-JP", "UTF-16"), 2):
                text = CDA.format(encoding=encoding, patient="9001000010").encode(encoding)
                other = self.content(root, "9001000010", summary, f"000{number}")
                (other / "main_document.xml").write_bytes(text)
            old = self.content(root, "9001000010", summary, "0001x", flag="0")
            (old / "main_document.xml").write_text(CDA.format(encoding="UTF-8", patient="9001000010"))
            alone = self.content(root, "9001000010", summary, "0009")
            (alone / "scan.pdf").write_bytes(b"%PDF-1.4")
            signs = self.content(root, "9001000010", vitals, "2024040108")
            (signs / "main_document.hl7").write_bytes(VITALS.format(patient="9001000010").encode("iso2022_jp"))
            done = sekisho("inspect", root, "--json", "--tables", pathlib.Path(folder) / "t", "--format", "jsonl", check=(0, 1))
            report = json.loads(done.stdout)
            self.assertEqual(report["documents"], {"cda": 5, "vitals": 1, "attachments": 2})
            count = report["accounting"]
            self.assertEqual(count["records"], count["loaded"] + count["superseded"] + count["quarantined"])
            self.assertEqual((count["superseded"], count["quarantined"]), (1, 0))
            self.assertEqual(report["rules"].get("ATTACHMENT_MISSING"), 3)
            self.assertEqual(report["rules"].get("MAIN_DOCUMENT_MISSING"), 1)
            self.assertNotIn("XML_UNREADABLE", report["rules"])
            rows = [json.loads(line) for line in (pathlib.Path(folder) / "t/document_ref.jsonl").read_text().splitlines()]
            picture = next(row for row in rows if row["format"] == "image/jpeg")
            self.assertEqual(picture["hash"], hashlib.sha256(b"\xff\xd8\xff\xe0picture").hexdigest())
            self.assertEqual(len([row for row in rows if row["format"] == "cda-section"]), 5)
            self.assertEqual(report["records"]["observation"], 1)


class OtherSources(unittest.TestCase):
    """The index database and the transaction storage of one small storage."""

    def test_an_index_is_compared_with_the_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            root, rows = folder / "storage", []
            for number in range(1, 6):
                patient = f"90010000{number:02d}"
                path = root / "900/100" / patient / "-" / "ADT-00"
                path.mkdir(parents=True)
                name = f"{patient}_-_ADT-00_999999999999999_20240401101500123_-_1"
                (path / name).write_bytes(VITALS.format(patient=patient).encode("iso2022_jp"))
                rows.append(["STD01", patient, f"900\\100\\{patient}\\-\\ADT-00", name])
            rows[1][3] = rows[1][3][:-1] + "2"  # stale: the file was not renamed
            rows[2][1] = "9001000099"  # contradicts itself; its file has no row then
            del rows[3]  # no row
            rows.append(["STD01", "9001000077", "900\\100\\9001000077\\-\\ADT-00",
                         "9001000077_-_ADT-00_999999999999999_20240401101500123_-_1"])  # no file
            with open(folder / "index.csv", "w", newline="") as out:
                csv.writer(out).writerows([["VolumeLabel", "PatientID", "OutRelDirectory", "FileName"], *rows])
            done = sekisho("inspect", root, "--index", folder / "index.csv", "--json", check=(1,))
            report = json.loads(done.stdout)
            self.assertEqual(report["index"], {"rows": 5, "matched": 2, "stale": 1, "missing": 1, "unusable": 1, "files": 5,
                                               "without_row": 2})
            for rule, count in (("INDEX_ROW_STALE", 1), ("INDEX_ROW_WITHOUT_FILE", 1), ("INDEX_ROW_UNUSABLE", 1),
                                ("FILE_WITHOUT_INDEX_ROW", 2)):
                self.assertEqual(report["rules"][rule], count)

    def test_a_rescan_reads_only_patients_whose_names_changed(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            files = []
            for number in range(1, 4):
                patient = f"90010000{number:02d}"
                path = folder / "s/900/100" / patient / "-" / "ADT-00"
                path.mkdir(parents=True)
                files.append(path / f"{patient}_-_ADT-00_999999999999999_20240401101500123_-_1")
                files[-1].write_bytes(VITALS.format(patient=patient).encode("iso2022_jp"))

            def scan():
                done = sekisho("inspect", folder / "s", "--names", folder / "names", "--json", check=(0, 1))
                return json.loads(done.stdout)["names"]
            self.assertEqual(scan(), {"unchanged": 0, "changed": 3})
            self.assertEqual(scan(), {"unchanged": 3, "changed": 0})
            files[1].rename(str(files[1])[:-1] + "2")  # superseded: the name tells, no time does
            self.assertEqual(scan(), {"unchanged": 2, "changed": 1})
            files[2].unlink()
            self.assertEqual(scan(), {"unchanged": 2, "changed": 0})

    def test_transactions_give_the_rows_of_the_files_they_speak_of(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            patient, day, order = "9001000010", "20240401", "000000000000101"
            message = ("MSH|^~\\&|H|F|G|R|20240401101500||OUL^R22^OUL_R22|1|P|2.5||||||~ISO IR87||ISO 2022-1994\r"
                       f"PID|0001||{patient}^^^^PI||試験^花子^^^^^L^I~シケン^ハナコ^^^^^L^P||19800229|F\r"
                       f"SPM|1|{order}||023^血清^JC10|||||||||||||202404010900\rOBR|1|{order}||E001^生化学^99L01\r"
                       f"ORC|SC|{order}\rOBX|1|NM|3A010000002327101^総蛋白^JC10||7.1|g/dL^g/dL^ISO+|||||F\r")
            tree = folder / "tree" / patient[:3] / patient[3:6] / patient / day / "OML-11"
            tree.mkdir(parents=True)
            log = b""
            for time, flag in (("20240401120000000", "2"), ("20240401150000000", "1")):
                (tree / f"{patient}_{day}_OML-11_{order}_{time}_01_{flag}").write_bytes(message.encode("iso2022_jp"))
                log += ",".join(["1311234567", patient, day, "OML-11", order, "INS", "01", time]).encode() + b"\r\n"
                log += message.encode("iso2022_jp")
            (folder / "log/2024").mkdir(parents=True)
            (folder / "log/2024/TR_20240401235959000_00001.DAT").write_bytes(log)
            reports = [json.loads(sekisho("inspect", folder / kind, "--json").stdout) for kind in ("tree", "log")]
            for key in ("records", "accounting", "rules"):
                self.assertEqual(reports[0][key], reports[1][key])
            self.assertEqual(reports[1]["accounting"], {"records": 12, "loaded": 6, "superseded": 6, "quarantined": 0})


if __name__ == "__main__":
    unittest.main()
