#!/usr/bin/env python3
"""The figures of docs/linkage.md with the present program: agreement with the truth, calibration plots, learned blocking, and
data that no rule was tuned on.

  linkage_figures.py PROGRAM [agreement] [calibration] [blocking] [unseen] [--data ../shared/data/linkage] [--docs docs]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# name -> spec, inputs, truth, columns of the truth, plot
SETS = {
    "jp_synth_20k": ("japanese", ["jp_synth_20k.csv.gz"], "jp_synth_20k.csv.gz", "record_id=rec_id,person_id=person_id", "japanese"),
    "historical_50k": ("historical", ["historical_50k.csv.gz"], "historical_50k.csv.gz", "record_id=unique_id,person_id=cluster", "historical"),
    "febrl1": ("febrl", ["febrl1.csv"], None, "", ""),
    "febrl3": ("febrl", ["febrl3.csv"], None, "", ""),
    "febrl4": ("febrl", ["febrl4a.csv", "febrl4b.csv"], None, "", "febrl4"),
    "fake_1000": ("western", ["fake_1000.csv"], "fake_1000.csv", "record_id=unique_id,person_id=cluster", "fake1000"),
}
# script, kind, seeds
UNSEEN = (("western_persons", ("persons", "names", "census"), (20260401, 20260402)),
          ("western_sources", ("registry", "twins", "many"), (20260501, 20260502)))


class Figures:
    def __init__(self, options, folder):
        self.program, self.data, self.docs, self.folder = options.program, pathlib.Path(options.data), pathlib.Path(options.docs), folder
        self.linked = {}

    def call(self, *arguments):
        done = subprocess.run([self.program, "link", *map(str, arguments), "--json"], capture_output=True, text=True)
        if done.returncode > 1:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def truth_of(self, name):
        """The file of the truth and the names of its columns; FEBRL writes the person into the record's id."""
        _, inputs, truth, columns, _ = SETS[name]
        if truth:
            return self.data / truth, columns
        path = self.folder / f"{name}.truth.csv"
        lines = ["record_id,person_id"]
        for file in inputs:
            for line in (self.data / file).read_text().splitlines()[1:]:
                record = line.split(",")[0].strip()
                lines.append(f"{record},{record.split('-')[1]}")
        path.write_text("\n".join(lines) + "\n")
        return path, "record_id=record_id,person_id=person_id"

    def link(self, name):
        if name not in self.linked:
            spec, inputs, _, _, _ = SETS[name]
            out, pairs = self.folder / f"{name}.csv", self.folder / f"{name}.pairs.csv"
            self.call("run", "--spec", ROOT / f"specs/linkage/{spec}.toml", "--input", *[self.data / file for file in inputs], "--output", out, "--pairs-out", pairs)
            self.linked[name] = out, pairs
        return self.linked[name]

    def row(self, name, spec, result):
        pair, cubed = result["pairwise"], result["b_cubed"]
        score = lambda part: f"{part['f1']:.4f} ({part['intervals']['f1']['low']:.4f}-{part['intervals']['f1']['high']:.4f})"
        print(f"| {name} | {spec} | {pair['precision']:.4f} | {pair['recall']:.4f} | {score(pair)} | {score(cubed)} |", flush=True)

    def agreement(self):
        print("| data | spec | precision | recall | F1 | B-cubed F1 |\n| --- | --- | --- | --- | --- | --- |")
        for name in SETS:
            truth, columns = self.truth_of(name)
            self.row(name, SETS[name][0], self.call("evaluate", "--clusters", self.link(name)[0], "--truth", truth, "--columns", columns))

    def calibration(self):
        print("| data | pairs | expected calibration error | between 0.05 and 0.95 | of how many | Brier score |\n| --- | --- | --- | --- | --- | --- |")
        for name, (_, _, _, _, plot) in SETS.items():
            if not plot:
                continue
            truth, columns = self.truth_of(name)
            got = self.call("calibrate", "--pairs", self.link(name)[1], "--truth", truth, "--columns", columns, "--svg", self.docs / f"calibration-{plot}.svg", "--title", name)
            print(f"| {name} | {got['count']:,} | {got['expected_calibration_error']:.4f} | {got['grey_error']:.3f} | {got['grey']:,} | {got['brier']:.4f} |", flush=True)

    def blocking(self):
        print("| data | rules | candidates for each record | estimated recall | measured recall |\n| --- | --- | --- | --- | --- |")
        for name in ("jp_synth_20k", "historical_50k"):
            spec, inputs, _, _, _ = SETS[name]
            truth, columns = self.truth_of(name)
            for learned in ([], ["--learn"]):
                got = self.call("blocking", "--spec", ROOT / f"specs/linkage/{spec}.toml", "--input", *[self.data / file for file in inputs], "--truth", truth, "--truth-columns", columns, *learned)
                print(f"| {name} | {len(got['rules'])} {'learned' if learned else 'of the spec'} | {got['candidates'] / got['records']:.2f} | {got['estimated_recall']:.4f} | {got['recall']:.4f} |", flush=True)

    def unseen(self):
        print("| data (seed) | spec | precision | recall | F1 | B-cubed F1 |\n| --- | --- | --- | --- | --- | --- |")
        data, truth, out = (self.folder / name for name in ("unseen.csv", "unseen.truth.csv", "unseen.out.csv"))
        for script, kind, seed in ((script, kind, seed) for script, kinds, seeds in UNSEEN for kind in kinds for seed in seeds):
            subprocess.run([sys.executable, ROOT / f"benchmarks/{script}.py", "--kind", kind, "--seed", str(seed), data, truth], check=True)
            self.call("run", "--spec", ROOT / "specs/linkage/western.toml", "--input", data, "--output", out)
            self.row(f"{script} {kind} ({seed})", "western", self.call("evaluate", "--clusters", out, "--truth", truth))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--data", default=str(ROOT.parent / "shared/data/linkage"))
    parser.add_argument("--docs", default=str(ROOT / "docs"))
    parser.add_argument("what", nargs="*", metavar="WHAT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = Figures(options, pathlib.Path(name))
        for what in options.what or ["agreement", "calibration", "blocking", "unseen"]:
            getattr(figures, what)()


if __name__ == "__main__":
    main()
