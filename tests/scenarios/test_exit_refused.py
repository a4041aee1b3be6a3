"""Tables that cannot be protected as they are: each is refused with its kind, place and remedy, nothing is written, memory
stays bounded. Through the command, as a hidden table would come."""
import csv
import pathlib
import resource
import subprocess
import tempfile
import time
import unittest

from scenarios.harness import BIN

CELLS = "cell,sex,value\n0,M,4\n1,F,36\n2,Total,40\n"
RELATIONS = "relation,total,child\n0,2,0\n0,2,1\n"
SQUARE = "cell,row,col,value,publish\n" + "".join(
    f"{k},{r},{c},{v},\n" for k, (r, c, v) in enumerate([("a", "x", 4), ("a", "y", 40), ("a", "Total", 44), ("b", "x", 60), ("b", "y", 70),
                                                         ("b", "Total", 130), ("Total", "x", 64), ("Total", "y", 110), ("Total", "Total", 174)]))
SQUARE_RELATIONS = "relation,total,child\n" + "".join(
    f"{n},{total},{child}\n" for n, (total, children) in enumerate([(2, (0, 1)), (5, (3, 4)), (8, (6, 7)), (6, (0, 3)), (7, (1, 4)), (8, (2, 5))])
    for child in children)


class ExitRefused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def protect(self, cells, relations, *arguments, memory=None):
        for name, content in (("cells.csv", cells), ("relations.csv", relations)):
            if content is not None:
                (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
        return subprocess.run([BIN / "sekisho", "disclosure", "protect", "--cells", "cells.csv", "--relations", "relations.csv", "--output",
                               "out.csv", *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=600, preexec_fn=limit)

    def refuse(self, code, cells, relations, *needles, arguments=()):
        for mode in ("fast", "exact"):
            done = self.protect(cells, relations, "--mode", mode, *arguments)
            self.assertNotEqual(done.returncode, 0, done.stdout)
            text = done.stdout + done.stderr
            for needle in (code, *needles):
                self.assertIn(needle, text)
            self.assertFalse((self.folder / "out.csv").exists())
            self.assertLess(len(text), 4000)

    def accept(self, cells, relations, *arguments):
        done = self.protect(cells, relations, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(self.folder / "out.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_relations_that_do_not_add_up_are_named_with_their_total(self):
        self.refuse("relations.sum", SQUARE.replace("2,a,Total,44", "2,a,Total,45"), SQUARE_RELATIONS, "cell 2 (a, Total)")

    def test_negative_counts_are_refused_with_file_line_and_column(self):
        self.refuse("cells.negative", CELLS.replace("0,M,4", "0,M,-4"), RELATIONS, "cells.csv", "line 2", "column value")

    def test_missing_totals_are_refused_whether_left_empty_or_absent_from_the_cells(self):
        self.refuse("relations.missing_total", CELLS, RELATIONS.replace("0,2,1", "0,,1"), "relations.csv", "line 3")
        self.refuse("relations.unknown_cell", CELLS, RELATIONS.replace("0,2,", "0,9,"), "id 9")

    def test_cycles_in_hierarchies_are_refused(self):
        same = "cell,value\n0,40\n1,40\n2,40\n"
        self.refuse("relations.cycle", same, "relation,total,child\n0,0,1\n1,1,2\n2,2,0\n", "a part of itself")
        self.refuse("relations.cycle", same, "relation,total,child\n0,0,0\n", "a part of itself")

    def test_cells_in_no_relation_are_protected_by_being_hidden_and_said(self):
        done = self.protect(CELLS + "3,other,5\n", RELATIONS, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 cells stand in no relation", done.stdout)
        with open(self.folder / "out.csv", newline="") as file:
            self.assertEqual([row["status"] for row in csv.DictReader(file)][3], "primary")

    def test_quoted_commas_and_line_breaks_stay_parts_of_their_labels(self):
        labels = ["diabetes, type 2", "two\nlines", 'a "quoted" one', "Total"]
        cells = "cell,rule,disease,value\r\n" + "".join(
            f'{k},"nk(1,85)","{label.replace(chr(34), chr(34) * 2)}",{value}\r\n' for k, (label, value) in enumerate(zip(labels, (4, 30, 50, 84))))
        rows = self.accept(cells, "relation,total,child\r\n0,3,0\r\n0,3,1\r\n0,3,2\r\n")
        self.assertEqual([row["disease"] for row in rows], labels)
        self.assertEqual([row["rule"] for row in rows], ["nk(1,85)"] * 4)
        self.assertEqual(sum(row["status"] != "published" for row in rows), 2)

    def test_a_quote_that_never_closes_is_refused_with_its_line(self):
        self.refuse("csv.quote", CELLS + '3,"open,5\n', RELATIONS, "line 5")

    def test_a_million_categories_end_in_bounded_memory(self):
        count = 1_000_000
        cells = "cell,value\n" + "".join(f"{k},{20 + k % 7}\n" for k in range(count)) + f"{count},{sum(20 + k % 7 for k in range(count))}\n"
        relations = "relation,total,child\n" + "".join(f"0,{count},{k}\n" for k in range(count))
        done = self.protect(cells, relations, "--seconds", 20, memory=4 << 30)
        self.assertEqual(done.returncode, 0, done.stderr)
        cells = cells.replace("0,20\n", "0,5\n", 1).replace(f"\n{count},", f"\n{count},{0}", 1)
        done = self.protect(cells, None, "--seconds", 20, memory=4 << 30)
        self.assertIn("relations.sum", done.stdout + done.stderr)
        too_many = "cell,value\n" + "".join(f"{k},1\n" for k in range(1_500_001))
        self.assertIn("cells.too_many", self.protect(too_many, RELATIONS, memory=4 << 30).stderr)

    def test_infeasible_protection_names_the_cells_that_force_it(self):
        self.refuse("disclosure.infeasible", CELLS.replace("36", "1").replace("40", "5"), RELATIONS, "cell 0 (M)")
        forced = SQUARE.replace("1,a,y,40,", "1,a,y,40,1").replace("2,a,Total,44,", "2,a,Total,44,1")
        self.refuse("disclosure.infeasible", forced, SQUARE_RELATIONS, "cell 0 (a, x)")

    def test_a_sensitive_cell_cannot_be_forced_out(self):
        self.refuse("cells.publish", SQUARE.replace("0,a,x,4,", "0,a,x,4,1"), SQUARE_RELATIONS, "cell 0 (a, x)")

    def test_when_time_ends_the_pattern_is_safe_or_there_is_none(self):
        from scenarios import exit_tables
        cells, relations = exit_tables.table(77, [12, 8, 5], mean=12)
        exit_tables.write(self.folder, cells, relations)
        patterns = set()
        for mode in ("fast", "exact"):
            for seconds in (0.01, 0.3):
                start = time.monotonic()
                done = self.protect(None, None, "--mode", mode, "--seconds", seconds)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertLess(time.monotonic() - start, 60)
                patterns.add((self.folder / "out.csv").read_bytes())
                judged = subprocess.run([BIN / "sekisho", "disclosure", "audit", "--cells", "cells.csv", "--relations", "relations.csv",
                                         "--pattern", "out.csv"], cwd=self.folder, capture_output=True, text=True)
                self.assertEqual(judged.returncode, 0, judged.stdout)
        self.assertGreater(len(patterns), 1)
        none = subprocess.run([BIN / "sekisho", "disclosure", "audit", "--cells", "cells.csv", "--relations", "relations.csv", "--pattern",
                               "out.csv", "--seconds", "0.01", "--exact-intervals"], cwd=self.folder, capture_output=True, text=True)
        if none.returncode != 0:
            self.assertIn("audit.time", none.stderr)

    def test_numbers_that_are_none_are_refused(self):
        for bad in ("four", "nan", "inf", "1e99", "0x10", ""):
            self.refuse("cells.number", CELLS.replace("0,M,4", f"0,M,{bad}"), RELATIONS, "line 2")

    def test_repeated_cells_members_and_columns_are_refused(self):
        self.refuse("cells.duplicate", CELLS + "0,M,4\n", RELATIONS, "line 5")
        self.refuse("relations.duplicate", CELLS, RELATIONS + "0,2,1\n")
        self.refuse("relations.duplicate", CELLS, RELATIONS + "0,1,0\n", "two totals")
        self.refuse("cells.column", CELLS.replace("sex", "value"), RELATIONS)

    def test_files_that_are_no_tables_are_refused(self):
        self.refuse("cells.charset", CELLS.encode("utf-16"), RELATIONS)
        self.refuse("cells.column", "a,b\n1,2\n", RELATIONS)
        self.refuse("csv.empty", "", RELATIONS)
        self.refuse("cells.empty", "cell,value\n", RELATIONS)
        self.refuse("csv.ragged", CELLS + "3,x\n", RELATIONS, "line 5")

    def test_one_policy_rounds_to_one_base(self):
        (self.folder / "policy.json").write_text('{"method": "rounding", "round": 15}')
        rounding = ("--policy", "policy.json", "--mode", "rounding")
        done = self.protect(SQUARE, SQUARE_RELATIONS, *rounding, "--base", 20)
        self.assertIn("rounding.base", done.stderr)
        self.assertFalse((self.folder / "out.csv").exists())
        rows = self.accept(SQUARE, SQUARE_RELATIONS, *rounding)
        self.assertTrue(all(float(row["rounded"]) % 15 == 0 for row in rows))
        self.assertIn("policy.value", self.protect(None, None, "--policy", "policy.json").stderr)  # hiding is another method

    def test_policies_with_unknown_or_looser_members_are_refused(self):
        for policy, code in (('{"t": 5}', "policy.looser"), ('{"treshold": 20}', "policy.member"), ('{"t": "ten"}', "policy.value"),
                             ('{"nk": [0, 90], "t": 10}', "policy.value"), ('{"method": "cell_key"}', "policy.value"), ("{", "json")):
            (self.folder / "policy.json").write_text(policy)
            self.refuse(code, CELLS, RELATIONS, arguments=("--policy", "policy.json"))


if __name__ == "__main__":
    unittest.main()
