#!/bin/sh
# Healthy when the server answers a query.
exec "${HYRAX_HOME:-/opt/hyrax}/bin/with-node" "${HYRAX_HOME:-/opt/hyrax}/docker/run-init.ts" --check "${HYRAX_PORT:-5432}"
