#!/usr/bin/env bash
# Installs what is missing (Debian 12), builds, and measures the engine beside PostgreSQL 15, Redis 7 and SQLite by hand, in turn,
# round by round. Prints a table of the medians; FOLDER gets results.json and throughput.svg.
#
#   tests/bench/run.sh [--rounds N] [--seconds S] [--quick] [--full] [--only NAME[,NAME…]] [--output FOLDER] [--built FOLDER]
#
#   --rounds N        how often each is measured (default: 5)
#   --seconds S       how long each measurement takes (default: 3)
#   --quick           everything once and tiny, in about a minute: shows that it works, and says nothing of speed
#   --full            10,000,000 waiting places and users in the place of 1,000,000
#   --only NAMES      some of: journeys many-callers http holds batches memory peeks seat-list waiting growth
#   --output FOLDER   where results go (default: build/bench)
#   --built FOLDER    builds nothing, and runs what a build with BOXOFFICE_BENCH made there: for a smoke test
#
# The peers are private: a PostgreSQL cluster (fsync and synchronous_commit on) and a Redis (appendfsync always) on Unix sockets
# in a folder under TMPDIR (default: /var/tmp), where the engine's files are as well. They end with this, the folder too.
# BOXOFFICE_BUILD_DIR says where to build (build/bench/release).
# Each measurement checks what it did: seats sold are payments acknowledged, balances sum, the engine's audit is clean.
#
# Exit: 0; 1 something failed, or sold wrongly; 2 bad usage; 130 interrupted.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
build=${BOXOFFICE_BUILD_DIR:-$root/build/bench/release}
output=$root/build/bench
all_names=(journeys many-callers http holds batches memory peeks seat-list waiting growth)
names=("${all_names[@]}")
rounds=5
seconds=3
many=1024
connections=(64 256 1024)
pipelines=(4 16)
http_callers=256
batches=10
memory_batches=50
population=1000000
is_quick=false
is_built=false
seed=20261126

fail() { echo "tests/bench/run.sh: $1" >&2; exit "${2:-1}"; }

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
        --rounds)
            [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || fail "$1: expected a number from 1 to 99" 2
            rounds=$2
            shift 2
            ;;
        --seconds)
            [[ ${2:-} =~ ^([1-9][0-9]{0,2}|0\.[1-9])$ ]] || fail "$1: expected a number from 0.1 to 999" 2
            seconds=$2
            shift 2
            ;;
        --quick)
            is_quick=true rounds=1 seconds=0.4 many=128 http_callers=64 connections=(64 128) pipelines=(2) batches=2 memory_batches=5 population=20000
            shift
            ;;
        --full) population=10000000; shift ;;
        --only)
            IFS=, read -ra names <<<"${2:-}"
            [ ${#names[@]} -gt 0 ] || fail "$1: expected names (--help)" 2
            for name in "${names[@]}"; do
                [[ " ${all_names[*]} " == *" $name "* ]] || fail "$1: there is no '$name' (${all_names[*]})" 2
            done
            shift 2
            ;;
        --output)
            [ -n "${2:-}" ] || fail "$1: expected a folder" 2
            output=$2
            shift 2
            ;;
        --built)
            [ -x "${2:-}/tests/bench/engine_bench" ] || fail "$1: expected a folder built with BOXOFFICE_BENCH" 2
            is_built=true build=$2
            shift 2
            ;;
        *) fail "unknown option '$1' (--help)" 2 ;;
    esac
done

case $build in /*) ;; *) build=$PWD/$build ;; esac
programs=$build/tests/bench
wanted() { [[ " ${names[*]} " == *" $1 "* ]]; }
needs_peers=false
if wanted journeys || wanted many-callers; then needs_peers=true; fi

mkdir -p "$output"
output=$(cd "$output" && pwd)
say() { printf '%s %s\n' "$(date +%T)" "$1" >&2; }

# ---- building ---------------------------------------------------------------------------------------------------

# shellcheck source=../../examples/packages.sh
source "$root/examples/packages.sh"

# Runs a step with its output kept in a log, which is shown if the step fails.
quietly() {
    local name=$1
    shift
    say "$name"
    "$@" >"$output/$name.log" 2>&1 || { tail -n 50 "$output/$name.log" >&2; fail "$name failed ($*)"; }
}

quietly install install_packages "${boxoffice_packages[@]}" postgresql redis-server libpq-dev libhiredis-dev procps python3 strace \
    libboost1.81-dev nlohmann-json3-dev zlib1g-dev
# A warning that another compiler gives is no reason not to measure.
if ! $is_built; then
    (cd "$root" && quietly configure cmake --preset release -B "$build" -DBOXOFFICE_BENCH=ON -DBOXOFFICE_TESTS=OFF \
        -DBOXOFFICE_EXAMPLES=ON -DBOXOFFICE_UNITY=ON)
    (cd "$root" && quietly build cmake --build "$build" --target side_by_side)
fi

# ---- peers ------------------------------------------------------------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/var/tmp}/boxoffice-bench.XXXXXX")
chmod 711 "$work" # PostgreSQL's user goes through
child=
redis_pid=
postgres_is_up=false
postgres_programs=
as_postgres=()

clean_up() {
    trap '' INT TERM
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    [ -z "$redis_pid" ] || kill "$redis_pid" 2>/dev/null || true
    ! $postgres_is_up || "${as_postgres[@]}" "$postgres_programs/pg_ctl" -D "$work/postgres" -m immediate stop >/dev/null 2>&1 || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

start_postgres() {
    local data=$work/postgres sockets=$work/postgres-socket
    postgres_programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    mkdir "$data" "$sockets"
    if [ "$(id -u)" -eq 0 ]; then
        as_postgres=(runuser -u postgres --)
        chown postgres "$data" "$sockets"
    fi
    # The folder that this was called in may be closed to PostgreSQL's user.
    cd "$work"
    quietly postgres-initdb "${as_postgres[@]}" "$postgres_programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C
    "${as_postgres[@]}" tee -a "$data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$sockets'
max_connections = 1100
fsync = on
synchronous_commit = on
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
jit = off
authentication_timeout = 10min
CONF
    postgres_is_up=true
    quietly postgres-start "${as_postgres[@]}" "$postgres_programs/pg_ctl" -D "$data" -l "$data/log" -w start
    postgres_pid=$("${as_postgres[@]}" head -n 1 "$data/postmaster.pid")
    postgres=("$programs/postgres_bench" --server "host=$sockets user=postgres dbname=postgres" --server-pid "$postgres_pid"
        --sql "$here/postgres.sql")
    cd "$root"
}

start_redis() {
    local socket=$work/redis.sock
    mkdir "$work/redis"
    redis-server --port 0 --unixsocket "$socket" --dir "$work/redis" --appendonly yes --appendfsync always --save '' \
        --auto-aof-rewrite-percentage 0 --maxclients 2000 >"$output/redis.log" 2>&1 &
    redis_pid=$!
    for _ in {1..100}; do
        [ "$(redis-cli -s "$socket" ping 2>/dev/null)" != PONG ] || break
        kill -0 "$redis_pid" 2>/dev/null || fail "redis-server did not start ($output/redis.log)"
        sleep 0.1
    done
    redis=("$programs/redis_bench" --server "$socket" --server-pid "$redis_pid" --scripts "$here/redis")
}

if $needs_peers; then
    start_postgres
    start_redis
fi

# ---- measuring --------------------------------------------------------------------------------------------------

lines=$work/lines.jsonl
: >"$lines"
round=0

# Runs a bench program; its lines get the round. Not in the foreground, so that a signal ends the wait.
measure() {
    local what=$1
    shift
    say "round $round: $what"
    "$@" --seed "$((seed + round))" >"$work/out" 2>"$work/err" &
    child=$!
    wait "$child" || {
        child=
        # A peer that a thousand connections bring to a stop: its best is elsewhere.
        ! grep -q 'nothing was done in the time' "$work/err" || { say "$what: nothing done in the time; left out"; return 0; }
        cat "$work/err" >&2
        fail "$what: ${1##*/} failed"
    }
    child=
    sed "s/^{/{\"round\":$round,/" "$work/out" >>"$lines"
}

engine=("$programs/engine_bench" --folder "$work")
# The engine's own store in the peer's cluster, in a schema beside the functions'.
address="postgresql:///postgres?host=$work/postgres-socket&user=postgres&schema=engine"
drop_schema() {
    "$postgres_programs/psql" -h "$work/postgres-socket" -U postgres -qc 'SET client_min_messages = warning' \
        -c 'DROP SCHEMA IF EXISTS engine CASCADE' postgres >/dev/null
}

# measure_syncs SUBJECT PIDS COMMAND…: a short run of its own, since tracing slows what is traced.
measure_syncs() {
    local subject=$1 pids=$2 tracer=
    shift 2
    say "round $round: fsyncs of $subject"
    # shellcheck disable=SC2086 # several -p
    strace -f -qq -e trace=fsync,fdatasync -o "$work/trace" ${pids} 2>/dev/null &
    tracer=$!
    sleep 0.5
    kill -0 "$tracer" 2>/dev/null || { say "strace cannot attach here: fsyncs of $subject stay unknown"; return 0; }
    child=$tracer
    "$@" --seconds 1 --seed "$seed" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; fail "${1##*/} failed"; }
    kill "$tracer" 2>/dev/null || true
    wait "$tracer" || true
    child=
    /usr/bin/python3 "$here/report.py" --syncs "$subject" "$work/trace" "$work/out" >>"$lines"
}

begin=$SECONDS
load_before=$(cut -d ' ' -f 1-3 /proc/loadavg)
for ((round = 1; round <= rounds; ++round)); do
    callers=(--callers 64 --seconds "$seconds")
    if wanted journeys; then
        measure "journeys, PostgreSQL, 64 connections" "${postgres[@]}" "${callers[@]}"
        measure "journeys, Redis, 64 connections" "${redis[@]}" "${callers[@]}"
        measure "journeys, SQLite FULL, 64 threads" "${engine[@]}" "${callers[@]}"
        drop_schema
        measure "journeys, PostgreSQL store, 64 threads" "${engine[@]}" "${callers[@]}" --store postgres --address "$address"
        drop_schema
        measure "journeys, PostgreSQL store, 64 threads on 2 hosts" \
            "${engine[@]}" "${callers[@]}" --store postgres --address "$address" --hosts 2
        measure "journeys, in memory, 64 threads" "${engine[@]}" "${callers[@]}" --store memory
    fi
    if wanted many-callers; then
        for count in "${connections[@]}"; do
            callers=(--name many-callers --callers "$count" --seconds "$seconds")
            measure "journeys, PostgreSQL, $count connections" "${postgres[@]}" "${callers[@]}"
            measure "journeys, Redis, $count connections" "${redis[@]}" "${callers[@]}"
        done
        for count in "${pipelines[@]}"; do
            measure "journeys, Redis, 64 connections, $count side by side on each" "${redis[@]}" \
                --name many-callers --callers 64 --pipeline "$count" --seconds "$seconds"
        done
        measure "journeys, SQLite FULL, $many threads" "${engine[@]}" --name many-callers --callers "$many" --seconds "$seconds"
        measure "journeys, SQLite FULL, $many submitted at a time" \
            "${engine[@]}" --measure submitted --name many-callers --callers "$many" --seconds "$seconds"
    fi
    if wanted http; then
        callers=(--name http --callers "$http_callers" --seconds "$seconds")
        measure "journeys, SQLite FULL, $http_callers threads" "${engine[@]}" "${callers[@]}"
        measure "journeys over HTTP, $http_callers connections" "$programs/http_bench" --folder "$work" \
            --server "$build/examples/boxoffice_server" "${callers[@]}"
    fi
    ! wanted holds || measure "holds, SQLite FULL, 64 threads" \
        "${engine[@]}" --measure holds --name holds --callers 64 --seconds "$seconds"
    if wanted batches; then
        measure "batches, SQLite by hand" "$programs/raw_sqlite_bench" --folder "$work" --batches "$batches"
        measure "batches, SQLite FULL" "${engine[@]}" --measure batches --batches "$batches"
    fi
    ! wanted memory || measure "single calls and batches in memory" \
        "${engine[@]}" --measure memory --store memory --batches "$memory_batches"
    ! wanted peeks || measure "peeks beside 4 writers" "${engine[@]}" --measure peeks --seconds "$seconds"
    if wanted seat-list; then
        measure "list of 50,000 seats, SQLite" "${engine[@]}" --measure seat-list --seconds "$seconds"
        measure "list of 50,000 seats, in memory" "${engine[@]}" --measure seat-list --store memory --seconds "$seconds"
    fi
    ! wanted waiting || measure "$population waiting places in memory" \
        "${engine[@]}" --measure waiting --store memory --places "$population"
done
# Grows one file, and measures at each size as often as there are rounds.
round=$rounds
! wanted growth || measure "growth to $population users" \
    "${engine[@]}" --measure growth --users "$population" --repeats "$rounds"
if wanted journeys; then
    measure_syncs postgres "$(printf -- '-p %s ' "$postgres_pid" $(pgrep -P "$postgres_pid"))" "${postgres[@]}" --callers 64
    measure_syncs redis "-p $redis_pid" "${redis[@]}" --callers 64
fi

# ---- results ----------------------------------------------------------------------------------------------------

/usr/bin/python3 "$here/report.py" --output "$output/results.json" \
    --fact rounds="$rounds" --fact seconds="$seconds" --fact seed="$seed" --fact quick="$is_quick" \
    --fact population="$population" --fact load_before="$load_before" \
    --fact load_after="$(cut -d ' ' -f 1-3 /proc/loadavg)" --fact took_seconds="$((SECONDS - begin))" \
    --fact filesystem="$(stat -f -c %T "$work")" --fact commit="$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)" \
    "$lines"
/usr/bin/python3 "$here/chart.py" "$output/results.json" "$output/throughput.svg"
say "results: $output/results.json, $output/throughput.svg"
