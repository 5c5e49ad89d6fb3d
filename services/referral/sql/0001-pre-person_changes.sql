create table if not exists person_changes (
    id          text        primary key,
    person      text        not null,
    kind        text        not null,           -- referred, referrer
    what        text        not null,           -- correction, erasure
    why         text        not null,
    sealed      bytea,                          -- what a correction asks for, until it is decided
    asked_by    text        not null,
    asked_in    text[]      not null,           -- the cities of who asked
    asked_at    timestamptz not null default now(),
    decided_by  text,
    decided_at  timestamptz,
    done        boolean                         -- put into effect, or dropped; null while it is open
);
create unique index if not exists person_changes_open on person_changes (person, asked_by, what)
    where decided_at is null;
create index if not exists person_changes_person on person_changes (person);
