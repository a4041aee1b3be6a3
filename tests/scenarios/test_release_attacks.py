"""Attackers on released files: `sekisho release build` and `release attack` try them out with the truth of the snapshot, for
the purposes of one table and of whole histories. What they state for rows is counted here once more from the files and the rows
before; a release without protection is found out.
"""
import collections
import csv
import hashlib
import hmac
import json
import pathlib
import shutil
import tempfile
import unittest

from scenarios.harness import ROOT, sekisho, sekisho_json

PURPOSES = ROOT / "specs/purposes"
QUASI = ("season", "age", "sex", "area")


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rates(rows, person, names):
    """One among those who fit the values of a random row, and among those who fit all rows of a person: means over persons."""
    holders, of_person = collections.defaultdict(set), collections.defaultdict(set)
    for row in rows:
        values = tuple(row[name] for name in names)
        holders[values].add(row[person])
        of_person[row[person]].add(values)
    one = sum(sum(1 / len(holders[values]) for values in held) / len(held) for held in of_person.values())
    every = sum(1 / len(set.intersection(*(holders[values] for values in held))) for held in of_person.values())
    return one / len(of_person), every / len(of_person)


class ReleaseAttacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-attacks-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.centre = cls.folder / "centre"
        sekisho("demo", "--state", cls.centre, "--persons", 4000, "--json", check=(0, 1), timeout=1500)

    def attack(self, dataset, check=(0,), **options):
        purpose = PURPOSES / "influenza-antivirals.toml"
        return json.loads(sekisho("release", "attack", "--centre", self.centre, "--dataset", dataset, "--purpose", purpose, "--json",
                                  *(part for name, value in options.items() for part in (f"--{name}", value)), check=check).stdout)

    def raw_rows(self):
        out = self.folder / "raw"
        if not out.exists():
            sekisho("release", "explore", "--centre", self.centre, "--purpose", PURPOSES / "influenza-antivirals.toml", "--out", out,
                    "--snapshot", json.loads((self.centre / "dataset/manifest.json").read_text())["snapshot"]["id"])
        return table(out / "data.csv")

    def numbers(self):
        """Persons of the dataset by the store's ids: the salts of their leaves are made of these under the dataset's key."""
        dataset = json.loads((self.centre / "dataset/manifest.json").read_text())["dataset"]
        key = (self.centre / f"core/keys/order-{dataset}.key").read_bytes()
        salts = {row["salt"]: str(number) for number, row in enumerate(table(self.centre / "dataset/leaves.csv"), 1)}
        persons = {row["person"] for row in self.raw_rows()}
        salt_of = {person: hmac.new(key, f"salt {person}".encode(), hashlib.sha256).hexdigest()[:32] for person in persons}
        return {person: salts[salt] for person, salt in salt_of.items() if salt in salts}

    def test_no_attacker_on_any_release_does_better_than_stated(self):
        for purpose in ("influenza-antivirals", "breast-subtype", "influenza-histories", "breast-histories"):
            with self.subTest(purpose=purpose):
                report = sekisho_json("release", "build", "--centre", self.centre, "--purpose", PURPOSES / f"{purpose}.toml", "--out",
                                      self.folder / purpose, "--facts", 2)
                attacks = {one["attacker"]: one for one in report["risk"]["attacks"]}
                self.assertTrue(report["risk"]["holds"])
                self.assertLessEqual({"quasi-identifiers", "facts", "hospital", "hospital-record"}, set(attacks))
                for attacker, one in attacks.items():
                    for side in ("before", "after"):
                        self.assertGreaterEqual(one[side]["trials"], 10_000)
                        self.assertLessEqual(one[side]["upper_95"], one[side]["stated"] + 0.01, (attacker, side))
                promised = attacks["facts" if "histories" in purpose else "quasi-identifiers"]
                self.assertEqual(promised["promised"], 0.1)
                self.assertLessEqual(promised["after"]["upper_95"], 0.11)
                if purpose.startswith("influenza"):
                    self.assertLess(attacks["household"]["after"]["rate"], attacks["household"]["before"]["rate"] / 2)
                manifest = (self.folder / purpose / "manifest.json").read_text()
                self.assertNotIn("hospital-record", manifest, "what attackers reach is for the checkers")

    def test_the_stated_rates_are_those_of_the_files_counted_by_other_means(self):
        attacks = {one["attacker"]: one for one in self.attack(self.centre / "dataset")["attacks"]}
        for side, rows, person in (("before", self.raw_rows(), "person"), ("after", table(self.centre / "dataset/dataset.csv"), "id")):
            row, history = rates(rows, person, QUASI)
            _, record = rates(rows, person, (*QUASI, "drug_code"))
            for attacker, expected in (("quasi-identifiers", row), ("history", history), ("hospital-record", record)):
                with self.subTest(side=side, attacker=attacker):
                    self.assertAlmostEqual(attacks[attacker][side]["stated"], expected, delta=0.002)

    def test_households_are_those_of_the_truth(self):
        report = self.attack(self.centre / "dataset")
        homes = {row["person_id"]: row["household"] for row in table(self.centre / "synth/truth/persons.csv")}
        treated = {row["person_id"] for row in table(self.centre / "synth/truth/influenza.csv") if row["opted_out"] == "0"}
        of_two = sum(count > 1 for count in collections.Counter(homes[person] for person in treated).values())
        # Some of the treated are not in the dataset: most households of the truth still are.
        self.assertLessEqual(report["households"], 1.02 * of_two)
        self.assertGreaterEqual(report["households"], 0.8 * of_two)

    def test_a_release_without_protection_is_attacked_with_success(self):
        bare = self.folder / "bare"
        shutil.copytree(self.centre / "dataset", bare)
        numbers = self.numbers()
        with open(bare / "dataset.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["id", *QUASI, "drug_code"])
            for row in self.raw_rows():
                if row["person"] in numbers:
                    writer.writerow([numbers[row["person"]], *(row[name] for name in QUASI), row["drug_code"]])
        good = {one["attacker"]: one for one in self.attack(self.centre / "dataset")["attacks"]}
        report = self.attack(bare, check=(1,))
        self.assertFalse(report["holds"])
        for one in report["attacks"]:
            with self.subTest(attacker=one["attacker"]):
                self.assertEqual(one["after"]["stated"], good[one["attacker"]]["after"]["stated"])
                self.assertGreater(one["after"]["rate"], one["after"]["stated"] + 0.1)
                self.assertFalse(one["holds"])
        self.assertGreater(next(one for one in report["attacks"] if one["attacker"] == "quasi-identifiers")["after"]["rate"], 0.5)


if __name__ == "__main__":
    unittest.main()
