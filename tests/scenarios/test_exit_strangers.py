"""Files as strangers bring them (templates written without a look at the rules): leaks are found, honest outputs are not refused."""
import pathlib
import shutil
import subprocess
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


def made_by_r(folder):
    """Whether R and the packages it is used with here wrote their files into the folder."""
    script = pathlib.Path(exit_strangers.__file__).with_name("by_r.R")
    if not shutil.which("Rscript"):
        return False
    return subprocess.run(["Rscript", script, folder], capture_output=True, cwd=folder, timeout=600).returncode == 0


class ExitStrangers(unittest.TestCase):
    def test_what_r_prints_and_draws_of_persons_is_found_and_its_statistics_are_not_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            if not made_by_r(folder):
                self.skipTest("R with ggplot2, knitr, mgcv and its recommended packages is not installed")
            verdicts = {}
            for side in ("leak", "honest"):
                paths = sorted(pathlib.Path(folder, side).iterdir())
                files = sekisho_json("disclosure", "scan", *paths, check=(0, 1))["files"]
                verdicts[side] = [(path.name, found["verdict"]) for path, found in zip(paths, files)]
        missed = [name for name, verdict in verdicts["leak"] if verdict == "PASS"]
        refused = [name for name, verdict in verdicts["honest"] if verdict == "FAIL"]
        self.assertGreater(len(verdicts["leak"]), 80)
        self.assertLessEqual(len(missed) * 100, len(verdicts["leak"]) * 8, missed)
        self.assertLessEqual(len(refused) * 50, len(verdicts["honest"]), refused)

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
