#!/usr/bin/env python3
"""What each rule of exit control costs: cells and persons lost on generated tables, as a Markdown table.

  bench_rules.py PROGRAM

Counts: two tables of persons (12 x 9 and 8 x 6 x 4 categories with groups). Magnitudes: two tables of sums by person. Each line
is one policy; `lost` are hidden cells of all cells, `of it by the rule` the sensitive ones among them, `numbers` the share of
the innermost cells' total that is no longer shown cell by cell.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from scenarios import exit_tables  # noqa: E402

DECIDED = {"decision": "example"}
COUNTS = [
    ("threshold 5 (needs a decision)", {"t": 5, **DECIDED}, []),
    ("threshold 10", {"t": 10}, []),
    ("threshold 20", {"t": 20}, []),
    ("threshold 10, zeros protected", {"t": 10, "zeros": "protect"}, []),
    ("threshold 10, rounding instead of hiding", {"t": 10, "method": "rounding"}, ["--mode", "rounding"]),
]
MAGNITUDES = [
    ("threshold 3 (needs a decision)", {"t": 3, **DECIDED}, []),
    ("threshold 10", {"t": 10}, []),
    ("threshold 10, p 10 %", {"t": 10, "p": 10}, []),
    ("threshold 10, p 20 %", {"t": 10, "p": 20}, []),
    ("threshold 10, (1, 85)", {"t": 10, "nk": [1, 85]}, []),
    ("threshold 10, (2, 90)", {"t": 10, "nk": [2, 90]}, []),
    ("threshold 10, p 10 %, (2, 90)", {"t": 10, "p": 10, "nk": [2, 90]}, []),
]
TABLES = {
    "counts": [exit_tables.table(1, [12, 9], mean=25), exit_tables.table(2, [8, 6, 4], mean=25)],
    "magnitudes": [exit_tables.table(3, [12, 9], magnitude=True, mean=25), exit_tables.table(4, [8, 6, 4], magnitude=True, mean=25)],
}


def protect(program, folder, table, policy, arguments):
    cells = [{key: value for key, value in row.items() if key not in ("primary", "need_up", "need_slide")} for row in table[0]]
    files = exit_tables.write(folder, cells, table[1])
    (folder / "policy.json").write_text(json.dumps(policy))
    done = subprocess.run([program, "disclosure", "protect", "--cells", files[0], "--relations", files[1], "--policy", folder / "policy.json",
                           "--output", folder / "out.csv", "--json", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    answer = json.loads(done.stdout)
    with open(folder / "out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    totals = {str(total) for total, _ in table[1]}
    inner = [row for row in rows if row["cell"] not in totals]
    hidden = sum(float(row["value"]) for row in inner if row["status"] in ("primary", "secondary"))
    return answer, hidden / sum(float(row["value"]) for row in inner)


def main():
    program = sys.argv[1]
    print("| table | rule | lost | of it by the rule | numbers |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for kind, policies in (("counts", COUNTS), ("magnitudes", MAGNITUDES)):
            for rule, policy, arguments in policies:
                for number, table in enumerate(TABLES[kind], 1):
                    found = protect(program, pathlib.Path(name), table, policy, arguments)
                    if found is None:
                        print(f"| {kind} {number} | {rule} | refused | | |")
                        continue
                    answer, lost = found
                    cells, primary, secondary = answer["cells"], answer["primary"], answer["secondary"]
                    if "base" in answer:
                        print(f"| {kind} {number} | {rule} | 0 of {cells}, every number to {answer['base']:g} | {primary} | 0 % |")
                    else:
                        print(f"| {kind} {number} | {rule} | {primary + secondary} of {cells} | {primary} | {lost:.0%} |")


if __name__ == "__main__":
    main()
