"""`sekisho anonymize` against a judge that looks at every choice of levels (lattice_judge.py): random tables, hierarchies and
policies of every model and score, in odd but proper files. With SEKISHO_SOAK=1 ten times as many.
"""
import collections
import csv
import datetime
import json
import pathlib
import random
import tempfile
import unittest

from scenarios.harness import SOAK, sekisho
from scenarios.lattice_judge import Judge, plain

TABLES = 2000 if SOAK else 120
METRICS = ("loss", "entropy", "discernability", "average-class-size", "precision", "ambiguity")
# Texts that a careless reader breaks on.
ODD = ("東京", 'said "so"', "a,b", "c;d", "tab\there", " lead", "*", "NULL", "0", "007", "ｱｲｳ", "x|y", "1e3", "é", "-", "N/A")


def models(chance):
    """One to three models, each with numbers at which small tables pass and fail."""
    def diversity(variant, **more):
        return {"kind": "l-diversity", "variant": variant, "attribute": "s", **more}
    every = [lambda: {"kind": "k-anonymity", "k": chance.randint(1, 5)},
             lambda: {"kind": "k-map", "k": chance.randint(2, 8)},
             lambda: {"kind": "delta-presence", "minimum": chance.choice([0.0, 0.1]), "maximum": chance.choice([0.5, 0.8])},
             lambda: diversity("distinct", l=chance.randint(2, 3)),
             lambda: diversity("entropy", l=chance.choice([1.5, 2.0, 2.5])),
             lambda: diversity("recursive", l=2, c=chance.choice([1.0, 2.0, 4.0])),
             lambda: {"kind": "t-closeness", "distance": chance.choice(["equal", "ordered", "hierarchical"]), "t": chance.choice([0.2, 0.35, 0.5]),
                      "attribute": chance.choice(["s", "z"])},
             lambda: {"kind": "beta-likeness", "variant": chance.choice(["basic", "enhanced"]), "beta": chance.choice([0.5, 1.0, 2.0]),
                      "attribute": "s"},
             lambda: {"kind": "delta-disclosure", "delta": chance.choice([0.8, 1.5]), "attribute": "s"},
             lambda: {"kind": "k-map", "estimator": chance.choice(["poisson", "zero-truncated-poisson"]), "k": chance.randint(3, 30),
                      "significance": chance.choice([0.05, 0.2])},
             lambda: {"kind": "population-uniqueness", "threshold": chance.choice([0.001, 0.01, 0.05])},
             lambda: {"kind": "sample-uniqueness", "threshold": chance.choice([0.0, 0.05])},
             lambda: {"kind": "average-risk", "threshold": chance.choice([0.2, 0.35])}]
    chosen = {}
    for make in chance.sample(every, chance.choice([1, 1, 2, 3])):
        model = make()
        chosen.setdefault((model["kind"], model.get("variant"), model.get("attribute"), model.get("estimator")), model)
    return list(chosen.values())


def hierarchy(chance, leaves):
    """Rows value, label of level 1, ... , one label for all."""
    columns = [leaves]
    while len(set(columns[-1])) > 1:
        groups = {label: number for number, label in enumerate(dict.fromkeys(columns[-1]))}
        if len(columns) > 3 or len(groups) <= 2:
            columns.append(["(all)"] * len(leaves))
        else:
            size = chance.randint(2, 3)
            columns.append([f"level {len(columns)}, group {groups[label] // size}" for label in columns[-1]])
    return list(zip(*columns))


def toml(value):
    return json.dumps(value, ensure_ascii=False)  # texts, numbers and booleans are spelled alike


class Case:
    def __init__(self, seed, folder):
        chance = self.chance = random.Random(seed)
        self.delimiter = chance.choice([",", ";", "\t", "|"])
        self.folder = folder
        self.newline = chance.choice(["\n", "\r\n"])
        self.bom = chance.random() < 0.3
        quasi = [f"q {i}" if chance.random() < 0.2 else f"q{i}" for i in range(chance.randint(1, 3))]
        self.domains = {name: self.values(chance.randint(2, 7)) for name in quasi}
        self.domains |= {"s": self.values(chance.randint(2, 4)), "z": [str(number) for number in range(chance.randint(2, 4))]}
        trees = {name: hierarchy(chance, values) for name, values in self.domains.items()}
        self.gaps = {}
        for name in quasi:  # some values the hierarchy does not have, and empty ones
            if len(trees[name]) > 2 and chance.random() < 0.35:
                trees[name] = chance.sample(trees[name], len(trees[name]) - 1)
                self.domains[name] = self.domains[name] + [""]
                self.gaps[name] = {"unknown": chance.choice(["own", "top"])} | chance.choice([{}, {"missing": "own"}, {"missing": "top"}])
        for name, rows in trees.items():
            self.write(f"h_{name}.csv", rows)
        count = chance.randint(2, 45)
        persons = chance.random() < 0.4
        self.policy = {"delimiter": self.delimiter, "suppression_limit": chance.choice([0.0, 0.0, 0.1, 0.25, 0.5]), "metric": chance.choice(METRICS)}
        if self.policy["metric"] == "loss":
            self.policy["gs_factor"] = chance.choice([0.5, 0.5, 0.2, 0.8])
        if persons:
            self.policy["person"] = "who"
        if chance.random() < 0.2:
            self.policy["household"] = "home"
        self.models = models(chance)
        estimated = any("estimator" in model for model in self.models)
        if estimated:
            self.models = [model for model in self.models if "estimator" in model or model["kind"] not in ("k-map", "delta-presence")]
        elif {"k-map", "delta-presence"} & {model["kind"] for model in self.models}:
            self.policy["population"] = "everybody.csv"
        if any(model["kind"] == "population-uniqueness" for model in self.models):
            self.policy["population_size"] = 10 * count + chance.choice([0, 7, 1000])
        elif estimated:
            self.policy["population_size"] = count + chance.choice([1, 50, 400])
        header = ["who", "home", *self.domains, "name"]
        chance.shuffle(header)
        rows = []
        for place in range(count):
            row = {name: chance.choice(values) for name, values in self.domains.items()}
            number = chance.randrange(count)
            row |= {"who": f"p{number}", "home": f"h{(number if persons else place) // 2}", "name": f"person {place}"}
            rows.append([row[name] for name in header])
        self.write("table.csv", [header, *rows])
        self.write("everybody.csv", [quasi, *([row[header.index(name)] for name in quasi] for row in rows for _ in range(chance.choice([1, 2, 3])))])
        kinds = dict.fromkeys(quasi, "quasi") | {"s": "sensitive", "z": chance.choice(["sensitive", "insensitive"]), "name": "identifying"}
        if any(model.get("attribute") == "z" for model in self.models):
            kinds["z"] = "sensitive"
        lines = [f"{name} = {toml(value)}" for name, value in self.policy.items()]
        for name, kind in kinds.items():
            lines += ["[[attribute]]", f"name = {toml(name)}", f"kind = {toml(kind)}"]
            if kind == "quasi":
                lines.append(f"weight = {chance.choice([1, 1, 0.5, 2])}")
            lines += [f"{which} = {toml(gap)}" for which, gap in self.gaps.get(name, {}).items()]
            if kind != "identifying":
                lines.append(f"hierarchy = {toml(f'h_{name}.csv')}")
        for model in self.models:
            lines += ["[[model]]", *(f"{name} = {toml(value)}" for name, value in model.items())]
        (folder / "policy.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def values(self, count):
        plain = [f"v{number}" for number in range(count)]
        odd = self.chance.sample(ODD, min(count, self.chance.choice([0, 1, 3])))
        return odd + plain[len(odd):]

    def write(self, name, rows):
        with open(self.folder / name, "w", encoding="utf-8-sig" if self.bom else "utf-8", newline="") as file:
            csv.writer(file, delimiter=self.delimiter, lineterminator=self.newline,
                       quoting=self.chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(rows)


def some(chance, makers, gaps=("", "?")):
    """Values of a column: made ones, and in some columns empty and unreadable ones."""
    values = [chance.choice(makers)() if isinstance(makers, list) else makers() for _ in range(chance.randint(2, 7))]
    return values + ([chance.choice(gaps)] if chance.random() < 0.3 else [])


class Ruled(Case):
    """Tables as people bring them: ages, amounts with a decimal point or comma, days, codes and orders under rules; least and highest
    levels, hospitals, tables in CP932; no population.
    """

    def __init__(self, seed, folder):
        chance = self.chance = random.Random(seed)
        self.delimiter, self.newline, self.bom, self.folder = chance.choice([",", ";", "\t", "|"]), chance.choice(["\n", "\r\n"]), False, folder
        self.encoding = chance.choice(["utf-8", "cp932"])
        date = chance.choice(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"])
        day = datetime.date(2021, 12, 20)
        # For each kind its values, the rule, and the levels that it has above the value.
        kinds = {
            "age": lambda: (some(chance, lambda: str(chance.randint(0, 109))), {"bands": chance.choice([[5, 10], [10, 20, 40], [7]])} |
                            chance.choice([{}, {"top": 90}, {"top": 75}])),
            "intervals": lambda: (some(chance, lambda: plain(chance.randint(-40, 160) / chance.choice([1, 2, 4]))),
                                  {"widths": chance.choice([[10, 50], [25], [5, 10, 100]])} |
                                  chance.choice([{}, {"bottom": 0, "top": 100}, {"origin": 3}])),
            "prefix": lambda: (some(chance, lambda: f"{chance.randint(0, 30)},{chance.randint(0, 9)}"), {"lengths": chance.choice([[2, 1], [3], [4, 2]])}),
            "date": lambda: (some(chance, lambda: (day + datetime.timedelta(days=chance.randint(0, 500))).strftime(date)),
                             {"steps": chance.choice([["month", "quarter", "year"], ["week"], ["month", "fiscal-year"], ["half", "year", "decade"]])}),
            "order": lambda: (some(chance, lambda: chance.choice(["軽症", "中等症", "重症", "なし", "不明"])) if chance.random() < 0.5 else
                              some(chance, lambda: str(chance.randint(0, 12)), gaps=("",)), {"groups": chance.choice([[2], [2, 4], [3]])}),
            "top": lambda: (some(chance, lambda: chance.choice(["男", "女", "M", "F"])), {})}
        self.policy = {"delimiter": self.delimiter, "suppression_limit": chance.choice([0.0, 0.1, 0.25, 0.5]), "metric": chance.choice(METRICS)}
        quasi = {f"列{i}": chance.choice(list(kinds)) for i in range(chance.randint(1, 4))}
        made = {name: kinds[kind]() for name, kind in quasi.items()}
        self.domains = {name: values for name, (values, _) in made.items()} | {"s": self.values(3)[:chance.randint(2, 3)]}
        self.models = [model for model in models(chance) if model["kind"] not in ("k-map", "delta-presence", "population-uniqueness") and
                       model.get("attribute") != "z" and model.get("distance") != "hierarchical"] or [{"kind": "k-anonymity", "k": 2}]
        if chance.random() < 0.4:
            self.policy["person"] = "who"
        if chance.random() < 0.4:
            self.policy |= {"hospital": "where", "minimum_hospitals": chance.choice([0, 2, 3])}
        count = chance.randint(2, 60)
        rows = [[f"p{chance.randrange(count)}", f"H{chance.randint(1, 4)}", *(chance.choice(values) for values in self.domains.values())]
                for _ in range(count)]
        if self.encoding == "cp932":
            rows = [[value.encode("cp932", "replace").decode("cp932") for value in row] for row in rows]
        lines = [f"{name} = {toml(value)}" for name, value in self.policy.items()]
        if chance.random() < 0.5:
            lines.append(f'encoding = "{self.encoding}"')
        with open(folder / "table.csv", "w", encoding=self.encoding, newline="") as file:
            csv.writer(file, delimiter=self.delimiter, lineterminator=self.newline).writerows([["who", "where", *self.domains], *rows])
        for name, kind in quasi.items():
            rule = made[name][1]
            steps = 1 + len(next((value for key, value in rule.items() if key in ("bands", "widths", "lengths", "steps", "groups")), []))
            lines += ["[[attribute]]", f"name = {toml(name)}", 'kind = "quasi"', f"weight = {chance.choice([1, 1, 0.5, 3])}"]
            if chance.random() < 0.3:
                lines.append(f"minimum = {chance.randint(0, steps)}")
            elif chance.random() < 0.3:
                lines.append(f"maximum = {chance.randint(max(0, steps - 1), steps)}")
            gaps = chance.choice([{}, {}, {"unknown": "top"}, {"missing": "top"}, {"unknown": "own", "missing": "own"}])
            lines += ["[attribute.rule]", f"kind = {toml(kind)}", *(f"{key} = {toml(value)}" for key, value in (rule | gaps).items())]
        lines += ["[[attribute]]", 'name = "s"', 'kind = "sensitive"']
        for model in self.models:
            lines += ["[[model]]", *(f"{name} = {toml(value)}" for name, value in model.items())]
        (folder / "policy.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class EveryChoice(unittest.TestCase):
    def judge(self, case_of, seed):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            case = case_of(seed, folder)
            judge = Judge(folder, "table.csv", "policy.toml", getattr(case, "encoding", "utf-8-sig"))
            best = judge.best()
            done = sekisho("anonymize", "--input", "table.csv", "--policy", "policy.toml", "--output", "out.csv", "--report", "r.json",
                           check=None, cwd=folder)
            if best is None:
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertFalse((folder / "out.csv").exists())
                return "impossible"
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
            score, levels, kept, lost = best
            self.assertAlmostEqual(report["score"]["value"], score, delta=1e-9 * max(1.0, abs(score)))
            self.assertEqual(report["levels"], dict(zip(judge.quasi, levels)))
            self.assertEqual((report["suppressed"], report["classes"]), (len(lost), len(kept)))
            self.assertEqual(report["smallest_class"], min(map(judge.persons, kept), default=0))
            self.assertTrue(report["optimal"])
            with open(folder / "out.csv", encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter=case.delimiter))
            self.assertEqual(sorted([value for column, value in row.items() if column != "who"] for row in rows), judge.shown(levels, kept))
            audit = sekisho("anonymize", "audit", "--input", "out.csv", "--policy", "policy.toml", "--original", "table.csv", cwd=folder)
            self.assertIn("fulfils the policy", audit.stdout)
            return case.policy["metric"]

    def test_the_optimum_is_that_of_looking_at_every_choice(self):
        met = collections.Counter()
        for seed in range(TABLES):
            with self.subTest(seed=seed):
                met[self.judge(Case, seed)] += 1
        self.assertLessEqual({"impossible", *METRICS}, set(met))

    def test_the_same_under_rules_over_ages_amounts_days_codes_and_orders(self):
        met = collections.Counter()
        for seed in range(TABLES):
            with self.subTest(seed=seed):
                met[self.judge(Ruled, seed)] += 1
        self.assertLessEqual({"impossible", *METRICS}, set(met))

    def ruled_by_k(self, seed, folder, more=""):
        case = Ruled(seed, folder)
        policy = folder / "policy.toml"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(more + text[:text.index("[[model]]")] + '[[model]]\nkind = "k-anonymity"\nk = 2\n', encoding="utf-8")
        return case, Judge(folder, "table.csv", "policy.toml", case.encoding)

    def test_a_sweep_gives_the_optimum_of_every_k(self):
        for seed in range(TABLES // 4):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                _, judge = self.ruled_by_k(seed, folder)
                sekisho("anonymize", "--input", "table.csv", "--policy", "policy.toml", "--sweep", "k=2..5", "--report", "s.json", check=(0, 1),
                        cwd=folder)
                points = next(value for value in json.loads((folder / "s.json").read_text(encoding="utf-8")).values() if isinstance(value, list))
                self.assertEqual([point["value"] for point in points], [2, 3, 4, 5])
                for point in points:
                    judge.models[0]["k"] = point["value"]
                    best = judge.best()
                    self.assertEqual(point["possible"], best is not None)
                    if best is not None:
                        self.assertAlmostEqual(point["score"]["value"], best[0], delta=1e-9 * max(1.0, abs(best[0])))
                        self.assertEqual((point["levels"], point["suppressed"]), (dict(zip(judge.quasi, best[1])), len(best[3])))

    def test_local_recoding_keeps_k_and_the_limit_and_loses_no_row_uncounted(self):
        done = 0
        for seed in range(TABLES // 4):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                case, judge = self.ruled_by_k(seed, folder, "local_recoding = true\n")
                if sekisho("anonymize", "--input", "table.csv", "--policy", "policy.toml", "--output", "out.csv", "--report", "r.json",
                           check=(0, 1), cwd=folder).returncode == 1:
                    continue
                done += 1
                report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
                classes = collections.defaultdict(list)
                with open(folder / "out.csv", encoding="utf-8", newline="") as file:
                    for row in csv.DictReader(file, delimiter=case.delimiter):
                        classes[tuple(row[name] for name in judge.quasi)].append(row)
                sizes = [len({row[judge.person] for row in rows}) if judge.person else len(rows) for rows in classes.values()]
                self.assertGreaterEqual(min(sizes, default=2), 2)
                self.assertEqual(len(classes), report["classes"])
                self.assertEqual(sum(map(len, classes.values())) + report["suppressed"], len(judge.rows))
                self.assertLessEqual(report["suppressed"], judge.policy["suppression_limit"] * len(judge.rows) + 1e-9)
        self.assertGreater(done, TABLES // 8)


if __name__ == "__main__":
    unittest.main()
