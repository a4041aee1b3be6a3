"""Reads a tree of synthetic hospitals with nothing but the Python library and says what is wrong with it.

usage: check_tree.py DIR    prints {"problems": {...}, "counts": {...}} as JSON
Rules: names and folders of the standardized storage, care dates by trigger, ISO-2022-JP and CP932, columns, numbers and
totals of claims, columns of DPC files, one current file a key, and influenza treatment counted again from the files.
"""
import collections
import csv
import datetime
import json
import os
import sys
import unicodedata

ROOT = sys.argv[1]
problems = collections.Counter()
examples = {}
counts = collections.Counter()

CARE_DATE = {"ADT-12": ("PV1", 44), "ADT-22": ("PV1", 44), "ADT-52": ("PV1", 45), "ADT-42": ("EVN", 6), "OMP-01": ("ORC", 9),
             "OMP-02": ("ORC", 9), "OMP-12": ("RXA", 3), "OML-11": ("SPM", 17)}
STRUCTURE = {"ADT-00": "ADT^A08^ADT_A01", "ADT-12": "ADT^A04^ADT_A01", "ADT-22": "ADT^A01^ADT_A01", "ADT-42": "ADT^A02^ADT_A02",
             "ADT-52": "ADT^A03^ADT_A03", "PPR-01": "PPR^ZD1^PPR_ZD1", "OMP-01": "RDE^O11^RDE_O11", "OMP-02": "RDE^O11^RDE_O11",
             "OMP-12": "RAS^O17^RAS_O17", "OML-11": "OUL^R22^OUL_R22"}
MEDICAL = {"RE": 38, "HO": 15, "KO": 12, "SN": 9, "SY": 8, "SI": 44, "IY": 44, "GO": 4, "IR": 10, "BU": 6, "SB": 8, "KK": 14,
           "SK": 7, "GA": 7, "HH": 9, "GT": 12}
PHARMACY = {"YK": 9, "RE": 42, "HO": 14, "KO": 10, "SN": 9, "SH": 10, "IY": 10, "CZ": 54, "GO": 4}
DPC_COLUMNS = {"FF1": 17, "EFn": 31, "EFg": 31, "Dn_": 30}
ANTIVIRALS = {"610443074", "610462002", "622638801", "622638901", "622950101", "660443018", "622012101", "622688601", "621972202",
              "621972102", "621972101", "621972201", "622622501", "622622601"}


def problem(kind, example):
    problems[kind] += 1
    examples.setdefault(kind, str(example)[:300])


def truth(name):
    with open(os.path.join(ROOT, "truth", name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def season(day):
    d = datetime.datetime.strptime(day, "%Y%m%d").date()
    year = d.year if d >= datetime.date.fromisocalendar(d.year, 36, 1) else d.year - 1
    return f"{year}/{(year + 1) % 100:02}"


persons = {(r["hospital"], r["patient_number"]): r["person_id"] for r in truth("registrations.csv")}
if len(persons) != len(truth("registrations.csv")):
    problem("registration twice", "")
marked = truth("marked.csv")
marked_words = collections.defaultdict(set)
for r in marked:
    for column in ("family_kanji", "given_kanji", "family_kana", "given_kana", "number", "birth"):
        word = r[column].replace("-", "") if column == "birth" else unicodedata.normalize("NFKC", r[column])
        marked_words[word].add((r["hospital"], r["patient_number"]))
treated_storage = collections.defaultdict(set)
treated_claims = collections.defaultdict(set)
folders = set()


def check_message(hospital, path, name, levels):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        text = raw.decode("iso2022_jp_ext")
    except UnicodeDecodeError as error:
        return problem("ISO-2022-JP", f"{path} {error}")
    if b"\n" in raw or not raw.endswith(b"\r"):
        problem("segment end", path)
    parts = name.split("_")
    if (len(parts) != 7 or parts[:3] != levels[2:5] or levels[0] != parts[0][:3] or levels[1] != parts[0][3:6]
            or len(parts[3]) != 15 or len(parts[4]) != 17 or not parts[4].isdigit() or parts[6] not in "012"):
        return problem("file name", path)
    if (hospital, parts[0]) not in persons:
        problem("folder without registration", path)
    folders.add((hospital, parts[0]))
    if parts[0].lstrip("0") in parts[3]:
        problem("order number shows patient number", path)
    segments = [line.split("|") for line in text.split("\r") if line]
    if segments[0][8] != STRUCTURE[parts[2]]:
        problem("message type", path)
    if parts[2] in CARE_DATE:
        segment, field = CARE_DATE[parts[2]]
        for s in segments:
            if s[0] == segment and (len(s) <= field or s[field][:8] != parts[1]):
                problem("care date " + parts[2], path)
    for s in segments:
        if s[0] == "PID" and s[3].split("^")[0] != parts[0]:
            problem("PID-3", path)
        if s[0] == "ORC" and (s[2] != parts[3] or "HL70482" not in s[29]):
            problem("ORC", path)
    if marked_words:
        plain = unicodedata.normalize("NFKC", text)
        for word, owners in marked_words.items():
            if word in plain and (hospital, parts[0]) not in owners:
                problem("marked word elsewhere", f"{word} {path}")
    if parts[6] == "1" and parts[2] in ("OMP-01", "OMP-12"):
        for s in segments:
            code = s[2] if s[0] == "RXE" else s[5] if s[0] == "RXA" else ""
            if ANTIVIRALS & set(code.split("^")):
                treated_storage[season(parts[1])].add(persons.get((hospital, parts[0])))
    counts["messages"] += 1
    return tuple(parts[:4]) if parts[6] == "1" else None


def check_claims(hospital, path, name):
    with open(path, "rb") as file:
        raw = file.read()
    if not raw.endswith(b"\r\n\x1a"):
        problem("end mark", path)
    text = raw[:-1].decode("cp932")
    pharmacy = "RECEIPTY" in name
    columns = PHARMACY if pharmacy else MEDICAL
    claims = points = 0
    stated = summed = patient = None

    def close():
        if stated is not None and stated != summed:
            problem("points of a claim " + name[:8], f"{path} {stated} {summed}")

    for line in text.split("\r\n"):
        if not line:
            continue
        f = line.split(",")
        if f[0] in columns and len(f) != columns[f[0]]:
            problem("columns " + f[0], line)
        if f[0] == "RE":
            close()
            claims += 1
            stated, summed = None, 0
            patient = f[35] if pharmacy else f[13]
            if int(f[1]) != claims:
                problem("claim number", line)
            if (hospital, patient) not in persons:
                problem("claim without registration", line)
            month = f[3] if len(f[3]) == 6 else str(int(f[3][1:3]) + {"4": 1988, "5": 2018}[f[3][0]]) + f[3][3:]
        elif f[0] == "HO":
            stated = int(f[5])
            points += stated
        elif f[0] in ("SI", "IY") and not pharmacy:
            summed += int(f[5] or 0) * int(f[6])
            if int(f[6]) != sum(int(x or 0) for x in f[13:]):
                problem("days", line)
        elif f[0] == "GT":
            summed += int(f[8])
        elif f[0] == "CZ":
            summed += int(f[10]) + int(f[13])
        elif f[0] == "KI":
            summed += int(f[7])
        elif f[0] == "GO":
            close()
            if [int(f[1]), int(f[2])] != [claims, points]:
                problem("GO", f"{path} {line} {claims} {points}")
        if f[0] == "IY":
            code = f[2] if pharmacy else f[3]
            if code in ANTIVIRALS:
                day = next((i + 1 for i, x in enumerate(f[13:44]) if x), 15) if not pharmacy else 15
                treated_claims[season(f"{month}{day:02}")].add(persons.get((hospital, patient)))
    counts["claims"] += claims


for hospital in sorted(os.listdir(os.path.join(ROOT, "hospitals"))):
    base = os.path.join(ROOT, "hospitals", hospital)
    current = collections.Counter()
    for folder, _, names in os.walk(base):
        for name in names:
            path = os.path.join(folder, name)
            levels = os.path.relpath(path, base).split(os.sep)
            if levels[0] == "ssmix2":
                key = check_message(hospital, path, name, levels[1:])
                if key:
                    current[key] += 1
            elif name.endswith(".UKE"):
                check_claims(hospital, path, name)
            elif levels[0] == "dpc":
                with open(path, "rb") as file:
                    for line in file.read().decode("cp932").split("\r\n"):
                        if line and len(line.split("\t")) != DPC_COLUMNS[name[:3]]:
                            problem("columns " + name[:3], line)
                        counts["dpc_rows"] += bool(line)
    for key, n in current.items():
        if n > 1:
            problem("several current files", key)
    listed = {(hospital, r["patient_number"]) for r in csv.DictReader(open(os.path.join(base, "optout.csv"), encoding="utf-8"))}
    if listed != {(r["hospital"], r["patient_number"]) for r in truth("optouts.csv") if r["hospital"] == hospital}:
        problem("optouts", hospital)
if folders != set(persons):
    problem("registration without folder", set(persons) - folders)

seasons = collections.defaultdict(set)
for r in truth("influenza.csv"):
    seasons[r["season"]].add(r["person_id"])
print(json.dumps({"problems": problems, "examples": examples, "counts": counts,
                  "seasons": {s: {"truth": len(p), "storage": len(treated_storage[s]), "claims": len(treated_claims[s])}
                              for s, p in seasons.items()}}))
