#!/bin/sh
# A role and a database for each service, none of which lets the others in; run again, it changes only passwords.
# Their sessions leave nothing of anybody in the server's log (log.conf, which this repeats for servers of other people).
# Reads <SERVICE>_PASSWORD for every service and psql's own PG* variables.
set -eu

statements() {
  cat <<'SQL'
\set ON_ERROR_STOP on
revoke connect on database postgres from public;
select format('create role %I login', :'service')
  where not exists (select from pg_roles where rolname = :'service') \gexec
alter role :"service" password :'password';
select format('create database %I owner %I', :'service', :'service')
  where not exists (select from pg_database where datname = :'service') \gexec
revoke all on database :"service" from public;
alter database :"service" set log_error_verbosity = terse;
alter database :"service" set log_min_messages = log;
alter database :"service" set log_min_error_statement = panic;
alter database :"service" set log_statement = none;
alter database :"service" set log_duration = off;
alter database :"service" set log_min_duration_statement = -1;
alter database :"service" set log_min_duration_sample = -1;
alter database :"service" set log_transaction_sample_rate = 0;
alter database :"service" set log_parameter_max_length = 0;
alter database :"service" set log_parameter_max_length_on_error = 0;
SQL
}

for service in referral carousel training reporting; do
  name="$(echo "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  eval "password=\${$name:?is not set}"
  statements | psql --quiet --no-psqlrc --username "${PGUSER:-${POSTGRES_USER:-postgres}}" --dbname postgres \
    --set service="$service" --set password="$password" > /dev/null
done
