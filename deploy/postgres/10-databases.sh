#!/bin/bash
# Databases and their owners, at the first start of the server. Roles own nothing but their own.
set -euo pipefail

create() {
    psql --set=ON_ERROR_STOP=1 --set=role="$1" --set=password="$2" --username postgres <<'SQL'
select format('create role %I login password %L', :'role', :'password') \gexec
select format('create database %I owner %I encoding %L template template0', :'role', :'role', 'UTF8') \gexec
select format('revoke all on database %I from public', :'role') \gexec
SQL
}

create airflow "$AIRFLOW_DB_PASSWORD"
create aftercare "$AFTERCARE_DB_PASSWORD"
if [ -n "${ODOO_DB_PASSWORD:-}" ]; then
    psql --set=ON_ERROR_STOP=1 --set=password="$ODOO_DB_PASSWORD" --username postgres <<'SQL'
select format('create role odoo login createdb password %L', :'password') \gexec
SQL
fi
