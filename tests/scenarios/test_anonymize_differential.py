"""(epsilon, delta)-differential privacy through the command: the class size against exact sums of binomial coefficients, the sample
against its probability, the rows against the table, the audit, and what such a policy excludes.
"""
import collections
import csv
import decimal
import json
import math
import pathlib
import random
import tempfile
import unittest
from decimal import Decimal

from scenarios.harness import sekisho

decimal.getcontext().prec = 60
POLICY = """
suppression_limit = 1.0
[[attribute]]
name = "age"
kind = "quasi"
{age}
[attribute.rule]
kind = "bands"
bands = [10, 40]
top = 80
[[attribute]]
name = "sex"
kind = "quasi"
{sex}
[attribute.rule]
kind = "top"
[[attribute]]
name = "name"
kind = "identifying"
[[model]]
kind = "differential-privacy"
epsilon = {epsilon}
delta = {delta}
{more}
"""
FIXED = {"age": "minimum = 1\nmaximum = 1", "sex": "minimum = 0\nmaximum = 0"}


def delta_of(k, epsilon, beta):
    """max over n >= ceil(k / gamma - 1) of Pr[Bin(n, beta) > gamma n], over decimals of 60 digits; far n add nothing."""
    epsilon, beta = Decimal(epsilon), Decimal(beta)
    gamma = (epsilon.exp() - 1 + beta) / epsilon.exp()
    start, most = max(1, math.ceil(k / gamma - 1)), Decimal(0)
    for n in range(start, start + 300):
        first = math.floor(gamma * n) + 1
        most = max(most, sum((math.comb(n, j) * beta ** j * (1 - beta) ** (n - j) for j in range(first, n + 1)), Decimal(0)))
    return most


class Differential(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        chance = random.Random(4)
        self.rows = [[f"person {i}", str(min(99, int(100 * chance.random() ** 1.5))), chance.choice("MMF")] for i in range(6000)]
        with open(self.folder / "t.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["name", "age", "sex"], *self.rows])

    def run_policy(self, check=(0,), **policy):
        (self.folder / "p.toml").write_text(POLICY.format(**{"age": "", "sex": "", "more": "", **policy}))
        done = sekisho("anonymize", "--input", "t.csv", "--policy", "p.toml", "--output", "o.csv", "--report", "r.json", "--html", "r.html",
                       check=check, cwd=self.folder)
        if done.returncode != 0:
            return done.stderr, None
        with open(self.folder / "o.csv", encoding="utf-8", newline="") as file:
            return json.loads((self.folder / "r.json").read_text()), list(csv.DictReader(file))

    def test_class_size_sample_rows_audit_and_report_are_what_the_policy_promises(self):
        for epsilon, delta in ((1.0, 1e-6), (2.0, 1e-5)):
            with self.subTest(epsilon=epsilon):
                report, rows = self.run_policy(epsilon=epsilon, delta=delta, **FIXED)
                told = report["differential_privacy"]
                beta = 1 - math.exp(-epsilon)
                self.assertAlmostEqual(told["beta"], beta, places=12)
                self.assertLess(delta_of(told["k"], epsilon, beta), delta)
                self.assertGreaterEqual(delta_of(told["k"] - 1, epsilon, beta), Decimal(delta))
                # Five standard deviations: once in two million runs by chance.
                spread = math.sqrt(len(self.rows) * beta * (1 - beta))
                self.assertLess(abs(told["sampled"] - beta * len(self.rows)), 5 * spread)
                classes = collections.Counter(map(tuple, map(dict.values, rows)))
                self.assertGreaterEqual(min(classes.values()), told["k"])
                self.assertEqual(set(rows[0]), {"age", "sex"})
                self.assertEqual(report["suppressed"], len(self.rows) - len(rows))
                self.assertEqual(report["levels"], {"age": 1, "sex": 0})
                self.assertTrue(report["audit"]["ok"])
                self.assertEqual(report["audit"]["smallest_class"], min(classes.values()))
                # Each class is a part of the persons who have its labels.
                whole = collections.Counter(("80+" if int(age) >= 80 else f"{int(age) // 10 * 10}-{int(age) // 10 * 10 + 9}", sex)
                                            for _, age, sex in self.rows)
                for label, count in classes.items():
                    self.assertLessEqual(count, whole[label], label)
                    self.assertGreater(count, beta * whole[label] - 6 * math.sqrt(whole[label]), label)

    def test_two_runs_draw_other_persons(self):
        sampled = {self.run_policy(epsilon=1.0, delta=1e-6, **FIXED)[0]["differential_privacy"]["sampled"] for _ in range(4)}
        self.assertGreater(len(sampled), 1)

    def test_the_exponential_mechanism_pays_from_the_same_budget(self):
        report, rows = self.run_policy(epsilon=2.0, delta=1e-5, more="search_epsilon = 0.5")
        told = report["differential_privacy"]
        self.assertAlmostEqual(told["beta"], 1 - math.exp(-1.5), places=12)
        self.assertLess(delta_of(told["k"], 1.5, 1 - math.exp(-1.5)), 1e-5)
        self.assertEqual(told["levels"], "exponential mechanism")
        self.assertGreaterEqual(min(collections.Counter(map(tuple, map(dict.values, rows))).values()), told["k"])

    def test_what_it_cannot_stand_beside_is_refused_and_leaves_nothing(self):
        for more in ('[[attribute]]\nname = "x"\nkind = "sensitive"', '[[model]]\nkind = "average-risk"\nthreshold = 0.1', ""):
            with self.subTest(more=more):
                # Without fixed levels and without a budget for choosing them there is nothing to go by.
                levels = {} if more == "" else FIXED
                message, _ = self.run_policy(check=(1, 2, 3), epsilon=1.0, delta=1e-6, more=more, **levels)
                self.assertIn("policy.", message)
                self.assertFalse((self.folder / "o.csv").exists())


if __name__ == "__main__":
    unittest.main()
