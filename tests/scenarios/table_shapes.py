"""Tables of many shapes from a seed: uneven trees, linked and overlapping hierarchies, magnitudes with contributors,
structural zeros, forced cells, costs, bounds, huge numbers; and the text of files as different programs write them."""
import csv
import io
import itertools
import random

from scenarios import exit_tables

LABELS = ["{}", "{}, other", "{} \"quoted\"", "{}\nsecond line", " {} ", "{}・男", "{};x"]


def tree(rng, leaves, name):
    """Relations (total, children) from the root down, uneven in depth; and the leaves below each node."""
    current = [name(k) for k in range(leaves)]
    below = {label: [label] for label in current}
    relations = []
    number = 0
    while len(current) > rng.choice([2, 3, 5]) and rng.random() < 0.8:
        size = rng.randint(2, max(2, min(4, len(current) - 1)))
        at = rng.randrange(len(current) - size + 1)
        group, label = current[at:at + size], name(f"g{number}")
        number += 1
        relations.append((label, group))
        below[label] = [leaf for child in group for leaf in below[child]]
        current[at:at + size] = [label]
    if len(current) > 1:
        relations.append(("Total", current))
        below["Total"] = [leaf for child in current for leaf in below[child]]
    return relations, below


def contributors(rng, kind, scale):
    chance = rng.random()
    count = 0 if chance < 0.15 else rng.randint(1, 12) if chance < 0.5 else rng.randint(10, 60)
    if kind == "count":
        return [1] * count
    return [max(1, int(scale * rng.paretovariate(1.2))) for _ in range(min(count, 20))]


def generate(seed):
    """(cells, relations, name of the shape): dicts in the columns of the CSV form, (total, children) of ids."""
    rng = random.Random(seed)
    dimensions = rng.choice([1, 2, 2, 2, 3, 3, 4])
    most = {1: 14, 2: 8, 3: 5, 4: 3}[dimensions]
    kind = rng.choice(["count", "count", "magnitude"])
    scale = rng.choice([1, 100, 3e9]) if kind == "magnitude" else 1
    strange = rng.random() < 0.3
    trees = []
    for d in range(dimensions):
        form = rng.choice(LABELS) if strange else "{}"
        trees.append(tree(rng, rng.randint(2, most), lambda k, d=d, form=form: form.format(f"{'ABCD'[d]}{k}")))
    names = [[label for label, leaves in below.items() if leaves == [label]] for _, below in trees]
    units = {key: contributors(rng, kind, scale) for key in itertools.product(*names)}
    shape = rng.choice(["whole", "whole", "margins"]) if dimensions > 2 else "whole"
    number, leaves_of = {}, {}
    for key in itertools.product(*[below for _, below in trees]):
        if shape == "margins" and "Total" not in key:
            continue
        number[key] = len(number)
        leaves_of[number[key]] = [part for part in itertools.product(*[below[label] for (_, below), label in zip(trees, key)])]
    relations = []
    for d, (own, _) in enumerate(trees):
        for key in number:
            for total, children in own:
                members = [key[:d] + (child,) + key[d + 1:] for child in children]
                if key[d] == total and all(member in number for member in members):
                    relations.append((number[key], [number[member] for member in members]))
    labels = {at: key for key, at in number.items()}
    if rng.random() < 0.3:  # another hierarchy over the same cells, which overlaps the first
        for total, children in rng.sample(relations, min(3, len(relations))):
            if len(children) > 2:
                part = rng.sample(children, rng.randint(2, len(children) - 1))
                at = len(labels)
                labels[at] = tuple(f"{label} part" for label in labels[total])
                leaves_of[at] = [leaf for child in part for leaf in leaves_of[child]]
                relations.append((at, part))
                relations.append((total, [at] + [child for child in children if child not in part]))
    cells = [{"cell": at, **{f"d{k}": text for k, text in enumerate(labels[at])}, "need_down": 0,
              **exit_tables.facts([unit for leaf in leaves_of[at] for unit in units[leaf]], kind == "magnitude")} for at in sorted(labels)]
    extras(rng, cells)
    rng.shuffle(relations)
    return cells, relations, f"{dimensions} dimensions, {kind}, {shape}, {len(cells)} cells"


def extras(rng, cells):
    chance = rng.random()
    if chance < 0.15:
        for row in cells:
            row["weight"] = rng.randint(1, 5)
    elif chance < 0.3:
        for row in cells:
            row["publish"] = int(not row["primary"] and rng.random() < 0.1)
    elif chance < 0.4:
        largest = max(row["value"] for row in cells)
        for row in cells:  # everybody knows that some zeros are impossible combinations
            impossible = row["value"] == 0 and rng.random() < 0.5
            row["lower"], row["upper"] = 0, 0 if impossible else row["value"] + largest
    elif chance < 0.5:
        for row in cells:
            if row["primary"]:
                row["need_down"] = min(row["value"], row["need_up"] or 1)


def text_of(rows, columns=None, ending="\n", encoding="utf-8"):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or rows[0], lineterminator=ending)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def write(folder, seed, cells, relations):
    """As one of several programs would write them: order of lines and columns, line ends, BOM, CP932."""
    rng = random.Random(f"form {seed}")
    rows, columns = list(cells), list(cells[0])
    members = [{"relation": r, "total": total, "child": child} for r, (total, children) in enumerate(relations) for child in children]
    if rng.random() < 0.5:
        rng.shuffle(rows)
        rng.shuffle(members)
        rng.shuffle(columns)
    form = {"ending": rng.choice(["\n", "\r\n"]), "encoding": rng.choice(["utf-8", "utf-8", "utf-8-sig", "cp932"])}
    (folder / "cells.csv").write_bytes(text_of(rows, columns, **form))
    (folder / "relations.csv").write_bytes(text_of(members, **form) if members else b"relation,total,child\n")
    return folder / "cells.csv", folder / "relations.csv"
