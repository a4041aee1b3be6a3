"""Tables of many shapes through the command, every answer judged by another solver: `python3 tests/scenarios/soak_tables.py
FIRST LAST [--seconds S]` (seeds). Prints one line for each table that is not as it must be, and how many were judged."""
import csv
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios import exit_tables, table_shapes  # noqa: E402
from scenarios.harness import BIN  # noqa: E402

MOST_PATTERNS = 3000  # tried for a cheaper one


def command(*arguments):
    done = subprocess.run([str(BIN / "sekisho"), "disclosure", *map(str, arguments), "--json"], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def alone(relations, hidden):
    return any(len(hidden.intersection([total, *children])) == 1 for total, children in relations)


def cheaper(folder, cells, relations, cost, most):
    """A safe pattern that costs less, by trying at most `most` that could be one; None: none was found."""
    primary = {row["cell"] for row in cells if row["primary"]}
    free = [row["cell"] for row in cells if not row["primary"] and not row.get("publish")]
    tried = 0
    for size in range(int(cost)):
        for extra in itertools.combinations(free, size):
            if sum(cells[cell].get("weight", 1) for cell in extra) >= cost or alone(relations, primary.union(extra)):
                continue
            tried += 1
            if tried > most:
                return None
            if not exit_tables.weak(folder, cells, relations, primary.union(extra)):
                return extra
    return None


def judge(seed, folder, seconds, patterns):
    cells, relations, shape = table_shapes.generate(seed)
    files = table_shapes.write(folder, seed, cells, relations)
    problems = []
    everything = {row["cell"] for row in cells if not row.get("publish")}
    if any(row["primary"] and row.get("publish") for row in cells):
        return shape, []
    possible = not exit_tables.weak(folder, cells, relations, everything)
    for mode in ("fast", "exact"):
        output = folder / f"{mode}.csv"
        output.unlink(missing_ok=True)
        code, text, error = command("protect", "--cells", files[0], "--relations", files[1], "--mode", mode, "--seconds", seconds,
                                    "--output", output)
        if code != 0:
            if possible or "infeasible" not in text + error or output.exists():
                problems.append(f"{mode}: ended with {code} {text[:300]} {error[:300]}")
            continue
        answer = json.loads(text)
        if not possible:
            problems.append(f"{mode}: protected what cannot be")
        with open(output, newline="", encoding="utf-8") as file:
            rows = {int(row["cell"]): row for row in csv.DictReader(file)}
        for row in cells:
            for key, value in row.items():
                if rows[row["cell"]][key] != str(value):
                    problems.append(f"{mode}: column {key} of cell {row['cell']} changed from {value!r} to {rows[row['cell']][key]!r}")
        hidden = {cell for cell, row in rows.items() if row["status"] != "published"}
        problems += [f"{mode}: {bad}" for bad in exit_tables.weak(folder, cells, relations, hidden)]
        if any(cells[cell].get("publish") for cell in hidden):
            problems.append(f"{mode}: a forced cell is hidden")
        if answer["secondary"] != len(hidden) - sum(row["primary"] for row in cells):
            problems.append(f"{mode}: counts differ")
        cost = sum(cells[cell].get("weight", 1) for cell in hidden if not cells[cell]["primary"])
        if answer["lp_bound"] > cost + 1e-6:
            problems.append(f"{mode}: bound {answer['lp_bound']} above {cost}")
        if mode == "exact" and answer["optimal"] and patterns:
            found = cheaper(folder, cells, relations, cost, patterns)
            if found is not None:
                problems.append(f"exact: {cost}, but {found} is safe too")
        code, text, error = command("audit", "--cells", files[0], "--relations", files[1], "--pattern", output)
        if code != 0:
            problems.append(f"{mode}: own audit says {code} {text[:200]} {error[:200]}")
    return shape, problems


class TablesOfManyShapes(unittest.TestCase):
    def test_a_thousand_tables_are_safe_and_optimal_by_the_word_of_another_solver(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(1000, 2000):
                shape, problems = judge(seed, pathlib.Path(folder), 10, MOST_PATTERNS)
                self.assertEqual(problems, [], f"seed {seed}, {shape}")


def main():
    first, last = int(sys.argv[1]), int(sys.argv[2])
    seconds = sys.argv[sys.argv.index("--seconds") + 1] if "--seconds" in sys.argv else "20"
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            shape, problems = judge(seed, pathlib.Path(folder), seconds, MOST_PATTERNS if "--optima" in sys.argv else 0)
            bad += bool(problems)
            if problems:
                print(seed, shape, *problems, sep="\n  ", flush=True)
    print(f"{last - first} tables, {bad} not as they must be")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
