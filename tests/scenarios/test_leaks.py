"""Invariant 5: identifiers live in the identity zone only. Marked persons, whose names, numbers and birth dates occur nowhere else, are
searched for in everything else, in every form that could give them away."""
import base64
import csv
import pathlib
import re
import shutil
import subprocess
import unicodedata
import unittest

from scenarios.harness import Centre, sekisho, synth

ERAS = (("R", "令和", 2018), ("H", "平成", 1988), ("S", "昭和", 1925), ("T", "大正", 1911), ("M", "明治", 1867))
ERA_DIGIT = {"M": 1, "T": 2, "S": 3, "H": 4, "R": 5}
# Not of one person: many share them.
SHARED = ("person_id", "hospital", "sex", "recorded", "postcode", "insurer", "branch")
HALF = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF61, 0xFF9E)}
HALF |= {unicodedata.normalize("NFKC", chr(c) + mark): chr(c) + mark for c in range(0xFF66, 0xFF9E) for mark in "\uff9e\uff9f"
         if len(unicodedata.normalize("NFKC", chr(c) + mark)) == 1}
ROWS = {"": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ", "r": "ラリルレロ",
        "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ"}
ROMAJI = {kana: consonant + vowel for consonant, row in ROWS.items() for kana, vowel in zip(row, "aiueo")}
ROMAJI |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji"}
KANA = {chr(c): chr(c - 0x60) for c in range(0x30A1, 0x30F7)}  # katakana to hiragana


def birth_forms(iso):
    year, month, day = map(int, iso.split("-"))
    forms = {f"{year:04}{month:02}{day:02}", iso, f"{year}/{month:02}/{day:02}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日"}
    for letter, kanji, base in ERAS:
        era = year - base
        if 1 <= era <= 64:
            forms |= {f"{ERA_DIGIT[letter]}{era:02}{month:02}{day:02}", f"{letter}{era}.{month}.{day}", f"{letter}{era:02}{month:02}{day:02}", f"{kanji}{era}年{month}月{day}日"}
    return forms


def text_forms(text):
    forms = {text, unicodedata.normalize("NFKC", text)}
    forms |= {"".join(KANA.get(c, c) for c in form) for form in set(forms)}
    forms |= {form.replace(" ", "").replace("　", "") for form in set(forms)}
    forms |= {"".join(HALF.get(c, c) for c in form) for form in set(forms)}
    if all(c in ROMAJI for c in text):
        forms.add("".join(ROMAJI[c] for c in text))
    return {form for form in forms if form}


def patterns(person):
    """Every byte pattern that would give a marked person away."""
    texts, births = text_forms(person["family_kanji"] + person["given_kanji"]) | text_forms(person["family_kana"] + person["given_kana"]), set()
    for name, value in person.items():
        if not value or name in SHARED:
            continue
        if name == "birth":
            births |= birth_forms(value[:10] if "-" in value else f"{value[:4]}-{value[4:6]}-{value[6:8]}")
        elif len(value) >= 2:
            texts |= text_forms(value)
    found = {}
    for text in texts | births:
        for encoding in ("utf-8", "cp932", "euc_jp"):
            try:
                raw = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            if len(raw) < 5:
                continue
            found[raw] = text
            found[raw.hex().encode()] = text + " (hex)"
            for shift in range(3):  # base64 of the text at each of the three alignments
                found[base64.b64encode(b"\0" * shift + raw)[4 if shift else 0:-4]] = text + " (base64)"
    return {raw: text for raw, text in found.items() if len(raw) >= 5}


def search(folder, wanted, skip=()):
    hits = []
    expression = re.compile(b"|".join(re.escape(raw) for raw in sorted(wanted, key=len, reverse=True)), re.IGNORECASE)
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if not path.is_file() or any(part in path.as_posix() for part in skip):
            continue
        match = expression.search(path.read_bytes())
        if match:
            hits.append((path.relative_to(folder).as_posix(), match.group(0)[:40]))
    return hits


class Leaks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = synth(persons=200, hospitals=2, years=4, marked=3, scenario="influenza")
        with open(cls.source / "truth/marked.csv", newline="", encoding="utf-8") as file:
            cls.marked = list(csv.DictReader(file))
        cls.wanted = {}
        for person in cls.marked:
            cls.wanted |= patterns(person)
        cls.centre = Centre(("H01", "H02"), storages={h: cls.source / "hospitals" / h for h in ("H01", "H02")})
        cls.addClassCleanup(cls.centre.close)
        cls.centre.start_receiver()
        for name in ("H01", "H02"):
            cls.centre.gateway(name, "run", "--once")
        cls.centre.load()
        cls.out = cls.centre.dir / "exported"
        sekisho("store", "export", "--store", cls.centre.dir / "core/store", "--keys", cls.centre.dir / "core/keys", "--allow-unencrypted", "--out", cls.out)

    def test_marked_persons_were_really_loaded(self):
        self.assertGreater(len(self.wanted), 50)
        hits = search(self.source / "hospitals", {raw: t for raw, t in self.wanted.items()})
        self.assertTrue(hits, "the search finds the marked persons where they do stand")

    def test_clinical_tables_logs_ledgers_and_the_outer_zone_name_nobody(self):
        # Opt-out lists and sources belong to the hospital; what its gateway keeps is searched too.
        places = [self.out, self.centre.dir / "outer", self.centre.dir / "core", *(self.centre.hospital(h) / "state" for h in ("H01", "H02"))]
        for place in places:
            self.assertEqual(search(place, self.wanted), [], place)
        logs = b"".join(path.read_bytes() for path in self.centre.dir.glob("*.log"))
        self.assertEqual([t for raw, t in self.wanted.items() if raw in logs], [])

    def test_segments_and_catalogue_as_text_name_nobody(self):
        """Parquet pages are compressed: every column is exported as text above; the catalogue is dumped here."""
        dump = self.centre.dir / "dump.sql"
        with open(dump, "wb") as file:
            subprocess.run(["python3", "-c", "import sqlite3,sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)", self.centre.dir / "core/store/catalogue.db"],
                           stdout=file, check=True, env={"PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"})
        self.assertEqual(search(self.centre.dir, self.wanted, skip=("/hospitals/", "/exported/", "hospitals/")), [])

    def test_answers_over_http_name_nobody(self):
        port = (self.centre.dir / "outer/port").read_text().strip()
        h = self.centre.hospital("H01")
        for path in ("/v1/packages/1/1", "/v1/receipts/1/1", "/v1/published/centre-checkpoint.txt", "/v1/nothing", "/v1/packages/x/y"):
            answer = subprocess.run(["curl", "-sS", "--cacert", h / "root.pem", "--cert", h / "tls.pem", "--key", h / "tls.key", f"https://localhost:{port}{path}"],
                                    capture_output=True, check=True).stdout
            self.assertEqual([t for raw, t in self.wanted.items() if raw in answer], [])

    def test_a_planted_leak_is_found(self):
        planted = self.centre.dir / "planted"
        planted.mkdir()
        self.addCleanup(shutil.rmtree, planted)
        person = self.marked[0]
        value = person["address"]
        for number, content in enumerate((value.encode(), b"id=" + value.encode().hex().encode(), base64.b64encode(b"xx" + value.encode()), value.encode("cp932", "ignore"))):
            (planted / str(number)).write_bytes(b"log line: " + content + b" end")
        self.assertEqual(len(search(planted, self.wanted)), 4)


if __name__ == "__main__":
    unittest.main()
