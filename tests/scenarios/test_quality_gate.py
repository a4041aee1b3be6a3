"""The centre's load measures each package: what breaks the thresholds is held back whole and counted, or only reported."""
import base64
import json
import pathlib
import unittest

from scenarios.harness import Centre, sekisho, sekisho_json, synth

THRESHOLDS = """[[measure]]
id = "lab.unit"
allowed = 0.0
level = "E"
[[measure]]
id = "lab.reference"
allowed = 0.0
level = "E"
"""


class QualityGate(unittest.TestCase):
    """One hospital, with thresholds that its results break."""

    def centre(self, fail_on):
        country = synth(persons=40, hospitals=1, years=1, seed=3)
        source = next(path for path in sorted(pathlib.Path(country).rglob("ssmix2"))).parent
        centre = Centre(("H01",), storages={"H01": source})
        self.addCleanup(centre.close)
        thresholds = centre.dir / "thresholds.toml"
        thresholds.write_text(THRESHOLDS)
        config = centre.dir / "core/intake.toml"
        config.write_text(config.read_text() + f'[quality]\nfail_on = "{fail_on}"\nthresholds = "{thresholds}"\n')
        centre.start_receiver()
        centre.gateway("H01", "pack")
        centre.gateway("H01", "send")
        return centre, config

    def test_a_package_below_the_threshold_is_held_whole_and_loads_when_accepted(self):
        centre, config = self.centre("E")
        centre.load()
        held = sekisho_json("intake", "held", "--config", config, check=(1,))
        self.assertGreaterEqual(len(held), 1)
        self.assertTrue({f["measure"] for f in held[0]["findings"] if f["level"] == "E"} & {"lab.unit", "lab.reference"})
        self.assertGreater(held[0]["records"], 0)
        status = sekisho_json("intake", "status", "--config", config, check=(1,))
        self.assertTrue(any("held back" in alarm for alarm in status["alarms"]))
        self.assertIn("package.held", [entry["kind"] for entry in centre.ledger("centre")])
        before = {row["package"]: row["records"] for row in held}
        for row in held:
            sekisho("intake", "held", "--accept", row["package"], "--config", config, check=(0, 1))
        centre.load()
        self.assertEqual(sekisho_json("intake", "held", "--config", config), [])
        loaded = {f'{e["payload"]["hospital"]}/{e["payload"]["epoch"]}/{e["payload"]["sequence"]}': e["payload"]["records"]
                  for e in centre.ledger("centre") if e["kind"] == "package.loaded"}
        for package, records in before.items():
            self.assertEqual(loaded[package], records)

    def test_a_kill_before_the_hold_leaves_it_to_the_next_run(self):
        centre, config = self.centre("E")
        killed = centre.load(check=None, env={"SEKISHO_CRASH_AT": "intake.before_hold"})
        self.assertIn(killed.returncode, (-9, 137))
        centre.load()
        held = [row["package"] for row in sekisho_json("intake", "held", "--config", config, check=(1,))]
        self.assertEqual(len(held), len(set(held)))
        self.assertGreaterEqual(len(held), 1)
        kinds = [entry["kind"] for entry in centre.ledger("centre")]
        self.assertEqual(kinds.count("package.held"), len(held))
        self.assertNotIn("package.loaded", kinds)

    def test_a_held_package_can_be_refused_and_its_hospital_learns_why(self):
        centre, config = self.centre("E")
        centre.load()
        package = sekisho_json("intake", "held", "--config", config, check=(1,))[0]["package"]
        sekisho("intake", "held", "--refuse", package, "--config", config, check=(0, 1))
        centre.load()
        hospital, epoch, sequence = package.split("/")
        receipt = centre.dir / f"core/state/receipts/{hospital}_{epoch}_{int(sequence):06}.refused.json"
        said = json.loads(base64.b64decode(json.loads(receipt.read_text())["receipt"]))
        self.assertEqual((said["step"], said["reason"]), ("refused", "quality.threshold"))
        sekisho("intake", "held", "--refuse", "H09/1/1", "--config", config, check=(2,))

    def test_never_only_reports(self):
        centre, config = self.centre("never")
        centre.load()
        self.assertEqual(sekisho_json("intake", "held", "--config", config), [])
        kinds = [entry["kind"] for entry in centre.ledger("centre")]
        self.assertIn("package.loaded", kinds)
        self.assertNotIn("package.held", kinds)
        reports = list((centre.dir / "core/state/quality").iterdir())
        self.assertGreaterEqual(len(reports), kinds.count("package.loaded"))
        self.assertTrue(any("lab.reference" in r.read_text() for r in reports))


if __name__ == "__main__":
    unittest.main()
