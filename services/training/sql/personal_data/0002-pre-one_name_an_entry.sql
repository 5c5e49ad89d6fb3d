-- From what an earlier version kept of people, where its table of links is found: one name a person becomes one an entry.
-- Nobody knows who wrote a name then: it is in the hands of everybody who gives something that its bearer came to.
create or replace function take_over_links() returns void language plpgsql as $$
begin
    if to_regclass('links') is null then
        return;
    end if;
    with was as (
        select participant as person, 'training-' || training as stream, nth, status <> 'waiting' as placed,
               status = 'cancelled' as ended
        from registrations
        union all select participant, 'event-' || event, 0, true, false from guests
    )
    insert into entries (id, person, stream, link, nth, placed, confirmed, ended)
    select 'ent-' || replace(gen_random_uuid()::text, '-', ''), was.person, was.stream, l.digest, nth, placed, false, ended
    from was join people p on p.id = was.person
    left join links l on l.participant = was.person and l.stream = was.stream
    where p.kind = 'professional'
    and not exists (select from entries e where (e.person, e.stream) = (was.person, was.stream));
    insert into people (id, kind, sealed, kept_from)
    select e.id, p.kind, p.sealed, p.kept_from from entries e join people p on p.id = e.person
    where p.kind = 'professional' and e.id <> p.id;
    with gone as (
        delete from people where kind = 'professional' and id in (select person from entries) returning id
    )
    delete from links where participant in (select id from gone);
    insert into entries (id, person, stream, nth, placed, confirmed)
    select s.id, s.id, 'event-' || event, 0, true, true
    from network_events, unnest(speakers) as s (id) join people using (id)
    on conflict do nothing;
end $$;
select take_over_links();
