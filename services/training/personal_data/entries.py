"""Each time somebody was written down for a training or network event: his link, and how it says that he stands.

Who writes an address without a token, or in the list of an organisation, is told nothing of who is on the roll:
his entry stands where that of a newcomer would, whether the address was new or not, and its link says the same.
A registration lasts until each entry for it is taken back, or who gives the training takes it back.
"""

from __future__ import annotations

import json
import uuid
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import asyncpg
from pydantic import Field

from services.training.links import digest, mint
from services.training.personal_data.addresses import Met, meet, still_apart
from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from services.training.values import TimeSlot
from shared.domain.messages import Message
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection, VersionConflict


class Standing(Message):
    """How somebody stands: with a place, or waiting with so many before him."""

    status: str
    ahead: int = Field(description="how many wait before him")


class Activity(Message):
    """The training or network event that a link is of, as it is to be now."""

    title: str
    status: str
    city: str
    place: str | None
    online: bool
    days: tuple[TimeSlot, ...]


class Now(Standing):
    """How somebody stands at the moment that he asks.

    `called_off`: it does not take place; `over`: it did; `cancelled`: the registration holds no more.
    """

    of: Activity


class Registered(Standing):
    """How who was written down stands; whoever writes the same address again is answered as if it were new."""

    token: str = Field(repr=False, description="of his link")


class Entry(Message):
    """What a link leads to; `others`: another entry for the same registration stands."""

    id: str
    stream: str
    person: str
    others: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes people down: by his subject, where he has one; `gives` when he gives the training, and sees all."""

    subject: str | None
    gives: bool = False


@dataclass(frozen=True, slots=True)
class Renewal:
    """One more link for a registration, in the place of all: that of the entry that stands first."""

    stream: str
    person: str
    token: str = field(default_factory=mint)

    async def write(self, connection: Connection, _: Outcome) -> None:
        """With the events of the command: no other link leads anywhere after that."""
        await connection.execute(_ONE_LEFT, self.stream, self.person)
        await connection.execute(_LINK, self.stream, self.person, digest(self.token))

    def content(self, _: Outcome) -> dict[str, str]:
        """What the command is answered with."""
        return {"token": self.token}


class AskedMeanwhile(Exception):  # noqa: N818 - look again
    """Another entry for the same registration came or went."""


_OTHERS = """
exists (select from entries o where (o.stream, o.person) = (e.stream, e.person) and o.id <> e.id and not o.ended)
    as others
"""
_LOCK = {
    "training": "select participant from registrations where training = $1 and participant = any($2)"
    " and status <> 'cancelled' order by participant for share",
    "event": "select participant from guests where event = $1 and participant = any($2) order by participant for share",
}
_WRITE = {
    "training": """
insert into entries (id, person, stream, writer, link, nth, placed, confirmed)
select asked.id, asked.person, $1, $2, asked.link,
       case when $3 or asked.new then r.nth else roll.last + 1 end,
       case when $3 or asked.new then r.status <> 'waiting' else roll.held < t.capacity end, $3
from unnest($4::text[], $5::text[], $6::text[], $7::boolean[]) as asked (id, person, link, new)
join trainings t on t.training = substr($1, 10)
join registrations r on r.training = t.training and r.participant = asked.person
cross join (select coalesce(max(nth), 0) as last, count(*) as held from registrations
            where training = substr($1, 10) and status in ('registered', 'waiting')
            and participant <> all($8)) roll
""",
    "event": """
insert into entries (id, person, stream, writer, link, nth, placed, confirmed)
select asked.id, asked.person, $1, $2, asked.link, 0, true, $3
from unnest($4::text[], $5::text[], $6::text[], $7::boolean[]) as asked (id, person, link, new)
where $8::text[] is not null
""",
}
_AGAIN = """
on conflict (stream, person, writer) where writer is not null do update set
    link = coalesce(excluded.link, entries.link), ended = false,
    seq = case when excluded.confirmed then excluded.seq else entries.seq end,
    nth = case when entries.ended then excluded.nth else entries.nth end,
    placed = case when entries.ended then excluded.placed else entries.placed end,
    confirmed = entries.confirmed or excluded.confirmed
returning id, person
"""
_WRITE_SPEAKERS = """
insert into entries (id, person, stream, nth, placed, confirmed)
select id, id, $1, 0, true, true from unnest($2::text[]) as asked (id) on conflict do nothing
"""
_ONE_LEFT = """
update entries set link = null, ended = entries.id <> first.id
from (select id from entries where stream = $1 and person = $2 and not ended
    order by confirmed desc, seq limit 1) first
where stream = $1 and person = $2
"""
_LINK = "update entries set link = $3 where stream = $1 and person = $2 and not ended"
_ROLL = """
select coalesce(array_agg(nth order by nth), '{}') from registrations
where training = $1 and status in ('registered', 'waiting')
"""
_JUST_WRITTEN = """
select link, ended as gone, placed, nth, capacity from entries, trainings where link = any($1) and training = $2
"""
_STANDING = """
select e.link, e.ended or coalesce(r.status = 'cancelled', g.participant is null) as gone, e.placed, t.capacity,
    (select count(*) from registrations w
     where w.training = t.training and w.status in ('registered', 'waiting') and w.nth < e.nth) as before,
    coalesce(t.title, n.title) as title, coalesce(t.status, n.status) as status, coalesce(t.city, n.city) as city,
    coalesce(t.place, n.place) as place, coalesce(t.online, false) as online,
    coalesce(t.days, jsonb_build_array(n.day)) as days
from entries e
left join trainings t on e.stream like 'training-%' and t.training = substr(e.stream, 10)
left join registrations r on r.training = t.training and r.participant = e.person
left join network_events n on e.stream like 'event-%' and n.event = substr(e.stream, 7)
left join guests g on g.event = n.event and g.participant = e.person
where e.link = $1
"""


async def write(
    connection: Connection,
    people: People,
    stream: str,
    found: Mapping[str, Met],
    tokens: Mapping[str, str],
    new: Collection[str],
    by: Writer,
    since: date,
) -> None:
    """Write these people down by their ids, each with his token if he has one; `new` are those whom this registered.

    In the transaction of the events: raises VersionConflict when one of them is on the roll no more, Overtaken.
    """
    if not found:
        return
    persons = sorted(found)
    kind, _, name = stream.partition("-")
    there = await connection.fetch(_LOCK[kind], name, persons)
    if len(there) < len(persons):
        raise VersionConflict(stream)
    await meet(connection, found)
    if not by.gives:
        await still_apart(connection, people, stream, found)
    await end(connection, stream, *(each for each in persons if each in new))
    rows = await connection.fetch(
        _WRITE[kind] + _AGAIN,
        stream,
        by.subject,
        by.gives,
        [f"ent-{uuid.uuid4().hex}" for _ in persons],
        persons,
        [digest(tokens[each]) if each in tokens else None for each in persons],
        [each in new for each in persons],
        list(new),
    )
    written = {row["id"]: found[row["person"]].contact for row in rows}
    await people.write(connection, written, "professional", since)


async def write_speakers(
    connection: Connection, people: People, stream: str, speakers: Mapping[str, Contact], since: date
) -> None:
    """Write the speakers of a network event down, as who coordinates it names them."""
    await connection.execute(_WRITE_SPEAKERS, stream, list(speakers))
    await people.write(connection, speakers, "speaker", since)


async def standing(connection: Connection, token: str) -> Now | None:
    """How the entry of a token stands; None where the token leads nowhere."""
    row = await connection.fetchrow(_STANDING, digest(token))
    if row is None:
        return None
    found = _standing(row, row["before"])
    ended = {"cancelled": "called_off", "held": "over"}.get(row["status"])
    of = Activity(**{name: row[name] for name in Activity.model_fields} | {"days": json.loads(row["days"])})
    status = ended if ended and found.status != "cancelled" else found.status
    return Now(status=status, ahead=0 if ended else found.ahead, of=of)


async def registered(connection: Connection, training: str, tokens: Sequence[str]) -> list[Registered]:
    """How the entries of these tokens stand, in order, just after they were written for one training."""
    digests = [digest(each) for each in tokens]
    roll = await connection.fetchval(_ROLL, training)
    rows = {row["link"]: row for row in await connection.fetch(_JUST_WRITTEN, digests, training)}
    found = [_standing(rows[each], bisect_left(roll, rows[each]["nth"])) for each in digests]
    return [Registered(**dict(each), token=token) for each, token in zip(found, tokens, strict=True)]


async def find(connection: Connection, token: str) -> Entry | None:
    """Where a token leads, if anywhere."""
    row = await connection.fetchrow(
        f"select id, stream, person, {_OTHERS} from entries e where link = $1", digest(token)
    )
    return Entry(**row) if row else None


async def take_back(connection: Connection, people: People, entry: Entry) -> None:
    """Forget an entry and the name written with it. Raises AskedMeanwhile when others came or went since."""
    kind, _, name = entry.stream.partition("-")
    await connection.fetch(_LOCK[kind].replace("for share", "for update"), name, [entry.person])
    gone = await connection.fetchrow(f"delete from entries e where id = $1 returning {_OTHERS}", entry.id)
    if gone is None or gone["others"] != entry.others:
        raise AskedMeanwhile
    await people.forget(connection, entry.person, [entry.id])


async def cut(connection: Connection, stream: str, person: str) -> None:
    """No link of somebody to this leads anywhere any more."""
    await connection.execute(
        "update entries set ended = true, link = null where stream = $1 and person = $2", stream, person
    )


async def end(connection: Connection, stream: str, *persons: str) -> None:
    """Registrations were taken back, by who gives the training, or begin anew: every link so far says so."""
    await connection.execute("update entries set ended = true where stream = $1 and person = any($2)", stream, persons)


def _standing(row: asyncpg.Record, before: int) -> Standing:
    if row["gone"]:
        return Standing(status="cancelled", ahead=0)
    if row["placed"] or before < row["capacity"]:
        return Standing(status="registered", ahead=0)
    return Standing(status="waiting", ahead=before - row["capacity"])
