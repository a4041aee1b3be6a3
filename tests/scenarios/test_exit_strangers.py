"""Files as strangers bring them (templates written without a look at the rules): leaks are found, honest outputs are not refused."""
import pathlib
import tempfile
import unittest

from scenarios import exit_strangers
from scenarios.harness import sekisho_json


def scanned(leaky):
    templates = exit_strangers.registry.LEAKS if leaky else exit_strangers.registry.HONEST
    with tempfile.TemporaryDirectory() as folder:
        kinds, paths = [], []
        for number, (kind, name, data) in enumerate(exit_strangers.batch(11, 2 * len(templates), leaky)):
            path = pathlib.Path(folder) / str(number) / name
            path.parent.mkdir()
            path.write_bytes(data)
            kinds.append(kind)
            paths.append(path)
        answer = sekisho_json("disclosure", "scan", *paths, check=(0, 1))
        return [(kind, found["verdict"], sorted({f["rule"] for f in found["findings"]})) for kind, found in zip(kinds, answer["files"])]


class ExitStrangers(unittest.TestCase):
    def test_at_least_98_percent_of_their_leaks_are_found(self):
        verdicts = scanned(True)
        missed = [kind for kind, verdict, _ in verdicts if verdict == "PASS"]
        self.assertLessEqual(len(missed) * 50, len(verdicts), missed)

    def test_at_most_2_percent_of_their_honest_outputs_are_refused(self):
        verdicts = scanned(False)
        wrong = [(kind, rules) for kind, verdict, rules in verdicts if verdict == "FAIL"]
        self.assertLessEqual(len(wrong) * 50, len(verdicts), wrong)


if __name__ == "__main__":
    unittest.main()
