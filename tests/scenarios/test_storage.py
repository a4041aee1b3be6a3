"""The main job on storages that were not made by this project: it ends well, its findings listed."""
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


if __name__ == "__main__":
    unittest.main()
