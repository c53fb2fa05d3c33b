#!/usr/bin/env bash
# Installs what is missing, builds, and runs the HTTP server with the flags you add (--help lists them):
#
#     examples/serve.sh --demo               something to try: prints the page's address and three curl lines
#     examples/serve.sh --db sale.db         keeps the box office in a file; relative paths are yours
#
# BOXOFFICE_BUILD_DIR says where to build (build/examples).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
build=${BOXOFFICE_BUILD_DIR:-$root/build/examples}

# shellcheck source=packages.sh
source "$here/packages.sh"
install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev libboost1.81-dev >&2

mkdir -p "$build"
log=$build/serve.log
configure_and_build() {
    # Again where an earlier configuration had no Boost.
    [ -f "$build/build.ninja" ] && grep -q boxoffice_server "$build/build.ninja" ||
        cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBOXOFFICE_TESTS=OFF -DBOXOFFICE_EXAMPLES=ON ||
        return
    cmake --build "$build" --target boxoffice_server
}
[ -x "$build/examples/boxoffice_server" ] || echo "$0: building in $build (a few minutes the first time)" >&2
if ! configure_and_build > "$log" 2>&1; then
    cat "$log" >&2
    echo "$0: the build failed; its output stands above and in $log" >&2
    exit 1
fi

exec "$build/examples/boxoffice_server" "$@"
