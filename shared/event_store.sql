-- Facts, and the one way in. A database per service; idempotent.
create table if not exists events (
    position bigint generated always as identity primary key,
    stream   text        not null,
    version  integer     not null,
    type     text        not null,
    data     jsonb       not null,
    meta     jsonb       not null,
    at       timestamptz not null,
    unique (stream, version)
);

-- How far each follower of the table has come. One row a follower.
create table if not exists followers (
    name     text   primary key,
    position bigint not null default 0
);

-- Waits for every open append and keeps later ones waiting until the end of the transaction.
create or replace function hold_appends() returns void language sql as $$
    select pg_advisory_xact_lock(7226001)
$$;

-- The transactions that may still commit a position below one already seen.
create or replace function appending_now() returns setof text language sql as $$
    select virtualtransaction from pg_locks
    where locktype = 'advisory' and mode = 'ShareLock' and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid = 0 and objid = 7226001 and objsubid = 1
$$;
