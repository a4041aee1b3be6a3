#!/usr/bin/env python3
"""What one new registration costs a person store of many: all but a sample of generated registrations are loaded at once,
the sample joins in calls of a thousand (each durable when it ends), and the persons are compared with those of one batch.

  linkage_increments.py PROGRAM [--records 1000000] [--calls 10] [--registrations FILE.csv] [--scratch FOLDER] [--no-batch]
"""
import argparse
import csv
import itertools
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import bench

ROOT = pathlib.Path(__file__).resolve().parent.parent
EACH = 1000


def split(whole, records, calls, base, parts):
    """Every n-th registration arrives later, the others are there."""
    every = records // (calls * EACH)
    with open(whole, encoding="utf-8") as source, open(base, "w", encoding="utf-8") as first:
        later = [open(part, "w", encoding="utf-8") for part in parts]
        header = next(source)
        for file in (first, *later):
            file.write(header)
        taken = 0
        for at, line in enumerate(itertools.islice(source, records)):
            if at % every == every // 2 and taken < calls * EACH:
                later[taken % calls].write(line)
                taken += 1
            else:
                first.write(line)
        for file in later:
            file.close()


def link(program, *arguments):
    done = subprocess.run([program, "link", *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--registrations", help="a file of linkage_registrations.py that was made before")
    parser.add_argument("--scratch", help="folder for the store: on a real disk, since arrivals are made durable there")
    parser.add_argument("--no-batch", action="store_true", help="do not compare with one batch")
    options = parser.parse_args()
    spec = ROOT / "specs/linkage/japanese.toml"
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = pathlib.Path(name)
        whole = options.registrations
        if whole is None:
            whole = folder / "all.csv"
            subprocess.run([sys.executable, ROOT / "benchmarks/linkage_registrations.py", "--records", str(options.records), whole,
                            folder / "truth.csv"], check=True)
        base, parts = folder / "base.csv", [folder / f"later{call}.csv" for call in range(options.calls)]
        split(whole, options.records, options.calls, base, parts)
        state = folder / "state"
        wall, cpu, peak = bench.timed([options.program, "link", "add", "--state", state, "--spec", spec, "--input", base], 1)
        print(f"loading {options.records - options.calls * EACH} at once: {wall:.0f} s wall, {cpu:.0f} s CPU, {peak:.0f} MB", flush=True)
        walls, cpus = [], []
        for part in parts:
            wall, cpu, _ = bench.timed([options.program, "link", "add", "--state", state, "--input", part], 1)
            walls.append(wall)
            cpus.append(cpu)
        print(f"{options.calls} calls of {EACH}, opening and fsync included: wall {statistics.median(walls) / EACH * 1e3:.2f} ms each in the median "
              f"({min(walls) / EACH * 1e3:.2f} to {max(walls) / EACH * 1e3:.2f}), CPU {sum(cpus) / len(cpus) / EACH * 1e3:.2f} ms each", flush=True)
        if options.no_batch:
            return
        found, batch = folder / "found.csv", folder / "batch.csv"
        link(options.program, "state", "--state", state, "--output", found)
        link(options.program, "run", "--spec", spec, "--input", base, *parts, "--output", batch)
        got = link(options.program, "evaluate", "--clusters", found, "--truth", batch)
        pairs = got["pairs_found"] + got["pairs_true"] - got["pairs_both"]
        differ = pairs - got["pairs_both"]
        print(f"against one batch: {differ} of {pairs} pairs differ ({differ / pairs:.4%})")


if __name__ == "__main__":
    main()
