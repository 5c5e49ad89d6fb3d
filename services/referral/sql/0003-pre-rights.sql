create table if not exists restrictions (
    id          bigint generated always as identity primary key,
    person      text        not null,
    why         text        not null,
    asked_by    text        not null,
    since       timestamptz not null default now(),
    lifted_by   text,
    lifted_at   timestamptz                     -- null while the name may not be used
);
create unique index if not exists restrictions_open on restrictions (person) where lifted_at is null;
create table if not exists kept_longer (
    id          bigint generated always as identity primary key,
    person      text        not null,
    until       date        not null,
    why         text        not null,
    by          text        not null,
    at          timestamptz not null default now()
);
create index if not exists kept_longer_person on kept_longer (person);
