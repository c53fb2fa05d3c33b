# Sourced by what runs an example: `build_examples DIRECTORY TARGET…` builds the targets there, optimised, once
# `install_packages` (packages.sh) has installed what they need. Quiet unless it fails; what it says goes to standard error.

# shellcheck source=packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

build_examples() {
    local build=$1 root log
    shift
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    log=$build/$1.log
    mkdir -p "$build" || return
    [ -x "$build/examples/$1" ] || echo "$0: building in $build (a few minutes the first time)" >&2
    if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBOXOFFICE_TESTS=OFF -DBOXOFFICE_EXAMPLES=ON &&
        cmake --build "$build" --target "$@"; } >"$log" 2>&1; then
        cat "$log" >&2
        echo "$0: the build failed; its output stands above and in $log" >&2
        return 1
    fi
}
