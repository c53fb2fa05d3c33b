#!/usr/bin/env bash
# Installs what the tests need, builds, and runs everything: the whole suite with CMake, a part of it with Meson, all but what
# kills processes under the sanitizers, the examples, the web page in a browser, and short runs of what looks for lost sales
# (tests/reliability): simulated sales, kills, power cuts, failing disks, fuzzers. Quiet unless something fails; ends in the runners'
# own summaries. What is printed while it runs is how long each step took; while the suite runs, which waits much, the other builds
# use what it leaves of the machine.
#
#   tests/run.sh            everything
#   tests/run.sh cmake      one part: cmake, web, meson, asan, tsan, fuzz, reliability
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
. examples/packages.sh

part=${1:-all}
case $part in
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    all|cmake|web|meson|asan|tsan|fuzz|reliability) ;;
    *) echo "tests/run.sh: unknown part '$part' (cmake, web, meson, asan, tsan, fuzz, reliability)" >&2; exit 2 ;;
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
        # Where the runner goes on, the last lines are of other stories.
        { grep -A 15 '^not ok' "$logs/$name.log" || true; } | head -n 60 >&2
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

# Runs a function beside what follows, in a process group of its own, so that all of it can be ended; its number is in `beside`.
groups=()
begin() {
    set -m
    "$@" &
    set +m
    beside=$!
    groups+=("$beside")
}
end_groups() {
    local group
    for group in "${groups[@]}"; do kill -- "-$group" 2>"$logs/kill.log" || true; done
}
trap end_groups EXIT
trap 'exit 130' INT TERM

packages=("${boxoffice_packages[@]}" abigail-tools catch2 chromium clang clang-format curl doxygen dpkg-dev file fonts-noto-cjk furo gcc
    golang-go gunicorn libboost1.81-dev libclang-rt-14-dev libhiredis-dev libpq-dev meson mypy nlohmann-json3-dev openssl postgresql procps python3
    python3-fastapi python3-flask python3-httpx python3-myst-parser python3-pip python3-setuptools python3-sphinx python3-uvicorn
    python3-venv python3-wheel redis-server sqlite3 strace systemd zlib1g-dev)
command -v npm >/dev/null || packages+=(nodejs npm)
quietly install install_packages "${packages[@]}"

build_cmake() {
    quietly cmake-configure cmake --preset dev -DBOXOFFICE_UNITY=ON -DBOXOFFICE_BENCH=ON
    quietly cmake-build cmake --build --preset dev
}

test_cmake() {
    run_tests cmake-test '^[0-9]+% tests passed|Total Test time' ctest --preset dev -j2
    # That the benchmarks work and sell rightly, here and in the peers; of speed this build says nothing.
    quietly bench-quick tests/bench/run.sh --quick --built build/dev --output "$logs/bench"
}

# The page in a real browser, against the server just built. Screenshots of every step stay in build/screenshots.
test_web() {
    local work=$root/build/web
    mkdir -p "$work/tests" "$work/examples"
    rm -rf "$work/tests/web"
    cp -r tests/web "$work/tests/web"
    ln -sfn "$root/examples/web" "$work/examples/web"
    ln -sfn "$root/examples/data" "$work/examples/data"
    quietly web-packages npm ci --prefix "$work/tests/web" --no-audit --no-fund
    run_tests web-test '^(#|ℹ) (tests|pass|fail|duration_ms) ' env BOXOFFICE_SERVER="$root/build/dev/examples/boxoffice_server" \
        SCREENSHOTS="$root/build/screenshots" node --test --test-concurrency=2 --test-reporter=tap "$work"/tests/web/*.test.mjs
}

# What CMake has compiled of the product is taken from there (tests/consumers/built_before.py); the tests are compiled.
build_meson() {
    local as=(env PATH="/usr/bin:$PATH" BOXOFFICE_BUILD="$root/build/dev" CXX="$root/tests/consumers/built_before.py c++")
    [ -e build/meson/build.ninja ] || quietly meson-configure "${as[@]}" meson setup build/meson --werror
    quietly meson-build "${as[@]}" meson compile -C build/meson
}

test_meson() {
    run_tests meson-test '^(Ok|Fail|Expected Fail|Unexpected Pass|Skipped|Timeout):' \
        env PATH="/usr/bin:$PATH" meson test -C build/meson --num-processes 2
}

# Rules, contract, threads and scenarios, and the HTTP host: its router, commands and workers under both, and under asan also
# the whole server with three I/O threads, where bytes of strangers come in. (Asio orders memory by fences, which thread
# sanitizers do not understand.) What kills or forks processes says nothing more under a sanitizer.
build_sanitized() {
    local targets=(boxoffice_tests boxoffice_c_tests boxoffice_http_tests)
    [ "$1" = tsan ] || targets+=(boxoffice_server boxoffice_fuzz_{c_calls,c_threads,database,http,plans})
    quietly "$1-configure" cmake --preset "$1" -DBOXOFFICE_EXAMPLES=ON
    quietly "$1-build" cmake --build --preset "$1" --target "${targets[@]}"
}

test_sanitized() {
    local which='~[processes]~[fork]'
    [ "$1" = asan ] || which+='~[faults]'  # most of those stories are told by processes
    export ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=halt_on_error=1
    run_tests "$1-test" '^(All tests passed|test cases:|assertions:|  under a sanitizer:)' \
        "build/$1/tests/boxoffice_tests" "$which"
    run_tests "$1-c-test" '^[0-9]+ passed, ' "build/$1/tests/boxoffice_c_tests"
    run_tests "$1-http-test" '^(All tests passed|test cases:|assertions:)' "build/$1/tests/boxoffice_http_tests"
    [ "$1" = tsan ] || run_tests "$1-http-contract" '^(Ran [0-9]+ tests|OK|FAILED)' env -C tests/http \
        BOXOFFICE_SERVER="$root/build/$1/examples/boxoffice_server" PYTHONDONTWRITEBYTECODE=1 \
        /usr/bin/python3 -W error -m unittest test_io_threads test_malformed test_admin test_mutations test_shutdown
}

# Half a minute over sequences of C calls, from the stories of make_corpus.py on. Too few inputs, or a function that was never
# called, or never did what it is for, means that nothing was shown. (Weighing inputs by how rare what they reach is took libFuzzer
# 87 % of the time, for the many counters of the library: without -entropic it runs seven times as many.)
test_fuzz() {
    local work=$root/build/asan/fuzz stories executions unreached
    rm -rf "$work"
    mkdir -p "$work"
    /usr/bin/python3 tests/fuzz/make_corpus.py "$work/corpus"
    stories=$(find "$work/corpus" -type f | wc -l)
    export BOXOFFICE_FUZZ_COUNTS=$work/counts
    run_tests fuzz '^#[0-9]+.*DONE|^Done [0-9]+ runs' build/asan/tests/boxoffice_fuzz_c_calls -seed=1 -max_total_time=30 \
        -entropic=0 -print_funcs=0 -max_len=1024 -timeout=20 -rss_limit_mb=4096 -artifact_prefix="$work/" "$work/corpus"
    executions=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$logs/fuzz.log")
    unreached=$(awk 'NR == FNR { done[$1] = $3; next } !done[$1]' "$work/counts" capi/symbols.txt | tr '\n' ' ')
    # The stories, and twice as many made of them, on a machine that does other things too.
    [ "$executions" -ge $((3 * stories)) ] || { echo "FAILED: fuzz ran $executions inputs only" >&2; exit 1; }
    [ -z "$unreached" ] || { echo "FAILED: fuzz never did $unreached" >&2; exit 1; }
}

# Each program of tests/reliability for a short time.
test_reliability() {
    run_tests reliability '^(fuzz: |[a-z_]+: ok|reliability: )' env BOXOFFICE_BUILD="$root/build/dev" \
        BOXOFFICE_ASAN_BUILD="$root/build/asan" tests/reliability/run.sh
}

# What is built while the suite runs, at the lowest priority.
build_others() {
    renice -n 19 "$BASHPID" >"$logs/renice.log"
    build_sanitized asan
    build_sanitized tsan
    build_meson
}

# Two lanes, since each of these mostly has one thread.
test_others() {
    # Not beside the suite, where packaging builds in the same folder.
    quietly reliability-build cmake --build --preset dev --target boxoffice_reliability
    test_sanitized tsan
    test_meson
}

case $part in
    all)
        build_cmake
        begin build_others
        builder=$beside
        test_cmake
        test_web
        wait "$builder"  # if it failed, it has said why
        begin test_others
        others=$beside
        test_sanitized asan
        wait "$others"
        test_fuzz
        test_reliability
        ;;
    cmake) build_cmake; test_cmake ;;
    web) build_cmake; test_web ;;
    meson) build_cmake; build_meson; test_meson ;;
    asan | tsan) build_sanitized "$part"; test_sanitized "$part" ;;
    fuzz) build_sanitized asan; test_fuzz ;;
    reliability)
        build_cmake
        quietly reliability-build cmake --build --preset dev --target boxoffice_reliability
        build_sanitized asan
        test_reliability
        ;;
esac
echo "$part: all passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
