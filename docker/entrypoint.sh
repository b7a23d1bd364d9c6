#!/bin/sh
# First start: makes the cluster, the role and the database of POSTGRES_USER / POSTGRES_DB, runs /docker-entrypoint-initdb.d.
# Then becomes the server (exec), so that SIGTERM reaches it.
#
# Settings, as of PostgreSQL's official image: POSTGRES_USER (postgres), POSTGRES_DB (the user's name), POSTGRES_HOST_AUTH_METHOD.
# Passwords are not checked yet, so a container must be opened on purpose: POSTGRES_HOST_AUTH_METHOD=trust.
# HYRAX_HOME, HYRAX_DATA, HYRAX_PORT, HYRAX_INIT_DIR let tests run this without a container.
set -eu
home=${HYRAX_HOME:-/opt/hyrax}
data=${HYRAX_DATA:-/var/lib/hyrax/data}
port=${HYRAX_PORT:-5432}
init=${HYRAX_INIT_DIR:-/docker-entrypoint-initdb.d}

if [ "${1:-hyrax}" != hyrax ]; then exec "$@"; fi
[ $# -gt 0 ] && shift

if [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
  if [ -n "${POSTGRES_PASSWORD:-}" ]; then
    echo 'Error: POSTGRES_PASSWORD is set, but Hyrax does not check passwords yet.' >&2
  else
    echo 'Error: nobody has been allowed in.' >&2
  fi
  echo 'Set POSTGRES_HOST_AUTH_METHOD=trust to accept every connection without a password (for networks you trust only).' >&2
  exit 1
fi

if [ ! -e "$data/hyrax.control" ]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  "$home/bin/hyrax" start --data-dir "$data" --host 127.0.0.1 --port "$port" &
  server=$!
  trap 'kill -TERM $server 2>/dev/null; exit 1' INT TERM
  POSTGRES_USER=$user POSTGRES_DB=$database "$home/bin/with-node" "$home/docker/run-init.ts" "$port" "$init" || {
    kill -TERM $server
    wait $server || true
    # A half-made cluster must not pass for a good one at the next start.
    rm -rf "${data:?}"/* 2>/dev/null || true
    exit 1
  }
  kill -TERM $server
  wait $server
  trap - INT TERM
fi

exec "$home/bin/hyrax" start --data-dir "$data" --host "${HYRAX_HOST:-0.0.0.0}" --port "$port" "$@"
