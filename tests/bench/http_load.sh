#!/usr/bin/env bash
# Installs what is missing (Debian 12), builds the HTTP server and a bare Beast server that answers "hello", and has wrk
# ask both on loopback: what does the box office cost on top of HTTP itself?
#
#   tests/bench/http_load.sh [--seconds N] [--connections N]
#
#   --seconds N       how long each measurement takes (default: 5); there are nine
#   --connections N   open at once (default: 64)
#
# Prints a table in Markdown. wrk is closed loop: a connection asks again when it has its answer, so a slow server is
# asked less. For that wrk corrects its latencies: an answer much slower than the mean counts as several in p99, one for
# each request that would have come meanwhile.
# BOXOFFICE_BUILD_DIR says where to build (build/examples), TMPDIR where the database goes while this runs.
#
# Exit: 0; 1 peek has less than 0.8 of hello's requests per second, or something had an unexpected answer; 2 bad usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
build=${BOXOFFICE_BUILD_DIR:-$root/build/examples}
seconds=5
connections=64
rounds=9
least_ratio=0.8

fail() { echo "$0: $1" >&2; exit "${2:-1}"; }

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
        --seconds | --connections)
            [[ ${2:-} =~ ^[1-9][0-9]{0,2}$ ]] || fail "$1: expected a number from 1 to 999" 2
            declare "${1#--}=$2"
            shift 2
            ;;
        *) fail "unknown flag '$1' (--help)" 2 ;;
    esac
done

# ---- building ---------------------------------------------------------------------------------------------------

# shellcheck source=../../examples/build.sh
source "$root/examples/build.sh"
install_packages "${boxoffice_packages[@]}" nlohmann-json3-dev libboost1.81-dev zlib1g-dev curl wrk >&2
build_examples "$build" boxoffice_server beast_hello

# ---- two servers ------------------------------------------------------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/tmp}/http_load.XXXXXX")
servers=()
clean_up() {
    trap '' INT TERM
    [ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Starts a server on a free port; `address` is then what its first line says.
start() {
    local name=$1
    shift
    : >"$work/$name.out" # the shell may make it later than it is read
    "$build/examples/$name" --port 0 "$@" >"$work/$name.out" 2>"$work/$name.err" &
    servers+=($!)
    address=
    for _ in {1..100}; do
        address=$(sed -n '1s/^listening on //p' "$work/$name.out")
        [ -z "$address" ] && kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    [ -n "$address" ] || { cat "$work/$name.err" >&2; fail "$name did not start"; }
}

start beast_hello
hello=$address
# More turns than connections, so that nobody on a journey waits; none of them ends while this runs.
capacity=$((2 * connections))
admin_key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
admin="X-Admin-Key: $admin_key"
start boxoffice_server --db "$work/boxoffice.db" --admin-key "$admin_key" --capacity "$capacity" \
    --arrive-seconds 86400 --active-seconds 86400
office=$address

# ---- the house --------------------------------------------------------------------------------------------------

seats_per_concert=50 # as journey.lua has it
dates=30
journeys_per_second_max=3000

# For each connection as many concerts as it can sell in the time, and one in reserve.
concerts=$((connections * (seconds * journeys_per_second_max / connections / seats_per_concert + 2)))
users=$((concerts * seats_per_concert))

# POSTs each line of standard input, a path and a JSON body, many at a time.
post_all() {
    sed -E -e 's/["\\]/\\&/g' -e "s|^([^ ]+) (.*)|next\nurl = \"$office\1\"\ndata = \"\2\"\nheader = \"$admin\"|" |
        sed 1d | curl --silent --no-progress-meter --parallel --parallel-max 64 --config -
}

seats=$(seq -f '{"number":"%g","price":100}' -s , "$seats_per_concert")
concert() { printf '/api/admin/concerts {"date":"%s","title":"Load","seats":[%s]}\n' "$1" "$seats"; }
days=()
for ((i = 1; i <= dates; ++i)); do days+=("$(date -u -d "+$i days" +%F)"); done

echo "$0: $concerts concerts and $users users" >&2
for ((i = 0; i < concerts; ++i)); do concert "${days[i % dates]}"; done | post_all |
    grep -oE '"concertId":"[^"]+","date":"[^"]+"' | sed -E 's/.*:"(.*)",.*:"(.*)"/\2 \1/' >"$work/concerts"
# The seat list that is measured alone is that of a date with one concert, of which nothing is sold.
list_day=$(date -u -d "+$((dates + 1)) days" +%F)
concert "$list_day" | post_all >/dev/null
seq -f '/api/admin/users {"userId":"load-%.0f"}' "$users" | post_all >/dev/null
# For the line.
seq -f '/api/admin/users {"userId":"line-%.0f"}' "$((capacity + 1))" | post_all >/dev/null

gauge() { curl -s "$office/metrics" | sed -n "s/^boxoffice_$1 //p"; }
[ "$(gauge users)" = $((users + capacity + 1)) ] && [ "$(gauge seats_available)" = $((users + seats_per_concert)) ] &&
    [ "$(wc -l <"$work/concerts")" = "$concerts" ] || fail "the house could not be filled"

# ---- measuring --------------------------------------------------------------------------------------------------

failures=0
complain() { echo "$0: $1" >&2; failures=$((failures + 1)); }

# measure NAME THREADS SCRIPT [WRK FLAGS] URL [-- ARGUMENTS]: sets requests (per second), p99 (in µs), and for the
# journey journeys (per second) and completed.
measure() {
    local name=$1 threads=$2 script=$3 wrong
    shift 3
    echo "$0: $name" >&2
    wrk -t "$threads" -c "$connections" -d "${seconds}s" -s "$here/$script" "$@" >"$work/wrk" 2>&1 || true
    read -r requests p99 wrong journeys completed < <(sed -n 's/^measured //p' "$work/wrk") ||
        { cat "$work/wrk" >&2; fail "wrk measured nothing"; }
    [ "$wrong" = 0 ] && return
    sed -n 's/^complaint //p' "$work/wrk" | sort -u | sed 5q >&2
    complain "$name: $wrong unexpected"
}

# Of three.
median() { printf '%s\n' "$@" | sort -g | sed -n "$(($# / 2 + 1))p"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }
row() {
    LC_ALL=C awk -v what="$1" -v requests="$2" -v p99="$3" -v ratio="$4" \
        'BEGIN { printf "| %s | %d | %.2f ms | %s |\n", what, requests, p99 / 1000, ratio }'
}

# The journey comes first, while there is no line.
measure journey "$connections" journey.lua "$office" -- "$work/concerts" "$connections"
journey=("$requests" "$p99" "$journeys" "$completed")
# What was paid when wrk hung up may be more.
sold=$(gauge seats_sold)
[ "$completed" -gt 0 ] && [ "$sold" -ge "$completed" ] && [ "$sold" -le $((completed + connections)) ] ||
    complain "$completed journeys, but $sold seats sold"

# As many as get a turn, and one who waits; those who were on their way when wrk hung up have turns too.
seq -f '/api/token {"userId":"line-%.0f"}' "$capacity" | post_all >/dev/null
token=$(curl -s "$office/api/token" -d "{\"userId\":\"line-$((capacity + 1))\"}" |
    sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
peek_body="{\"tokenId\":\"$token\"}"
list="$office/api/concert/seat?date=$list_day"
etag=$(curl -s -o /dev/null -D - "$list" | tr -d '\r' | sed -n 's/^ETag: //Ip')

# wrk does not look into answers below 400: that they are the right ones is seen before and after.
check_answers() {
    curl -s "$office/api/token/peek" -d "$peek_body" | grep -q '"isTurn":false' || complain "peek: nobody waits"
    [ "$(curl -s "$list" | grep -oE '"[0-9]+"' | wc -l)" = "$seats_per_concert" ] ||
        complain "seat list: not $seats_per_concert seats"
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$list")" = 304 ] ||
        complain "seat list: not 304"
}
check_answers

# In turn, so that what else the machine does meets both.
hello_requests=() hello_p99=() peek_requests=() peek_p99=() ratios=()
for ((i = 1; i <= rounds; ++i)); do
    measure "hello, round $i" 1 one_request.lua "$hello/api/token/peek" -- "$peek_body"
    hello_requests+=("$requests") hello_p99+=("$p99")
    measure "peek, round $i" 1 one_request.lua "$office/api/token/peek" -- "$peek_body"
    peek_requests+=("$requests") peek_p99+=("$p99")
    ratios+=("$(divide "$requests" "${hello_requests[-1]}")")
done
measure "seat list" 1 one_request.lua "$list"
list_200=("$requests" "$p99")
measure "seat list, 304" 1 one_request.lua -H "If-None-Match: $etag" "$list"
list_304=("$requests" "$p99")
check_answers

refused=$(curl -s "$office/metrics" | grep '^boxoffice_http_requests_total' | grep -vE 'status="(200|304)"' || true)
[ -z "$refused" ] || complain "the server gave other answers than 200 and 304: $refused"
curl -s -H "$admin" "$office/api/admin/audit" | grep -q '"violations":\[\]' || complain "the audit is not clean"

# ---- the table --------------------------------------------------------------------------------------------------

hello_median=$(median "${hello_requests[@]}")
ratio=$(median "${ratios[@]}")
echo "| what | requests/s | p99 | × hello |"
echo "|---|---|---|---|"
row "hello from bare Beast (POST)" "$hello_median" "$(median "${hello_p99[@]}")" 1
row "peek of a place that waits" "$(median "${peek_requests[@]}")" "$(median "${peek_p99[@]}")" "$ratio"
row "seat list, $seats_per_concert seats" "${list_200[@]}" "$(divide "${list_200[0]}" "$hello_median")"
row "seat list, unchanged (304)" "${list_304[@]}" "$(divide "${list_304[0]}" "$hello_median")"
row "full journey: ${journey[2]} journeys/s" "${journey[0]}" "${journey[1]}" "$(divide "${journey[0]}" "$hello_median")"
version=$(wrk -v 2>&1 | sed -nE '1s/^wrk ([^ ]+).*/\1/p' || true)
cat <<END

$(date -u +%F), $(nproc) processors, database on $(stat -f -c %T "$work"), wrk $version (closed loop).
$connections connections, $seconds s each; hello and peek are medians of $rounds rounds in turn.
peek / hello by round: ${ratios[*]}.
${journey[3]} journeys were completed; their p99 is that of a single request.
END

awk -v ratio="$ratio" -v least="$least_ratio" 'BEGIN { exit !(ratio >= least) }' ||
    complain "peek has $ratio of hello's requests per second, less than $least_ratio"
[ "$failures" -eq 0 ]
