#!/usr/bin/env python3
"""How far protection of tables reaches: generated 2-, 3- and 4-dimensional hierarchical counts of 10^3 to 10^6 cells,
protected by the command, as CSV lines and as a curve.

  bench_disclosure.py PROGRAM [--sizes 1000 10000 ...] [--dimensions 2 3 4] [--seconds S] [--mode fast]
                      [--small 0.1 ...] [--output F.csv] [--svg docs/disclosure-growth.svg] [--check]

`--check` has GLPK repeat the two programs of 20 sensitive cells of each table, drawn from the seed. `--svg` alone, with an
`--output` that exists, draws what was measured before.
"""
import argparse
import csv
import itertools
import json
import math
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

import curves

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
COLUMNS = ["dimensions", "wanted", "cells", "primary", "secondary", "lp_bound", "gap", "cpu", "wall", "memory_mb", "audit", "checked"]


def tree(leaves, name):
    """(label, leaves below) and relations of a dimension: groups of five, groups of five groups, the total."""
    nodes = [(f"{name}{i}", [i]) for i in range(leaves)]
    relations, level, step = [], list(range(leaves)), 0
    while len(level) > 8:
        upper = []
        for at in range(0, len(level), 5):
            part = level[at:at + 5]
            if len(part) == 1:
                upper.append(part[0])
                continue
            nodes.append((f"{name}{'G' * (step + 1)}{at // 5}", [leaf for child in part for leaf in nodes[child][1]]))
            relations.append((len(nodes) - 1, part))
            upper.append(len(nodes) - 1)
        level, step = upper, step + 1
    nodes.append(("Total", list(range(leaves))))
    relations.append((len(nodes) - 1, level))
    return nodes, relations


def shape(dimensions, wanted):
    """Leaves of each dimension so that all nodes multiplied come near the wanted number of cells."""
    leaves = [2] * dimensions
    best = None
    for size in range(3, 2000):
        trial = [max(2, round(size * share)) for share in (1, 0.7, 0.5, 0.35)[:dimensions]]
        cells = 1
        for n in trial:
            cells *= len(tree(n, "")[0])
        if best is None or abs(cells - wanted) < abs(best - wanted):
            best, leaves = cells, trial
        if cells > 2 * wanted:
            break
    return leaves


def write(folder, dimensions, wanted, small, seed):
    rng = random.Random(f"{dimensions} {wanted} {seed}")
    trees = [tree(n, "ABCD"[k]) for k, n in enumerate(shape(dimensions, wanted))]
    effects = [[rng.lognormvariate(0, 0.7) for _ in nodes[-1][1]] for nodes, _ in trees]
    # The level of all cells, so that about the wanted share of the innermost ones is small.
    count = {}
    level = 8 / small ** 0.8
    for key in itertools.product(*[range(len(effect)) for effect in effects]):
        mean = level
        for k, effect in zip(key, effects):
            mean *= effect[k]
        count[key] = 0 if rng.random() < 0.15 else max(0, round(rng.gauss(mean, mean ** 0.5)))
    sizes = [len(nodes) for nodes, _ in trees]
    values = dict(count)
    for d, (nodes, relations) in enumerate(trees):  # one dimension after the other becomes whole
        for key in itertools.product(*[range(n) for n in sizes[:d]], *[range(len(effect)) for effect in effects[d + 1:]]):
            for node, children in relations:
                values[key[:d] + (node,) + key[d:]] = sum(values[key[:d] + (child,) + key[d:]] for child in children)
    number = {key: at for at, key in enumerate(itertools.product(*[range(n) for n in sizes]))}
    with open(folder / "cells.csv", "w", encoding="utf-8") as file:
        file.write("cell," + ",".join(f"d{d}" for d in range(dimensions)) + ",value\n")
        for key, at in number.items():
            file.write(f"{at}," + ",".join(trees[d][0][k][0] for d, k in enumerate(key)) + f",{values[key]}\n")
    relations = []
    for d, (_, own) in enumerate(trees):
        for key in itertools.product(*[range(n) for e, n in enumerate(sizes) if e != d]):
            for node, children in own:
                relations.append((number[key[:d] + (node,) + key[d:]], [number[key[:d] + (child,) + key[d:]] for child in children]))
    with open(folder / "relations.csv", "w", encoding="utf-8") as file:
        file.write("relation,total,child\n")
        for name, (total, children) in enumerate(relations):
            file.write("".join(f"{name},{total},{child}\n" for child in children))
    return [values[key] for key in number], relations


def checked(folder, values, relations, seed):
    from scenarios import exit_tables
    cells = [{"cell": at, "value": value, "primary": int(0 < value < 10), "need_up": 0, "need_slide": 10} for at, value in enumerate(values)]
    with open(folder / "out.csv", newline="", encoding="utf-8") as file:
        hidden = {int(row["cell"]) for row in csv.DictReader(file) if row["status"] != "published"}
    sample = set(random.Random(seed).sample([c["cell"] for c in cells if c["primary"]], 20))
    for cell in cells:
        cell["primary"] = int(cell["cell"] in sample)
    bad = []
    for cell in sorted(sample):
        (reach,) = exit_tables.intervals(folder, cells, relations, hidden, [cell]).values()
        bad += [cell] if sum(reach) < 10 - 1e-4 else []
    return "ok" if not bad else f"{len(bad)} of 20 too narrow"


def measure(options, dimensions, wanted, small):
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = pathlib.Path(name)
        values, relations = write(folder, dimensions, wanted, small, options.seed)
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run([options.program, "disclosure", "protect", "--cells", folder / "cells.csv", "--relations", folder / "relations.csv",
                               "--mode", options.mode, "--output", folder / "out.csv", "--json", *(["--seconds", str(options.seconds)] if options.seconds else [])],
                              capture_output=True, text=True)
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        row = {"dimensions": dimensions, "wanted": wanted, "cells": len(values), "wall": round(wall, 1), "memory_mb": after.ru_maxrss // 1024,
               "cpu": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)}
        if done.returncode != 0:
            return {**row, "audit": json.loads(done.stdout or "{}").get("error", {}).get("code", done.returncode)}
        answer = json.loads(done.stdout)
        row |= {key: answer[key] for key in ("primary", "secondary")} | {key: round(answer[key], 3) for key in ("lp_bound", "gap")}
        row["audit"] = f"{answer['audit']['exact']}/{answer['audit']['too_narrow']}"
        if options.check:
            row["checked"] = checked(folder, values, relations, options.seed)
        return row


def draw(rows, path):
    rows = [row for row in rows if row.get("secondary") not in (None, "")]
    highest = max(100, 10 ** math.ceil(math.log10(max(float(row["cpu"]) for row in rows))))
    lines = [(f"{dimensions} dimensions", sorted((float(row["cells"]), float(row["cpu"]), f"{float(row['gap']):.0%}")
                                                 for row in rows if int(row["dimensions"]) == dimensions))
             for dimensions in sorted({int(row["dimensions"]) for row in rows})]
    curves.write(path, "Cells of a table and CPU seconds until its safe pattern stands", "CPU seconds; beside each point the gap to the bound",
                 "cells", curves.Log(10 ** 2.8, 10 ** 6.2, lambda power: f"10^{power}"), curves.Log(1, highest), lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 3000, 10000])
    parser.add_argument("--dimensions", type=int, nargs="*", default=[2, 3, 4])
    parser.add_argument("--seconds", type=float, help="of the search; without it those that the program takes")
    parser.add_argument("--mode", default="fast")
    parser.add_argument("--small", type=float, default=0.2, help="about the share of small cells among the innermost")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", default="/dev/shm")
    parser.add_argument("--output")
    parser.add_argument("--svg")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    rows = []
    if options.output and pathlib.Path(options.output).exists():
        with open(options.output, newline="") as file:
            rows = list(csv.DictReader(file))
    for wanted, dimensions in itertools.product(options.sizes, options.dimensions):
        rows.append(measure(options, dimensions, wanted, options.small))
        print(" ".join(f"{key}={rows[-1][key]}" for key in COLUMNS if key in rows[-1]), flush=True)
        if options.output:
            with open(options.output, "w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
    if options.svg:
        draw(rows, options.svg)


if __name__ == "__main__":
    main()
