#!/usr/bin/env bash
# Format check, lint, types, import contracts, tests: all of them run, and any failure counts.
# Arguments are passed on to pytest.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/packaging/environment.sh"

prepare_environment "$root" render,dev
cd -- "$root"
bin=.venv/bin
failed=""

check() {
    local name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed $name"
}

check format "$bin/ruff" format --check .
check lint "$bin/ruff" check .
check types "$bin/mypy"
check imports "$bin/lint-imports" --no-logo
[ -z "$failed" ] || printf '== failed so far:%s\n' "$failed"
# Last, so that the output ends with pytest's summary.
check tests "$bin/python" -m pytest "$@"
[ -z "$failed" ]
