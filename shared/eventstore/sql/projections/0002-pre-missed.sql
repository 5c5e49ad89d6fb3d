-- Events that a process of another version appended: the live projections do not hold them yet.
create table if not exists missed (
    position bigint primary key
);

-- Whether the live projections are of that version, until the end of the transaction, and whether they miss any event.
create or replace function stands_live(wanted text, out live boolean, out behind boolean) language plpgsql as $$
begin
    live := coalesce(lock_version('views') = wanted, false);
    behind := exists (select from missed);
end $$;
