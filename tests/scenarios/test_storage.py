"""The main job on storages that were not made by this project: it ends well, its findings listed."""
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import DATA, sekisho

STORAGES = ("ssmixtwins_40", "nho_guideline_samples")


class RealStorages(unittest.TestCase):
    def test_the_demo_ends_well_on_real_storages(self):
        for name in STORAGES:
            storage = DATA / "ssmix2" / name
            if not storage.is_dir():
                self.skipTest(f"no reference data at shared/data/ssmix2/{name}")
            with self.subTest(storage=name), tempfile.TemporaryDirectory() as folder:
                done = sekisho("demo", "--state", pathlib.Path(folder) / "s", "--storage", storage, "--json", check=(0, 1))
                report = json.loads(done.stdout)
                self.assertGreater(report["files"], 0)
                self.assertGreater(report["packages"], 0)
                self.assertIsNone(report["linkage"])
                self.assertTrue(report["ledger"]["ok"])
                self.assertIn("rows", report["dataset"])
                if report["dataset"]["rows"] == 0:
                    self.assertEqual(done.returncode, 1)
                    self.assertTrue(report["dataset"]["reason"])

    def test_inspect_reads_the_same_storages(self):
        for name in STORAGES:
            storage = DATA / "ssmix2" / name
            if not storage.is_dir():
                self.skipTest(f"no reference data at shared/data/ssmix2/{name}")
            with self.subTest(storage=name):
                report = json.loads(sekisho("inspect", storage, "--json", check=(0, 1)).stdout)
                self.assertGreater(report["messages"], 0)
                self.assertEqual({f["level"] for f in report["findings"]} - {"E", "W", "I"}, set())


if __name__ == "__main__":
    unittest.main()
