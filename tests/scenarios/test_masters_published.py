"""The published masters, where they are at hand. Expected values come from the scenario tables and from Python's own csv reading."""
import csv
import io
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

from scenarios.harness import BIN, DATA, sekisho
from scenarios.master_files import Folder

MASTERS = DATA / "masters"
SCENARIOS = DATA / "scenarios"


@unittest.skipUnless(MASTERS.exists(), "no published masters at shared/data/masters")
class Published(unittest.TestCase):
    """Everything under the folder of published masters, built once."""

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-masters-"))
        cls.file = cls.dir / "m.skm"
        start = time.monotonic()
        child = subprocess.Popen([BIN / "sekisho", "masters", "build", MASTERS, "-o", cls.file, "--findings", cls.dir / "f.jsonl", "--json"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        cls.report = json.loads(child.stdout.read())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        print(f"\nbuild of all published masters: {time.monotonic() - start:.1f} s wall, {usage.ru_utime + usage.ru_stime:.1f} s processor, "
              f"{usage.ru_maxrss / 1024:.0f} MB, {cls.report['rows']} rows, {cls.report['codes']} codes", flush=True)
        cls.status = child.returncode

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir, ignore_errors=True)

    ask = Folder.ask
    on = Folder.on

    def table(self, name):
        with open(SCENARIOS / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def codes(self, **options):
        extra = [item for name, value in options.items() for item in (f"--{name}", value)]
        return {member["code"]: member for member in self.ask("sets", "influenza-antivirals", *extra)["members"]}

    def test_check_digits_fail_where_an_independent_reading_says(self):
        def luhn(digits):
            total = 0
            for i, digit in enumerate(reversed(digits)):
                value = int(digit) * (1 + i % 2)
                total += value - 9 if value > 9 else value
            return total % 10 == 0
        wrong = set()
        for edition in sorted((MASTERS / "inst").glob("*.zst")):
            text = subprocess.run(["zstd", "-dc", edition], capture_output=True, check=True).stdout.decode()
            for row in csv.reader(io.StringIO(text)):
                code = row[0]
                if not (luhn(code[2:]) if 11 <= int(code[:2]) <= 14 else luhn(code[:2] + "1" + code[2:])):
                    wrong.add((edition.name.removesuffix(".zst"), code))
        found = [json.loads(line) for line in (self.dir / "f.jsonl").read_text().splitlines() if "MASTER_CHECK_DIGIT" in line]
        self.assertEqual({(row["file"], row["code"]) for row in found}, wrong)

    def test_every_row_is_accounted_for_and_no_file_is_left_out(self):
        self.assertEqual(self.status, 0)
        self.assertTrue(self.report["accounted"])
        self.assertNotIn("MASTER_UNKNOWN_FILE", self.report["rules"])
        self.assertEqual(self.report["quarantined"], 0)

    def test_unions_are_those_of_independent_readings(self):
        # reference/masters.md sections 1 and 3: counted there with other tools.
        kinds = self.report["kinds"]
        self.assertEqual({kind: kinds[kind]["codes"] for kind in ("price", "comment", "modifier")}, {"price": 24990, "comment": 4197, "modifier": 2375})
        self.assertEqual(kinds["institution"]["doubtful"], 3496)
        # 22,170 of full editions and differential files, 1,888 more in extracts, 2 of the supplement.
        self.assertEqual(kinds["drug"]["codes"], 22170 + 1888 + 2)

    def test_seasons_hold_the_antivirals_that_the_scenario_table_gives_a_share(self):
        classes = {"oseltamivir_cap_brand_pct": ("610443074",), "oseltamivir_cap_generic_pct": ("622638801",), "oseltamivir_ds_pct": ("610462002",),
                   "zanamivir_pct": ("660443018",), "laninamivir_pct": ("622012101",),
                   "peramivir_pct": ("621972101", "621972201", "621972102", "621972202"), "baloxavir_pct": ("622622501", "622622601")}
        for row in self.table("influenza_seasons.csv"):
            members = self.codes(season=row["season"])
            for column, codes in classes.items():
                with self.subTest(season=row["season"], drug=column):
                    self.assertEqual(any(code in members for code in codes), float(row[column]) > 0)
            self.assertEqual("622638801" in members, row["season"] >= "2018/19")
            self.assertEqual("621972101" in members, row["season"] == "2012/13")
            self.assertEqual("622950101" in members, row["season"] >= "2023/24")

    def test_sets_come_by_season_as_json_csv_and_table(self):
        asked = ["sets", "influenza-antivirals", "--by", "season", "--from", "2012-09-01", "--to", "2025-04-01"]
        periods = {period["period"]: period for period in self.ask(*asked)["periods"]}
        self.assertEqual(list(periods), [row["season"] for row in self.table("influenza_seasons.csv")])
        for season, period in periods.items():
            self.assertEqual(set(period["codes"]), set(self.codes(season=season)))
            self.assertEqual(period["count"], len(period["codes"]))
        # Receipt codes of a brand that the patient chose exist from 2024-10-01 (scenario 4).
        self.assertEqual([season for season, period in periods.items() if "670443074" in period["codes"]], ["2024/25"])
        text = sekisho("masters", *asked, "--csv", "--masters", self.file).stdout
        rows = {(row["period"], row["code"]) for row in csv.DictReader(io.StringIO(text)) if row["membership"] == "member"}
        self.assertEqual(rows, {(season, code) for season, period in periods.items() for code in period["codes"]})
        shown = sekisho("masters", *asked, "--masters", self.file, env={"LANG": "ja_JP.UTF-8"}).stdout
        self.assertIn("抗インフルエンザウイルス薬", shown)
        self.assertRegex(shown, r"2012/13 +8 +oseltamivir +610443074, 610462002")

    def test_generics_over_time_are_those_of_the_price_lists(self):
        for day, edition in (("2016-04-01", "20160401"), ("2020-04-01", "20200401"), ("2024-04-01", "20240401")):
            text = subprocess.run(["zstd", "-dc", MASTERS / f"price/price_{edition}.csv.zst"], capture_output=True, check=True).stdout.decode()
            listed = {row["薬価基準収載医薬品コード"] for row in csv.DictReader(io.StringIO(text))
                      if row["診療報酬において加算等の算定対象となる後発医薬品"] == "後発品"}
            found = {member["code"]: member for member in self.ask("sets", "generic-drugs", "--on", day)["members"]}
            with self.subTest(day=day):
                self.assertEqual(listed - set(found), set())
                # Codes that this list lacks are in the set only while an earlier one's limit has not passed or their end is not stated.
                for code in set(found) - listed:
                    self.assertNotIn(code, text)

    def test_todays_list_alone_misses_the_old_peramivir_codes(self):
        today = {row["code"] for row in csv.DictReader(io.StringIO(
            sekisho("masters", "export", "--on", "2025-08-01", "--kind", "drug", "--masters", self.file).stdout))}
        self.assertTrue({"621972102", "621972202"} <= today)
        self.assertFalse({"621972101", "621972201"} & today)
        self.assertEqual([self.on("621972101", day)["status"] for day in ("2013-03-31", "2013-04-01")], ["valid", "ended"])
        self.assertEqual(self.ask("successors", "621972101")["links"][0]["to"], "621972102")

    def test_the_specifications_example_of_a_disease_that_moved(self):
        link = self.ask("successors", "7338012")["links"][0]
        self.assertEqual((link["to"], link["type"]), ("8844645", "manual"))
        self.assertEqual([self.on("7338012", day)["status"] for day in ("2009-02-28", "2009-03-01")], ["valid", "ended"])

    def test_every_doubtful_end_and_gap_is_written_out(self):
        rules = [json.loads(line)["rule"] for line in (self.dir / "f.jsonl").read_text().splitlines()]
        for rule, count in self.report["rules"].items():
            self.assertEqual(rules.count(rule), count, rule)

    def test_trastuzumab_codes_of_2018_to_2025(self):
        for code in ("622069801", "622069901"):
            self.assertEqual([self.on(code, day)["status"] for day in ("2024-03-31", "2024-04-01")], ["valid", "ended"])
        for code in ("629921901", "629922001"):
            self.assertEqual(self.on(code, "2022-12-09")["status"], "valid")

    def test_drugs_of_the_scenarios_end_cost_and_count_as_their_table_says(self):
        for row in self.table("drugs.csv"):
            if row["found_in_master"] != "1":
                continue
            with self.subTest(code=row["receipt_code"]):
                history = self.ask("history", row["receipt_code"], "--kind", "drug")["hits"][0]
                ends = [day for day in (row["abolished"], row["transition_limit"]) if day not in ("", "0", "99999999")]
                self.assertEqual((history["lives"][-1]["to"] or "").replace("-", ""), min(ends, default=""))
                self.assertEqual(self.on(row["receipt_code"], "2024-04-02", kind="drug")["generic"], row["generic_flag_2024"] == "1")

    def test_points_of_procedures_by_day(self):
        rows = self.table("procedure_points.csv")
        for row in random.Random(7).sample(rows, 40):
            day = row[list(row)[1]]
            hit = self.on(row[list(row)[0]], f"{day[:4]}-{day[4:6]}-{day[6:]}", kind="procedure")
            self.assertEqual(float(hit["price"]), float(row[list(row)[3]]), row)

    def test_prices_of_drugs_by_day(self):
        rows = self.table("drug_prices.csv")
        names = list(rows[0])
        for row in random.Random(8).sample(rows, 40):
            with self.subTest(row=row):
                day = row[next(n for n in names if "from" in n or "date" in n)]
                day = day.replace("-", "")
                hit = self.on(row[next(n for n in names if "code" in n)], f"{day[:4]}-{day[4:6]}-{day[6:]}", kind="price")
                self.assertEqual(float(hit["price"]), float(row[next(n for n in names if "price" in n and "code" not in n)]))

    def test_the_export_of_a_day_is_what_sqlite_finds_in_the_versions(self):
        text = sekisho("masters", "export", "--kind", "procedure", "--masters", self.file).stdout
        db = sqlite3.connect(":memory:")
        rows = csv.reader(io.StringIO(text))
        header = next(rows)
        db.execute(f"create table v ({', '.join(chr(34) + name + chr(34) for name in header)})")
        db.executemany(f"insert into v values ({', '.join('?' * len(header))})", rows)
        wanted = set(db.execute("""select code, name from v where superseded='0' and ("from"='' or "from"<='2024-06-15') and ("to"='' or "to">='2024-06-15')
            and valid_from<='2024-06-15' and (valid_to='' or valid_to>='2024-06-15')"""))
        day = csv.DictReader(io.StringIO(sekisho("masters", "export", "--kind", "procedure", "--on", "2024-06-15", "--masters", self.file).stdout))
        got = {(row["code"], row["name"]) for row in day}
        self.assertEqual(got, wanted)
        self.assertGreater(len(got), 9000)


if __name__ == "__main__":
    unittest.main()
