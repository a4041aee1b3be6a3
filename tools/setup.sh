#!/usr/bin/env bash
# Installs what is missing: Debian packages of tools/packages.txt, and DuckDB's library and a Node from npm (vendor/package-lock.json).
# Usage: tools/setup.sh [--test]   --test also installs what only tests need. Exit 3: root is needed; the line to run is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=()
while read -r name version purpose; do
  case "$name" in '' | '#'*) continue ;; esac
  [ "$purpose" = test ] && [ "${1:-}" != --test ] && [ "$name" != libgtest-dev ] && continue
  dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || wanted+=("$name")
done <tools/packages.txt
# npm fetches DuckDB's library and builds the pages; any npm on the machine will do.
command -v npm >/dev/null || wanted+=(nodejs npm)

if [ "${#wanted[@]}" -gt 0 ]; then
  line="apt-get update && apt-get install -y --no-install-recommends ${wanted[*]}"
  if [ "$(id -u)" = 0 ]; then
    as_root=(env)
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo)
  else
    echo "Some packages are missing. Run this line as root, then start again:" >&2
    echo "  $line" >&2
    exit 3
  fi
  echo "Installing ${#wanted[@]} Debian packages (once) ..." >&2
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >var/setup.log 2>&1 ||
    { tail -20 var/setup.log >&2; echo "apt-get failed; the whole log is in var/setup.log" >&2; exit 3; }
fi

# --ignore-scripts is essential: install scripts of these packages would fetch or build binaries of their own.
if [ ! -e vendor/node_modules/.complete ] || [ vendor/package-lock.json -nt vendor/node_modules/.complete ]; then
  echo "Fetching DuckDB and Node (once) ..." >&2
  (cd vendor && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  touch vendor/node_modules/.complete
fi
