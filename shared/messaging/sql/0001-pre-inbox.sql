-- What a consumer has applied, and what it could not. Idempotent: databases older than migrations have these tables.
create table if not exists consumer_checkpoints (
    consumer    text    not null,
    source      text    not null,
    topic       text    not null,
    partition   integer not null,
    epoch       integer not null default 1,   -- the publisher's history it follows
    sequence    bigint  not null default 0,   -- the last message that is applied, or lies among the dead
    known_until bigint  not null default 0,   -- up to here this epoch repeats what an earlier one told: not applied again
    next_offset bigint  not null default 0,   -- where reading goes on
    overtaken   boolean not null default false, -- applied what a later history lacks: build folded tables again
    recent      bytea   not null default '',  -- the last messages: sequence and event digest, 8 bytes each
    updated_at  timestamptz not null default now(),
    primary key (consumer, source, topic, partition)
);

create table if not exists dead_letters (
    id          bigint generated always as identity primary key,
    consumer    text        not null,
    topic       text        not null,
    partition   integer     not null,
    record_at   bigint      not null,          -- the record's offset when it was first met
    identity    text        not null,          -- source#epoch#sequence#digest, or offset and digest where it has no place
    key         bytea,
    headers     jsonb       not null,          -- [[name, base64 value], ...]
    value       bytea,
    reason      text        not null,
    blocks      boolean     not null,          -- later messages of its key wait behind it
    attempts    integer     not null default 1,
    at          timestamptz not null default now(),
    resolved_at timestamptz,
    unique (consumer, topic, partition, identity)
);

-- The place that a dead letter claims in the order of its publisher; none where it could not be read.
alter table dead_letters add column if not exists epoch integer;
alter table dead_letters add column if not exists sequence bigint;
alter table dead_letters add column if not exists previous bigint;

create index if not exists dead_letters_blocking
    on dead_letters (consumer, topic, key) where blocks and resolved_at is null;
create index if not exists dead_letters_placed
    on dead_letters (consumer, topic, partition, sequence) where sequence is not null;

-- Who decided that a dead letter is never applied, and why; its letter stays, resolved.
create table if not exists discards (
    consumer  text        not null,
    topic     text        not null,
    partition integer     not null,
    identity  text        not null,
    by        text        not null,
    reason    text        not null,
    at        timestamptz not null default now(),
    primary key (consumer, topic, partition, identity)
);


-- Of a database older than the stream contract: how far each partition was applied, and no more.
do $$ begin
    if to_regclass('sequences') is not null then
        insert into consumer_checkpoints (consumer, source, topic, partition, sequence)
            select consumer, source, topic, partition, sequence from sequences on conflict do nothing;
    end if;
end $$;
