create table if not exists built (
    what    text        primary key,
    version text        not null,
    at      timestamptz not null default now(),
    seen_at timestamptz not null default now(),    -- when a process of this version last said that it lives
    earlier text[]      not null default '{}'      -- the versions that stood live before this one
);
do $$ begin
    if not exists (select from pg_attribute where attrelid = 'built'::regclass and attname = 'seen_at') then
        alter table built add seen_at timestamptz not null default now(), add earlier text[] not null default '{}';
    end if;
end $$;

create or replace function version_key(wanted text) returns bigint language sql as $$
    select hashtextextended(wanted, 'built'::regclass::oid::bigint)
$$;

-- The version that stands live and will until the end of the transaction: whoever swaps waits for it.
-- Two statements, so that the second sees a swap that the first waited for.
create or replace function lock_version(wanted text) returns text language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(version_key(wanted));
    return (select version from built where what = wanted);
end $$;
