"""Attackers on whole histories, through the command: who knows n facts of a person's history, a row of the plain table, the
household, or works in the hospital. Their success stays at what the report states; with up to m facts at 1/k after.
"""
import collections
import csv
import datetime
import itertools
import json
import pathlib
import random
import tempfile
import unittest

from scenarios.harness import sekisho

POLICY = """
person = "pid"
[sets]
k = {k}
m = 2
[dates]
shift = 180
gap = 7
[[history]]
name = "people"
[[history.column]]
name = "age"
kind = "item"
rule = {{ kind = "age", bands = [10, 20, 40], top = 90 }}
[[history.column]]
name = "sex"
kind = "item"
[[history.column]]
name = "home"
kind = "household"
[[history]]
name = "dx"
date = "date"
code = "icd"
[[history.column]]
name = "icd"
kind = "item"
rule = {{ kind = "icd10" }}
[[history.column]]
name = "hospital"
kind = "hospital"
"""
CODES = ["E11.6", "E11.9", "E10.1", "I10", "I20.9", "J45.0", "J10.1", "J18.9", "K21.9", "M05.9", "N18.5", "C50.9", "C34.1", "G35", "Q87.1"]


def write(folder, persons):
    """Synthetic persons; two or three members of a household visit on the same days."""
    chance = random.Random(8)
    people, visits = [], []
    for home in range(persons // 2):
        days = sorted({f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" for _ in range(4)})
        for member in range(2):
            pid, hospital = f"p{2 * home + member}", f"H{chance.randint(1, 4)}"
            people.append([pid, chance.randint(0, 95), chance.choice("MF"), f"h{home}"])
            for day in days:
                visits.append([pid, day, CODES[int(len(CODES) * chance.random() ** 2)], hospital])
    for name, header, rows in (("people", ["pid", "age", "sex", "home"], people), ("dx", ["pid", "date", "icd", "hospital"], visits)):
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def items(folder, dated):
    """The set of each person, from the files; days too where nothing has moved them."""
    held = collections.defaultdict(set)
    for name, columns in (("people", ["age", "sex"]), ("dx", ["icd", "hospital", *(["date"] if dated else [])])):
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                held[row["pid"]].update((name, column, row[column]) for column in columns if row[column] != "")
    return held


def expected(held, facts):
    """Mean over persons, and over their sets of facts, of one among those who have them all."""
    holders = collections.Counter()
    for some in held.values():
        holders.update(itertools.combinations(sorted(some), facts))
    means = []
    for some in held.values():
        sets = list(itertools.combinations(sorted(some), min(facts, len(some))))
        if len(some) < facts:
            fits = sum(some <= other for other in held.values())
            means.append(1 / fits)
        else:
            means.append(sum(1 / holders[one] for one in sets) / len(sets))
    return sum(means) / len(means)


def alike(folder):
    """Share of the persons with two dates or more of whom exactly one other one has the same days between them."""
    days = collections.defaultdict(set)
    with open(folder / "dx.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"]:
                days[row["pid"]].add(datetime.date.fromisoformat(row["date"]).toordinal())
    looks = collections.Counter(tuple(day - min(some) for day in sorted(some)) for some in days.values() if len(some) > 1)
    return sum(2 for count in looks.values() if count == 2) / sum(looks.values())


class Attacks(unittest.TestCase):
    def test_no_attacker_on_histories_does_better_than_stated_and_few_facts_find_one_in_k(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write(folder, 1200)
            for k, facts in ((5, 2), (10, 1), (5, 4)):
                (folder / "p.toml").write_text(POLICY.format(k=k))
                out = folder / f"out-{k}-{facts}"
                sekisho("anonymize", "histories", "--policy", "p.toml", "--output", out, "--report", "r.json", "--risk", "--facts", facts,
                        "--trials", 100_000, cwd=folder)
                report = json.loads((folder / "r.json").read_text())
                attacks = {attack["attacker"]: attack for attack in report["risk"]["attacks"]}
                self.assertEqual({"quasi-identifiers", "facts", "hospital", "household"}, set(attacks))
                for attacker, attack in attacks.items():
                    for side in ("before", "after"):
                        with self.subTest(k=k, facts=facts, attacker=attacker, side=side):
                            self.assertGreaterEqual(attack[side]["trials"], 10_000)
                            self.assertLessEqual(attack[side]["upper_95"], attack[side]["stated"] + 0.01)
                with self.subTest(k=k, facts=facts):
                    if facts <= 2:
                        self.assertEqual(attacks["facts"]["promised"], 1 / k)
                        self.assertLessEqual(attacks["facts"]["after"]["upper_95"], 1 / k + 0.01)
                    else:
                        self.assertIsNone(attacks["facts"]["promised"])
                    # The stated rates, counted here over all sets of facts of all persons.
                    self.assertAlmostEqual(attacks["facts"]["before"]["stated"], expected(items(folder, True), facts), delta=0.01)
                    self.assertAlmostEqual(attacks["facts"]["after"]["stated"], expected(items(out, False), facts), delta=0.01)
                    # Members went on the same days; afterwards neither equal days nor the days between them show a household.
                    self.assertGreater(alike(folder), 0.9)
                    self.assertLess(alike(out), 0.05)
                    self.assertGreater(attacks["household"]["before"]["rate"], 0.9)
                    self.assertLess(attacks["household"]["after"]["upper_95"], 0.02)
                    self.assertLess(attacks["hospital"]["after"]["rate"], attacks["hospital"]["before"]["rate"])


if __name__ == "__main__":
    unittest.main()
