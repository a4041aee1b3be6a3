"""Invariant 6: a patient who opted out is in no dataset made afterwards and is erased; before packing nothing of them leaves at all."""
import csv
import pathlib
import re
import unittest

from scenarios.harness import BIN, Centre, run, sekisho, synth
from scenarios.test_attacks import entries_of, put_file
from scenarios.test_kills import merged_storage


class OptOut(unittest.TestCase):
    def setUp(self):
        self.centre = Centre(("H01",))
        self.addCleanup(self.centre.close)
        self.centre.start_receiver()

    def optout(self, number, scope="registration"):
        sekisho("gateway", "optout", "add", number, "--scope", scope, "--config", self.centre.hospital("H01") / "gateway.toml")

    def round(self):
        summary = self.centre.gateway("H01", "run", "--once")
        self.centre.load()
        return summary

    def patients(self):
        return {dict(row)["patient_number"] for row in self.centre.export(with_identity=True)["identity"]}

    def test_who_opted_out_before_packing_never_leaves(self):
        for number in ("9001000010", "9001000011"):
            put_file(self.centre.storages["H01"], number)
        self.optout("9001000011")
        summary = self.round()
        self.assertEqual((summary["pack"]["files"], summary["pack"]["left_out_files"]), (1, 1))
        self.assertEqual(self.patients(), {"9001000010"})

    def test_who_opts_out_later_is_erased_and_the_ledger_says_so(self):
        for number in ("9001000010", "9001000011"):
            put_file(self.centre.storages["H01"], number)
        self.round()
        self.assertEqual(self.patients(), {"9001000010", "9001000011"})
        before = {dict(row)["reg"] for row in self.centre.export()["encounter_event"]}
        self.optout("9001000011")
        self.round()
        self.assertEqual(self.patients(), {"9001000010"})
        after = {dict(row)["reg"] for row in self.centre.export()["encounter_event"]}
        self.assertEqual(len(before - after), 1)
        entries = [e for e in self.centre.ledger("centre") if e["kind"] == "package.withdrawn"]
        self.assertEqual([e["payload"]["registrations"] for e in entries], [1])
        self.assertNotIn("9001000011", (self.centre.dir / "core/state/ledger/entries.jsonl").read_text())
        # Nothing in the core zone holds the row any more, not even a file that no longer counts.
        gone = next(iter(before - after)).encode()
        segments = [path for path in (self.centre.dir / "core/store/segments").rglob("*.parquet")]
        self.assertTrue(segments)
        for path in segments:
            self.assertNotIn(gone, path.read_bytes())

    def test_multi_patient_files_travel_without_them(self):
        source = synth(persons=40, hospitals=1, years=2)
        merged_storage(source, "H01", self.centre.storages["H01"])
        with open(source / "truth/registrations.csv", newline="", encoding="utf-8") as file:
            numbers = sorted({row["patient_number"] for row in csv.DictReader(file)})
        chosen = numbers[::3]
        for number in chosen:
            self.optout(number)
        summary = self.round()
        self.assertGreater(summary["pack"]["left_out_records"], 0)
        self.assertEqual(summary["pack"]["withheld"], 0, "every synthetic file tells its patients apart")
        self.assertEqual(self.patients() & set(chosen), set())

    def test_without_its_list_the_gateway_seals_nothing(self):
        put_file(self.centre.storages["H01"], "9001000010")
        toml = (self.centre.hospital("H01") / "gateway.toml").read_text()
        pathlib.Path(re.search(r'^optout = "(.*)"$', toml, re.M).group(1)).unlink()
        done = run(BIN / "sekisho-gateway", "gateway", "pack", "--config", self.centre.hospital("H01") / "gateway.toml", check=(3,))
        self.assertIn("optout.missing", done.stderr)
        self.assertEqual(list((self.centre.hospital("H01") / "state/outbox").glob("*.skp")), [])


class Gateway(unittest.TestCase):
    def test_receipts_come_in_three_steps_and_the_copy_goes_last(self):
        with Centre(("H01",)) as centre:
            put_file(centre.storages["H01"], "9001000010")
            centre.start_receiver()
            centre.gateway("H01", "run", "--once")
            outbox = centre.hospital("H01") / "state/outbox"
            self.assertEqual(len(list(outbox.glob("*.skp"))), 1)
            centre.load()
            self.assertEqual(centre.gateway("H01", "send")["loaded"], 1)
            self.assertEqual(len(list(outbox.glob("*.skp"))), 1, "loaded is not yet secured")
            sekisho("center", "backup", "--dir", centre.dir, "--out", centre.dir / "backup")
            centre.load()
            self.assertEqual(centre.gateway("H01", "send")["secured"], 1)
            self.assertEqual(list(outbox.glob("*.skp")), [])
            self.assertEqual(list((centre.dir / "outer/state/accepted").rglob("*.skp")), [])
            # The counts are sealed to the hospital: its key opens them with stock openssl, and nobody else's does.
            import base64, json, subprocess
            receipt = json.loads(next((centre.hospital("H01") / "state/receipts").glob("*.loaded.json")).read_text())
            inner = json.loads(base64.b64decode(receipt["receipt"]))
            sealed = base64.b64decode(next(v for k, v in inner.items() if "count" in k))
            h = centre.hospital("H01")
            plain = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-recip", h / "encryption.pem", "-inkey", h / "encryption.key"],
                                   input=sealed, capture_output=True, check=True).stdout
            self.assertEqual(json.loads(plain)["files"], 1)
            # After a total loss the backup brings the stores back.
            expected = centre.export(with_identity=True)
            import shutil
            shutil.rmtree(centre.dir / "core/store")
            sekisho("center", "restore", "--dir", centre.dir, "--from", centre.dir / "backup")
            self.assertEqual(centre.export(with_identity=True), expected)

    def test_numbered_media_load_like_an_upload(self):
        with Centre(("H01",)) as centre:
            put_file(centre.storages["H01"], "9001000010")
            centre.gateway("H01", "pack")
            package = next((centre.hospital("H01") / "state/outbox").glob("*.skp"))
            import shutil
            shutil.copy(package, centre.dir / "core/media/medium-0001.skp")
            centre.start_receiver()
            centre.load()
            self.assertEqual(len(centre.export()["encounter_event"]), 1)
            self.assertTrue((centre.dir / "core/media/medium-0001.skp.loaded.json").exists())

    def test_a_file_that_changes_while_it_is_read_waits_for_the_next_round(self):
        import os, threading
        with Centre(("H01",)) as centre:
            for i in range(400):
                put_file(centre.storages["H01"], f"90010{i:05}")
            files = sorted(path for path in centre.storages["H01"].rglob("*") if path.is_file())
            stop = threading.Event()

            def scribble():
                # One file grows for as long as the gateway works.
                while not stop.is_set():
                    with open(files[-1], "ab") as file:
                        file.write(b"NTE|1||x\r")
                        os.fsync(file.fileno())
            thread = threading.Thread(target=scribble)
            thread.start()
            try:
                first = centre.gateway("H01", "pack")
            finally:
                stop.set()
                thread.join()
            second = centre.gateway("H01", "pack")
            # The growing file was met between two writes and sealed as it then stood, or was changing and left for later; in
            # both cases the next round has what it became.
            self.assertEqual(first["files"] + first["changing"], 400)
            self.assertGreaterEqual(first["files"], 399)
            self.assertEqual((second["files"], second["changing"]), (1, 0))

    def test_a_full_disk_stops_nothing_for_ever(self):
        """Receiver and intake on a volume that is full: a clear error, nothing half-done, and all is well once there is room."""
        import os
        if os.geteuid() != 0:
            self.skipTest("mounting a small volume needs root")
        for zone, size in (("outer/state", "300k"), ("core/store", "600k")):
            with self.subTest(zone=zone), Centre(("H01",)) as centre:
                merged_storage(synth(persons=40, hospitals=1, years=2), "H01", centre.storages["H01"])
                folder = centre.dir / zone
                folder.mkdir(parents=True, exist_ok=True)
                if run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder, check=None).returncode != 0:
                    self.skipTest("no small volume can be mounted here")
                try:
                    if zone == "outer/state":
                        centre.start_receiver()
                        done = run(*centre.gateways["H01"].command, "--once", check=(3,))
                        self.assertIn("disk.full", done.stderr)
                    else:
                        centre.start_receiver()
                        centre.gateway("H01", "run", "--once")
                        done = centre.load(check=(3,))
                        self.assertIn("disk.full", done.stderr)
                        self.assertEqual([e for e in centre.ledger("centre") if e["kind"] == "package.refused"], [])
                    run("mount", "-o", "remount,size=200m", folder)
                    centre.gateway("H01", "run", "--once")
                    centre.load()
                    self.assertGreater(sum(map(len, centre.export().values())), 1000)
                finally:
                    centre.receiver.stop()
                    run("umount", "-l", folder)


if __name__ == "__main__":
    unittest.main()
