#!/usr/bin/env bash
# Once, when the database's container is new: a role that is no superuser, since a superuser passes by the wall that PostgreSQL
# keeps between towns (docs/adr/0046), and the database that is its own.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set password="$YAKUBA_DATABASE_PASSWORD" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE yakuba LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'password';
CREATE DATABASE yakuba OWNER yakuba;
SQL
