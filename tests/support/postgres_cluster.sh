#!/usr/bin/env bash
# A private PostgreSQL for tests: makes a cluster in a folder of its own, starts it on a Unix socket, prints its address, and lives
# until its standard input closes, so that it ends with whoever started it, however that ends. Then it removes the folder.
#
#   tests/support/postgres_cluster.sh [SETTING=VALUE …]     settings of postgresql.conf, as fsync=on
#
# Nothing is synced unless fsync=on is given: what a test loses with its machine it can make again.
set -euo pipefail
trap '' INT  # of a terminal, which is for whoever started us

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || { echo "postgres_cluster.sh: no PostgreSQL server here (Debian: postgresql)" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/boxoffice-pg-XXXXXX")
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then  # it does not run as root
    as_postgres=(setpriv --reuid postgres --regid postgres --init-groups)
    chown postgres "$work"
fi
cd "$work"
stop() {
    "${as_postgres[@]}" "$programs/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap stop EXIT
if ! "${as_postgres[@]}" "$programs/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1; then
    cat "$work/initdb.log" >&2
    exit 1
fi
{
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$work'"
    echo "max_connections = 200"
    echo "fsync = off"
    echo "logging_collector = off"
    for setting in "$@"; do echo "${setting%%=*} = '${setting#*=}'"; done
} | "${as_postgres[@]}" tee -a "$work/data/postgresql.conf" >/dev/null
if ! "${as_postgres[@]}" "$programs/pg_ctl" -D "$work/data" -l "$work/server.log" -w start >/dev/null; then
    cat "$work/server.log" >&2
    exit 1
fi
echo "postgresql:///postgres?host=$work&user=postgres"
cat >/dev/null
