#!/usr/bin/env bash
# Configures a preset and builds the targets named (none: everything). Usage: tools/build.sh PRESET [TARGET...]
# SEKISHO_CMAKE: further options of CMake, one word.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
mkdir -p var
# Objects found by ccache do not depend on the folder of the clone.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
cmake --preset "$preset" ${SEKISHO_CMAKE:-} >"var/configure-$preset.log" 2>&1 || { tail -30 "var/configure-$preset.log" >&2; exit 3; }
targets=()
for target in "$@"; do targets+=(--target "$target"); done
if [ -t 2 ]; then
  cmake --build "build/$preset" "${targets[@]}"
else
  # Without a terminal: only what needs attention, the whole log beside it.
  cmake --build "build/$preset" "${targets[@]}" >"var/build-$preset.log" 2>&1 || { grep -E 'error|FAILED|undefined' "var/build-$preset.log" | head -40 >&2; exit 3; }
fi
