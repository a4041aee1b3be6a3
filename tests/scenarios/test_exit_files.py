"""Files that are to leave: seeded leaks are found, honest outputs pass."""
import pathlib
import tempfile
import time
import unittest

from scenarios import exit_corpus
from scenarios.harness import sekisho_json


class ExitFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.files = []
        leaks = [(kind, name, data) for kind, name, data in exit_corpus.batch(7, 2 * len(exit_corpus.registry.LEAKS), True)]
        honest = [(None, name, data) for _, name, data in exit_corpus.batch(7, 3 * len(exit_corpus.registry.HONEST), False)]
        for number, (kind, name, data) in enumerate(leaks + honest):
            path = pathlib.Path(cls.folder.name) / str(number) / name
            path.parent.mkdir()
            path.write_bytes(data)
            cls.files.append((kind, path))
        answer = sekisho_json("disclosure", "scan", *[path for _, path in cls.files], check=(0, 1))
        cls.verdicts = [(kind, path, found) for (kind, path), found in zip(cls.files, answer["files"])]

    def test_at_least_99_percent_of_seeded_leaks_are_found(self):
        leaks = [(kind, path, found) for kind, path, found in self.verdicts if kind]
        missed = [(kind, str(path)) for kind, path, found in leaks if found["verdict"] == "PASS"]
        self.assertGreaterEqual(len(leaks), 300)
        self.assertLessEqual(len(missed), len(leaks) // 100, missed)

    def test_at_most_2_percent_of_honest_outputs_are_refused(self):
        honest = [(path, found) for kind, path, found in self.verdicts if kind is None]
        wrong = [(str(path), found["findings"]) for path, found in honest if found["verdict"] == "FAIL"]
        self.assertGreaterEqual(len(honest), 200)
        self.assertLessEqual(len(wrong), len(honest) // 50, wrong)

    def test_findings_give_rule_place_reasons_and_remedy_and_never_the_identifier(self):
        for kind, _, found in self.verdicts:
            for finding in found["findings"]:
                for member in ("rule", "place", "reason_ja", "reason_en", "remedy", "verdict"):
                    self.assertTrue(finding[member], finding)

    def test_twenty_files_take_less_than_thirty_seconds(self):
        start = time.monotonic()
        sekisho_json("disclosure", "scan", *[path for _, path in self.files[:20]], check=(0, 1))
        self.assertLess(time.monotonic() - start, 30)


if __name__ == "__main__":
    unittest.main()
