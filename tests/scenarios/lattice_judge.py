"""The optimum of a policy by looking at every choice of levels, with Python's standard library alone: shares nothing with
the program but the files of table, hierarchies and policy, read here once more. For small tables.
"""
import collections
import csv
import itertools
import math
import tomllib

from scenarios.population_judge import class_size, uniqueness

CLOSE = 1e-9
OF_ALL = ("sample-uniqueness", "average-risk", "population-uniqueness")  # judge all kept classes together


def read_csv(path, delimiter):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file, delimiter=delimiter) if row]


class Tree:
    """level[l][value] = label; of a hierarchy file, with values that it does not have where `unknown` says what becomes of them."""

    def __init__(self, path, delimiter, values=(), unknown=None, missing=None):
        rows = read_csv(path, delimiter)
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
    def __init__(self, folder, table, policy):
        with open(folder / policy, "rb") as file:
            self.policy = tomllib.load(file)
        delimiter = self.policy.get("delimiter", ",")
        header, *rows = read_csv(folder / table, delimiter)
        self.rows = [dict(zip(header, row, strict=True)) for row in rows]
        self.attributes = {one["name"]: one for one in self.policy["attribute"]}
        self.quasi = [name for name, one in self.attributes.items() if one["kind"] == "quasi"]
        self.population = []
        if "population" in self.policy:
            header, *rows = read_csv(folder / self.policy["population"], delimiter)
            self.population = [dict(zip(header, row, strict=True)) for row in rows]
        self.trees = {name: Tree(folder / one["hierarchy"], delimiter,
                                 [row[name] for row in self.rows + self.population if name in row] if "unknown" in one else (),
                                 one.get("unknown"), one.get("missing"))
                      for name, one in self.attributes.items() if "hierarchy" in one}
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
            good = all(self.passes(model, places, whole, population[label]) for model in self.models)
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
        return max(0.0, cost - least) / (len(self.rows) - least) if len(self.rows) > least else 0.0

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
        most = self.policy.get("suppression_limit", 0) * len(self.rows) + CLOSE
        for levels in itertools.product(*(range(self.trees[name].top + 1) for name in self.quasi)):
            found = self.split(levels)
            if found is None or len(found[1]) > most:
                continue
            kept, lost = found
            score = self.score(levels, kept, lost)
            rank = (sum(levels), len(lost), levels)
            if best is not None:
                close = 1e-10 * max(1.0, abs(best[0]))
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
