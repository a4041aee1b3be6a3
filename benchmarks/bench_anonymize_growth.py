#!/usr/bin/env python3
"""How the cost of the optimum grows with the rows: tables of the claims' generator under 5-anonymity, distinct 3-diversity and 4 %
suppression, by the command, as CSV lines and as a curve.

  bench_anonymize_growth.py PROGRAM DATA [--sizes 1000000 5000000 ...] [--scratch /var/tmp] [--output F.csv]
                            [--svg docs/anonymize-growth.svg]

DATA is the folder with gen_jpclaims.cpp and its hierarchies. A table that was measured is deleted before the next is made; a size that
stands in `--output` is not measured again. Seconds of encode + search by the clock and of the processor, of the whole command too
(reading, writing, audit, risk), and its memory.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

COLUMNS = ["rows", "wall", "cpu", "command_wall", "command_cpu", "memory_mb", "checked", "lattice", "score", "suppressed", "classes", "audit"]
QUASI = ("age", "sex", "area", "month", "los", "icd", "hosp")
CURVES = (("wall", "#d55e00", "encode + search, by the clock"), ("cpu", "#0072b2", "encode + search, processor"),
          ("command_cpu", "#009e73", "whole command, processor"))


def policy():
    text = 'delimiter = ";"\nsuppression_limit = 0.04\n'
    for name in QUASI:
        text += f'[[attribute]]\nname = "{name}"\nkind = "quasi"\nhierarchy = "h_{name}.csv"\n'
    return text + ('[[attribute]]\nname = "outcome"\nkind = "sensitive"\n[[model]]\nkind = "k-anonymity"\nk = 5\n'
                   '[[model]]\nkind = "l-diversity"\nvariant = "distinct"\nl = 3\nattribute = "outcome"\n')


def measure(options, rows):
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="sekisho-growth-") as name:
        folder = pathlib.Path(name)
        source = pathlib.Path(options.data)
        for file in source.glob("h_*.csv"):
            shutil.copy(file, folder / file.name)
        subprocess.run(["g++", "-O2", "-std=c++20", "-o", folder / "generate", source / "gen_jpclaims.cpp"], check=True)
        with open(folder / "table.csv", "wb") as file:
            subprocess.run([folder / "generate", str(rows)], stdout=file, cwd=folder, check=True)
        (folder / "p.toml").write_text(policy())
        begin = time.monotonic()
        child = subprocess.Popen([options.program, "anonymize", "--input", folder / "table.csv", "--policy", folder / "p.toml", "--output",
                                  folder / "o.csv", "--report", folder / "r.json"], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        if status != 0:
            raise SystemExit(f"the command ended with {os.waitstatus_to_exitcode(status)}")
        report = json.loads((folder / "r.json").read_text())
        return {"rows": rows, "wall": round(report["seconds"]["encode"] + report["seconds"]["search"], 2),
                "cpu": round(report["processor_seconds"], 2), "command_wall": round(wall, 1),
                "command_cpu": round(used.ru_utime + used.ru_stime, 1), "memory_mb": used.ru_maxrss // 1024, "checked": report["checked"],
                "lattice": report["lattice"], "score": report["score"]["value"], "suppressed": report["suppressed"],
                "classes": report["classes"], "audit": report["audit"]["ok"]}


def draw(rows, path):
    left, right, top, bottom = 70, 450, 40, 280
    rows = sorted(rows, key=lambda row: int(row["rows"]))
    seconds = [float(row[name]) for row in rows for name, _, _ in CURVES]
    lowest, highest = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    least, most = math.log10(int(rows[0]["rows"])), math.log10(int(rows[-1]["rows"]))
    x = lambda count: left + (math.log10(int(count)) - least) / max(most - least, 1e-9) * (right - left)
    y = lambda value: bottom - (math.log10(float(value)) - lowest) / (highest - lowest) * (bottom - top)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 690 340" font-family="sans-serif" font-size="12">',
             '<title>Rows of a table and seconds until its optimum stands</title>', '<rect width="690" height="340" fill="white"/>',
             f'<text x="{left}" y="24">seconds; beside the points of the whole command its memory</text>',
             f'<text x="{(left + right) / 2:.0f}" y="325" text-anchor="middle">rows</text>']
    for power in range(lowest, highest + 1):
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y(10 ** power):.0f}" y2="{y(10 ** power):.0f}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y(10 ** power) + 4:.0f}" text-anchor="end">{10 ** power:g}</text>')
    for row in rows:
        parts.append(f'<text x="{x(row["rows"]):.0f}" y="{bottom + 20}" text-anchor="middle">{int(row["rows"]) / 1e6:g} M</text>')
    # A straight line of slope 1: cost that grows as the rows do.
    first, last = rows[0], rows[-1]
    ideal = float(first["cpu"]) * int(last["rows"]) / int(first["rows"])
    parts.append(f'<line x1="{x(first["rows"]):.1f}" y1="{y(first["cpu"]):.1f}" x2="{x(last["rows"]):.1f}" y2="{y(ideal):.1f}" stroke="#999" '
                 f'stroke-dasharray="4 4"/><text x="{right + 28}" y="{top + 20 + 20 * len(CURVES)}" fill="#777">as the rows grow</text>')
    for number, (name, colour, title) in enumerate(CURVES):
        line = " ".join(f"{x(row['rows']):.1f},{y(row[name]):.1f}" for row in rows)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{right + 28}" y="{top + 20 + 20 * number}" fill="{colour}">{title}</text>')
        parts += [f'<circle cx="{x(row["rows"]):.1f}" cy="{y(row[name]):.1f}" r="3" fill="{colour}"/>' for row in rows]
    parts += [f'<text x="{x(row["rows"]):.1f}" y="{y(row["command_cpu"]) - 8:.1f}" font-size="10" text-anchor="middle" fill="{CURVES[2][1]}">'
              f'{int(row["memory_mb"]) / 1024:.1f} GB</text>' for row in rows]
    pathlib.Path(path).write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000_000, 5_000_000, 20_000_000])
    parser.add_argument("--scratch", default="/var/tmp")
    parser.add_argument("--output")
    parser.add_argument("--svg")
    options = parser.parse_args()
    rows = []
    if options.output and pathlib.Path(options.output).exists():
        with open(options.output, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    for size in options.sizes:
        if size in (int(row["rows"]) for row in rows):
            continue
        rows.append(measure(options, size))
        print(" ".join(f"{key}={rows[-1][key]}" for key in COLUMNS), flush=True)
        if options.output:
            with open(options.output, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    if options.svg and rows:
        draw(rows, options.svg)


if __name__ == "__main__":
    main()
