"""Two registers that hold nobody twice, and names that stand in each other's columns."""
import collections
import csv
import pathlib
import sys
import tempfile
import unittest

from scenarios.harness import ROOT, sekisho_json

sys.path.insert(0, str(ROOT / "benchmarks"))
import western_persons  # noqa: E402
import western_sources  # noqa: E402

WESTERN = ROOT / "specs/linkage/western.toml"


class TwoSources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, rows):
        path = self.folder / name
        with open(path, "w", newline="", encoding="utf-8") as file:
            sheet = csv.DictWriter(file, list(rows[0]))
            sheet.writeheader()
            sheet.writerows(rows)
        return path

    def link(self, *inputs):
        out = self.folder / "out.csv"
        sekisho_json("link", "run", "--spec", WESTERN, "--input", *inputs, "--output", out)
        with open(out, newline="", encoding="utf-8") as file:
            return {row["record_id"]: row["person_id"] for row in csv.DictReader(file)}

    def test_files_that_hold_nobody_twice_teach_that_two_of_their_records_are_two_persons(self):
        rows, person = {"A": [], "B": []}, {}
        for at, (row, number) in enumerate(western_sources.Writer(77).registry(4000)):
            record = f"S{at}"
            person[record] = number
            rows[row.pop("source")].append({"record_id": record, **row})
        files = {source: self.write(f"{source}.csv", some) for source, some in rows.items()}
        found = self.link(*files.values())
        source = {row["record_id"]: name for name, some in rows.items() for row in some}
        members = collections.defaultdict(list)
        for record, found_person in found.items():
            members[found_person].append(record)
        pairs = [(a, b) for some in members.values() for i, a in enumerate(some) for b in some[i + 1:]]
        right = sum(person[a] == person[b] for a, b in pairs)
        true = sum(count == 2 for count in collections.Counter(person.values()).values())
        self.assertGreater(right / len(pairs), 0.99)
        self.assertGreater(right / true, 0.97)
        self.assertLessEqual(sum(source[a] == source[b] for a, b in pairs), len(pairs) // 500)

    def test_swapped_names_meet_though_nothing_else_is_equal(self):
        rows = []
        for row, person in western_persons.rows_of("names", 3600, 5):
            rows.append({"record_id": row["record_id"], "surname": row["surname"], "given_name": row["given_name"], "birth_date": row["birth_date"]})
        whole = [row for row in rows if row["surname"] and row["given_name"] and not row["birth_date"].endswith("-00")]
        swapped = []
        for row in whole[:60]:
            year, rest = row["birth_date"].split("-", 1)
            swapped.append({**row, "record_id": "X" + row["record_id"], "surname": row["given_name"], "given_name": row["surname"],
                            "birth_date": f"{year[:3]}{(int(year[3]) + 3) % 10}-{rest}"})
        found = self.link(self.write("all.csv", rows + swapped))
        met = sum(found[row["record_id"]] == found[row["record_id"][1:]] for row in swapped)
        self.assertGreaterEqual(met, 55, "of 60")


if __name__ == "__main__":
    unittest.main()
