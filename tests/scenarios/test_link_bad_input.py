"""A million rows that no person is in: time and memory stay bounded, and the report says what it met."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from scenarios.harness import BIN, ROOT

ROWS = 1_000_000
HEADER = "record_id,family_kanji,given_kanji,family_kana,given_kana,birth_date,sex,postcode,address,phone,insurer,symbol,number,branch\n"
MOST_SECONDS = 60  # CPU; a million generated registrations need eight
MOST_MEMORY = 1500  # MB


class AMillionRows(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(dir="/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None)
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def link(self, rows, header=HEADER, spec="japanese", encoding="utf-8"):
        """The report of a run over these rows, within bounds; its exit code must be 0 or 1."""
        with open(self.folder / "in.csv", "w", encoding=encoding, newline="") as file:
            file.write(header)
            file.writelines(rows)
        with open(self.folder / "report", "wb") as report:
            child = subprocess.Popen([BIN / "sekisho", "link", "run", "--spec", ROOT / f"specs/linkage/{spec}.toml", "--input",
                                      self.folder / "in.csv", "--output", self.folder / "out.csv", "--json"], stdout=report, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(child.returncode, (0, 1))
        self.assertLess(used.ru_utime + used.ru_stime, MOST_SECONDS)
        self.assertLess(used.ru_maxrss / 1024, MOST_MEMORY)
        report = json.loads((self.folder / "report").read_text())
        self.assertEqual(report["records"], ROWS)
        self.assertLess(report["candidates"], 30 * ROWS)
        with open(self.folder / "out.csv", encoding="utf-8") as out:
            self.assertEqual(sum(1 for _ in out), ROWS + 1, "no row is lost")
        return child.returncode, report

    def test_unknown_names_link_nobody(self):
        _, report = self.link(f"R{at},不明,不明,フメイ,フメイ,1900-01-01,,000-0000,不明,,,,,\n" for at in range(ROWS))
        self.assertEqual(report["persons"], ROWS)

    def test_one_common_name_alone_links_nobody(self):
        _, report = self.link(f"R{at},山田,太郎,ヤマダ,タロウ,,1,,,,,,,\n" for at in range(ROWS))
        self.assertEqual(report["persons"], ROWS)
        self.assertEqual(report["biggest_blocks"][0], {"rule": "equal in all fields", "records": ROWS})

    def test_one_common_name_with_every_birth_date_is_bounded(self):
        # Thirty with each date: whether they are one person each nobody can tell.
        _, report = self.link(f"R{at},山田,太郎,ヤマダ,タロウ,{1920 + at % 100}-{1 + at // 100 % 12:02}-{1 + at // 1200 % 28:02},1,,,,,,,\n"
                              for at in range(ROWS))
        self.assertGreaterEqual(report["persons"], 33_600)

    def test_one_value_in_half_of_all_rows_is_reported(self):
        _, report = self.link(f"R{at},姓{at % 90000},名{at % 7000},セイ,メイ,1980-01-01,1,1234567,{'本町1-1-1,0312345678' if at % 2 else ','},,,{at},\n"
                                 for at in range(ROWS))
        self.assertGreater(report["big_blocks"], 0)

    def test_western_fillers_are_bounded_too(self):
        _, report = self.link((f"{at},UNKNOWN,UNKNOWN,1900-01-01,555-0100,nobody@example.org\n" for at in range(ROWS)),
                                 "record_id,surname,given_name,birth_date,phone,email\n", "western")
        self.assertGreater(report["persons"], 0.9 * ROWS)

    def test_ids_that_are_all_missing_or_all_the_same_are_counted(self):
        code, report = self.link((f"{'' if at % 2 else 'X'},姓{at % 50000},名{at},セイ,メイ{at % 3000},{1920 + at % 100}-01-01,1,,,,,,,\n" for at in range(ROWS)))
        self.assertEqual((code, report["missing_ids"], report["duplicate_ids"]), (1, ROWS // 2, ROWS // 2 - 1))


if __name__ == "__main__":
    unittest.main()
