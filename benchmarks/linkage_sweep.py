#!/usr/bin/env python3
"""Where linkage breaks: F1, precision and recall on generated registrations over error rates and household sizes, as a
table and as an SVG.

  linkage_sweep.py PROGRAM [--records N] [--output docs/linkage-sweep.svg]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import curves

ROOT = pathlib.Path(__file__).resolve().parent.parent
ERRORS = (0.5, 1, 2, 4, 8)
HOUSEHOLDS = (0.5, 1, 2)


def measure(program, records, errors, household):
    with tempfile.TemporaryDirectory() as folder:
        data, truth, found = (pathlib.Path(folder) / name for name in ("in.csv", "truth.csv", "out.csv"))
        subprocess.run([sys.executable, ROOT / "benchmarks/linkage_registrations.py", "--records", str(records), "--errors",
                        str(errors), "--household", str(household), data, truth], check=True)
        run = subprocess.run([program, "link", "run", "--spec", ROOT / "specs/linkage/japanese.toml", "--input", data,
                              "--output", found], capture_output=True, text=True)
        if run.returncode > 1:
            raise SystemExit(run.stderr)
        out = subprocess.run([program, "link", "evaluate", "--clusters", found, "--truth", truth, "--json"],
                             capture_output=True, text=True, check=True)
        return json.loads(out.stdout)["pairwise"]


def draw(rows, path):
    floor = int(min(score["f1"] for _, _, score in rows) * 100) / 100 - 0.01
    lines = [(f"households × {household}", [(errors, score["f1"], "") for errors, of, score in rows if of == household])
             for household in HOUSEHOLDS]
    curves.write(path, "Pairwise F1 over error rates and household sizes", "pairwise F1", "error rates, times those of the reference",
                 curves.Named(ERRORS), curves.Linear(floor, 1), lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--output", default=str(ROOT / "docs/linkage-sweep.svg"))
    options = parser.parse_args()
    rows = []
    print("| errors | households | precision | recall | F1 |\n| --- | --- | --- | --- | --- |")
    for household in HOUSEHOLDS:
        for errors in ERRORS:
            score = measure(options.program, options.records, errors, household)
            rows.append((errors, household, score))
            print(f"| {errors} | {household} | {score['precision']:.4f} | {score['recall']:.4f} | {score['f1']:.4f} |", flush=True)
    draw(rows, options.output)


if __name__ == "__main__":
    main()
