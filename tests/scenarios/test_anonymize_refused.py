"""What `sekisho anonymize` refuses says why, and leaves neither an output file nor a part of one."""
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


class Refused(unittest.TestCase):
    def refuse(self, rows, output="out.csv", makes=()):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "t.csv").write_bytes(rows)
            (folder / "p.toml").write_text(POLICY)
            for one in makes:
                (folder / one).mkdir()
            done = sekisho("anonymize", "--input", "t.csv", "--policy", "p.toml", "--output", output, check=None,
                           cwd=folder)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(sorted(one.name for one in folder.iterdir()), sorted(["p.toml", "t.csv", *makes]))
            return done

    def test_identifiers_in_an_insensitive_column_are_refused_without_repeating_them(self):
        done = self.refuse(b"q,r\na,090-1234-5678\na,x\n")
        self.assertEqual(done.returncode, 3)
        self.assertIn("anonymize.identifier", done.stderr)
        self.assertIn("'r'", done.stderr)
        self.assertNotIn("1234", done.stderr)

    def test_mixed_encodings_are_refused_with_their_line(self):
        done = self.refuse("q,r\na,東\n".encode() + "a,東\n".encode("cp932"))
        self.assertIn("t.csv, line 3", done.stderr)

    def test_a_policy_that_cannot_be_met_is_a_finding(self):
        done = self.refuse(b"q,r\na,1\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("best k within the suppression limit is 1", done.stderr)

    def test_an_output_that_cannot_have_its_name_leaves_nothing_beside_it(self):
        self.assertEqual(self.refuse(b"q,r\na,1\na,2\n", output="d", makes=("d",)).returncode, 3)


if __name__ == "__main__":
    unittest.main()
