#!/usr/bin/env bash
# Installs what is missing, builds, and runs the on-sale on the data shipped beside this file:
#
#     examples/run.sh                        the whole sale, with 16 workers
#     examples/run.sh --threads 1 --json     the same hall and buyers, with other flags
#     examples/run.sh --db sale.db           keeps the sale in a file; relative paths are yours
#
# Standard output has the report and nothing else. BOXOFFICE_BUILD_DIR says where to build (build/examples).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BOXOFFICE_BUILD_DIR:-$root/build/examples}

# shellcheck source=build.sh
source "$here/build.sh"
install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev zlib1g-dev >&2
build_examples "$build" onsale

# A sale of its own each time, unless the caller names a file.
db=()
case " $* " in
    *" --db "* | *" --db="* | *" --help "*) ;;
    *)
        db=(--db "$(mktemp -d "${TMPDIR:-/tmp}/onsale.XXXXXX")/sale.db")
        echo "$0: the sale is kept in ${db[1]}" >&2
        ;;
esac

exec "$build/examples/onsale" --plan "$here/data/hall.json" --prices "$here/data/prices.csv" \
    --buyers "$here/data/buyers.csv" --date 2026-12-24 "${db[@]}" --threads 16 --capacity 200 --seed 7 "$@"
