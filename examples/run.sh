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

# shellcheck source=packages.sh
source "$here/packages.sh"
install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev >&2

mkdir -p "$build"
log=$build/run.log
configure_and_build() {
    [ -f "$build/build.ninja" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBOXOFFICE_TESTS=OFF -DBOXOFFICE_EXAMPLES=ON || return
    cmake --build "$build" --target onsale
}
[ -x "$build/examples/onsale" ] || echo "$0: building in $build (a few minutes the first time)" >&2
if ! configure_and_build > "$log" 2>&1; then
    cat "$log" >&2
    echo "$0: the build failed; its output stands above and in $log" >&2
    exit 1
fi

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
