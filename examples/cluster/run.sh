#!/usr/bin/env bash
# Installs what is missing (Debian 12: PostgreSQL 15, Patroni, etcd), builds, and kills the primary of a cluster under load, again
# and again, with the flags you add (--help lists them):
#
#     examples/cluster/run.sh                       three kills, in about two minutes
#     examples/cluster/run.sh --kills 50 --seed 7
#     examples/cluster/run.sh --asynchronous --lag 0.5   what is lost where the primary does not wait for a standby
#
# README.md says what it shows. Everything is in a folder below TMPDIR and ends with this. Whoever runs it as root has it run as
# the user postgres, since PostgreSQL does not run as root. BOXOFFICE_BUILD_DIR says where to build (build/examples).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$(dirname "$here")")
build=${BOXOFFICE_BUILD_DIR:-$root/build/examples}
python=/usr/bin/python3

fail() { echo "examples/cluster/run.sh: $1" >&2; exit "${2:-1}"; }

case " $* " in *" --help "* | *" -h "* | *" --self-test "*) exec "$python" -B "$here/failover.py" "$@" ;; esac
"$python" -B "$here/failover.py" "$@"  # are the flags good?

built=
previous=
for word in "$@"; do
    [ "$previous" != --built ] || built=$word
    case $word in --built=*) built=${word#--built=} ;; esac
    previous=$word
done

# shellcheck source=../build.sh
source "$root/examples/build.sh"
packages=(postgresql patroni etcd-server python3 util-linux)
if [ -z "$built" ]; then
    install_packages "${packages[@]}" "${boxoffice_packages[@]}" libpq-dev nlohmann-json3-dev libboost1.81-dev zlib1g-dev >&2
    build_examples "$build" boxoffice_server
    built=$build
else
    install_packages "${packages[@]}" >&2
fi
server=$built/boxoffice_server
[ -x "$server" ] || server=$built/examples/boxoffice_server
[ -x "$server" ] || fail "--built $built: no boxoffice_server there" 2

[ "$(id -u)" -eq 0 ] || exec "$python" -B "$here/failover.py" --server "$(realpath "$server")" "$@"

# As postgres, who may not be let into this folder: what runs stands in one of its own.
work=$(mktemp -d "${TMPDIR:-/tmp}/boxoffice-cluster-run-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap '[ -z "$child" ] || kill -TERM "$child"' INT TERM
cp "$here"/*.py "$server" "$work"
chmod -R go+rX "$work"
child=
setpriv --reuid postgres --regid postgres --init-groups --pdeathsig TERM \
    env HOME="$work" "$python" -B "$work/failover.py" --server "$work/boxoffice_server" "$@" &
child=$!
status=0
while kill -0 "$child" 2>/dev/null; do
    status=0
    wait "$child" || status=$?
done
exit "$status"
