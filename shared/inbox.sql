-- What a consumer has applied, and what it could not. Idempotent.
create table if not exists sequences (
    consumer  text    not null,
    source    text    not null,
    topic     text    not null,
    partition integer not null,
    sequence  bigint  not null,
    primary key (consumer, source, topic, partition)
);

create table if not exists dead_letters (
    id          bigint generated always as identity primary key,
    consumer    text        not null,
    topic       text        not null,
    partition   integer     not null,
    record_at   bigint      not null,          -- the record's offset when it was first met
    identity    text        not null,          -- source#sequence, or offset and digest where it has none
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

create index if not exists dead_letters_blocking
    on dead_letters (consumer, topic, key) where blocks and resolved_at is null;

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
