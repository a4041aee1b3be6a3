"""E and F files of a month beside each other: `inspect` reads each pair together, whatever the number of threads, and
gives the rows that EF統合 gives.
"""
import csv
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import sekisho

DAY, DRUG, KNIFE = "20240403", "620098801", "150337610"


def e_row(facility, patient, section, sequence, code, points, drugs, count):
    return [facility, patient, "00000000", "20240401", section, sequence, "H1", code, "", "名称", points, drugs, "00000000",
            "0", count, "01130012", "1111", DAY, "01", "010", "0000000001", "W1", "1", "1", "001"]


def f_row(facility, patient, section, sequence, code, amount, points, yen):
    return [facility, patient, "00000000", "20240401", section, sequence, "001", "H1", code, "", "名称", amount, "000",
            points, yen, "00000000", "0", "00000000"]


def merged_rows(facility, patient, section, sequence, code, amount, points, drugs, count):
    head = [facility, patient, "00000000", "20240401", section, sequence]
    tail = ["01130012", "1111", DAY, "01", "010", "0000000001", "W1", "1", "1", "001"]
    parent = head + ["000", "H1", code, "", "名称", "0000000.000", "000", "0", "0", "00000000", "NULL", points, drugs,
                     "00000000", count] + tail
    detail = head + ["001", "H1", code, "", "名称", amount, "000", "0", "0", "00000000", "000000000000", "0", "0", "0",
                     count] + tail
    return [parent, detail]


def write(path, rows):
    path.write_bytes("".join("\t".join(row) + "\r\n" for row in rows).encode("cp932"))


class BeforeMerging(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.apart, self.merged = self.root / "apart", self.root / "merged"
        self.apart.mkdir()
        self.merged.mkdir()
        for k in range(6):  # six institutions: more pairs than threads
            facility = f"13123456{k}"
            acts, details, both = [], [], []
            for p in range(40):
                patient = f"{p:010}"
                acts.append(e_row(facility, patient, "21", "0001", DRUG, "00000000", "00000011", "003"))
                details.append(f_row(facility, patient, "21", "0001", DRUG, "0000003.000", "00000000", "000000110.00"))
                both += merged_rows(facility, patient, "21", "0001", DRUG, "0000003.000", "00000000", "00000011", "003")
                acts.append(e_row(facility, patient, "50", "0002", KNIFE, "00003000", "00000000", "001"))
                details.append(f_row(facility, patient, "50", "0002", KNIFE, "0000001.000", "00003000", "000000000.00"))
                both += merged_rows(facility, patient, "50", "0002", KNIFE, "0000001.000", "00003000", "00000000", "001")
            write(self.apart / f"En_{facility}_2404.txt", acts)
            write(self.apart / f"Fn_{facility}_2404.txt", details)
            write(self.merged / f"EFn_{facility}_2404.txt", both)

    def inspect(self, folder, threads, name):
        out = self.root / name
        done = sekisho("inspect", folder, "--tables", out, "--format", "csv", "--threads", threads, "--json", check=None)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return out, json.loads(done.stdout)

    def table(self, out, name, columns):
        with open(out / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
            return sorted(tuple(row[c] for c in columns) for row in csv.DictReader(file))

    def test_pairs_give_the_rows_of_the_merged_file_with_any_number_of_threads(self):
        columns = {
            "drug": ("reg", "std_code", "std_sys", "t", "dept", "ward", "per_day", "days", "total"),
            "procedure": ("reg", "std_code", "std_sys", "t", "dept", "ward", "count", "kind"),
            "claim_line": ("reg", "std_code", "std_sys", "t", "dept", "ward", "section", "points"),
        }
        one, counts_one = self.inspect(self.apart, 1, "one")
        two, counts_two = self.inspect(self.apart, 2, "two")
        merged, _ = self.inspect(self.merged, 2, "merged")
        for name, wanted in columns.items():
            rows = self.table(one, name, wanted)
            self.assertEqual(len(rows), 960 if name == "claim_line" else 240)
            self.assertEqual(rows, self.table(two, name, wanted))
            self.assertEqual(rows, self.table(merged, name, wanted))
        for counts in (counts_one, counts_two):
            self.assertEqual([rule for rule in counts["rules"] if rule.startswith("EF_")], [])
            self.assertEqual(counts["accounting"], {"records": 960, "loaded": 960, "superseded": 0, "quarantined": 0})
        for part in ("records", "rules", "documents", "identities", "texts"):
            self.assertEqual(counts_one[part], counts_two[part])

    def test_a_lost_detail_a_lost_act_and_a_lost_file_are_named(self):
        (self.apart / "En_131234565_2404.txt").unlink()
        for letter, line in (("E", 0), ("F", 1)):
            path = self.apart / f"{letter}n_131234560_2404.txt"
            rows = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(rows[:line] + rows[line + 1:]))
        rules = [self.inspect(self.apart, threads, f"t{threads}")[1]["rules"] for threads in (1, 2)]
        self.assertEqual(*rules)
        self.assertEqual({rule: n for rule, n in rules[0].items() if rule.startswith("EF_")},
                         {"EF_ACT_WITHOUT_DETAIL": 1, "EF_DETAIL_WITHOUT_ACT": 1, "EF_ACTS_ABSENT": 1})


if __name__ == "__main__":
    unittest.main()
