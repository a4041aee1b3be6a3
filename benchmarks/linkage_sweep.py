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

ROOT = pathlib.Path(__file__).resolve().parent.parent
ERRORS = (0.5, 1, 2, 4, 8)
HOUSEHOLDS = (0.5, 1, 2)
COLOURS = {0.5: "#0072b2", 1: "#d55e00", 2: "#009e73"}


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
    low = min(row[2]["f1"] for row in rows)
    floor = int(low * 100) / 100 - 0.01
    x = lambda i: 70 + i * 110
    y = lambda value: 260 - (value - floor) / (1 - floor) * 220
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 320" font-family="sans-serif" font-size="12">',
             '<rect width="620" height="320" fill="white"/>']
    for step in range(5):
        value = floor + (1 - floor) * step / 4
        parts.append(f'<line x1="70" x2="520" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>'
                     f'<text x="62" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3f}</text>')
    for i, errors in enumerate(ERRORS):
        parts.append(f'<text x="{x(i)}" y="280" text-anchor="middle">{errors}</text>')
    parts.append('<text x="290" y="305" text-anchor="middle">error rates, times those of the reference</text>'
                 '<text x="70" y="22">pairwise F1</text>')
    for n, household in enumerate(HOUSEHOLDS):
        points = [(x(ERRORS.index(e)), y(score["f1"])) for e, h, score in rows if h == household]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[household]}" stroke-width="2"/>'
                     f'<text x="530" y="{60 + 20 * n}" fill="{COLOURS[household]}">households × {household}</text>')
    parts.append("</svg>\n")
    pathlib.Path(path).write_text("\n".join(parts), encoding="utf-8")


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
