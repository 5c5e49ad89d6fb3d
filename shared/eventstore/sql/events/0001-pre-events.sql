-- Events, and the one way in. A database per service. Idempotent: databases older than migrations have these tables.
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

-- How far each relay has come. One row a relay.
create table if not exists outbox_checkpoints (
    name     text   primary key,
    position bigint not null default 0
);

-- The highest position that was told in this history; `position` goes back when everything is sent again.
alter table outbox_checkpoints add column if not exists told_until bigint;

-- The last message on each partition: the predecessor of the next one, and where that will stand.
create table if not exists outbox_partitions (
    name        text    not null,
    topic       text    not null,
    partition   integer not null,
    sequence    bigint  not null,
    next_offset bigint  not null,
    primary key (name, topic, partition)
);

-- Each history after the first: begun by hand when this database was put back to an earlier state.
create table if not exists publisher_epochs (
    epoch integer     primary key,
    fork  bigint      not null,           -- the last position that it shares with the history before
    by    text        not null,
    at    timestamptz not null default now()
);

-- Events that no public message can be made of, and later ones of their streams: passed over, and told later.
create table if not exists unpublishable_events (
    position bigint      primary key,
    code     text        not null,
    told_as  bigint      unique,           -- the later position under which it is told; null while it waits
    at       timestamptz not null default now()
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
