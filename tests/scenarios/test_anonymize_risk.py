"""`sekisho anonymize --risk`: each attacker's bound stays at the stated risk, which is that of the tables themselves."""
import collections
import csv
import json
import pathlib
import random
import tempfile
import unittest

from scenarios.harness import sekisho

POLICY = """
person = "pid"
household = "home"
hospital = "hospital"
suppression_limit = 0.2
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [5, 10, 20]
top = 80
[[attribute]]
name = "sex"
kind = "quasi"
[attribute.rule]
kind = "top"
[[attribute]]
name = "hospital"
kind = "quasi"
[attribute.rule]
kind = "top"
[[attribute]]
name = "drug"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 5
"""


def rows_of(persons):
    """Rows of persons with one to three visits; two persons a household."""
    chance = random.Random(3)
    for person in range(persons):
        age, sex, hospital = chance.randint(20, 89), chance.choice("MF"), f"H{chance.randint(1, 4)}"
        for _ in range(chance.randint(1, 3)):
            yield [f"p{person}", f"h{person // 2}", hospital, age, sex, f"d{int(12 * chance.random() ** 2)}"]


def persons_by_class(rows, names):
    classes = collections.defaultdict(set)
    for row in rows:
        classes[tuple(row[name] for name in names)].add(row["pid"])
    return classes


class Risk(unittest.TestCase):
    def test_no_attacker_does_better_than_stated(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            with open(folder / "t.csv", "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([["pid", "home", "hospital", "age", "sex", "drug"], *rows_of(1500)])
            (folder / "p.toml").write_text(POLICY)
            sekisho("anonymize", "--input", "t.csv", "--policy", "p.toml", "--output", "o.csv", "--report", "r.json",
                    "--risk", "--trials", "20000", cwd=folder)
            report = json.loads((folder / "r.json").read_text())
            tables = {side: list(csv.DictReader((folder / file).read_text(encoding="utf-8").splitlines()))
                      for side, file in (("before", "t.csv"), ("after", "o.csv"))}
        attacks = {attack["attacker"]: attack for attack in report["risk"]["attacks"]}
        # Nobody stands in several classes: whoever knows all rows of a person knows no more than those of one.
        self.assertLessEqual({"quasi-identifiers", "facts", "household", "hospital", "hospital-and-quasi"}, set(attacks))
        for attacker, attack in attacks.items():
            for side in ("before", "after"):
                with self.subTest(attacker=attacker, side=side):
                    self.assertGreaterEqual(attack[side]["trials"], 10_000)
                    self.assertLessEqual(attack[side]["upper_95"], attack[side]["stated"] + 0.01)
        for side, rows in tables.items():
            classes = persons_by_class(rows, ("age", "sex", "hospital"))
            of_person = collections.defaultdict(list)
            for members in classes.values():
                for person in members:
                    of_person[person].append(1 / len(members))
            mean = sum(sum(risks) / len(risks) for risks in of_person.values()) / len(of_person)
            with self.subTest(side=side):
                self.assertAlmostEqual(attacks["quasi-identifiers"][side]["stated"], mean, places=9)
                self.assertAlmostEqual(report["risk"][side]["prosecutor"]["max"], 1 / min(map(len, classes.values())))
        self.assertLessEqual(attacks["quasi-identifiers"]["after"]["upper_95"], 1 / 5 + 0.01)


if __name__ == "__main__":
    unittest.main()
