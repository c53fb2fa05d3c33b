#!/usr/bin/env bash
# Installs what the tests need, builds with CMake and Meson, and runs everything: the whole suite in both builds, unit and
# contract tests under the sanitizers, and the examples. Quiet unless something fails; ends in the runners' own summaries.
#
#   tests/run.sh            everything
#   tests/run.sh cmake      one part: cmake, meson, asan, tsan
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
. examples/packages.sh

case "${1:-all}" in
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    all) parts=(cmake meson asan tsan) ;;
    cmake|meson|asan|tsan) parts=("$1") ;;
    *) echo "tests/run.sh: unknown part '$1' (cmake, meson, asan, tsan)" >&2; exit 2 ;;
esac

logs=$root/build/logs
mkdir -p "$logs"

# Runs a step with its output kept in a log, which is shown if the step fails.
quietly() {
    local name=$1
    shift
    local begin=$SECONDS
    if ! "$@" >"$logs/$name.log" 2>&1; then
        echo "FAILED: $name ($*)" >&2
        tail -n 100 "$logs/$name.log" >&2
        exit 1
    fi
    echo "$name: ok ($((SECONDS - begin)) s)"
}

# The same, and shows the runner's own summary.
run_tests() {
    local name=$1 summary=$2
    shift 2
    quietly "$name" "$@"
    grep -E "$summary" "$logs/$name.log" || { echo "FAILED: $name ran no test" >&2; exit 1; }
}

quietly install install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev catch2 gcc meson mypy python3 python3-pip \
    python3-setuptools python3-venv python3-wheel sqlite3

test_cmake() {
    quietly cmake-configure cmake --preset dev
    quietly cmake-build cmake --build --preset dev
    run_tests cmake-test '^[0-9]+% tests passed|Total Test time' ctest --preset dev -j2
}

test_meson() {
    [ -e build/meson/build.ninja ] || quietly meson-configure env PATH="/usr/bin:$PATH" meson setup build/meson --werror
    quietly meson-build env PATH="/usr/bin:$PATH" meson compile -C build/meson
    run_tests meson-test '^(Ok|Fail|Expected Fail|Unexpected Pass|Skipped|Timeout):' \
        env PATH="/usr/bin:$PATH" meson test -C build/meson --num-processes 2
}

# Rules, contract, threads and scenarios; what kills or forks processes says nothing more under a sanitizer.
test_sanitized() {
    quietly "$1-configure" cmake --preset "$1" -DBOXOFFICE_EXAMPLES=OFF
    quietly "$1-build" cmake --build --preset "$1" --target boxoffice_tests boxoffice_c_tests
    run_tests "$1-test" '^(All tests passed|test cases:|assertions:)' \
        "build/$1/tests/boxoffice_tests" '~[processes]'
    run_tests "$1-c-test" '^[0-9]+ passed, ' "build/$1/tests/boxoffice_c_tests"
}

for part in "${parts[@]}"; do
    case $part in
        cmake) test_cmake ;;
        meson) test_meson ;;
        asan) ASAN_OPTIONS=detect_leaks=1 test_sanitized asan ;;
        tsan) TSAN_OPTIONS=halt_on_error=1 test_sanitized tsan ;;
    esac
done
