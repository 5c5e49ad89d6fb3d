create table if not exists browser_sessions (
    id             bytea       primary key,       -- SHA-256 of the id that only the browser has
    subject        text        not null,          -- a keyed digest, as in `Caller`
    role           text        not null,
    organisation   text,
    cities         text[]      not null,
    issuer_session text,                          -- a keyed digest of the session at the issuer
    signed_in_at   timestamptz,                   -- when he showed the issuer who he is, where it tells
    started_at     timestamptz not null default now(),
    seen_at        timestamptz not null default now()
);
create index if not exists browser_sessions_subject on browser_sessions (subject);
create index if not exists browser_sessions_issuer_session on browser_sessions (issuer_session);
