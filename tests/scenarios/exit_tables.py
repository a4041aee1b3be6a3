"""Generated tables with hierarchies, and an auditor of patterns that knows nothing of the product: one linear program for
each question, solved by glpsol."""
import csv
import itertools
import math
import pathlib
import random
import re
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


def facts(units, magnitude):
    """Columns of a cell with these contributions: threshold 10 for counts, for magnitudes fewer than 3 and p = 10 %."""
    first, second = (sorted(units, reverse=True) + [0, 0])[:2]
    value, count = sum(units), len(units)
    need_up = max(0, first / 10 - (value - first - second)) if magnitude and count else 0
    if magnitude and 0 < count < 3:
        need_up = max(1, need_up)
    primary = need_up > 0 if magnitude else 0 < count < 10
    return {"value": value, "freq": count, "top1": first, "top2": second, "primary": int(primary), "need_up": round(need_up, 6),
            "need_slide": 10 if primary and not magnitude else 0}


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
        number[key] = len(cells)
        cells.append({"cell": len(cells), **{f"d{k}": label for k, label in enumerate(key)},
                      **facts([unit for part in parts for unit in units[part]], magnitude)})
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


def intervals(folder, cells, relations, hidden, asked):
    """How far below and above its value an attacker must think each of the asked cells, {cell: (below, above)}: the
    programs of all questions stand side by side in one, as none touches another."""
    largest = max(row["value"] for row in cells)
    unit = max(1, largest / 1e4)  # the solver's tolerances are absolute
    near = [(r, total, [child for child in children if child in hidden]) for r, (total, children) in enumerate(relations)]
    near = [(r, total, children) for r, total, children in near if children or total in hidden]
    goal, rows, bounds, names = [], [], [], {}
    for number, (cell, up) in enumerate((cell, up) for cell in asked for up in (False, True)):
        goal.append(f"{'+' if up else '-'} y{number}_{cell}")
        for r, total, children in near:
            terms = [f"+ y{number}_{child}" for child in children]
            if total in hidden:
                terms.append(f"- y{number}_{total}")
            rows.append(f" r{number}_{r}:\n " + "\n ".join(terms) + " = 0")
        for i in sorted(hidden):
            below = cells[i]["value"] - cells[i].get("lower", 0)
            above = cells[i]["upper"] - cells[i]["value"] if "upper" in cells[i] else largest
            bounds.append(f" -{below / unit} <= y{number}_{i} <= {above / unit}")
        names[f"y{number}_{cell}"] = (cell, up)
    program, answer = pathlib.Path(folder) / "program.lp", pathlib.Path(folder) / "answer.txt"
    program.write_text("\n".join(["Maximize\n goal:\n " + "\n ".join(goal) + "\nSubject To", *rows, "Bounds", *bounds, "End\n"]))
    subprocess.run(["glpsol", "--lp", program, "-w", answer], check=True, stdout=subprocess.DEVNULL)
    lines = answer.read_text().splitlines()
    assert [line.split()[4:6] for line in lines if line.startswith("s bas")] == [["f", "f"]], lines[:9]
    order = {}
    for line in lines:
        if line.startswith("j "):
            order[int(line.split()[1])] = float(line.split()[3])
    reach = {cell: [0, 0] for cell in asked}
    for column, name in enumerate(columns_of(program), 1):
        if name in names:
            cell, up = names[name]
            reach[cell][up] = abs(order[column]) * unit
    return reach


def columns_of(program):
    """Names in the order in which glpsol numbers them: by first mention."""
    seen = {}
    for name in re.findall(r"y\d+_\d+", program.read_text()):
        seen.setdefault(name)
    return seen


def weak(folder, cells, relations, hidden):
    """Sensitive cells that are shown, exact or too narrow, by cells[i]["cell"] == i."""
    bad = [(row["cell"], "shown") for row in cells if row["primary"] and row["cell"] not in hidden]
    asked = [row["cell"] for row in cells if row["primary"] and row["cell"] in hidden]
    for at in range(0, len(asked), 20):
        for cell, (below, above) in intervals(folder, cells, relations, hidden, asked[at:at + 20]).items():
            row = cells[cell]
            slack = max(1e-4, 2e-6 * max(row["need_up"], row["need_slide"], row.get("need_down", 0), row["value"]))
            if above < row["need_up"] - slack or below < row.get("need_down", 0) - slack or \
                    above + below < row["need_slide"] - slack or above + below < 1e-6 * max(1, row["value"]):
                bad.append((cell, below, above))
    return bad


def failures(folder, cells, relations, pattern):
    """Sensitive cells that the pattern of a file leaves shown, exact or too narrow."""
    with open(pattern, newline="") as file:
        hidden = {int(row["cell"]) for row in csv.DictReader(file) if row["status"] != "published"}
    return weak(folder, cells, relations, hidden)
