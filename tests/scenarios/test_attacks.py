"""Hostile packages against the real receiver and intake: refused with a clear error and a ledger entry, nothing loaded, nothing else disturbed."""
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import unittest

from scenarios.harness import BIN, Centre, run, sekisho

STORAGE_FILE = ("{pid}/{pid3}/{number}/20240401/ADT-12/{number}_20240401_ADT-12_999999999999999_20240401101500123_01_1")


def message(number, name="検査　太郎"):
    """A minimal reception message (ADT^A04) of a patient, in ISO-2022-JP."""
    text = (f"MSH|^~\\&|HIS|0000000|GW|0000000|20240401101500||ADT^A04^ADT_A01|20240401000001|P|2.5||||||~ISO IR87||ISO 2022-1994|SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r"
            f"EVN||20240401101500\rPID|0001||{number}^^^^PI||{name}^^^^^^L^I~ケンサ^タロウ^^^^^L^P||19500101|M|||^^^^1000001^JPN^H^東京都千代田区\r"
            f"PV1|0001|O|01^^^^^C||||||||||||||||||||||||||||||||||||||||||20240401101500\r")
    return text.encode("iso2022_jp")


def put_file(storage, number):
    folder = pathlib.Path(storage) / number[:3] / number[3:6] / number / "20240401" / "ADT-12"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number}_20240401_ADT-12_999999999999999_20240401101500123_01_1").write_bytes(message(number))


def tar_with(entries):
    """A tar of (name, bytes) or prepared TarInfo, in the order given."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in entries:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if not isinstance(name, tarfile.TarInfo):
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if content else None)
    return out.getvalue()


def entries_of(package):
    with tarfile.open(package) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


class Attacks(unittest.TestCase):
    def setUp(self):
        self.centre = Centre(("H01", "H02"))
        self.addCleanup(self.centre.close)
        put_file(self.centre.storages["H01"], "9001000010")
        put_file(self.centre.storages["H02"], "9002000010")
        for name in ("H01", "H02"):
            self.centre.gateway(name, "pack")
        self.centre.start_receiver()
        self.port = (self.centre.dir / "outer/port").read_text().strip()

    def package(self, hospital="H01"):
        return sorted((self.centre.hospital(hospital) / "state/outbox").glob("*.skp"))[0]

    def upload(self, content, hospital="H01", epoch=1, sequence=1, length=None, offset=0):
        """Sends bytes as a hospital would; returns (status, body)."""
        path = self.centre.dir / "upload.bin"
        path.write_bytes(content)
        h = self.centre.hospital(hospital)
        done = run("curl", "-sS", "--max-time", "30", "--cacert", h / "root.pem", "--cert", h / "tls.pem", "--key", h / "tls.key",
                   "-H", f"Upload-Offset: {offset}", "-H", f"Upload-Length: {len(content) if length is None else length}", "-T", path,
                   "-w", "\n%{http_code}", f"https://localhost:{self.port}/v1/packages/{epoch}/{sequence}", check=None)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def assert_refused(self, content, code, **kwargs):
        entries_before = len(self.centre.ledger("receiver"))
        status, body = self.upload(content, **kwargs)
        self.assertGreaterEqual(status, 400, body)
        answer = json.loads(body)
        self.assertTrue(answer["code"].startswith(code), f"{answer} instead of {code}")
        self.assertTrue(answer["message"])
        refused = [e for e in self.centre.ledger("receiver")[entries_before:] if e["kind"] == "package.refused"]
        self.assertEqual(len(refused), 1, "one entry stands in the ledger")
        self.assertEqual(list((self.centre.dir / "outer/state/accepted").rglob("*.skp")), [], "nothing was accepted")

    def assert_all_is_well(self):
        """The honest package still goes through, and the other hospital is not disturbed."""
        for name in ("H01", "H02"):
            self.assertEqual(self.centre.gateway(name, "send")["sent"], 1)
        self.centre.load()
        loaded = [e for e in self.centre.ledger("centre") if e["kind"] == "package.loaded"]
        self.assertEqual(len(loaded), 2)

    def test_truncated_packages(self):
        good = self.package().read_bytes()
        for size in (0, 100, 512, len(good) // 2, len(good) - 1024):
            if size == 0:
                continue
            with self.subTest(size=size):
                self.assert_refused(good[:size], "package.")
        self.assert_all_is_well()

    def test_flipped_bits_anywhere(self):
        good = self.package().read_bytes()
        parts = entries_of(self.package())
        offset = 0
        for name, content in parts:
            at = good.index(content[:64], offset) + len(content) // 2
            offset = at
            changed = bytearray(good)
            changed[at] ^= 1
            with self.subTest(entry=name):
                self.assert_refused(bytes(changed), ("package.", "certificate.", "signature."))
        self.assert_all_is_well()

    def test_a_package_of_another_hospital(self):
        self.assert_refused(self.package("H02").read_bytes(), "package.", hospital="H01")
        self.assert_all_is_well()

    def test_a_part_of_one_hospital_inside_a_package_of_another(self):
        mine, theirs = entries_of(self.package("H01")), entries_of(self.package("H02"))
        mixed = [(name, theirs[i][1] if name.startswith("part-0001") else content) for i, (name, content) in enumerate(mine)]
        self.assert_refused(tar_with(mixed), "package.")
        self.assert_all_is_well()

    def test_a_part_of_one_hospital_resigned_by_another_is_refused_by_intake(self):
        """H01 puts H02's sealed part into a manifest of its own and signs that: the receiver cannot see it, intake does."""
        mine, theirs = dict(entries_of(self.package("H01"))), dict(entries_of(self.package("H02")))
        manifest = json.loads(mine["manifest.json"])
        other = json.loads(theirs["manifest.json"])
        manifest["parts"][0] = other["parts"][0]
        work = self.centre.dir / "forge"
        work.mkdir()
        (work / "manifest.json").write_bytes(json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
        h = self.centre.hospital("H01")
        run("openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", work / "manifest.json", "-signer", h / "signer.pem", "-inkey", h / "signer.key", "-out", work / "manifest.p7s")
        forged = [("manifest.json", (work / "manifest.json").read_bytes()), ("manifest.p7s", (work / "manifest.p7s").read_bytes()), ("part-0001.p7m", theirs["part-0001.p7m"])]
        forged += [(name, content) for name, content in mine.items() if name.startswith("part-") and name != "part-0001.p7m"]
        status, body = self.upload(tar_with(forged))
        self.assertEqual(status, 200, body)
        self.centre.gateway("H02", "send")
        self.centre.load()
        entries = self.centre.ledger("centre")
        self.assertEqual([e["payload"]["hospital"] for e in entries if e["kind"] == "package.refused"], ["H01"])
        self.assertEqual([e["payload"]["hospital"] for e in entries if e["kind"] == "package.loaded"], ["H02"])

    def test_foreign_signatures(self):
        parts = entries_of(self.package())
        work = self.centre.dir / "foreign"
        sekisho("ca", "init", "--dir", work / "ca", "--body", "body")
        sekisho("ca", "issue", "--dir", work / "ca", "--role", "sign-gateway", "--name", "H01", "--out", work, "--file", "signer")
        (work / "manifest.json").write_bytes(dict(parts)["manifest.json"])
        run("openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", work / "manifest.json", "-signer", work / "signer.pem", "-inkey", work / "signer.key", "-out", work / "p7s")
        forged = [(name, (work / "p7s").read_bytes() if name == "manifest.p7s" else content) for name, content in parts]
        self.assert_refused(tar_with(forged), "certificate.")
        self.assert_all_is_well()

    def test_wrong_address_and_wrong_order(self):
        good = self.package().read_bytes()
        status, body = self.upload(good, sequence=2)
        self.assertEqual((status, json.loads(body)["code"]), (409, "upload.sequence"))
        status, body = self.upload(good, epoch=2, sequence=1)
        self.assertGreaterEqual(status, 400, body)
        self.assert_all_is_well()

    def test_oversized_uploads(self):
        status, body = self.upload(b"x" * 1000, length=1 << 60)
        self.assertEqual((status, json.loads(body)["code"]), (413, "upload.too_large"))
        status, body = self.upload(b"x" * 1000, length=10)
        self.assertGreaterEqual(status, 400)
        self.assert_all_is_well()

    def test_replay_gets_the_same_receipt_and_is_loaded_once(self):
        good = self.package().read_bytes()
        first, second = self.upload(good), self.upload(good)
        self.assertEqual(first, second)
        self.assertEqual(first[0], 200)
        self.centre.load()
        self.assertEqual(self.upload(good), first)
        self.centre.load()
        kinds = [e["kind"] for e in self.centre.ledger("receiver")]
        self.assertEqual(kinds.count("package.received"), 1)
        self.assertEqual([e["kind"] for e in self.centre.ledger("centre")].count("package.loaded"), 1)

    def test_other_content_under_an_accepted_sequence_is_equivocation(self):
        self.assertEqual(self.upload(self.package().read_bytes())[0], 200)
        # A gateway restored from an old backup makes the same sequence again, with other content.
        state = self.centre.hospital("H01") / "state"
        shutil.rmtree(state)
        put_file(self.centre.storages["H01"], "9001000011")
        self.centre.gateway("H01", "pack")
        status, body = self.upload(self.package().read_bytes())
        self.assertEqual((status, json.loads(body)["code"]), (409, "package.equivocation"))
        self.assertIn("package.equivocation", [e["payload"].get("code") for e in self.centre.ledger("receiver")])

    def test_archives_with_paths_links_devices(self):
        parts = entries_of(self.package())
        for what in ("../evil", "/etc/evil", "link", "device", "extra", "duplicate", "reordered"):
            forged = list(parts)
            if what in ("link", "device"):
                info = tarfile.TarInfo("part-0001.p7m")
                info.type = tarfile.SYMTYPE if what == "link" else tarfile.CHRTYPE
                info.linkname = "/etc/passwd" if what == "link" else ""
                forged[2] = (info, b"")
            elif what == "duplicate":
                forged.append(forged[2])
            elif what == "reordered":
                forged[0], forged[1] = forged[1], forged[0]
            elif what == "extra":
                forged.append(("notes.txt", b"x"))
            else:
                forged.insert(2, (what, b"x"))
            with self.subTest(what=what):
                self.assert_refused(tar_with(forged) + b"\0" * (1024 * (1 + len(what))), "package.")
        self.assertFalse((self.centre.dir / "outer/evil").exists())
        self.assert_all_is_well()

    def test_a_certificate_of_another_role_has_no_business_here(self):
        h = self.centre.dir / "core"
        for path in ("/v1/packages/1/1", "/v1/receipts/1/1"):
            done = run("curl", "-sS", "--cacert", h / "root.pem", "--cert", h / "tls.pem", "--key", h / "tls.key", "-o", "/dev/null", "-w", "%{http_code}",
                       f"https://localhost:{self.port}{path}", check=None)
            self.assertIn(done.stdout, ("403", "404"))
        g = self.centre.hospital("H01")
        done = run("curl", "-sS", "--cacert", g / "root.pem", "--cert", g / "tls.pem", "--key", g / "tls.key", "-o", "/dev/null", "-w", "%{http_code}",
                   f"https://localhost:{self.port}/v1/inbox", check=None)
        self.assertIn(done.stdout, ("403", "404"))

    def test_recipients_from_anyone_but_the_root_are_refused_and_alarmed(self):
        """Someone who holds the receiver publishes a list with a recipient of his own."""
        work = self.centre.dir / "mallory"
        sekisho("ca", "init", "--dir", work / "ca", "--body", "body")
        sekisho("ca", "issue", "--dir", work / "ca", "--role", "recipient", "--name", "mallory", "--out", work, "--file", "recipient")
        sekisho("ca", "recipients", "--dir", work / "ca", "--version", "99", "--recipient", f"mallory={work / 'recipient.pem'}", "--out", work / "list")
        published = self.centre.dir / "outer/state/published"
        for name in ("recipients.json", "recipients.p7s"):
            shutil.copy(work / "list" / name, published / name)
        self.centre.gateway("H01", "send")
        self.assertIn("alarm.recipients", [e["kind"] for e in self.centre.ledger("H01")])
        put_file(self.centre.storages["H01"], "9001000012")
        self.centre.gateway("H01", "run", "--once")
        newest = sorted((self.centre.hospital("H01") / "state/outbox").glob("*.skp"))[-1]
        part = self.centre.dir / "part.p7m"
        part.write_bytes(dict(entries_of(newest))["part-0001.p7m"])
        opened = run("openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", part, "-recip", work / "recipient.pem", "-inkey", work / "recipient.key", check=None)
        self.assertNotEqual(opened.returncode, 0, "nothing is sealed for mallory")

    def test_stock_programs_open_a_package(self):
        part = self.centre.dir / "part.p7m"
        part.write_bytes(dict(entries_of(self.package()))["part-0001.p7m"])
        core = self.centre.dir / "core"
        content = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", part, "-recip", core / "recipient.pem", "-inkey", core / "recipient.key"],
                                 capture_output=True, check=True).stdout
        tar = subprocess.run(["zstd", "-dc"], input=content, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            names = archive.getnames()
            self.assertEqual((names[0], names[1], names[-1]), ("part.json", "d/000001", "index.jsonl"))
            self.assertEqual(archive.extractfile("d/000001").read(), message("9001000010"))

    def test_withdrawals_do_not_show(self):
        """Two packages, with and without an opt-out, have the same sizes of parts: nobody sees when someone opts out."""
        sizes = []
        for optout in (False, True):
            if optout:
                sekisho("gateway", "optout", "add", "7777777777", "--config", self.centre.hospital("H01") / "gateway.toml")
                shutil.rmtree(self.centre.hospital("H01") / "state")
                self.centre.gateway("H01", "pack")
            sizes.append([len(content) for name, content in entries_of(self.package()) if name.startswith("part-")])
        self.assertEqual(sizes[0][-1], sizes[1][-1])


if __name__ == "__main__":
    unittest.main()
