"""Hospitals that may not share names: their gateways send keyed filters only, the centre finds who is a patient of both."""
import csv
import hashlib
import hmac
import itertools
import pathlib
import unittest
from collections import defaultdict

from scenarios.harness import Centre, sekisho, sekisho_json, synth
from scenarios.test_kills import merged_storage

HOSPITALS = ("H01", "H02")


class FiltersFromGateways(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = synth(persons=1500, hospitals=2, years=5, seed=12)
        cls.centre = Centre(HOSPITALS)
        cls.addClassCleanup(cls.centre.close)
        cls.key = cls.centre.dir / "filters.key"
        sekisho("link", "key", "--output", cls.key)
        for hospital in HOSPITALS:
            merged_storage(cls.source, hospital, cls.centre.storages[hospital])
            cls.optout(hospital)
            config = cls.centre.hospital(hospital) / "gateway.toml"
            cls.centre.configure(config, optout='"optout.csv"')
            config.write_text(config.read_text() + f'\n[filters]\nkey = "{cls.key}"\nonly = true\n')
        cls.centre.start_receiver()
        cls.packed = {hospital: cls.centre.gateway(hospital, "pack") for hospital in HOSPITALS}
        cls.send()
        cls.report = cls.link()
        cls.pairs = cls.read_pairs()
        with open(cls.source / "truth/registrations.csv", newline="", encoding="utf-8") as file:
            cls.registrations = [row for row in csv.DictReader(file) if row["hospital"] in HOSPITALS]

    @classmethod
    def optout(cls, hospital, *numbers):
        lines = "".join(f"{number},registration\n" for number in numbers)
        (cls.centre.hospital(hospital) / "optout.csv").write_text("patient_number,scope\n" + lines)

    @classmethod
    def send(cls):
        for hospital in HOSPITALS:
            cls.centre.gateway(hospital, "send")
        cls.centre.load()

    @classmethod
    def link(cls):
        return sekisho_json("center", "link", "--dir", cls.centre.dir, check=(0, 1))

    @classmethod
    def read_pairs(cls):
        with open(cls.centre.dir / "core/filter-pairs.csv", newline="", encoding="utf-8") as file:
            return {tuple(sorted((row["registration_a"], row["registration_b"]))) for row in csv.DictReader(file)}

    @classmethod
    def registration(cls, row):
        """As the centre names it: the patient number was replaced by a keyed hash at the hospital."""
        blind = hmac.new(cls.key.read_bytes(), b"sekisho clk 1|id|" + row["patient_number"].encode(), hashlib.sha256).digest()[:16].hex()
        part = lambda text: len(text.encode()).to_bytes(4, "big") + text.encode()
        secret = (cls.centre.dir / "core/keys/k_reg").read_bytes()
        return hmac.new(secret, part(row["hospital"]) + part(blind), hashlib.sha256).hexdigest()[:32]

    def true_pairs(self):
        persons = defaultdict(list)
        for row in self.registrations:
            persons[row["person_id"]].append(row)
        return {tuple(sorted((self.registration(a), self.registration(b)))) for rows in persons.values()
                for a, b in itertools.combinations(rows, 2) if a["hospital"] != b["hospital"]}

    def test_the_gateway_makes_a_filter_for_each_patient(self):
        for hospital in HOSPITALS:
            patients = {row["patient_number"] for row in self.registrations if row["hospital"] == hospital}
            self.assertGreaterEqual(self.packed[hospital]["filters"], 0.99 * len(patients))

    def test_common_patients_are_found_without_key_and_names(self):
        true = self.true_pairs()
        self.assertGreater(len(true), 50)
        right = len(self.pairs & true)
        self.assertGreater(right / len(self.pairs), 0.95)
        self.assertGreater(right / len(true), 0.90)
        self.assertEqual(self.report["filters"]["pairs"], len(self.pairs))

    def test_nothing_but_filters_came(self):
        tables = self.centre.export(with_identity=True)
        self.assertEqual(tables.get("identity", []), [])
        self.assertEqual(sum(len(tables.get(name, [])) for name in ("encounter", "diagnosis", "drug", "lab", "claim")), 0)
        stored = b"".join(path.read_bytes() for path in (self.centre.dir / "core/store").rglob("*") if path.is_file())
        for row in self.registrations[:50]:
            self.assertNotIn(row["patient_number"].encode(), stored)

    def test_the_centre_has_no_key(self):
        key = self.key.read_bytes()
        for path in (*(self.centre.dir / "core").rglob("*"), *(self.centre.dir / "outer").rglob("*")):
            if path.is_file():
                self.assertNotIn(key, path.read_bytes())

    def test_who_opts_out_later_has_no_filter_at_the_centre(self):
        common = next(row for row in self.registrations if row["hospital"] == "H01" and
                      any(self.registration(row) in pair for pair in self.pairs))
        gone = self.registration(common)
        self.optout("H01", common["patient_number"])
        self.centre.gateway("H01", "pack")
        self.send()
        before = self.report["filters"]["filters"]
        self.assertLess(self.link()["filters"]["filters"], before)
        self.assertFalse(any(gone in pair for pair in self.read_pairs()))


class FiltersBesideFiles(unittest.TestCase):
    def test_files_travel_too_and_filters_belong_to_the_registrations(self):
        with Centre(("H01",)) as centre:
            merged_storage(synth(persons=600, hospitals=2, years=1, seed=12), "H01", centre.storages["H01"])
            sekisho("link", "key", "--output", centre.dir / "filters.key")
            config = centre.hospital("H01") / "gateway.toml"
            config.write_text(config.read_text() + f'\n[filters]\nkey = "{centre.dir / "filters.key"}"\nsalt = "none"\n')
            centre.start_receiver()
            packed = centre.gateway("H01", "run", "--once")
            centre.load()
            report = sekisho_json("center", "link", "--dir", centre.dir, check=(0, 1))
            self.assertGreater(report["registrations"], 100)
            self.assertGreater(report["filters"]["filters"], 0.9 * report["registrations"])
            self.assertIsNotNone(packed)

    def test_a_key_that_others_can_read_is_refused(self):
        with Centre(("H01",)) as centre:
            key = pathlib.Path(centre.dir) / "open.key"
            key.write_bytes(bytes(32))
            key.chmod(0o644)
            config = centre.hospital("H01") / "gateway.toml"
            config.write_text(config.read_text() + f'\n[filters]\nkey = "{key}"\n')
            refused = centre.gateway("H01", "pack", check=(3,))
            self.assertIn("linkage.key_mode", str(refused))


if __name__ == "__main__":
    unittest.main()
