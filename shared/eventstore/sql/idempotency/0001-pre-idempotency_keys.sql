create table if not exists idempotency_keys (
    key     text        primary key,            -- keyed digest of who asked and of the key he sent
    request text        not null,               -- keyed digest of what he asked: method, address, body
    stream  text        not null,               -- of what: who erases a person forgets the answers too
    status  smallint    not null,
    sealed  bytea       not null,               -- the body of the answer, encrypted
    at      timestamptz not null default now()
);
create index if not exists idempotency_keys_at on idempotency_keys (at);
create index if not exists idempotency_keys_stream on idempotency_keys (stream);
do $$
begin  -- of earlier versions: their digests could be tried out
    if to_regclass('answers') is not null then
        delete from answers;
    end if;
end $$;
