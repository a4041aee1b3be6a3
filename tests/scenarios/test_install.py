"""An installed tree works from anywhere: programs, their library, purposes and pages are found without the source tree."""
import filecmp
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from scenarios.harness import BIN, ROOT

PROGRAMS = ("sekisho", "sekisho-gateway", "sekisho-receiver")


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        subprocess.run(["cmake", "--install", BIN.parent, "--prefix", cls.folder / "first", "--strip"], check=True, capture_output=True)
        # Moved after installing: nothing may hold the place it was installed to.
        cls.prefix = cls.folder / "elsewhere"
        (cls.folder / "first").rename(cls.prefix)

    def run_installed(self, program, *arguments):
        return subprocess.run([self.prefix / "bin" / program, *map(str, arguments)], cwd="/", env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
                              capture_output=True, text=True, timeout=60)

    def test_every_program_starts_in_its_new_place(self):
        for program in PROGRAMS:
            done = self.run_installed(program, "--version")
            self.assertEqual(done.returncode, 0, f"{program}: {done.stderr}")
            self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")

    def test_libraries_come_from_the_installation_or_from_debian(self):
        for program in PROGRAMS:
            needed = subprocess.run(["ldd", self.prefix / "bin" / program], check=True, capture_output=True, text=True).stdout
            self.assertNotIn("not found", needed)
            self.assertNotIn(str(ROOT), needed)
            for line in needed.splitlines():
                if "libduckdb" in line:
                    self.assertEqual(pathlib.Path(line.split("=>")[1].split("(")[0].strip()).resolve(), (self.prefix / "lib/sekisho/libduckdb.so").resolve())

    def test_purposes_and_pages_are_those_of_the_source_tree(self):
        for source, target in (("specs", "specs"), ("web/dist", "web")):
            if not (ROOT / source).is_dir():
                continue
            for path in (ROOT / source).rglob("*"):
                if path.is_file():
                    installed = self.prefix / "share/sekisho" / target / path.relative_to(ROOT / source)
                    self.assertTrue(filecmp.cmp(path, installed, shallow=False), installed)

    def test_hospitals_made_by_the_installed_program_are_read_by_it(self):
        out = self.folder / "hospitals"
        done = self.run_installed("sekisho", "synth", "--out", out, "--hospitals", 1, "--persons", 20, "--years", 1, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_installed("sekisho", "inspect", out / "hospitals/H01/ssmix2", "--tables", self.folder / "tables", "--format", "parquet", "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertGreater(json.loads(done.stdout)["files"], 0)
        self.assertTrue(list((self.folder / "tables").glob("*.parquet")))


if __name__ == "__main__":
    unittest.main()
