"""Sound files of every family damaged at random - bytes, line ends, marks, copies, cuts - and inspected for as long as one likes:

    SEKISHO_BIN_DIR=build/release/bin python3 tests/scenarios/soak_inspect.py [SEED [SECONDS]]

No file may end the program, and the accounting line must add up each time. A set that breaks this is kept and named.
"""
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.harness import DATA, ROOT, run, BIN  # noqa: E402
from scenarios.test_inspect_variants import SURVEY, survey  # noqa: E402

PIECES = [b"\r", b"\n", b"\x1a", b"\0", b"\x1b$B", b'"', b"|", b",", b"\t", b"\r\r\n", b"\xef\xbb\xbf"]
AT_ONCE = 40


def sound_files():
    files = [(f"{path.name}.UKE", path.read_bytes()) for path in sorted((ROOT / "fuzz/seeds/fuzz_receipt").iterdir())]
    files.append((SURVEY, survey()))
    storage = DATA / "ssmix2/edge_cases/storage"
    return files + [(str(path.relative_to(storage)), path.read_bytes()) for path in sorted(storage.rglob("*")) if path.is_file()]


def damaged(content, rng):
    content = bytearray(content)
    for _ in range(rng.randrange(6)):
        if not content:
            break
        at, kind = rng.randrange(len(content)), rng.randrange(7)
        if kind == 0:
            content[at] = rng.randrange(256)
        elif kind == 1:
            del content[at:at + rng.randrange(1, 40)]
        elif kind == 2:
            content[at:at] = rng.choice(PIECES)
        elif kind == 3:
            content[at:at] = content[at:at + rng.randrange(1, 400)]
        elif kind == 4:
            content = content.replace(b"\r\n", rng.choice([b"\r", b"\n", b"\r\r\n"]))
        else:
            content = content[at:] if kind == 5 else content[:at]
    return bytes(content)


def main(seed=1, seconds=60):
    rng, sound, files, broken = random.Random(seed), sound_files(), 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(AT_ONCE):
                name, content = rng.choice(sound)
                path = pathlib.Path(folder) / (name if "/" in name else f"{number}/{name}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(damaged(content, rng))
            done = run(BIN / "sekisho", "inspect", folder, "--json", check=None, timeout=120)
            files += AT_ONCE
            count = json.loads(done.stdout)["accounting"] if done.returncode in (0, 1) else None
            if count is None or count["records"] != count["loaded"] + count["superseded"] + count["quarantined"]:
                broken += 1
                kept = tempfile.mkdtemp(prefix="soak-inspect-")
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                print(f"broken: {kept}: exit {done.returncode}, {count}\n{done.stderr[-500:]}")
    print(f"{files} files damaged and inspected, {broken} sets broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
