#!/usr/bin/env python3
"""Looks through what git tracks for things that must not be there: paths of one machine, addresses of package registries, large
generated files, private keys, lines that speak of unfinished work."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = [
    ("a path of one machine", re.compile(r"/(?:home|root|work)/[A-Za-z]")),
    ("the address of a registry", re.compile(r"registry\.npmjs|deb\.debian\.org|github\.com/[^ ]+/releases")),
    ("a private key", re.compile(r"-----BEGIN (?:EC |RSA )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/]{20}")),
    ("a mark of unfinished work", re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!XX)")),
]
EXEMPT = {"tools/check_texts.py", "tools/run_tests.py"}
LIMIT = 1_000_000


def main():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    problems = []
    for name in filter(None, names):
        path = ROOT / name
        if not path.is_file() or name in EXEMPT:
            continue
        if path.stat().st_size > LIMIT:
            problems.append(f"{name}: {path.stat().st_size} bytes; generate it or leave it out")
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        if name.endswith("package-lock.json"):
            if '"resolved"' in text:
                problems.append(f"{name}: names where packages are fetched from")
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for what, rule in RULES:
                if rule.search(line):
                    problems.append(f"{name}:{number}: {what}")
    for problem in problems:
        print(problem)
    print(f"texts: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
