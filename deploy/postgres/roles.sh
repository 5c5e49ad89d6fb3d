#!/bin/sh
# For each service a database, the role that owns it, and the role that it works as; none lets the others in.
# Run again, it changes passwords, and gives the owner what an earlier release left with the other role.
# Their sessions leave nothing of anybody in the server's log (log.conf, which this repeats for servers of other people).
# Reads <service>.password and <service>_owner.password of ROLES_FOLDER for every service, or without it <SERVICE>_PASSWORD
# and <SERVICE>_OWNER_PASSWORD, and psql's own PG* variables. No password is on a command line.
set -eu

statements() {
  cat <<'SQL'
\set ON_ERROR_STOP on
\getenv password CARROUSEL_ROLE_PASSWORD
\getenv owner_password CARROUSEL_OWNER_PASSWORD
\set owner :service _owner
revoke connect on database postgres from public;
select format('create role %I login', :'service')
  where not exists (select from pg_roles where rolname = :'service') \gexec
select format('create role %I login', :'owner')
  where not exists (select from pg_roles where rolname = :'owner') \gexec
alter role :"service" password :'password';
alter role :"owner" password :'owner_password';
select format('create database %I owner %I', :'service', :'owner')
  where not exists (select from pg_database where datname = :'service') \gexec
alter database :"service" owner to :"owner";
revoke all on database :"service" from public;
grant connect, create on database :"service" to :"service";
grant :"service" to :"owner";
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
  name="$(echo "$service" | tr '[:lower:]' '[:upper:]')"
  if [ -n "${ROLES_FOLDER:-}" ]; then
    CARROUSEL_ROLE_PASSWORD="$(cat "$ROLES_FOLDER/$service.password")"
    CARROUSEL_OWNER_PASSWORD="$(cat "$ROLES_FOLDER/${service}_owner.password")"
  else
    eval "CARROUSEL_ROLE_PASSWORD=\${${name}_PASSWORD:?is not set}"
    eval "CARROUSEL_OWNER_PASSWORD=\${${name}_OWNER_PASSWORD:?is not set}"
  fi
  export CARROUSEL_ROLE_PASSWORD CARROUSEL_OWNER_PASSWORD
  statements | psql --quiet --no-psqlrc --username "${PGUSER:-${POSTGRES_USER:-postgres}}" --dbname postgres \
    --set service="$service" > /dev/null
done
