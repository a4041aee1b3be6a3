"""The optimum of a policy by looking at every choice of levels, with Python's standard library alone: shares nothing with
the program but the files of table, hierarchies and policy, read here once more. For small tables.
"""
import collections
import csv
import datetime
import itertools
import math
import re
import tomllib

from scenarios.population_judge import class_size, uniqueness

CLOSE = 1e-9
OF_ALL = ("sample-uniqueness", "average-risk", "population-uniqueness")  # judge all kept classes together


def read_csv(path, delimiter, encoding="utf-8-sig"):
    with open(path, encoding=encoding, newline="") as file:
        return [row for row in csv.reader(file, delimiter=delimiter) if row]


def number(text):
    """A decimal number with a point, or None."""
    return float(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) else None


def plain(value):
    return f"{value:.12g}"


def day(text):
    """(year, month, day) of 2024-04-01, 2024/04/01 or 20240401, or None."""
    found = re.fullmatch(r"(\d{4})([-/]?)(\d\d)\2(\d\d)", text)
    try:
        return found and datetime.date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


DATES = {"month": lambda date: f"{date.year:04}-{date.month:02}", "quarter": lambda date: f"{date.year:04}-Q{(date.month + 2) // 3}",
         "half": lambda date: f"{date.year:04}-H{1 + (date.month > 6)}", "year": lambda date: f"{date.year:04}",
         "fiscal-year": lambda date: f"FY{date.year - (date.month < 4):04}", "decade": lambda date: f"{date.year // 10}0s",
         "week": lambda date: f"week of {(date - datetime.timedelta(days=date.weekday())).isoformat()}"}


class Rule:
    """Labels of a value above itself, without the last one; None where the rule does not understand it."""

    def __init__(self, rule, values):
        self.rule = rule
        self.domain = [str(age) for age in range(120)] if rule["kind"] == "age" else []
        if rule["kind"] == "order":
            full = [value for value in dict.fromkeys(values) if value != ""]
            numbers = all(number(value) is not None for value in full)
            self.sorted = rule.get("values") or sorted(full, key=lambda value: (number(value), value.encode()) if numbers else value.encode())
            self.domain = self.sorted
        steps = {"age": "bands", "intervals": "widths", "order": "groups", "prefix": "lengths", "date": "steps"}
        self.levels = len(rule[steps[rule["kind"]]]) if rule["kind"] in steps else 0

    def labels(self, value):
        return getattr(self, self.rule["kind"])(value)

    def age(self, value):
        first = re.split("[-+]", value)[0]
        if not re.fullmatch("[0-9]+", first):
            return None
        top, out = self.rule.get("top", 0), []
        for width in self.rule["bands"]:
            low = (min(int(first), top) if top else int(first)) // width * width
            out.append(f"{low}+" if top and low + width - 1 >= top else f"{low}-{low + width - 1}")
        return out

    def intervals(self, value):
        amount = number(value)
        if amount is None:
            return None
        bottom, top, origin = self.rule.get("bottom"), self.rule.get("top"), self.rule.get("origin", 0)
        if bottom is not None and amount < bottom:
            return [f"<{plain(bottom)}"] * self.levels
        if top is not None and amount >= top:
            return [f">={plain(top)}"] * self.levels
        out = []
        for width in self.rule["widths"]:
            low = origin + (amount - origin) // width * width
            high = low + width
            out.append(f"[{plain(low if bottom is None else max(low, bottom))}, {plain(high if top is None else min(high, top))})")
        return out

    def order(self, value):
        if value not in self.sorted:
            return None
        out = []
        for width in self.rule["groups"]:
            some = self.sorted[self.sorted.index(value) // width * width:][:width]
            out.append(some[0] if len(some) == 1 else f"{some[0]}..{some[-1]}")
        return out

    def prefix(self, value):
        return [value[:length] for length in self.rule["lengths"]]

    def date(self, value):
        return day(value) and [DATES[step](day(value)) for step in self.rule["steps"]]

    def top(self, value):
        return []


class Tree:
    """level[l][value] = label; of a hierarchy file, with values that it does not have where `unknown` says what becomes of them."""

    @classmethod
    def of_rule(cls, rule, values):
        told = Rule(rule, values)
        unknown = rule.get("unknown", "own")
        missing = rule.get("missing", unknown)
        rows = []
        for value in sorted({*values, *told.domain}):
            labels = told.labels(value)
            if value == "" and missing != "own":
                labels = None
            if labels is None:
                labels = ["*" if (missing if value == "" else unknown) == "top" else value] * told.levels
            rows.append([value, *labels, "*"])
        return cls(rows)

    def __init__(self, rows, values=(), unknown=None, missing=None):
        known, top = {row[0] for row in rows}, len(rows[0]) - 1
        for value in sorted(set(values) - known):
            gap = (missing or unknown) if value == "" else unknown
            rows.append([value, *[value if gap == "own" else rows[0][-1]] * (top - 1), *rows[0][-1:] * bool(top)])
        self.leaves = len(rows)
        self.top = len(rows[0]) - 1
        self.levels = [{row[0]: row[level] for row in rows} for level in range(self.top + 1)]
        self.order = {row[0]: place for place, row in enumerate(rows)}
        self.under = [collections.Counter(level.values()) for level in self.levels]

    def label(self, value, level):
        return self.levels[level][value]

    def share(self, value, level):
        return self.under[level][self.levels[level][value]] / self.leaves


class Judge:
    def __init__(self, folder, table, policy, encoding="utf-8-sig"):
        with open(folder / policy, "rb") as file:
            self.policy = tomllib.load(file)
        delimiter = self.policy.get("delimiter", ",")
        header, *rows = read_csv(folder / table, delimiter, encoding)
        self.rows = [dict(zip(header, row, strict=True)) for row in rows]
        self.attributes = {one["name"]: one for one in self.policy["attribute"]}
        self.quasi = [name for name, one in self.attributes.items() if one["kind"] == "quasi"]
        self.population = []
        if "population" in self.policy:
            header, *rows = read_csv(folder / self.policy["population"], delimiter)
            self.population = [dict(zip(header, row, strict=True)) for row in rows]
        self.trees = {name: Tree(read_csv(folder / one["hierarchy"], delimiter),
                                 [row[name] for row in self.rows + self.population if name in row] if "unknown" in one else (),
                                 one.get("unknown"), one.get("missing"))
                      for name, one in self.attributes.items() if "hierarchy" in one}
        self.trees |= {name: Tree.of_rule(one["rule"], [row[name] for row in self.rows])
                       for name, one in self.attributes.items() if "rule" in one}
        self.person = self.policy.get("person")
        self.models = self.policy["model"]

    # --- classes ---

    def who(self, place):
        return self.rows[place][self.person] if self.person else place

    def persons(self, places):
        return len({self.who(place) for place in places})

    def shares(self, places, attribute):
        holders = collections.defaultdict(set)
        for place in places:
            holders[self.rows[place][attribute]].add(self.who(place))
        total = sum(map(len, holders.values()))
        return {value: len(some) / total for value, some in holders.items()}

    def distance(self, model, p, q):
        kind = model["distance"]
        if kind == "equal":
            return sum(max(0.0, q[value] - p.get(value, 0)) for value in q)
        if kind == "ordered":
            try:
                order = sorted(q, key=float)
            except ValueError:
                tree = self.trees.get(model["attribute"])
                order = sorted(q, key=tree.order.get) if tree else sorted(q, key=str.encode)
            run = total = 0.0
            for value in order:
                run += p.get(value, 0) - q[value]
                total += abs(run)
            return total / (len(order) - 1) if len(order) > 1 else 0.0
        # Moving mass between two leaves costs the height at which they meet, over the height of the tree: what is too much below each
        # node crosses the edge above it, at half a step's cost.
        tree = self.trees[model["attribute"]]
        total = 0.0
        for level in range(tree.top):
            net = collections.defaultdict(float)
            for value in q:
                net[tree.label(value, level)] += p.get(value, 0) - q[value]
            total += sum(map(abs, net.values()))
        return total / 2 / tree.top

    def passes(self, model, places, whole, population):
        kind = model["kind"]
        size = self.persons(places)
        if kind == "k-anonymity":
            home = self.policy.get("household")
            return size >= model["k"] and (home is None or len({self.rows[place][home] for place in places}) >= model["k"])
        if kind == "k-map" and "estimator" in model:
            return size >= class_size(model["k"], self.policy["population_size"], self.persons(range(len(self.rows))),
                                      model.get("significance", 0.05), model["estimator"] == "zero-truncated-poisson")
        if kind == "k-map":
            return population >= model["k"]
        if kind == "delta-presence":
            return population > 0 and model.get("minimum", 0) - CLOSE <= size / population <= model["maximum"] + CLOSE
        if kind in OF_ALL:
            return True
        p, q = self.shares(places, model["attribute"]), whole[model["attribute"]]
        if kind == "l-diversity":
            if model["variant"] == "distinct":
                return len(p) >= model["l"]
            if model["variant"] == "entropy":
                return -sum(share * math.log(share) for share in p.values()) >= math.log(model["l"]) - CLOSE
            falling = sorted(p.values(), reverse=True)
            return falling[0] < model["c"] * sum(falling[model["l"] - 1:]) - CLOSE
        if kind == "t-closeness":
            return self.distance(model, p, q) <= model["t"] + CLOSE
        if kind == "beta-likeness":
            return all((share - q[value]) / q[value] <= (min(model["beta"], -math.log(q[value])) if model["variant"] == "enhanced" else model["beta"])
                       + CLOSE for value, share in p.items())
        if kind == "delta-disclosure":
            return all(abs(math.log2(share / q[value])) < model["delta"] - CLOSE for value, share in p.items())
        raise ValueError(kind)

    def split(self, levels):
        """Kept classes (lists of places of rows) and suppressed rows, or None where a model refuses the choice whatever is suppressed."""
        def labels(row):
            return tuple(self.trees[name].label(row[name], level) for name, level in zip(self.quasi, levels))
        classes = collections.defaultdict(list)
        for place, row in enumerate(self.rows):
            classes[labels(row)].append(place)
        population = collections.Counter(map(labels, self.population))
        everything = range(len(self.rows))
        whole = {model["attribute"]: self.shares(everything, model["attribute"]) for model in self.models if "attribute" in model}
        kept, lost = [], []
        for label, places in classes.items():
            good = all(self.passes(model, places, whole, population[label]) for model in self.models) and \
                len({self.rows[place][self.policy["hospital"]] for place in places} if "hospital" in self.policy else ()) \
                >= self.policy.get("minimum_hospitals", 0)
            kept.append(places) if good else lost.extend(places)
        for model in self.models:
            if model["kind"] == "delta-presence" and model.get("minimum", 0) > 0 and any(label not in classes for label in population):
                return None
            if model["kind"] not in OF_ALL:
                continue
            while kept:  # the smallest go until the rest holds
                sizes = [self.persons(places) for places in kept]
                share = {"average-risk": lambda: len(kept) / sum(sizes), "sample-uniqueness": lambda: sizes.count(1) / sum(sizes),
                         "population-uniqueness": lambda: uniqueness(sizes, self.policy["population_size"])}[model["kind"]]()
                if share <= model["threshold"] + CLOSE:
                    break
                for places in [places for places, size in zip(kept, sizes) if size == min(sizes)]:
                    kept.remove(places)
                    lost.extend(places)
        return kept, lost

    # --- scores ---

    def score(self, levels, kept, lost):
        metric = self.policy.get("metric", "loss")
        n, suppressed = len(self.rows), set(lost)
        if metric == "discernability":
            return sum(len(places) ** 2 for places in kept) + n * len(lost)
        if metric == "average-class-size":
            return n / (len(kept) + bool(lost))
        if metric == "ambiguity":
            return math.fsum(math.prod(tree.leaves if place in suppressed else tree.under[level][tree.label(row[name], level)]
                                       for name, level in zip(self.quasi, levels) for tree in [self.trees[name]])
                             for place, row in enumerate(self.rows))
        weights = [self.attributes[name].get("weight", 1) for name in self.quasi]
        weights = [weight / max(weights) for weight in weights]
        parts = [getattr(self, metric)(name, level, suppressed) for name, level in zip(self.quasi, levels)]
        if metric == "loss":
            return math.prod(1 + weight * part for weight, part in zip(weights, parts)) ** (1 / len(parts)) - 1
        total = math.fsum(weight * part for weight, part in zip(weights, parts))
        return total if metric == "entropy" else total / sum(weights)

    def loss(self, name, level, suppressed):
        tree, factor = self.trees[name], self.policy.get("gs_factor", 0.5)
        general, gone = (1, 2 * factor) if factor < 0.5 else (2 - 2 * factor, 1)
        cost = 0.0
        for place, row in enumerate(self.rows):
            share = tree.share(row[name], level)
            cost += share + gone * (1 - share) if place in suppressed else general * share
        least = general * len(self.rows) / tree.leaves
        loss = max(0.0, cost - least) / (len(self.rows) - least) if len(self.rows) > least else 0.0
        return math.floor(1e10 * loss) / 1e10  # ten digits count, as the formula says

    def entropy(self, name, level, suppressed):
        tree = self.trees[name]
        raw = collections.Counter(row[name] for row in self.rows)
        shown = collections.Counter(tree.label(row[name], level) for row in self.rows)
        among = collections.Counter(tree.label(self.rows[place][name], level) for place in suppressed)
        return -math.fsum(math.log2(raw[row[name]] / shown[tree.label(row[name], level)]) for row in self.rows) \
            - math.fsum(math.log2(among[tree.label(self.rows[place][name], level)] / len(suppressed)) for place in suppressed)

    def precision(self, name, level, suppressed):
        n, x, top = len(self.rows), len(suppressed), self.trees[name].top
        return ((n - x) * (level / top if top else 0) + x) / n

    # --- every choice ---

    def best(self):
        """(score, levels, kept classes, suppressed rows) by score, sum of levels, suppressed rows, levels; None: nothing is valid."""
        best = None
        same = 1e-12 if self.policy.get("metric", "loss") == "loss" else 1e-10
        most = self.policy.get("suppression_limit", 0) * len(self.rows) + CLOSE
        for levels in itertools.product(*(range(self.attributes[name].get("minimum", 0), self.attributes[name].get("maximum", self.trees[name].top) + 1)
                                          for name in self.quasi)):
            found = self.split(levels)
            if found is None or len(found[1]) > most:
                continue
            kept, lost = found
            score = self.score(levels, kept, lost)
            rank = (sum(levels), len(lost), levels)
            if best is not None:
                close = same * max(1.0, abs(best[0]))
                if score > best[0] + close or (abs(score - best[0]) <= close and rank > best[1]):
                    continue
            best = (score, rank, levels, kept, lost)
        return best and (best[0], best[2], best[3], best[4])

    def shown(self, levels, kept):
        """Rows as they must be written, without persons and identifying columns, sorted."""
        names = [name for name in self.rows[0] if name in self.attributes and name != self.person
                 and self.attributes[name]["kind"] != "identifying"]
        at = dict(zip(self.quasi, levels))
        return sorted([self.trees[name].label(self.rows[place][name], at[name]) if name in at else self.rows[place][name] for name in names]
                      for places in kept for place in places)
