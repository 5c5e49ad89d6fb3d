-- Both are appended to and never changed: the role that serves needs select and insert on them, and nothing else.
create table if not exists audit_entries (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default clock_timestamp(),
    who         text,                           -- the pseudonym of the caller; null for a stranger
    role        text,
    came_by     text        not null,           -- `token`, `session` or `nothing`
    method      text        not null,
    route       text        not null,           -- its template: no address that somebody wrote
    about       text[]      not null,           -- the ids in the address
    outcome     smallint    not null,           -- the status of the answer
    correlation text        not null
);
create index if not exists audit_entries_who on audit_entries (who, id);
create table if not exists audit_chain (
    place  bigint primary key,
    entry  bigint not null unique,
    digest bytea  not null                      -- SHA-256 of the digest before it, its place and the whole entry
);
