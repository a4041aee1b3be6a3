#!/usr/bin/env python3
"""Compares the forms of a dataset with its dataset.csv: CSV in UTF-8 and CP932, SAS transport 5 and 8.

  verify_forms.py FOLDER          every form that the folder's manifest names
  verify_forms.py --show F.xpt    the variables and rows of a transport file, as JSON

A second reading of the published layouts (SAS Institute: TS-140, and "Record Layout of a SAS Version 8 or 9 Data Set in SAS
Transport Format"), written apart from the program and using Python's standard library alone. Parquet needs a library: its hash is
checked by verify.py, its content by whatever reads Parquet. Exit 0: they agree; 1: they do not.
"""

import csv
import json
import os
import struct
import sys


class Wrong(Exception):
    pass


def require(condition, text):
    if not condition:
        raise Wrong(text)


# --- SAS transport ---


def ibm_number(field):
    """System/370 long form: sign, 7 bits of exponent of 16 in excess of 64, 56 bits of fraction; missing: . _ A-Z and zeros."""
    if field[1:] == b"\0" * 7 and (field[:1] in b"._" or b"A" <= field[:1] <= b"Z"):
        return None
    bits = int.from_bytes(field, "big")
    value = (bits & (1 << 56) - 1) * 2.0**-56 * 16.0 ** ((bits >> 56 & 0x7F) - 64)
    return -value if bits >> 63 else value


class Records:
    def __init__(self, data):
        require(len(data) % 80 == 0, "a transport file is made of records of 80 bytes")
        self.data, self.at = data, 0

    def take(self, size):
        require(self.at + size <= len(self.data), "the file ends too early")
        self.at += size
        return self.data[self.at - size:self.at]

    def header(self, *names):
        record = self.take(80)
        for name in names:
            if record.startswith(b"HEADER RECORD*******" + name.ljust(8) + b"HEADER RECORD!!!!!!!"):
                return name, record[48:]
        raise Wrong(f"a record {names[0].decode()} is missing")

    def align(self):
        self.at += -self.at % 80


def read_xpt(data, charset):
    """(version, label, [(name, label, numeric)], rows)"""
    records = Records(data)
    name, _ = records.header(b"LIBRARY", b"LIBV8")
    version = 5 if name == b"LIBRARY" else 8
    require(records.take(80)[:24] == b"SAS     SAS     SASLIB  ", "the library's first record is another one")
    records.take(80)
    _, digits = records.header(b"MEMBER" if version == 5 else b"MEMBV8")
    size = int(digits[26:30])
    require(size in (136, 140), "the size of the descriptions of variables is unknown")
    records.header(b"DSCRPTR" if version == 5 else b"DSCPTV8")
    records.take(80)
    label = records.take(80)[32:72].decode(charset).rstrip(" ")
    _, digits = records.header(b"NAMESTR" if version == 5 else b"NAMSTV8")
    variables = []
    for _ in range(int(digits[6:10])):
        form = records.take(size)
        kind, _, length, number = struct.unpack(">hhhh", form[:8])
        position = struct.unpack(">i", form[84:88])[0]
        name = (form[8:16] if version == 5 else form[88:120]).decode("ascii").rstrip(" ")
        variables.append([name, form[16:56].decode(charset, "replace").rstrip(" "), kind == 1, length, position])
        require(number == len(variables), "variables are not in order")
    records.align()
    count = None
    if version == 8:
        name, digits = records.header(b"LABELV8", b"OBSV8")
        if name == b"LABELV8":
            for _ in range(int(digits.split()[0])):
                number, named, labelled = struct.unpack(">hhh", records.take(6))
                require(records.take(named).decode("ascii") == variables[number - 1][0], "a long label names another variable")
                variables[number - 1][1] = records.take(labelled).decode(charset)
            records.align()
            name, digits = records.header(b"OBSV8")
        count = int(digits[:15])
    else:
        records.header(b"OBS")
    width = sum(variable[3] for variable in variables)
    rest = data[records.at:]
    rows = []
    for at in range(0, len(rest) - width + 1, width):
        row = rest[at:at + width]
        if count is None and row == b" " * width and not rest[at:].strip(b" "):
            break  # what fills the last record
        if count is not None and len(rows) == count:
            break
        rows.append([ibm_number(row[place:place + length]) if numeric else row[place:place + length].decode(charset).rstrip(" ")
                     for _, _, numeric, length, place in variables])
    require(count is None or len(rows) == count, "rows are missing")
    return version, label, [tuple(variable[:3]) for variable in variables], rows


# --- comparing ---

# CP932's own readings of seven characters of JIS X 0208, and what becomes of a character that it lacks.
WINDOWS = str.maketrans("～－∥￠￡￢―", "〜−‖¢£¬—")


def as_cp932(text):
    return "".join(c if c in "〜−‖¢£¬—" or can(c) else "〓" for c in text).translate(WINDOWS)


def can(character):
    try:
        character.encode("cp932")
        return True
    except UnicodeEncodeError:
        return False


def compare(rows, form, found):
    require(len(rows) == len(found), f"{form['file']} has {len(found)} rows instead of {len(rows)}")
    for number, (row, other) in enumerate(zip(rows, found), 1):
        for expected, value in zip(row, other, strict=True):
            if value is None or isinstance(value, float):
                same = expected == "" if value is None else expected != "" and float(expected) == value
            elif form.get("charset") == "CP932":
                same = as_cp932(expected) == value.translate(WINDOWS)
            else:
                same = expected == value
            require(same, f"row {number} of {form['file']} is not that of the dataset")


def check_form(folder, form, header, rows):
    path = os.path.join(folder, os.path.basename(form["file"]))
    charset = "cp932" if form.get("charset") == "CP932" else "utf-8"
    if form["format"].startswith("csv"):
        with open(path, encoding="cp932" if charset == "cp932" else "utf-8-sig", newline="") as file:
            table = list(csv.reader(file))
        require(table[0] == header, f"{form['file']} has other columns")
        compare(rows, form, table[1:])
    elif form["format"].startswith("xpt"):
        with open(path, "rb") as file:
            version, _, variables, found = read_xpt(file.read(), charset)
        require(version == form["version"], f"{form['file']} is of another version than the manifest says")
        require([name for name, _, _ in variables] == [form["renamed"].get(name, name) for name in header],
                f"{form['file']} has other variables")
        # A text in SAS has no blanks at its end.
        compare([[cell if variables[i][2] else cell.rstrip(" ") for i, cell in enumerate(row)] for row in rows], form, found)
    else:
        return f"{form['file']}: its hash alone is checked"
    return f"{form['file']}: the rows of the dataset"


def check_folder(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        forms = json.load(file).get("formats", [])
    tables, told = {}, []
    for form in forms:
        name = os.path.basename(form.get("table", "dataset"))  # histories: the form of one of their tables
        if name not in tables:
            with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as file:
                tables[name] = list(csv.reader(file))
        told.append(check_form(folder, form, tables[name][0], tables[name][1:]))
    return told


def main(arguments):
    try:
        if len(arguments) == 2 and arguments[0] == "--show":
            with open(arguments[1], "rb") as file:
                version, label, variables, rows = read_xpt(file.read(), "utf-8")
            print(json.dumps({"version": version, "label": label, "variables": variables, "rows": rows}, ensure_ascii=False))
        elif len(arguments) == 1:
            for line in check_folder(arguments[0]):
                print(line)
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (Wrong, OSError, ValueError, KeyError, struct.error) as error:
        print(f"does not hold: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
