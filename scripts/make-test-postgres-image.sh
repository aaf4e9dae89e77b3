#!/usr/bin/env bash
# Makes a PostgreSQL image for the tests from Debian packages, for machines that have Docker and no image registry.
#
#   sudo scripts/make-test-postgres-image.sh [IMAGE]          default IMAGE: todo-test-postgres:15
#   TODO_TEST_POSTGRES_IMAGE=todo-test-postgres:15 make test
#
# Needs root, debootstrap and a running Docker daemon. The image understands what the tests need of the official
# one: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, and server options as arguments.
set -euo pipefail

image=${1:-todo-test-postgres:15}
release=bookworm
version=15

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

debootstrap --variant=minbase --include="postgresql-$version,locales" "$release" "$root" >"$work/log" 2>&1 ||
  { tail -20 "$work/log" >&2; exit 1; }

install -m 0755 /dev/stdin "$root/usr/local/bin/docker-entrypoint.sh" <<'ENTRYPOINT'
#!/bin/sh
# Makes a database on the first start, then becomes the server.
set -eu
: "${POSTGRES_USER:=postgres}" "${POSTGRES_PASSWORD:?must be set}" "${POSTGRES_DB:=$POSTGRES_USER}"
bin=$(echo /usr/lib/postgresql/*/bin)
data=/var/lib/postgresql/data
as_postgres="setpriv --reuid=postgres --regid=postgres --init-groups"

if [ ! -s "$data/PG_VERSION" ]; then
  install -d -o postgres -g postgres -m 0700 "$data"
  password=$(mktemp)
  chown postgres "$password"
  printf '%s' "$POSTGRES_PASSWORD" >"$password"
  $as_postgres "$bin/initdb" -D "$data" -U "$POSTGRES_USER" --pwfile="$password" \
    -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --no-sync
  rm "$password"
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf" # clients come in over the bridge network
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | $as_postgres "$bin/postgres" --single -D "$data" postgres
  fi
fi
exec $as_postgres "$bin/postgres" -D "$data" -c listen_addresses='*' "$@"
ENTRYPOINT

# What only installation needed, and the cluster that Debian makes on its own.
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root/var/lib/postgresql/$version"

# An imported image has no settings of its own, not even a search path.
tar -C "$root" --numeric-owner -c . | docker import \
  --change 'ENTRYPOINT ["docker-entrypoint.sh"]' \
  --change 'EXPOSE 5432' \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  - "$image"
