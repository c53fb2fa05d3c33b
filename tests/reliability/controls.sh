#!/usr/bin/env bash
# Whether the programs of these rooms see at all: each is made to do something wrong, and must find it. One line; exit 1 with the
# name of the one that did not.
#
#   tests/reliability/controls.sh [PROGRAMS]     the folder with the programs (build/dev/tests)
#
# Fuzzers are taken from BOXOFFICE_ASAN_BUILD, as fuzz/run.sh says. That power_loss sees losses, it asks itself in every run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
case ${1:-} in
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "controls.sh: unknown option '$1' (--help)" >&2; exit 2 ;;
esac
programs=${1:-$root/build/dev/tests}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

planted=0 found=0
# Exit 1 and words of a finding: a program that cannot run at all is no control.
expect_found() {
    local rc=0
    planted=$((planted + 1))
    "$@" >"$log" 2>&1 || rc=$?
    if [ "$rc" = 1 ] && grep -qE '^FOUND|^seed [0-9]+ on .*the shortest:' "$log"; then
        found=$((found + 1))
    else
        { echo "FAILED: exit $rc, and nothing found: $*"; tail -n 5 "$log"; } >&2
    fi
}
expect_found "$programs/boxoffice_simulation" --plant --count 20 --jobs 1
expect_found "$programs/boxoffice_contention" --plant twice --count 2000
expect_found "$programs/boxoffice_contention" --plant wait --count 2000
expect_found "$programs/boxoffice_histories" --plant read --count 20
expect_found "$programs/boxoffice_kill" --plant early --count 40
expect_found "$programs/boxoffice_host_faults" --plant lost --count 40
expect_found "$programs/boxoffice_host_faults" --plant stray --count 40

fuzzers=4
"$here/fuzz/run.sh" --planted --corpus "$(dirname "$log")/boxoffice-controls.$$" >"$log" || cat "$log" >&2
rm -rf "$(dirname "$log")/boxoffice-controls.$$"
planted=$((planted + fuzzers))
found=$((found + $(grep -c 'found=1' "$log" || true)))
echo "controls: planted=$planted found=$found"
[ "$planted" = "$found" ]
