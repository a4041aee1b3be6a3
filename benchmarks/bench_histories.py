#!/usr/bin/env python3
"""Sets of diagnoses made k^m-anonymous by the command: persons of 20 codes each, drawn log-uniformly over about 9,000 codes of all letters
and blocks, k = 5, m = 2. Prints one JSON line: seconds by the clock and of the processor, by stage, and memory.

  bench_histories.py PROGRAM [--persons 1000000] [--scratch /dev/shm] [--threads 2]
"""
import argparse
import json
import math
import os
import pathlib
import random
import subprocess
import tempfile
import time

POLICY = """
person = "pid"
[sets]
k = 5
m = 2
[[history]]
name = "dx"
code = "icd"
[[history.column]]
name = "icd"
kind = "item"
rule = { kind = "icd10" }
"""
CODES = [f"{letter}{number:02}.{digit}" for letter in "ABCDEFGHIJKLMNOPQRSTVWXYZ" for number in range(36) for digit in range(10)]


def write(path, persons):
    chance = random.Random(5)
    codes = CODES.copy()
    chance.shuffle(codes)
    span = math.log(len(codes))
    with open(path, "w", encoding="ascii") as file:
        file.write("pid,icd\n")
        for person in range(persons):
            file.write("".join(f"p{person},{codes[int(math.exp(chance.random() * span)) - 1]}\n" for _ in range(20)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--scratch", default="/dev/shm")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="sekisho-histories-") as name:
        folder = pathlib.Path(name)
        write(folder / "dx.csv", options.persons)
        (folder / "p.toml").write_text(POLICY)
        begin = time.monotonic()
        child = subprocess.Popen([options.program, "anonymize", "histories", "--policy", folder / "p.toml", "--output", folder / "out", "--report",
                                  folder / "r.json", "--threads", str(options.threads)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        if status != 0:
            raise SystemExit(f"the command ended with {os.waitstatus_to_exitcode(status)}")
        report = json.loads((folder / "r.json").read_text())
    print(json.dumps({"persons": options.persons, "wall": round(wall, 1), "user": round(used.ru_utime, 1), "system": round(used.ru_stime, 1),
                      "memory_mb": used.ru_maxrss // 1024, "seconds": {stage: round(value, 1) for stage, value in report["seconds"].items()},
                      "items": report["items"], "rarest": report["audit"]["rarest"], "combinations": report["audit"]["combinations"]}))


if __name__ == "__main__":
    main()
