"""Generated tables with hierarchies, and an auditor of patterns that knows nothing of the product: one linear program for
each question, solved by glpsol."""
import csv
import itertools
import math
import pathlib
import random
import subprocess


def hierarchy(rng, leaves, prefix):
    """Relations (total, children) of one dimension and the leaves below each label."""
    current = [f"{prefix}{i}" for i in range(leaves)]
    below = {label: [label] for label in current}
    relations = []
    if leaves > 4:
        groups = [current[i:i + 3] for i in range(0, leaves, 3)]
        current = []
        for number, group in enumerate(groups):
            name = f"{prefix} group {number}, of {len(group)}"  # quoted in CSV
            relations.append((name, group))
            below[name] = [leaf for label in group for leaf in below[label]]
            current.append(name)
    relations.append(("Total", current))
    below["Total"] = [label for label in below if below[label] == [label]]
    return relations, below


def table(seed, leaves, magnitude=False, zeros=0.15, mean=20, linked=False):
    """Rows of cells and relations as lists of dicts."""
    rng = random.Random(seed)
    dimensions = [hierarchy(rng, n, "ABCD"[k]) for k, n in enumerate(leaves)]
    names = [[label for label in below if below[label] == [label]] for _, below in dimensions]
    units = {}
    for key in itertools.product(*names):
        count = 0 if rng.random() < zeros else max(0, round(rng.gauss(mean * rng.choice([0.3, 1, 2]), math.sqrt(mean))))
        units[key] = [int(100 * rng.paretovariate(1.3)) for _ in range(count)] if magnitude else [1] * count
    cells, number = [], {}
    for key in itertools.product(*[below for _, below in dimensions]):
        if linked and "Total" not in key:
            continue
        parts = itertools.product(*[below[label] for (_, below), label in zip(dimensions, key)])
        all_units = sorted((unit for part in parts for unit in units[part]), reverse=True)
        value, count = sum(all_units), len(all_units)
        first, second = (all_units + [0, 0])[:2]
        need_up = max(0, first / 10 - (value - first - second)) if magnitude and count else 0
        if magnitude and 0 < count < 3:
            need_up = max(1, need_up)
        primary = need_up > 0 if magnitude else 0 < count < 10
        number[key] = len(cells)
        cells.append({"cell": len(cells), **{f"d{k}": label for k, label in enumerate(key)}, "value": value, "freq": count,
                      "primary": int(primary), "need_up": need_up, "need_slide": 10 if primary and not magnitude else 0})
    relations = []
    for k, (own, _) in enumerate(dimensions):
        for key in number:
            for total, children in own:
                members = [key[:k] + (child,) + key[k + 1:] for child in children]
                if key[k] == total and all(member in number for member in members):
                    relations.append((number[key], [number[member] for member in members]))
    return cells, relations


def write(folder, cells, relations):
    folder = pathlib.Path(folder)
    with open(folder / "cells.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, cells[0])
        writer.writeheader()
        writer.writerows(cells)
    with open(folder / "relations.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["relation", "total", "child"])
        writer.writerows((r, total, child) for r, (total, children) in enumerate(relations) for child in children)
    return folder / "cells.csv", folder / "relations.csv"


def furthest(folder, cells, relations, hidden, cell, up):
    """How far an attacker can think a hidden cell from its value."""
    largest = max(row["value"] for row in cells)
    lines = [f"{'Maximize' if up else 'Minimize'}\n goal: y{cell}\nSubject To"]
    for r, (total, children) in enumerate(relations):
        terms = [f"+ y{child}" for child in children if child in hidden]
        if total in hidden:
            terms.append(f"- y{total}")
        if terms:
            lines.append(f" r{r}: {' '.join(terms)} = 0")
    lines.append("Bounds")
    lines += [f" -{cells[i]['value']} <= y{i} <= {largest}" for i in sorted(hidden)]
    program, answer = pathlib.Path(folder) / "program.lp", pathlib.Path(folder) / "answer.txt"
    program.write_text("\n".join(lines + ["End\n"]))
    subprocess.run(["glpsol", "--lp", program, "-w", answer], check=True, stdout=subprocess.DEVNULL)
    found = next(line.split() for line in answer.read_text().splitlines() if line.startswith("s bas"))
    assert found[4:6] == ["f", "f"], found
    return abs(float(found[6]))


def failures(folder, cells, relations, pattern):
    """Sensitive cells that are shown, exact or too narrow."""
    with open(pattern, newline="") as file:
        status = {int(row["cell"]): row["status"] for row in csv.DictReader(file)}
    hidden = {cell for cell, how in status.items() if how != "published"}
    bad = []
    for row in cells:
        if not row["primary"]:
            continue
        if row["cell"] not in hidden:
            bad.append((row["cell"], "shown"))
            continue
        above = furthest(folder, cells, relations, hidden, row["cell"], True)
        below = furthest(folder, cells, relations, hidden, row["cell"], False)
        if above < row["need_up"] - 1e-3 or above + below < row["need_slide"] - 1e-3 or above + below < 1e-6:
            bad.append((row["cell"], above, below))
    return bad
