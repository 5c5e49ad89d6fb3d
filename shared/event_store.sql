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

-- Appends facts at the expected version, in order. Every appender first takes a shared lock, so that a
-- follower that meets a gap can tell "not yet committed" from "rolled back" by who still holds it.
-- Raises serialization_failure (40001) when the stream is not at the expected version.
create or replace function append_facts(
    in_stream text, expected integer, types text[], datas jsonb[], in_meta jsonb, in_at timestamptz
) returns bigint language plpgsql as $$
declare
    actual integer;
    last_position bigint;
begin
    perform pg_advisory_xact_lock_shared(7226001);
    select coalesce(max(version), 0) into actual from events where stream = in_stream;
    if actual <> expected then
        raise exception 'stream is at version %, not %', actual, expected using errcode = '40001';
    end if;
    insert into events (stream, version, type, data, meta, at)
    select in_stream, expected + fact.nth, fact.type, fact.data, in_meta, in_at
    from unnest(types, datas) with ordinality as fact (type, data, nth)
    order by fact.nth;
    select max(position) into last_position from events where stream = in_stream;
    return last_position;
end $$;

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
