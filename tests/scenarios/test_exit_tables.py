"""Protected tables are safe by the word of another solver."""
import csv
import pathlib
import shutil
import tempfile
import unittest

from scenarios import exit_tables, soak_tables
from scenarios.harness import sekisho_json

TABLES = {
    "one dimension with groups": {"leaves": [12], "mean": 8},
    "two dimensions": {"leaves": [9, 5]},
    "two dimensions, magnitudes": {"leaves": [9, 5], "magnitude": True, "mean": 4},
    "three dimensions, many zeros": {"leaves": [5, 3, 3], "zeros": 0.5},
    "three dimensions, linked by their margins": {"leaves": [5, 4, 3], "linked": True, "mean": 5},
    "four dimensions": {"leaves": [3, 2, 2, 2], "mean": 25},
    "four dimensions, magnitudes": {"leaves": [3, 2, 2, 2], "magnitude": True, "mean": 4},
}


class ExitTables(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def protect(self, mode, cells, relations):
        self.output = f"{self.folder}/output.csv"
        return sekisho_json("disclosure", "protect", "--cells", cells, "--relations", relations, "--mode", mode, "--seconds",
                            "20", "--output", self.output, check=(0,))

    @unittest.skipUnless(shutil.which("glpsol"), "the second solver (Debian package glpk-utils) is not installed")
    def test_no_pattern_of_either_mode_lets_a_sensitive_cell_be_computed_or_known_too_well(self):
        for number, (name, form) in enumerate(TABLES.items()):
            cells, relations = exit_tables.table(40 + number, **form)
            files = exit_tables.write(self.folder, cells, relations)
            for mode in ("fast", "exact"):
                with self.subTest(table=name, mode=mode):
                    answer = self.protect(mode, *files)
                    self.assertEqual(answer["audit"], {"exact": 0, "too_narrow": 0})
                    self.assertEqual(exit_tables.failures(self.folder, cells, relations, self.output), [])

    @unittest.skipUnless(shutil.which("glpsol"), "the second solver (Debian package glpk-utils) is not installed")
    def test_tables_of_many_shapes_and_forms_of_files_are_safe(self):
        for seed in range(100, 110):
            shape, problems = soak_tables.judge(seed, pathlib.Path(self.folder), 1, 0)
            with self.subTest(seed=seed, shape=shape):
                self.assertEqual(problems, [])

    def test_rounded_tables_add_up_and_stay_next_to_the_true_values(self):
        for number, (name, form) in enumerate(TABLES.items()):
            with self.subTest(table=name):
                cells, relations = exit_tables.table(40 + number, **form)
                answer = self.protect("rounding", *exit_tables.write(self.folder, cells, relations))
                with open(self.output, newline="") as file:
                    rounded = {int(row["cell"]): float(row["rounded"]) for row in csv.DictReader(file)}
                reach = answer["base"] * (1 if answer["zero_restricted"] else 2)
                for row in cells:
                    self.assertEqual(rounded[row["cell"]] % answer["base"], 0)
                    self.assertLess(abs(rounded[row["cell"]] - row["value"]), reach)
                for total, children in relations:
                    self.assertEqual(rounded[total], sum(rounded[child] for child in children))
