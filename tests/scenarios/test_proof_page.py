"""The proof sheet of a table prints on one page, whatever the table's size."""
import pathlib
import random
import re
import shutil
import tempfile
import unittest

from scenarios.harness import run, sekisho


@unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
class ProofPage(unittest.TestCase):
    def pages(self, dimensions):
        with tempfile.TemporaryDirectory() as name:
            folder, rng = pathlib.Path(name), random.Random(len(dimensions))
            names = [f"d{k}" for k in range(len(dimensions))]
            rows = [",".join(["person_id", *names])]
            rows += [",".join([f"P{i}", *(f"class {rng.randrange(n):02}" for n in dimensions)]) for i in range(4000)]
            (folder / "data.csv").write_text("\n".join(rows) + "\n")
            sekisho("table", "--dataset", folder / "data.csv", "--rows", ",".join(names[:-1]) or names[0], "--columns", names[-1],
                    "--output", folder / "t.csv", "--html", folder / "t.html", check=(0, 1))
            run("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
                f"--print-to-pdf={folder}/t.pdf", f"file://{folder}/t.html", timeout=120)
            pdf = (folder / "t.pdf").read_bytes()
            return int(re.search(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)|/Count (\d+)[^>]*?/Type\s*/Pages\b", pdf).group(0).split(b"/Count ")[1].split()[0].rstrip(b"/>"))

    def test_small_and_large_tables_print_on_one_page(self):
        for dimensions in ([3, 2], [20, 8], [8, 6, 3], [60, 12]):
            with self.subTest(dimensions=dimensions):
                self.assertEqual(self.pages(dimensions), 1)


if __name__ == "__main__":
    unittest.main()
