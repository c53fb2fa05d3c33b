#!/usr/bin/env bash
# Looks for lost sales, seats sold twice and books that do not balance: simulated sales beside a model of the rules, kills, power cuts,
# failing disks and memory, hosts that misuse their own files, threads judged by one order, and fuzzers. What each one does says the
# README beside this file.
#
#   tests/reliability/run.sh              a short run of everything, as in tests/run.sh: 4 minutes on two cores
#   tests/reliability/run.sh --hours 2    a long one: each gets its share, with seeds that none had before; one line each when its
#                                         share is done. Ended and begun again, it goes on where it was
#   --only NAME      one of them (several times: several): controls, simulation, stores, power_loss, io_faults, memory_faults, kill,
#                    contention, histories, host_faults, fuzz, planted
#   --jobs N         at a time (2)
#   --list           names, and the seed with which each goes on
#
# Programs are taken from BOXOFFICE_BUILD (build/dev; long: build/release, which is built), fuzzers from BOXOFFICE_ASAN_BUILD
# (build/asan). What the long runs have done stands in build/reliability: figures in results.txt, where each goes on in NAME.seed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
hours= jobs=2 only=() list=
usage() { sed -n '2,18s/^# \{0,1\}//p' "$0"; }
mistake() { echo "run.sh: $1 (--help)" >&2; exit 2; }
names=(controls simulation stores power_loss io_faults memory_faults kill contention histories host_faults fuzz planted)
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --list) list=1; shift ;;
        --hours)
            [[ ${2:-} =~ ^[0-9]+(\.[0-9]+)?$ ]] || mistake "--hours: expected a number, found '${2:-}'"
            hours=$2; shift 2 ;;
        --jobs) [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || mistake "--jobs: expected 1 to 99, found '${2:-}'"; jobs=$2; shift 2 ;;
        --only)
            [[ " ${names[*]} " == *" ${2:-} "* ]] || mistake "--only: expected one of ${names[*]}, found '${2:-}'"
            only+=("$2"); shift 2 ;;
        *) mistake "expected an option, found '$1'" ;;
    esac
done
[ ${#only[@]} -gt 0 ] || only=("${names[@]}")
work=$root/build/reliability
mkdir -p "$work"
if [ -n "$hours" ]; then build=${BOXOFFICE_BUILD:-$root/build/release}; else build=${BOXOFFICE_BUILD:-$root/build/dev}; fi
programs=$build/tests

# The first seed of the next share: high, so that none is one of the short runs'.
seed_of() { cat "$work/$1.seed" 2>/dev/null || echo 1000000; }

if [ -n "$list" ]; then
    for name in "${only[@]}"; do echo "$name $(seed_of "$name")"; done
    exit 0
fi

# How one is run, in `words`: `share` seconds from a seed on; without a share the short run.
command_of() {
    local name=$1 share=$2 seed=$3
    case $name in
        controls) words=("$here/controls.sh" "$programs") ;;
        simulation)
            if [ -z "$share" ]; then words=("$programs/boxoffice_simulation" --count 600 --twice --errors --jobs 1)
            else words=("$programs/boxoffice_simulation" --seed "$seed" --seconds "$share" --jobs 1); fi ;;
        stores)  # the same sales on every store, and twice
            local on=memory,sqlite
            [ "${BOXOFFICE_TEST_POSTGRES:-}" = off ] || ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
                on=memory,sqlite,postgres
            if [ -z "$share" ]; then words=("$programs/boxoffice_simulation" --compare "$on" --count 4 --jobs 1)
            else words=("$programs/boxoffice_simulation" --compare "$on" --seed "$seed" --seconds "$share" --jobs 1); fi ;;
        power_loss)
            if [ -z "$share" ]; then words=("$programs/boxoffice_power_loss" --count 2000)
            else words=("$programs/boxoffice_power_loss" --seed "$seed" --seconds "$share"); fi ;;
        io_faults | memory_faults)
            local memory=
            [ "$name" = io_faults ] || memory=--memory
            if [ -z "$share" ]; then words=("$programs/boxoffice_io_faults" $memory --short)
            else words=("$programs/boxoffice_io_faults" $memory --count 97 --seed "$seed" --seconds "$share"); fi ;;
        kill)
            if [ -z "$share" ]; then words=("$programs/boxoffice_kill" --count 200)
            else words=("$programs/boxoffice_kill" --seed "$seed" --seconds "$share"); fi ;;
        contention)
            if [ -z "$share" ]; then words=("$programs/boxoffice_contention" --count 50000)
            else words=("$programs/boxoffice_contention" --seed "$seed" --seconds "$share"); fi ;;
        histories)
            if [ -z "$share" ]; then words=("$programs/boxoffice_histories" --count 150)
            else words=("$programs/boxoffice_histories" --seed "$seed" --seconds "$share"); fi ;;
        host_faults)
            if [ -z "$share" ]; then words=("$programs/boxoffice_host_faults")
            else words=("$programs/boxoffice_host_faults" --seed "$seed" --seconds "$share"); fi ;;
        fuzz)
            if [ -z "$share" ]; then words=("$here/fuzz/run.sh" --seconds 12 --corpus "$work/fuzz-short")
            else words=("$here/fuzz/run.sh" --seconds $((share / 5 + 1)) --seed $((seed % 100000)) --corpus "$work/fuzz"
                --only c_threads --only database --only http --only plans --only c_calls); fi ;;
        planted)
            if [ -z "$share" ]; then words=(/usr/bin/python3 "$here/planted/planted.py" --short)
            else words=(/usr/bin/python3 "$here/planted/planted.py"); fi ;;
    esac
}

# Runs one, keeps its output, and shows its summary, or what it found.
run_one() {
    local name=$1 share=$2 seed log=$work/$1.log begin=$SECONDS rc=0 words=()
    seed=$(seed_of "$name")
    command_of "$name" "$share" "$seed"
    "${words[@]}" >"$log" 2>"$log.err" || rc=$?
    if [ "$rc" != 0 ]; then
        { echo "FAILED: $name: ${words[*]}"; tail -n 40 "$log.err" "$log"; } >&2
        [ -z "$share" ] || {  # it is not to be met again before somebody has looked, and not to be forgotten
            mkdir -p "$work/found"
            cp "$log" "$log.err" "$work/found/"
            for kind in log log.err; do mv "$work/found/$name.$kind" "$work/found/$name-$seed.$kind"; done
            echo "$(date -u +%FT%TZ) $name seed=$seed FOUND: $work/found/$name-$seed.log" >>"$work/results.txt"
            echo $((seed + 1000000)) >"$work/$name.seed"
        }
        return 1
    fi
    grep -E '(^|: )[a-z_ ]+: .*=[0-9]|^[a-z_ +]+: ' "$log" | tail -n 5 | sed "s/^/  /"
    echo "$name: ok ($((SECONDS - begin)) s)"
    [ -z "$share" ] || {
        sed "s/^/$(date -u +%FT%TZ) $name seed=$seed /" <(tail -n 5 "$log") >>"$work/results.txt"
        # Beyond every seed that the share can have come to.
        echo $((seed + 1000000)) >"$work/$name.seed"
    }
}

if [ -n "$hours" ]; then
    [ -n "${BOXOFFICE_BUILD:-}" ] || {
        cmake --preset release -S "$root" >"$work/configure.log"
        cmake --build --preset release --target boxoffice_reliability >"$work/build.log" ||
            { tail -n 40 "$work/build.log" >&2; exit 1; }
    }
    # Shares of ten minutes at most, round and round, so that each has had its turn whenever this is ended.
    whole=$(awk -v h="$hours" -v j="$jobs" 'BEGIN { print int(h * 3600 * j) }')
    share=$((whole / ${#only[@]}))
    rounds=$(((share + 599) / 600))
    [ "$rounds" -ge 1 ] || rounds=1
    share=$((share / rounds))
    [ "$share" -ge 5 ] || mistake "--hours: too short for ${#only[@]} of them"
else
    rounds=1 share=
fi

# Before the first share, since it may come in the middle of the night. (Fuzzers and controls say themselves what is not built.)
for name in "${only[@]}"; do
    command_of "$name" "$share" "$(seed_of "$name")"
    [ -x "${words[0]}" ] ||
        mistake "$name: ${words[0]} is not built: cmake --build --preset dev --target boxoffice_reliability"
done
# Two at a time would write over each other's seeds and findings.
exec 9>"$work/lock"
flock -n 9 || mistake "another run is under way in $work"

# What is written for a moment need not reach a disk, where no power is cut; the kernel keeps it through any kill.
scratch=$(mktemp -d "$([ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/boxoffice-reliability-XXXXXX")
chmod 755 "$scratch"  # PostgreSQL's servers run as another user
export TMPDIR=$scratch

# Each in a process group of its own, so that all of it can be ended.
end_all() {
    local group
    for group in $(jobs -p); do kill -- "-$group" 2>/dev/null || true; done
}
trap 'end_all; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
failed=0 running=0
for ((round = 1; round <= rounds; round++)); do
    [ -z "$share" ] || echo "round $round of $rounds, $share s each"
    for name in "${only[@]}"; do
        # These have an end: once.
        [[ $name != planted && $name != controls ]] || [ "$round" = 1 ] || continue
        if [ "$running" -ge "$jobs" ]; then
            wait -n || failed=1
            running=$((running - 1))
        fi
        set -m
        run_one "$name" "$share" 9>&- &
        set +m
        running=$((running + 1))
    done
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
[ "$failed" = 0 ] || exit 1
echo "reliability: nothing found in $((SECONDS / 60)) min $((SECONDS % 60)) s"
