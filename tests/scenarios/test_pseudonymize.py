"""`sekisho pseudonymize` as those use it who provide, hold a share of the key, and ask for a recall: by commands alone, with
custodians' certificates of openssl.
"""
import csv
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from scenarios.harness import ROOT, run, sekisho

POLICY = """
purpose = "P-7"
provision = "{provision}"
reversible = {reversible}
reason = "findings are returned to the patient"
[[column]]
name = "pid"
kind = "replace"
[[column]]
name = "mother"
kind = "replace"
domain = "pid"
[[column]]
name = "name"
kind = "delete"
[[column]]
name = "code"
kind = "keep"
"""
ROWS = [["pid", "name", "mother", "code"], ["77001", "山田花子", "77009", "I10"], ["77001", "山田花子", "77009", "E11"],
        ["77009", "山田松江", "", "J00"], ["77004", "佐藤, 一郎", "", "I10"]]


class Pseudonymize(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-custodians-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        for name in ("a", "b", "c", "stranger"):
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout",
                cls.shared / f"{name}.key", "-out", cls.shared / f"{name}.pem")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-pseudonyms-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("give", "vaults", "custody"):
            (self.folder / name).mkdir()
        self.input = self.folder / "in.csv"
        self.write(self.input, ROWS)

    @staticmethod
    def write(path, rows):
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def policy(self, provision="P-7.1", reversible=True):
        path = self.folder / f"{provision}.toml"
        path.write_text(POLICY.format(provision=provision, reversible=str(reversible).lower()), encoding="utf-8")
        return path

    def provide(self, provision="P-7.1", reversible=True, custodians=("a", "b", "c"), check=(0,), policy=None, vault=None):
        return sekisho("pseudonymize", "--input", self.input, "--policy", policy or self.policy(provision, reversible), "--output",
                       self.folder / f"give/{provision}.csv", "--vault", vault or self.folder / f"vaults/{provision}", "--ledger",
                       self.folder / "ledger", "--json",
                       *(part for name in custodians for part in ("--custodian", self.shared / f"{name}.pem")), check=check)

    def share(self, number, custodian, provision="P-7.1", check=(0,)):
        out = self.folder / f"custody/{provision}-{number}-{custodian}.share"
        out.unlink(missing_ok=True)
        done = sekisho("pseudonymize", "share", "--share", self.folder / f"vaults/{provision}/share-{number}.p7m", "--certificate",
                       self.shared / f"{custodian}.pem", "--key", self.shared / f"{custodian}.key", "--output", out, check=check)
        return out if done.returncode == 0 else done

    def recall(self, pseudonym, shares, provision="P-7.1", check=(0,), reason="finding 12"):
        return sekisho("pseudonymize", "recall", "--vault", self.folder / f"vaults/{provision}", "--pseudonym", pseudonym, "--reason",
                       reason, "--ledger", self.folder / "ledger", *(part for one in shares for part in ("--share", one)), check=check)

    def refused(self, code, *arguments, **options):
        done = self.recall(*arguments, check=(3,), **options)
        self.assertIn(f"[{code}]", done.stderr)
        self.assertEqual(done.stdout, "")

    def given(self, provision="P-7.1"):
        with open(self.folder / f"give/{provision}.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def entries(self):
        return [json.loads(line) for line in (self.folder / "ledger/entries.jsonl").read_text(encoding="utf-8").splitlines()]

    def everything(self):
        return b"\n".join(path.read_bytes() for name in ("give", "vaults", "ledger") for path in (self.folder / name).rglob("*") if path.is_file())

    def test_names_go_and_numbers_are_replaced_alike_in_columns_of_one_domain(self):
        self.provide()
        rows = self.given()
        self.assertEqual(list(rows[0]), ["pid", "mother", "code"])
        self.assertEqual(len(rows), len(ROWS) - 1)
        of_code = {row["code"]: row for row in rows}
        child, mother = of_code["E11"], of_code["J00"]
        self.assertEqual(child["mother"], mother["pid"])
        self.assertEqual(mother["mother"], "")
        self.assertEqual(len({row["pid"] for row in rows}), 3)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{32}", row["pid"]) for row in rows))
        for value in ("77001", "77009", "77004", "山田", "佐藤"):
            self.assertNotIn(value.encode(), self.everything(), value)
        run("openssl", "pkey", "-in", self.folder / "ledger.pem", "-pubout", "-out", self.folder / "ledger.pub")
        verified = run("python3", ROOT / "tools/verify.py", "ledger", self.folder / "ledger", "--key", self.folder / "ledger.pub", check=None)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_two_provisions_of_the_same_persons_do_not_join(self):
        self.provide("P-7.1")
        self.provide("P-7.2")
        one, two = ({row[name] for row in self.given(provision) for name in ("pid", "mother")} - {""} for provision in ("P-7.1", "P-7.2"))
        self.assertEqual((len(one), len(two)), (3, 3))
        self.assertFalse(one & two)
        shares = [self.share(1, "a"), self.share(2, "b")]
        self.refused("pseudonym.unknown", min(two), shares)  # the key of one provision says nothing of the other's

    def test_any_two_custodians_recall_with_the_command_or_with_openssl(self):
        self.provide()
        child = next(row for row in self.given() if row["code"] == "E11")
        opened = self.folder / "custody/by-openssl.share"
        run("openssl", "cms", "-decrypt", "-inform", "DER", "-in", self.folder / "vaults/P-7.1/share-3.p7m", "-recip", self.shared / "c.pem",
            "-inkey", self.shared / "c.key", "-out", opened)
        for shares in ([self.share(1, "a"), self.share(2, "b")], [self.share(2, "b"), opened], [opened, self.share(1, "a")]):
            self.assertEqual(self.recall(child["pid"], shares).stdout, f"pid\t{child['pid']}\t77001\n")
        self.assertEqual(self.recall(child["mother"], [self.share(1, "a"), opened]).stdout, f"pid\t{child['mother']}\t77009\n")
        kinds = [entry["kind"] for entry in self.entries()]
        self.assertEqual(kinds.count("pseudonym.recalled"), 4)
        self.assertNotIn(child["pid"].encode(), (self.folder / "ledger/entries.jsonl").read_bytes())
        self.assertEqual((self.folder / "custody/P-7.1-1-a.share").stat().st_mode & 0o777, 0o600)

    def test_who_is_not_two_custodians_of_this_provision_learns_nothing(self):
        self.provide("P-7.1")
        self.provide("P-7.2", custodians=("a", "b"))
        pid = self.given()[0]["pid"]
        a, b, other = self.share(1, "a"), self.share(2, "b"), self.share(2, "b", "P-7.2")
        for custodian in ("b", "stranger"):
            self.assertEqual(self.share(1, custodian, check=(3,)).returncode, 3)
        self.refused("share.two", pid, [a])
        self.refused("share.two", pid, [a, b, self.share(3, "c")])
        self.refused("share.same", pid, [a, a])
        copied = self.folder / "custody/copied.share"
        copied.write_text(re.sub(r" 1 ", " 2 ", a.read_text(), count=1))
        self.refused("pseudonym.key", pid, [a, copied])
        self.refused("pseudonym.key", pid, [a, other])
        renamed = self.folder / "custody/renamed.share"
        renamed.write_text(other.read_text().replace("P-7.2", "P-7.1"))
        self.refused("pseudonym.key", pid, [a, renamed])
        tampered = self.folder / "custody/tampered.share"
        text = b.read_text()
        tampered.write_text(text[:-2] + ("0" if text[-2] != "0" else "1") + text[-1])
        self.refused("pseudonym.key", pid, [a, tampered])
        tampered.write_text("sekisho-share-1 P-7.1 2 zz\n")
        done = self.recall(pid, [a, tampered], check=(3,))
        self.assertEqual(done.stdout, "")
        self.refused("pseudonym.unknown", "0" * 32, [a, b])
        self.refused("pseudonym.reason", pid, [a, b], reason="")
        self.assertEqual([entry["kind"] for entry in self.entries()].count("pseudonym.recalled"), 0)

    def test_a_vault_that_was_tampered_with_is_found_out(self):
        self.provide()
        pid = self.given()[0]["pid"]
        shares = [self.share(1, "a"), self.share(2, "b")]
        for name in ("table.sealed", "provision.json", "share-1.p7m"):
            with self.subTest(file=name):
                path = self.folder / "vaults/P-7.1" / name
                good = path.read_bytes()
                if name == "provision.json":
                    told = json.loads(good)
                    told["check"] = ("0" if told["check"][0] != "0" else "1") + told["check"][1:]
                    path.write_text(json.dumps(told))
                else:
                    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
                if name == "share-1.p7m":
                    self.assertEqual(self.share(1, "a", check=(3,)).returncode, 3)
                else:
                    self.assertEqual(self.recall(pid, shares, check=(3,)).stdout, "")
                path.write_bytes(good)
        self.recall(pid, [self.share(1, "a"), self.share(2, "b")])

    def test_where_the_purpose_allows_no_recall_nothing_is_kept_to_do_it_by(self):
        report = json.loads(self.provide(reversible=False).stdout)
        self.assertEqual(report["key"], "destroyed")
        self.assertEqual([path.name for path in (self.folder / "vaults/P-7.1").iterdir()], ["provision.json"])
        # Shares of a provision that allows it do not help, renamed or not.
        self.provide("P-7.2")
        for name in (1, "a"), (2, "b"):
            share = self.share(*name, "P-7.2")
            share.write_text(share.read_text().replace("P-7.2", "P-7.1"))
        shares = [self.folder / f"custody/P-7.2-{name}.share" for name in ("1-a", "2-b")]
        self.refused("pseudonym.irreversible", self.given()[0]["pid"], shares)

    def test_the_same_bytes_again_by_two_custodians_and_by_nobody_else(self):
        self.provide()
        again = self.folder / "again.csv"

        def repeat(check=(0,), shares=None, policy=None, output=again):
            return sekisho("pseudonymize", "repeat", "--input", self.input, "--policy", policy or self.policy(), "--vault",
                           self.folder / "vaults/P-7.1", "--output", output, "--ledger", self.folder / "ledger",
                           *(part for one in shares or [self.share(1, "a"), self.share(2, "b")] for part in ("--share", one)), check=check)
        self.write(self.input, [ROWS[0], *reversed(ROWS[1:])])  # the order of the rows says nothing
        repeat(shares=[self.share(3, "c"), self.share(2, "b")])
        self.assertEqual(again.read_bytes(), (self.folder / "give/P-7.1.csv").read_bytes())
        self.assertIn("[pseudonym.place]", repeat(check=(3,)).stderr)
        again.unlink()
        self.assertIn("[share.same]", repeat(check=(3,), shares=[self.share(1, "a"), self.share(1, "a")]).stderr)
        self.assertIn("[pseudonym.changed]", repeat(check=(3,), policy=self.policy("P-7.9")).stderr)
        self.write(self.input, ROWS[:-1])
        self.assertIn("[pseudonym.differs]", repeat(check=(3,)).stderr)
        self.assertFalse(again.exists())

    def test_what_would_leak_is_refused_and_leaves_nothing(self):
        done = self.provide(vault=self.folder / "give/vault", check=(3,))
        self.assertIn("[pseudonym.place]", done.stderr)
        for custodians in ((), ("a",), ("a", "a")):
            self.assertIn("[pseudonym.custodians]", self.provide(custodians=custodians, check=(3,)).stderr)
        forgotten = self.policy("P-7.3")
        forgotten.write_text(forgotten.read_text().replace('[[column]]\nname = "name"\nkind = "delete"\n', ""))
        self.assertIn("'name'", self.provide("P-7.3", policy=forgotten, check=(3,)).stderr)
        kept = self.policy("P-7.4")
        kept.write_text(kept.read_text().replace('kind = "delete"', 'kind = "keep"'))
        self.assertIn("[pseudonym.identifier]", self.provide("P-7.4", policy=kept, check=(3,)).stderr)
        self.assertEqual([path for name in ("give", "vaults") for path in (self.folder / name).iterdir()], [])
        self.assertFalse((self.folder / "ledger/entries.jsonl").exists())


if __name__ == "__main__":
    unittest.main()
