#!/usr/bin/env python3
"""The readers beside Python's decode and split and iconv, over the same files in the same run, and on two cores.

  bench_readers.py [--rounds N] FOLDER_OR_FILE...

MB/s of input by processor time, medians of rounds in turn, bytes in memory: ours from bytes to typed records
(bench_formats), Python decoding and splitting into cells without giving them a meaning, iconv to UTF-8 only. Then by the
clock: two threads against one, and two processes beside each other against one, which is what the machine gives.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SEKISHO_BIN_DIR", ROOT / "build/release/bin"))

PYTHON = """
import ctypes, pathlib, sys, time
source = pathlib.Path(sys.argv[1])
files = [p.read_bytes() for p in (sorted(source.rglob('*')) if source.is_dir() else [source]) if p.is_file()]
size = sum(map(len, files))
hl7 = sum(data.startswith(b'MSH') for data in files) * 2 > len(files)
charset, ends, cells = ('iso2022_jp_ext', '\\r', '|') if hl7 else ('cp932', '\\n', '\\t' if b'\\t' in files[0][:500] else ',')
rounds = max(1, 8_000_000 // size)

def split():
    n = 0
    for data in files:
        for line in data.decode(charset, 'replace').split(ends):
            for cell in line.split(cells):
                n += len(cell.split('^')) if hl7 else 1
    return n

libc = ctypes.CDLL(None)
libc.iconv_open.restype = ctypes.c_void_p
libc.iconv.argtypes = [ctypes.c_void_p] + [ctypes.c_void_p] * 4
room = ctypes.create_string_buffer(4 * max(map(len, files)) + 16)
handle = libc.iconv_open(b'UTF-8//IGNORE', b'ISO-2022-JP-3' if hl7 else b'CP932')

def convert():
    for data in files:
        source, left = ctypes.c_char_p(data), ctypes.c_size_t(len(data))
        target, free = ctypes.c_char_p(ctypes.addressof(room)), ctypes.c_size_t(len(room))
        libc.iconv(handle, ctypes.byref(source), ctypes.byref(left), ctypes.byref(target), ctypes.byref(free))

for work in (split, convert):
    start = time.process_time()
    for _ in range(rounds):
        work()
    print(size * rounds / 1e6 / (time.process_time() - start))
"""


def ours(source, *options):
    out = subprocess.run([BIN / "bench_formats", *options, source], capture_output=True, text=True, check=True).stdout
    return json.loads(out)


def side_by_side(source):
    """How much two processes do beside each other in the time one does alone."""
    def clock(count):
        start = time.monotonic()
        runs = [subprocess.Popen([BIN / "bench_formats", "--records", source], stdout=subprocess.DEVNULL) for _ in range(count)]
        for run in runs:
            run.wait()
        return time.monotonic() - start
    return 2 * clock(1) / clock(2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for source in options.sources:
        rounds = []
        for _ in range(options.rounds):
            rivals = subprocess.run([sys.executable, "-c", PYTHON, source], capture_output=True, text=True, check=True).stdout.split()
            read = ours(source, "--records")
            scaling = ours(source, "--threads", "2")
            rounds.append((read["records_mb_s"], read["records_m_s"], *map(float, rivals), scaling["scaling_wall"],
                           scaling["scaling_busiest_thread"], side_by_side(source)))
        names = ("records_mb_s", "records_m_s", "python_mb_s", "iconv_mb_s", "two_threads_wall", "two_threads_busiest", "two_processes_wall")
        medians = {name: round(statistics.median(values), 2) for name, values in zip(names, zip(*rounds))}
        print(json.dumps({"source": source.name, "files": read["files"], **medians}), flush=True)


if __name__ == "__main__":
    main()
