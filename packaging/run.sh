#!/usr/bin/env bash
# Runs Strata from this checkout; the first time it installs what is missing.
#
#   bash packaging/run.sh                                   opens the studio
#   bash packaging/run.sh separate song.mp3 --out stems     any command of `strata`
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/packaging/environment.sh"

prepare_environment "$root" render
exec "$root/.venv/bin/strata" "$@"
