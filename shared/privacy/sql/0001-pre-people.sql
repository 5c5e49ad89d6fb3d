create table if not exists people (
    id          text primary key,
    kind        text        not null,
    sealed      bytea       not null,           -- Fernet token of the JSON of a person
    kept_from   date        not null            -- the retention clock counts from here
);
create table if not exists looks (
    id      bigint generated always as identity primary key,
    person  text        not null,
    by      text        not null,
    reason  text        not null,
    at      timestamptz not null default now()
);
alter table looks add column if not exists through text;   -- the id that gave sight of the person, where one did
create index if not exists looks_person on looks (person);
