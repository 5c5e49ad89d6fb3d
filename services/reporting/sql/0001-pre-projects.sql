create table if not exists projects (
    version bigint generated always as identity primary key,
    by      text        not null,
    at      timestamptz not null default now(),
    data    jsonb       not null
);
