alter table entries add column if not exists restricted boolean not null default false;  -- GDPR art. 18: held, not used
alter table erasures add column if not exists settled text[] not null default '{}';       -- what was to come, taken back
create table if not exists restrictions (
    id         bigint generated always as identity primary key,
    person     text        not null,
    streams    text[]      not null,            -- of the trainings and network events the name was written for
    restricted boolean     not null,            -- or not any more
    by         text        not null,
    at         timestamptz not null default now()
);
