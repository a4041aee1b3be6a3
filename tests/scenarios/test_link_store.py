"""The person store by its commands: increments against one batch, kills, undoing, past days, fillers."""
import csv
import gzip
import itertools
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from scenarios.harness import BIN, DATA, ROOT, SOAK, run, sekisho, sekisho_json

SPEC = ROOT / "specs/linkage/japanese.toml"


def read(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def pairs(path):
    persons = {}
    for record, person, *_ in read(path)[1]:
        persons.setdefault(person, []).append(record)
    return {pair for records in persons.values() for pair in itertools.combinations(sorted(records), 2)}


class PersonStore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sekisho-persons-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"

    def generated(self, records, seed=1):
        data = self.folder / "in.csv"
        run(sys.executable, ROOT / "benchmarks/linkage_registrations.py", "--records", records, "--seed", seed, data,
            self.folder / "truth.csv")
        return read(data)

    def add(self, header, rows, *options, **kwargs):
        return sekisho_json("link", "add", "--state", self.state, "--spec", SPEC, "--input",
                            write(self.folder / "part.csv", header, rows), *options, **kwargs)

    def now(self, *options):
        sekisho("link", "state", "--state", self.state, "--output", self.folder / "now.csv", *options)
        return pairs(self.folder / "now.csv")

    def batch(self, header, rows):
        sekisho("link", "run", "--spec", SPEC, "--input", write(self.folder / "all.csv", header, rows), "--output",
                self.folder / "batch.csv")
        return pairs(self.folder / "batch.csv")

    def assert_increments_agree(self, header, rows, seed):
        rows = list(rows)
        rng = random.Random(seed)
        rng.shuffle(rows)
        at = len(rows) // 2
        self.add(header, rows[:at])
        while at < len(rows):
            size = rng.randint(1, len(rows) // 8)
            self.assertFalse(self.add(header, rows[at:at + size], "--one-by-one")["batch"])
            at += size
        batch = self.batch(header, rows)
        found = self.now()
        self.assertLessEqual(len(found ^ batch), 0.001 * len(found | batch))
        sekisho("link", "reconcile", "--state", self.state)
        self.assertEqual(self.now(), batch)
        sekisho("link", "replay", "--state", self.state)

    def test_increments_and_one_batch_agree_on_generated_registrations_in_several_orders(self):
        header, rows = self.generated(6000)
        for seed in (1, 2):
            with self.subTest(order=seed):
                self.state = self.folder / f"state{seed}"
                self.assert_increments_agree(header, rows, seed)

    def test_increments_and_one_batch_agree_on_labelled_registrations(self):
        labelled = DATA / "linkage/jp_synth_20k.csv.gz"
        if not labelled.exists():
            self.skipTest("the labelled registrations are not here")
        self.assert_increments_agree(*read(labelled), 3)

    def test_a_kill_loses_no_registration_that_an_answer_named_and_the_rest_joins_afterwards(self):
        header, rows = self.generated(6000)
        self.add(header, rows[:3000])
        part = write(self.folder / "part.csv", header, rows[3000:])
        for wait in (0.05, 0.15, 0.4):
            child = subprocess.Popen([BIN / "sekisho", "link", "add", "--state", self.state, "--input", part, "--one-by-one"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(wait)
            child.send_signal(signal.SIGKILL)
            child.wait()
            sekisho("link", "replay", "--state", self.state)  # entries and state agree, whatever was cut off
        self.add(header, rows[3000:], "--one-by-one")
        self.assertEqual(len(read(self.folder / "now.csv")[1]) if self.now() else 0, 6000)
        sekisho("link", "reconcile", "--state", self.state)
        self.assertEqual(self.now(), self.batch(header, rows))

    def test_a_decision_merges_its_undoing_splits_with_the_old_id_and_runs_obey(self):
        header, rows = self.generated(4000)
        self.add(header, rows)
        persons = {record: person for record, person in read(self.folder / "now.csv")[1]} if self.now() else {}
        a, b = rows[0][0], next(row[0] for row in rows if persons[row[0]] != persons[rows[0][0]])
        sekisho("link", "decide", a, b, "same", "--state", self.state, "--by", "x", "--by", "y")
        self.now()
        after = dict(read(self.folder / "now.csv")[1])
        self.assertEqual(after[a], after[b])
        self.assertEqual(after[a], min(persons[a], persons[b]))
        entries = [line for line in sekisho("link", "history", after[a], "--state", self.state).stdout.splitlines() if '"merge"' in line]
        number = entries[-1].split(",")[0].split(":")[1]
        sekisho("link", "undo", number, "--state", self.state, "--by", "x", "--reason", "mistake")
        self.now()
        self.assertEqual(dict(read(self.folder / "now.csv")[1]), persons)
        sekisho("link", "reconcile", "--state", self.state)
        self.now()
        again = dict(read(self.folder / "now.csv")[1])
        self.assertNotEqual(again[a], again[b])
        sekisho("link", "replay", "--state", self.state)

    def test_a_small_file_cuts_names_without_a_blank_as_the_store_knows_them(self):
        header = ["id", "氏名", "フリガナ", "生年月日", "性別", "電話"]
        families = [("森", "モリ"), ("長谷川", "ハセガワ"), ("田中", "タナカ"), ("五十嵐", "イガラシ"), ("山本", "ヤマモト")]
        given = [("健太", "ケンタ"), ("翔", "ショウ"), ("由美子", "ユミコ"), ("花子", "ハナコ"), ("一", "ハジメ"), ("陽子", "ヨウコ")]
        rows = []
        for i, ((family, family_kana), (name, kana)) in enumerate(itertools.product(families, given)):
            for copy in range(4):
                rows.append([f"a{i}-{copy}", f"{family}　{name}", f"{family_kana} {kana}" if copy != 1 else "",
                             f"19{30 + i}-0{1 + i % 9}-1{i % 9}", "男", f"0312{i:02}56{i:02}"])
        self.add(header, rows)
        new = self.folder / "new.csv"
        write(new, header, [["b0", "森健太", "", "1930-01-11", "男", "0312005600"], ["b1", "長谷川翔", "", "1937-08-18", "男", "0312075607"]])
        sekisho("link", "add", "--state", self.state, "--input", new, "--output", self.folder / "ids.csv")
        found = dict(row[:2] for row in read(self.folder / "ids.csv")[1])
        sekisho("link", "state", "--state", self.state, "--output", self.folder / "now.csv")
        person = dict(row[:2] for row in read(self.folder / "now.csv")[1])
        self.assertEqual(found["b0"], person["a0-0"])
        self.assertEqual(found["b1"], person["a7-0"])

    def test_fillers_are_bounded(self):
        """One name and 'unknown' in half of all rows, dates that no one was born on, ids that are missing or stand twice."""
        count = 1_000_000 if SOAK else 30_000
        header, rows = self.generated(2000)
        place = {name: header.index(name) for name in header}
        fillers = []
        for i in range(count):
            row = [""] * len(header)
            row[0] = "" if i % 1000 == 0 else "twice" if i % 1000 == 1 else f"F{i:07}"
            for name, value in zip(header[1:], rows[0][1:]):
                row[place[name]] = value if i % 3 == 0 else "不明"
            for name in header:
                if "birth" in name:
                    row[place[name]] = ("9999-99-99", "0000-00-00", "1850-02-30", "99")[i % 4]
            fillers.append(row)
        everything = write(self.folder / "all.csv", header, rows + fillers)
        with open(everything, "ab") as file:
            file.write(",".join(["CP932", *["山田太郎"] * (len(header) - 1)]).encode("cp932") + b"\n")
        start = time.monotonic()
        done = run("/usr/bin/env", "bash", "-c", 'ulimit -v 8000000; exec "$@"', "-", BIN / "sekisho", "link", "run", "--spec", SPEC,
                   "--input", everything, "--output", self.folder / "out.csv", "--json", check=(1,))
        self.assertLess(time.monotonic() - start, 600)
        self.assertIn('"duplicate_ids"', done.stdout)
        self.assertEqual(len(read(self.folder / "out.csv")[1]), len(rows) + count + 1)


if __name__ == "__main__":
    unittest.main()
