#!/usr/bin/env python3
"""Holds every #include under src/ against the dependencies that its module declares, and these against the order of the layers."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"


def order():
    text = (SRC / "CMakeLists.txt").read_text()
    return re.search(r"set\(SEKISHO_MODULES\s+([^)]*)\)", text).group(1).split()


def declared(module):
    text = (SRC / module / "CMakeLists.txt").read_text()
    found = re.search(r"DEPENDS\s+(.*?)(?:LIBRARIES|\))", text, re.S)
    return found.group(1).split() if found else []


def command_modules(path):
    found = re.search(r"^// modules: *(.*)$", path.read_text(), re.M)
    return set(found.group(1).split()) if found else set()


def main():
    modules = order()
    dependencies = {module: declared(module) for module in modules}
    problems = []
    for module in modules:
        for used in dependencies[module]:
            if used not in modules:
                problems.append(f"src/{module}/CMakeLists.txt: '{used}' is no module")
            elif modules.index(used) >= modules.index(module):
                problems.append(f"src/{module}/CMakeLists.txt: '{used}' does not stand before '{module}' in the layers")
    # What a module's dependencies use in public is linked too, but only what is declared may be included.
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        module = path.relative_to(SRC).parts[0]
        if module == "cli":
            reachable = command_modules(path)
            grown = True
            while grown:
                more = {d for m in reachable for d in dependencies.get(m, [])}
                grown = not more <= reachable
                reachable |= more
            allowed = reachable | {"core", "cli"}
            if path.name == "receiver_main.cpp":
                allowed = {"core", "receiver"}
            if path.suffix == ".h":
                allowed = set(modules) | {"cli"}  # shared by commands, each of which declares what it links
        else:
            allowed = set(dependencies[module]) | {module}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'#include "([a-z_]+)/', line)
            if found and found.group(1) not in allowed:
                problems.append(f"{path.relative_to(ROOT)}:{number}: includes '{found.group(1)}', which {module} does not declare")
    for problem in problems:
        print(problem)
    print(f"layers: {len(modules)} modules, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
