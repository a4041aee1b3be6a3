#!/usr/bin/env python3
"""The project's figures beside the rivals it can run on the same machine, as ratios from one run.

Machines are noisy: each figure is the median of several runs, rivals run in turn with the project, ratios are what to quote.
Nothing here fails because a machine is slow.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SEKISHO_BIN_DIR", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("SEKISHO_BIN_DIR", str(BIN))
from scenarios.harness import DATA, Centre, sekisho  # noqa: E402

RIVAL_HL7 = """
import pathlib, sys
n = 0
for path in pathlib.Path(sys.argv[1]).rglob('*'):
    if path.is_file():
        for segment in path.read_bytes().decode('iso2022_jp', 'replace').split('\\r'):
            for field in segment.split('|'):
                n += len(field.split('^'))
print(n)
"""
RIVAL_LINES = """
import pathlib, sys
n = 0
for path in pathlib.Path(sys.argv[1]).rglob('*'):
    if path.is_file():
        for line in path.read_bytes().decode('cp932', 'replace').split('\\n'):
            n += len(line.split(sys.argv[2]))
print(n)
"""


# Runs the command from a small process: a child's peak memory begins with that of the process it was forked from.
MEASURE = """
import os, subprocess, sys, time
start = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def timed(command, runs=3):
    """Median wall and CPU seconds and the largest peak memory (MB) of a command over several runs."""
    measures = []
    arguments = ["sh", "-c", command] if isinstance(command, str) else [str(part) for part in command]
    for _ in range(runs):
        out = subprocess.run([sys.executable, "-S", "-c", MEASURE, *arguments], capture_output=True, text=True, check=True).stdout
        code, wall, cpu, peak = map(float, out.split())
        if code not in (0, 1):
            raise SystemExit(f"bench: {command} ended with {code:.0f}")
        measures.append((wall, cpu, peak))
    return statistics.median(m[0] for m in measures), statistics.median(m[1] for m in measures), max(m[2] for m in measures)


def size_of(folder):
    sizes = [path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file()]
    return len(sizes), sum(sizes) / 1e6


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, ours, rival="", ratio="", note=""):
        self.rows.append((what, ours, rival, ratio, note))
        print(f"{what:<44} {ours:>22} {rival:>22} {ratio:>9}  {note}", flush=True)


def parse(table, synth):
    """One core each: whole path from files to typed records, against Python's decode and split of the same files."""
    for family, rival, separator in (("ssmix2", RIVAL_HL7, "|"), ("receipt", RIVAL_LINES, ","), ("dpc", RIVAL_LINES, "\t")):
        folder = synth / "hospitals/H01" / family
        _, megabytes = size_of(folder)
        _, ours, _ = timed([BIN / "sekisho", "inspect", folder, "--json", "--threads", "1"])
        _, theirs, _ = timed(["python3", "-c", rival, folder, separator])
        table.add(f"parse {family}, {megabytes:.0f} MB, CPU", f"{megabytes / ours:.0f} MB/s", f"python {megabytes / theirs:.0f} MB/s", f"{theirs / ours:.1f} x", "files to typed records")


def pack(table, synth):
    """Files to a sealed package, against tar | zstd -3 | openssl cms over the same files."""
    storages = synth / "hospitals/H01"
    files, megabytes = size_of(storages)
    with Centre(("H01",), storages={"H01": storages}) as centre:
        gateway = [BIN / "sekisho-gateway", "gateway", "pack", "--json", "--config", centre.hospital("H01") / "gateway.toml"]
        recipient = centre.dir / "core/recipient.pem"
        rival = (f"tar -C {storages} -cf - . | zstd -3 -T1 -q | openssl cms -encrypt -binary -stream -outform DER -aes-256-gcm -recip {recipient} "
                 f"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256 -out {centre.dir}/rival.p7m")
        ours_all, theirs_all = [], []
        for _ in range(3):
            shutil.rmtree(centre.hospital("H01") / "state", ignore_errors=True)
            ours_all.append(timed(gateway, 1)[0])
            theirs_all.append(timed(rival, 1)[0])
        ours, theirs = statistics.median(ours_all), statistics.median(theirs_all)
        table.add(f"pack {files} files, {megabytes:.0f} MB", f"{ours:.2f} s", f"pipeline {theirs:.2f} s", f"{ours / theirs:.2f} x", "goal: at most 1.2 x the pipeline's time")
        start = time.monotonic()
        sekisho("gateway", "scan", "--config", centre.hospital("H01") / "gateway.toml", "--json")
        table.add(f"rescan of {files} unchanged files", f"{time.monotonic() - start:.2f} s")


def load(table, synth, label):
    """Sealed package to committed segments; peak memory of every stage."""
    with Centre(("H01",), storages={"H01": synth / "hospitals/H01"}) as centre:
        _, megabytes = size_of(synth / "hospitals/H01")
        wall, _, gateway_peak = timed([BIN / "sekisho-gateway", "gateway", "pack", "--json", "--config", centre.hospital("H01") / "gateway.toml"], 1)
        centre.start_receiver()
        centre.gateway("H01", "send")
        wall, cpu, peak = timed([BIN / "sekisho", "intake", "run", "--once", "--config", centre.dir / "core/intake.toml"], 1)
        status = json.loads(sekisho("store", "status", "--store", centre.dir / "core/store", "--keys", centre.dir / "core/keys", "--allow-unencrypted", "--json").stdout)
        receiver_peak = int(next(line.split()[1] for line in open(f"/proc/{centre.receiver.process.pid}/status") if line.startswith("VmHWM"))) / 1024
        table.add(f"intake {label}: {megabytes:.0f} MB, {status['rows']} rows", f"{status['rows'] / wall / 1e6:.2f} M rows/s", f"{megabytes / wall:.0f} MB/s", "", f"{wall:.1f} s, {cpu:.1f} s CPU")
        return {"gateway": gateway_peak, "receiver": receiver_peak, "intake": peak}


def masters(table, folder):
    """Codes by day on one core, beside a hash map and SQLite over the same codes in the same run; needs published masters."""
    published = DATA / "masters"
    if not published.exists() or not (BIN / "bench_masters").exists():
        return
    file = folder / "m.skm"
    wall, cpu, peak = timed([BIN / "sekisho", "masters", "build", published, "-o", file], 1)
    table.add("masters build, all published files", f"{cpu:.1f} s CPU", f"{peak:.0f} MB", "", f"{wall:.1f} s wall; goal: under 60 s and 1 GB")
    pinned = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if shutil.which("taskset") else []
    rates = json.loads(subprocess.run([*pinned, BIN / "bench_masters", file, "7", "10"], capture_output=True, text=True, check=True).stdout)
    for ours in ("batch", "single"):
        for rival in ("unordered_map", "sqlite"):
            mine, theirs = rates[f"{ours}_per_second"], rates[f"{rival}_per_second"]
            table.add(f"masters lookup, {ours}, one core", f"{mine / 1e6:.1f} M/s", f"{rival} {theirs / 1e6:.2f} M/s", f"{mine / theirs:.1f} x", "median of 7; goal 5 M/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=4000, help="size of the synthetic hospitals (1x)")
    parser.add_argument("--no-growth", action="store_true", help="leave out the run at ten times the size")
    options = parser.parse_args()
    table = Table()
    # In memory, so that the disk is not what is measured.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base, prefix="sekisho-bench-") as folder:
        folder = pathlib.Path(folder)
        start = time.monotonic()
        sekisho("synth", "--out", folder / "s1", "--hospitals", "1", "--persons", options.persons, "--years", "5", "--seed", "3")
        seconds = time.monotonic() - start
        files, megabytes = size_of(folder / "s1")
        table.add(f"synth {options.persons} persons, {files} files", f"{megabytes / seconds:.0f} MB/s")
        masters(table, folder)
        parse(table, folder / "s1")
        pack(table, folder / "s1")
        small = load(table, folder / "s1", "1x")
        if not options.no_growth:
            sekisho("synth", "--out", folder / "s10", "--hospitals", "1", "--persons", options.persons * 10, "--years", "5", "--seed", "3")
            large = load(table, folder / "s10", "10x")
            for stage, peak in small.items():
                table.add(f"peak memory of {stage}, 1x and 10x input", f"{peak:.0f} MB", f"{large[stage]:.0f} MB", f"{large[stage] / peak:.1f} x")
        # The readers in memory, the generator without the file system, the file system without the generator, and the writing part of intake beside COPY.
        for program in (["bench_formats", folder / "s1/hospitals/H01"], ["bench_synth", folder / "generator", options.persons], ["bench_files", folder / "s1/hospitals", folder / "copy", "2"],
                        ["bench_columns"]):
            if (BIN / program[0]).exists():
                print(subprocess.run([BIN / program[0], *map(str, program[1:])], capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
