#!/usr/bin/env bash
# Starts a PostgreSQL 15 of its own as the oracle of the tests: port $HYRAX_ORACLE_PORT (54329), data in a temporary directory.
# Does nothing when one answers there already. Prints where it is.
set -euo pipefail
port=${HYRAX_ORACLE_PORT:-54329}
bin=${HYRAX_ORACLE_BIN:-/usr/lib/postgresql/15/bin}
if psql -h 127.0.0.1 -p "$port" -U postgres -Atc 'SELECT 1' >/dev/null 2>&1; then
  echo "PostgreSQL answers on port $port"
  exit 0
fi
data=$(mktemp -d "${TMPDIR:-/tmp}/hyrax-oracle.XXXXXX")
run() { if [ "$(id -u)" = 0 ]; then su postgres -c "$*"; else bash -c "$*"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
run "$bin/initdb -D $data/db --locale=C.UTF-8 -E UTF8 -A trust -U postgres" >/dev/null
run "$bin/pg_ctl -D $data/db -l $data/log -w -o '-p $port -c unix_socket_directories=$data -c timezone=UTC -c max_connections=200 -c shared_buffers=1GB' start" >/dev/null
echo "PostgreSQL 15 started on port $port, data in $data"
