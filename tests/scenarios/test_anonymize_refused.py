"""Bad input of `sekisho anonymize`: what is refused says why and leaves neither an output file nor a part of one; what
can be done is done, and what was left out is counted.
"""
import csv
import io
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import sekisho

POLICY = """
[[attribute]]
name = "q"
kind = "quasi"
[attribute.rule]
kind = "top"
[[attribute]]
name = "r"
kind = "insensitive"
[[model]]
kind = "k-anonymity"
k = 2
"""
BY_FILE = POLICY.replace('[attribute.rule]\nkind = "top"', 'hierarchy = "h.csv"')
DIVERSE = """
[[model]]
kind = "l-diversity"
variant = "distinct"
l = 2
attribute = "r"
"""


class BadInput(unittest.TestCase):
    def run_in(self, folder, rows, policy=POLICY, output="out.csv", hierarchy=None, makes=()):
        (folder / "t.csv").write_bytes(rows)
        (folder / "p.toml").write_text(policy)
        if hierarchy is not None:
            (folder / "h.csv").write_bytes(hierarchy)
        for one in makes:
            (folder / one).mkdir()
        return sekisho("anonymize", "--input", "t.csv", "--policy", "p.toml", "--output", output, "--report", "r.json",
                       check=None, cwd=folder)

    def refuse(self, rows, code, exit_code=3, **options):
        """Refused with this code, and nothing is written; returns the message."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            done = self.run_in(folder, rows, **options)
            self.assertEqual(done.returncode, exit_code, done.stderr)
            self.assertIn(code, done.stderr)
            given = ["p.toml", "t.csv", *options.get("makes", ())] + (["h.csv"] if "hierarchy" in options else [])
            self.assertEqual(sorted(one.name for one in folder.iterdir()), sorted(given))
            return done.stderr

    def accept(self, rows, separator=",", **options):
        """The report and the rows written, with the header."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            done = self.run_in(folder, rows, **options)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = (folder / "out.csv").read_text()
            return json.loads((folder / "r.json").read_text()), list(csv.reader(io.StringIO(text), delimiter=separator))

    def test_identifiers_in_an_insensitive_column_are_refused_without_repeating_them(self):
        message = self.refuse(b"q,r\na,090-1234-5678\na,x\n", "anonymize.identifier")
        self.assertIn("'r'", message)
        self.assertNotIn("1234", message)

    def test_mixed_encodings_are_refused_with_their_line(self):
        self.assertIn("t.csv:3", self.refuse("q,r\na,東\n".encode() + "a,東\n".encode("cp932"), "csv.encoding")
                      .replace(", line ", ":"))

    def test_a_row_of_a_hierarchy_filled_up_with_empty_labels_is_ragged(self):
        message = self.refuse(b"q,r\na,1\na,2\n", "hierarchy.ragged", policy=BY_FILE, hierarchy=b"a,x,all\nb,all,\n")
        self.assertIn("h.csv, line 2", message)
        report, rows = self.accept(b"q,r\n,1\n,2\n", policy=BY_FILE, hierarchy=b"a,x,all\n,,all\n")
        self.assertEqual((report["levels"], rows[1][0]), ({"q": 0}, ""))

    def test_a_policy_that_cannot_be_met_is_a_finding_with_the_best_k(self):
        self.assertIn("best k within the suppression limit is 1",
                      self.refuse(b"q,r\na,1\n", "anonymize.impossible", exit_code=1))

    def test_models_that_exclude_each_other_are_named(self):
        # Each of the two classes meets one model only; either may go, but not both.
        policy = "suppression_limit = 0.6\n" + BY_FILE.replace('"insensitive"', '"sensitive"').replace("k = 2", "k = 3")
        rows = b"q,r\n" + b"a,1\na,1\na,1\nb,1\nb,2\n"
        message = self.refuse(rows, "anonymize.impossible", exit_code=1, policy=policy + DIVERSE,
                              hierarchy=b"a\nb\n")
        self.assertIn("exclude each other", message)
        self.assertIn("k-anonymity", message)
        self.assertIn("distinct l-diversity of 'r'", message)

    def test_an_output_that_cannot_have_its_name_leaves_nothing_beside_it(self):
        self.refuse(b"q,r\na,1\na,2\n", "", output="d", makes=("d",))

    def test_values_missing_from_a_hierarchy_are_named(self):
        message = self.refuse(b"q,r\na,1\nz,1\n", "hierarchy.missing", policy=BY_FILE, hierarchy=b"a,*\nb,*\n")
        self.assertIn("'z'", message)

    def test_a_ragged_hierarchy_is_refused_with_its_line(self):
        self.assertIn("h.csv, line 2", self.refuse(b"q,r\na,1\nb,1\n", "hierarchy.ragged", policy=BY_FILE,
                                                   hierarchy=b"a,x,*\nb,*\n"))

    def test_a_hierarchy_in_a_circle_is_refused(self):
        self.refuse(b"q,r\na,1\nb,1\n", "hierarchy.cycle", policy=BY_FILE, hierarchy=b"a,x,y,*\nb,y,x,*\n")

    def test_a_hierarchy_that_is_no_tree_is_refused(self):
        self.refuse(b"q,r\na,1\nb,1\n", "hierarchy.tree", policy=BY_FILE, hierarchy=b"a,x,y\nb,x,z\n")

    def test_an_empty_hierarchy_is_refused(self):
        self.refuse(b"q,r\na,1\n", "is empty", policy=BY_FILE, hierarchy=b"\n")

    def test_a_row_of_another_width_is_refused_with_its_line(self):
        self.assertIn("t.csv, line 3", self.refuse(b"q,r\na,1\na\n", "csv.ragged"))

    def test_an_open_quote_is_refused_with_its_line(self):
        self.assertIn("t.csv, line 2", self.refuse(b'q,r\na,"1\n', "csv.quote"))

    def test_a_file_without_a_header_is_refused(self):
        self.refuse(b"", "csv.empty")

    def test_a_table_without_rows_is_a_finding_under_every_policy(self):
        for policy in (POLICY, POLICY.replace("k = 2", "k = 1"), POLICY.replace('"top"', '"prefix"\nlengths = [1]')):
            self.refuse(b"q,r\n", "anonymize.empty", exit_code=1, policy=policy)

    def test_a_policy_that_names_a_column_that_is_not_there_is_refused(self):
        self.assertIn("there is no column 'r' (t.csv, line 1). The table has also: 'R'.", self.refuse(b"q,R\na,1\na,2\n", "policy.columns"))
        self.assertIn("has no column that the policy does not name", self.refuse(b"q\na\na\n", "policy.columns"))

    def test_another_delimiter_than_the_policys_is_guessed_and_a_missing_header_is_not_repeated(self):
        self.assertIn("The delimiter of the policy, ',', leaves one column only", self.refuse(b"q;r\na;1\na;2\n", "policy.columns"))
        message = self.refuse("佐藤,1\n佐藤,2\n".encode(), "policy.columns")
        self.assertIn("there is no column 'q', 'r'", message)
        self.assertIn("The first line of the table must hold the names", message)
        self.assertNotIn("佐藤", message)

    def test_a_number_for_each_row_in_an_insensitive_column_is_refused(self):
        numbers = lambda form: ("q,r\n" + "".join(f"a,{form(i)}\n" for i in range(150))).encode()
        message = self.refuse(numbers(lambda i: 4711000 + 37 * i), "anonymize.identifier")
        self.assertIn("another value of the same form in each row", message)
        self.assertNotIn("4711", message)
        self.accept(numbers(lambda i: f"{3 + i / 70:.3f}"))  # a measurement
        self.accept(numbers(lambda i: 4711000 + 37 * (i // 2)))

    def test_what_is_read_is_not_written_over(self):
        for output in ("t.csv", "p.toml", "./t.csv"):
            self.refuse(b"q,r\na,1\na,2\n", "usage.anonymize", exit_code=2, output=output)

    def test_a_column_that_the_policy_does_not_name_stays_behind(self):
        report, rows = self.accept(b"q,name,r\na,Sato,1\na,Ito,2\n")
        self.assertEqual(report["left_out"], ["name"])
        self.assertEqual(rows, [["q", "r"], ["a", "1"], ["a", "2"]])

    def test_rows_that_are_all_equal_keep_everything(self):
        report, rows = self.accept(b"q,r\n" + b"a,1\n" * 50)
        self.assertEqual((report["levels"], report["suppressed"], report["classes"], report["smallest_class"]),
                         ({"q": 0}, 0, 1, 50))
        self.assertEqual(len(rows), 51)

    def test_an_empty_column_is_one_value(self):
        report, rows = self.accept(b"q,r\n,1\n,2\n,3\n")
        self.assertEqual((report["levels"], report["classes"]), ({"q": 0}, 1))
        self.assertEqual(rows[1:], [["", "1"], ["", "2"], ["", "3"]])

    def test_an_empty_value_needs_a_place_in_a_hierarchy_file(self):
        rows = b"q,r\n,1\n,2\na,1\na,2\n"
        self.refuse(rows, "hierarchy.missing", policy=BY_FILE, hierarchy=b"a,*\n")
        report, _ = self.accept(rows, policy=BY_FILE.replace('"h.csv"', '"h.csv"\nmissing = "own"'), hierarchy=b"a,*\n")
        self.assertEqual((report["levels"], report["classes"]), ({"q": 0}, 2))

    def test_suppressed_rows_are_counted_and_gone(self):
        report, rows = self.accept(b"q,r\n" + b"a,1\n" * 9 + b"b,1\n", policy="suppression_limit = 0.1\n" + POLICY)
        self.assertEqual((report["suppressed"], report["rows"], report["classes"]), (1, 10, 1))
        self.assertEqual(rows, [["q", "r"]] + [["a", "1"]] * 9)

    def test_many_different_values_in_a_quasi_identifier_are_no_trouble(self):
        policy = POLICY.replace('"top"', '"intervals"\nwidths = [10, 1000]')
        rows = "q,r\n" + "".join(f"{number},x\n" for number in range(100_000))
        report, written = self.accept(rows.encode(), policy=policy)
        self.assertEqual((report["levels"], report["classes"], report["smallest_class"]), ({"q": 1}, 10_000, 10))
        self.assertEqual(len(written), 100_001)

    def test_a_hierarchy_may_have_a_separator_of_its_own(self):
        report, _ = self.accept(b"q,r\na,1\nb,1\n", policy=BY_FILE, hierarchy=b"\xef\xbb\xbfa;*\r\nb;*\r\n")
        self.assertEqual(report["levels"], {"q": 1})

    def test_line_breaks_byte_order_marks_and_quotes_do_not_matter(self):
        plain, rows = self.accept(b"q,r\na,1\na,2\n")
        dressed, again = self.accept(b'\xef\xbb\xbf"q",r\r\n"a",1\r\na,"2"')
        self.assertEqual(rows, again)
        self.assertEqual(plain["levels"], dressed["levels"])

    def test_the_persons_keep_their_number_even_when_called_identifying(self):
        policy = 'person = "r"\n' + POLICY.replace('"insensitive"', '"identifying"')
        report, rows = self.accept(b"q,r\na,Sato\na,Sato\na,Ito\n", policy=policy)
        self.assertEqual((report["counted"], report["smallest_class"]), ("persons", 2))
        self.assertEqual(sorted(row[1] for row in rows[1:]), sorted([rows[1][1], rows[1][1], rows[3][1]]))
        self.assertEqual({row[1] for row in rows[1:]}, {"1", "2"})
        self.refuse(b"q,r\na,Sato\na,Sato\n", "anonymize.impossible", exit_code=1, policy=policy)

    def test_what_a_killed_run_left_is_removed_by_the_next(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for left in ("out.csv.unaudited", "out.csv.unaudited.a1B2c3", "other.csv.unaudited.a1B2c3"):
                (folder / left).write_text("q,r\n")
            self.assertEqual(self.run_in(folder, b"q,r\na,1\na,2\n").returncode, 0)
            self.assertEqual(sorted(one.name for one in folder.iterdir()),
                             ["other.csv.unaudited.a1B2c3", "out.csv", "p.toml", "r.json", "t.csv"])


if __name__ == "__main__":
    unittest.main()
