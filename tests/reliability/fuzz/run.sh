#!/usr/bin/env bash
# Runs the fuzz targets of a build with the sanitizers, some time each, from the inputs of make_corpus.py on; what they learn stays in
# the corpus, and the next run goes on from it. One line a target on stdout; exit 1 with the command that repeats what was found.
#
#   tests/reliability/fuzz/run.sh                          15 seconds each: c_threads, database, http, plans
#   tests/reliability/fuzz/run.sh --seconds 1800 --jobs 2  half an hour each, two at a time
#
#   --seconds S   for each target
#   --jobs N      targets at a time (1)
#   --only T      one of them, or c_calls; may be given several times
#   --corpus DIR  where inputs are kept (build/fuzz-corpus)
#   --seed N      libFuzzer's (1)
#   --planted     each target breaks what it looks at, and must find it
#
# BOXOFFICE_ASAN_BUILD names the build (build/asan):
#   cmake --preset asan && cmake --build --preset asan --target boxoffice_fuzz_{c_threads,database,http,plans}
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=${BOXOFFICE_ASAN_BUILD:-$root/build/asan}
seconds=15 jobs=1 corpus=$root/build/fuzz-corpus seed=1 planted=
only=()

usage() { sed -n '2,16s/^# \{0,1\}//p' "$0"; }
mistake() { echo "run.sh: $1 (--help)" >&2; exit 2; }
number() { [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || mistake "$1: expected a whole number above 0, found '${2:-}'"; }
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --seconds) number "$@"; seconds=$2; shift 2 ;;
        --jobs) number "$@"; jobs=$2; shift 2 ;;
        --seed) number "$@"; seed=$2; shift 2 ;;
        --planted) planted=1; shift ;;
        --corpus) [ -n "${2:-}" ] || mistake "--corpus: expected a folder"; corpus=$2; shift 2 ;;
        --only)
            case ${2:-} in
                c_threads | database | http | plans | c_calls) only+=("$2") ;;
                *) mistake "--only: expected c_threads, database, http, plans or c_calls, found '${2:-}'" ;;
            esac
            shift 2 ;;
        *) mistake "expected an option, found '$1'" ;;
    esac
done
[ ${#only[@]} -gt 0 ] || only=(c_threads database http plans)
mkdir -p "$corpus/found"
corpus=$(cd "$corpus" && pwd)

# What the sanitizers keep to tell where memory was had costs a third of the time; a finding is repeated with all of it.
export ASAN_OPTIONS=detect_leaks=1:malloc_context_size=6:quarantine_size_mb=64

# Prints the line of one target; 1: something was found, or too little was reached.
fuzz() {
    local target=$1 program=$build/tests/boxoffice_fuzz_$1 inputs=$corpus/$1 log=$corpus/$1.log counts=$corpus/$1.counts
    [ -x "$program" ] || { echo "run.sh: $program is not built" >&2; return 1; }
    mkdir -p "$inputs"
    if [ "$target" = c_calls ]; then
        /usr/bin/python3 "$root/tests/fuzz/make_corpus.py" "$inputs"
    else
        /usr/bin/python3 "$here/make_corpus.py" "$target" "$inputs"
    fi
    # Without -entropic: it weighs inputs by how rare what they reach is, and with so many counters that takes most of the time.
    local flags=(-seed="$seed" -entropic=0 -print_funcs=0 -reload=0 -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2560
        -malloc_limit_mb=1024 -artifact_prefix="$corpus/found/$target-")
    [ ! -f "$here/$target.dict" ] || flags+=(-dict="$here/$target.dict")
    case $target in
        database) flags+=(-max_len=256) ;;
        http) flags+=(-max_len=24000) ;;  # more than a header may have
        *) flags+=(-max_len=4096) ;;
    esac
    # What is done to a file is a few bytes each, and libFuzzer would long try no more than one.
    [ "$target" != database ] || flags+=(-len_control=0)
    # What other threads do meanwhile is no news.
    [ "$target" != c_threads ] || flags+=(-use_counters=0)
    rm -f "$counts"
    local rc=0
    BOXOFFICE_FUZZ_COUNTS=$counts "$program" "${flags[@]}" "$inputs" >"$log" 2>&1 || rc=$?
    local done_line executions took
    done_line=$(grep -E '^Done [0-9]+ runs' "$log" || true)
    executions=$(sed -nE 's/^Done ([0-9]+) runs in ([0-9]+) second.*/\1/p' <<<"$done_line")
    took=$(sed -nE 's/^Done ([0-9]+) runs in ([0-9]+) second.*/\2/p' <<<"$done_line")
    local unreached=
    [ "$target" = c_calls ] || [ ! -f "$counts" ] || unreached=$(sed -n 's/ 0$//p' "$counts" | paste -sd,)
    local found=0
    [ "$rc" = 0 ] || found=1
    [ -n "$executions" ] || executions=$(sed -nE 's/^#([0-9]+).*/\1/p' "$log" | tail -n 1)
    echo "fuzz $target: executions=${executions:-0} seconds=${took:-?}" \
        "corpus=$(find "$inputs" -type f | wc -l) seed=$seed found=$found"
    if [ "$rc" != 0 ]; then
        {
            grep -E -m 3 'FOUND|ERROR: |runtime error' "$log" || tail -n 5 "$log"
            echo "  all of it: $log"
            local input
            input=$(sed -nE 's/.*Test unit written to (.*)/\1/p' "$log" | tail -n 1)
            echo "  to repeat: $program ${input:-${flags[*]} $inputs}"
        } >&2
        return 1
    fi
    if [ -n "$unreached" ]; then
        echo "run.sh: $target never came to: $unreached" >&2
        return 1
    fi
}

# Prints a line; 1: what was planted was not found.
plant() {
    local target=$1 inputs log
    inputs=$(mktemp -d)
    log=$corpus/$target-planted.log
    /usr/bin/python3 "$here/make_corpus.py" "$target" "$inputs"
    local rc=0 what
    BOXOFFICE_FUZZ_PLANT=1 BOXOFFICE_FUZZ_COUNTS= "$build/tests/boxoffice_fuzz_$target" -runs=0 -entropic=0 -print_funcs=0 \
        -artifact_prefix="$inputs/" "$inputs" >"$log" 2>&1 || rc=$?
    rm -rf "$inputs"
    what=$(sed -n 's/^FOUND: //p' "$log" | head -n 1)
    echo "fuzz $target: planted=1 found=$([ "$rc" != 0 ] && [ -n "$what" ] && echo 1 || echo 0) (${what:0:100})"
    [ "$rc" != 0 ] && [ -n "$what" ]
}

task=fuzz
[ -z "$planted" ] || task=plant
failed=0
running=0
for target in "${only[@]}"; do
    if [ "$running" -ge "$jobs" ]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
    "$task" "$target" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
exit "$failed"
