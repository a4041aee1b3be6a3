#!/usr/bin/env python3
"""What the optimum costs when k counts persons of several rows, when closeness is asked for, when several columns are sensitive: one
table of the claims' generator with more columns, one policy after the other, by the command.

  bench_anonymize_shapes.py PROGRAM DATA [--rows 1000000] [--scratch /var/tmp] [--only NAME ...] [--limit SECONDS]

DATA is the folder with gen_jpclaims.cpp and its hierarchies. A line of CSV for each policy: seconds of encode + search by the clock and
of the processor, nodes grouped, levels, score, suppressed rows, memory of the whole command. A person has one to five rows, which share
age, sex and area.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

QUASI = ("age", "sex", "area", "month", "los", "icd", "hosp")
EXTRA = ("own", "person", "household", "grade", "cost")
DISTINCT = ("outcome", 'kind = "l-diversity"\nvariant = "distinct"\nl = 3')
CASES = {  # name: keys of the policy, sensitive columns with their models
    "rows": ("", [DISTINCT]),
    "persons of one row": ('person = "own"', [DISTINCT]),
    "persons of several rows": ('person = "person"', [DISTINCT]),
    "persons and households": ('person = "person"\nhousehold = "household"', [DISTINCT]),
    "two sensitive columns": ("", [DISTINCT, ("grade", DISTINCT[1])]),
    "sensitive column of 200 values": ("", [("cost", DISTINCT[1])]),
    "closeness": ("", [("outcome", 'kind = "t-closeness"\ndistance = "equal"\nt = 0.2')]),
    "ordered closeness": ("", [("outcome", 'kind = "t-closeness"\ndistance = "ordered"\nt = 0.1')]),
    "entropy diversity": ("", [("outcome", 'kind = "l-diversity"\nvariant = "entropy"\nl = 2.5')]),
    "closeness of persons": ('person = "person"', [("outcome", 'kind = "t-closeness"\ndistance = "equal"\nt = 0.2')]),
}


def policy(keys, sensitive, k=5):
    text = f'delimiter = ";"\nsuppression_limit = 0.04\n{keys}\n'
    for name in QUASI:
        text += f'[[attribute]]\nname = "{name}"\nkind = "quasi"\nhierarchy = "h_{name}.csv"\n'
    for name, model in sensitive:
        text += f'[[attribute]]\nname = "{name}"\nkind = "sensitive"\n[[model]]\n{model}\nattribute = "{name}"\n'
    return text + f'[[model]]\nkind = "k-anonymity"\nk = {k}\n'


def write_table(source, target, rows):
    """The generator's rows with the columns of EXTRA."""
    draw = random.Random(7)
    generator = subprocess.Popen([source, str(rows)], stdout=subprocess.PIPE, text=True)
    with open(target, "w") as out:
        names = next(generator.stdout).rstrip().split(";")
        out.write(";".join([*names, *EXTRA]) + "\n")
        person, left, shared = -1, 0, None
        for number, line in enumerate(generator.stdout):
            fields = line.rstrip().split(";")
            if left == 0:
                person, left, shared = person + 1, draw.choices((1, 2, 3, 4, 5), (50, 25, 12, 8, 5))[0], fields[:3]
            left -= 1
            fields[:3] = shared
            extra = (number, person, person // 2, min(5, int(draw.expovariate(1))), min(199, int(draw.expovariate(0.05))))
            out.write(";".join([*fields, *map(str, extra)]) + "\n")
    if generator.wait() != 0:
        raise SystemExit("the generator failed")


def run(options, folder, name):
    keys, sensitive = CASES[name]
    (folder / "p.toml").write_text(policy(keys, sensitive))
    begin = time.monotonic()
    child = subprocess.Popen([options.program, "anonymize", "--input", folder / "table.csv", "--policy", folder / "p.toml", "--output",
                              folder / "o.csv", "--report", folder / "r.json", "--time-limit", str(options.limit)],
                             stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        return {"policy": name, "command_wall": round(time.monotonic() - begin, 1), "optimal": f"exit {os.waitstatus_to_exitcode(status)}"}
    report = json.loads((folder / "r.json").read_text())
    return {"policy": name, "wall": round(report["seconds"]["encode"] + report["seconds"]["search"], 2),
            "cpu": round(report["processor_seconds"], 2), "command_wall": round(time.monotonic() - begin, 1),
            "command_cpu": round(used.ru_utime + used.ru_stime, 1), "memory_mb": used.ru_maxrss // 1024, "checked": report["checked"],
            "levels": " ".join(map(str, report["levels"].values())), "score": report["score"]["value"],
            "suppressed": report["suppressed"], "optimal": report["optimal"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--scratch", default="/var/tmp")
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--limit", type=float, default=600, help="of the search; it ends with the best answer so far")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="sekisho-shapes-") as name:
        folder = pathlib.Path(name)
        for file in options.data.glob("h_*.csv"):
            shutil.copy(file, folder / file.name)
        subprocess.run(["g++", "-O2", "-std=c++20", "-o", folder / "generate", options.data / "gen_jpclaims.cpp"], check=True)
        write_table(folder / "generate", folder / "table.csv", options.rows)
        out = csv.DictWriter(sys.stdout, ("policy", "wall", "cpu", "command_wall", "command_cpu", "memory_mb", "checked", "levels", "score",
                                          "suppressed", "optimal"))
        out.writeheader()
        for case in options.only:
            out.writerow(run(options, folder, case))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
