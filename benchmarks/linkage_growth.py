#!/usr/bin/env python3
"""How the cost of linkage grows with the number of registrations: CPU and wall seconds and peak memory of `link run` from
10^4 to 10^7 generated registrations, as CSV lines and as a curve.

  linkage_growth.py PROGRAM [--sizes 10000 100000 1000000 10000000] [--registrations FILE.csv] [--output F.csv]
                    [--svg docs/linkage-growth.svg]

One file of the largest size is made (linkage_registrations.py); the smaller ones are its beginnings. `--registrations` names
one that was made before; an `--output` that exists is added to, and what it holds is drawn too. Wall seconds are printed, not
drawn: they are those of a quiet machine only.
"""
import argparse
import csv
import itertools
import pathlib
import subprocess
import sys
import tempfile

import bench
import curves

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["records", "cpu_seconds", "wall_seconds", "memory_mb"]


def measure(options, whole, folder, records):
    part = folder / "part.csv"
    with open(whole, encoding="utf-8") as source, open(part, "w", encoding="utf-8") as out:
        out.writelines(itertools.islice(source, records + 1))
    wall, cpu, peak = bench.timed([options.program, "link", "run", "--spec", ROOT / "specs/linkage/japanese.toml", "--input", part,
                                   "--output", folder / "out.csv"], 1 if records >= 1_000_000 else 3)
    part.unlink()
    return {"records": records, "cpu_seconds": round(cpu, 2), "wall_seconds": round(wall, 2), "memory_mb": round(peak)}


def draw(rows, path):
    rows = [{name: float(value) for name, value in row.items()} for row in rows]
    # Seconds and memory share the axis: both grow by powers of ten.
    per = lambda value, row: f"{value / row['records'] * 1e6:.1f} µs each"
    lines = [("CPU seconds", [(row["records"], row["cpu_seconds"], per(row["cpu_seconds"], row)) for row in rows]),
             ("memory in GB", [(row["records"], row["memory_mb"] / 1000, f"{row['memory_mb'] * 1e6 / row['records']:.0f} bytes each") for row in rows])]
    curves.write(path, "Registrations linked, CPU seconds and memory", "CPU seconds; gigabytes", "registrations",
                 curves.Log(10 ** 3.8, 10 ** 7.3, lambda power: f"10^{power}"), curves.Log(0.01, 200), lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--registrations")
    parser.add_argument("--scratch", default="/dev/shm")
    parser.add_argument("--output")
    parser.add_argument("--svg", default=str(ROOT / "docs/linkage-growth.svg"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = pathlib.Path(name)
        whole = options.registrations
        if whole is None:
            whole = folder / "all.csv"
            subprocess.run([sys.executable, ROOT / "benchmarks/linkage_registrations.py", "--records", str(max(options.sizes)),
                            whole, folder / "truth.csv"], check=True)
        rows = []
        if options.output and pathlib.Path(options.output).exists():
            with open(options.output, newline="") as file:
                rows = list(csv.DictReader(file))
        for records in options.sizes:
            rows.append(measure(options, whole, folder, records))
            print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
        rows.sort(key=lambda row: int(row["records"]))
    if options.output:
        with open(options.output, "w", newline="") as file:
            sheet = csv.DictWriter(file, COLUMNS)
            sheet.writeheader()
            sheet.writerows(rows)
    draw(rows, options.svg)


if __name__ == "__main__":
    main()
