"""docs/coverage.md is what the program says of the samples of tests/vectors/coverage."""
import unittest

from scenarios.harness import ROOT, sekisho


class Coverage(unittest.TestCase):
    maxDiff = None

    def test_the_page_is_what_the_program_makes_of_the_samples(self):
        made = sekisho("inspect", "--coverage", ROOT / "tests/vectors/coverage").stdout
        page = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
        self.assertEqual(page.splitlines(), made.splitlines(),
                         "make it again: sekisho inspect --coverage tests/vectors/coverage > docs/coverage.md")


if __name__ == "__main__":
    unittest.main()
