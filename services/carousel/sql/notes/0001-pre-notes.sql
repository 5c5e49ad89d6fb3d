create table if not exists notes (
    referral text        not null,
    task     text        not null,
    sealed   bytea       not null,
    by       text        not null,
    at       timestamptz not null default now(),
    primary key (referral, task)
);
create table if not exists note_looks (
    id       bigint generated always as identity primary key,
    referral text        not null,
    task     text        not null,
    by       text        not null,
    at       timestamptz not null default now()
);
create index if not exists note_looks_referral on note_looks (referral);
