"""Opens the personal data of a database, after taking over what an earlier version kept: one name a person."""

from __future__ import annotations

from services.training.personal_data.store import People
from shared.eventstore.event_store import Connection
from shared.privacy.encryption import FieldCipher
from shared.service.settings import Settings

# Nobody knows who wrote a name then: it is in the hands of everybody who gives something that its bearer came to.
_ENTRIES = """
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
and not exists (select from entries e where (e.person, e.stream) = (was.person, was.stream))
"""
_NAMES = """
insert into people (id, kind, sealed, kept_from)
select e.id, p.kind, p.sealed, p.kept_from from entries e join people p on p.id = e.person
where p.kind = 'professional' and e.id <> p.id
"""
_GONE = """
with gone as (
    delete from people where kind = 'professional' and id in (select person from entries) returning id
)
delete from links where participant in (select id from gone)
"""
_SPEAKERS = """
insert into entries (id, person, stream, nth, placed, confirmed)
select s.id, s.id, 'event-' || event, 0, true, true
from network_events, unnest(speakers) as s (id) join people using (id)
on conflict do nothing
"""


async def open_personal_data(connection: Connection, settings: Settings) -> People:
    """The names and addresses of this database, and the key by which an address is known again."""
    await take_over(connection)
    return await People.opened(connection, FieldCipher.of_file(settings.people_keys_file))


async def take_over(connection: Connection) -> None:
    """Where the links of the earlier version are found, one name a person becomes one an entry; only once."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('training: upgrade'))")
        if await connection.fetchval("select to_regclass('links') is null"):
            return
        await connection.execute(_ENTRIES)
        await connection.execute(_NAMES)
        await connection.execute(_GONE)
        await connection.execute(_SPEAKERS)
