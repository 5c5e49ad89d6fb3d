"""Who is registered for a training? Who waits, and at which place, and who was there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from services.training.trainings.aggregate import TRAINING
from services.training.trainings.events import (
    EvaluationOpened,
    ParticipationRecorded,
    PlaceGiven,
    ProfessionalCorrected,
    ProfessionalPutOnWaitingList,
    ProfessionalRegistered,
    RegistrationCancelled,
    TrainingRevoked,
    WalkInNamed,
)
from services.training.trainings.state import Training
from services.training.values import Professional
from shared.domain.aggregate import AnyChange
from shared.domain.messages import AnyRecorded
from shared.eventstore.event_store import Connection
from shared.projections.inline import Projection

SCHEMA = """
create table if not exists registrations (
    training     text    not null,
    participant  text    not null,
    status       text    not null check (status in ('registered', 'waiting', 'cancelled', 'walked_in')),
    nth          bigint  not null,              -- the position of the event: who came first
    organisation text,
    sector       text    not null,
    function     text    not null,
    language     text    not null,
    present      boolean,
    days         date[],                        -- on which days; null for all of them
    told_on      date,                          -- the day on which he registered, or came
    asked        boolean not null default false, -- for his opinion; what he answered is known of nobody
    primary key (training, participant)
);
create index if not exists registrations_participant on registrations (participant);
create index if not exists registrations_order on registrations (training, nth);
"""
# Who walks in keeps the place in the order that his registration has, unless he had taken it back.
_PUT = """
insert into registrations as r
    (training, participant, status, nth, organisation, sector, function, language, told_on)
select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
    $10::date[])
on conflict (training, participant) do update set
    nth = case when $9 and r.status <> 'cancelled' then r.nth else excluded.nth end,
    status = excluded.status, organisation = excluded.organisation, sector = excluded.sector,
    function = excluded.function, language = excluded.language,
    told_on = case when $9 and r.status <> 'cancelled' then r.told_on else excluded.told_on end
"""
_SET = """
update registrations r set status = new.status, present = new.present,
    days = (select array_agg(day order by day) from jsonb_array_elements_text(new.days) as d (text), date(text) as day)
from unnest($2::text[], $3::text[], $4::boolean[], $5::jsonb[]) as new (participant, status, present, days)
where r.training = $1 and r.participant = new.participant
"""
_CORRECT = """
update registrations set organisation = $3, sector = $4, function = $5, language = $6
where training = $1 and participant = $2
"""
_ASKED = "update registrations set asked = true where training = $1 and participant = any($2)"
_NOBODY_WAS_THERE = """
update registrations set present = null, days = null, asked = false,
    status = case when status = 'walked_in' then 'cancelled' else status end
where training = $1
"""
_Row: TypeAlias = tuple[str, int, Professional, date]  # status, position, what is known of him, and since when


@dataclass(slots=True)
class _Said:
    """What the events of one training say, by participant."""

    came: dict[str, _Row] = field(default_factory=dict)
    walked_in: dict[str, _Row] = field(default_factory=dict)
    corrected: dict[str, Professional] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    taken_back: bool = False

    def hear(self, state: Training, each: AnyRecorded) -> None:
        """One event more; rows are as they stand at the end."""
        match each.event:
            case ProfessionalRegistered(professional=who) | ProfessionalPutOnWaitingList(professional=who):
                status = _registration(state, who.participant_id)
                self.came[who.participant_id] = (status, each.position, who, each.event.on)
            case WalkInNamed(professional=who):
                status = _status(state, who.participant_id)
                _, first, *_ = self.walked_in.get(who.participant_id, ("", each.position))
                self.walked_in[who.participant_id] = (status, first, who, each.event.on)
            case ProfessionalCorrected(professional=who):
                self.corrected[who.participant_id] = who
            case EvaluationOpened(participants=participants):
                self.asked += participants
            case TrainingRevoked():
                self.taken_back, self.asked = True, []
            case PlaceGiven() | RegistrationCancelled() | ParticipationRecorded() as event:
                self.named.append(event.participant_id)


async def apply(connection: Connection, change: AnyChange) -> None:
    """The rows of those whom the events name, as they stand now; applied twice it is as once."""
    found = change.of(TRAINING)
    if not found:
        return
    said = _Said()
    for each in found.recorded:
        said.hear(found.state, each)
    if said.taken_back:
        await connection.execute(_NOBODY_WAS_THERE, found.id)
    await _put(connection, found.id, said.came, walk_ins=False)
    await _put(connection, found.id, said.walked_in, walk_ins=True)
    await _set(connection, found.id, found.state, said.named)
    for participant, who in said.corrected.items():
        theirs = (who.organisation_id, who.sector, who.function, who.language)
        await connection.execute(_CORRECT, found.id, participant, *theirs)
    await connection.execute(_ASKED, found.id, said.asked)


async def _set(connection: Connection, training: str, state: Training, named: Sequence[str]) -> None:
    if named:
        recorded = [state.recorded.get(each) for each in named]
        status_of = [_status(state, each) for each in named]
        present = [each.present if each else None for each in recorded]
        days = [json.dumps([day.isoformat() for day in each.days]) if each and each.days else None for each in recorded]
        await connection.execute(_SET, training, named, status_of, present, days)


async def _put(connection: Connection, training: str, rows: Mapping[str, _Row], *, walk_ins: bool) -> None:
    if rows:
        who = [row[2] for row in rows.values()]
        await connection.execute(
            _PUT,
            training,
            list(rows),
            [row[0] for row in rows.values()],
            [row[1] for row in rows.values()],
            [each.organisation_id for each in who],
            [each.sector for each in who],
            [each.function for each in who],
            [each.language for each in who],
            walk_ins,
            [row[3] for row in rows.values()],
        )


def _registration(state: Training, participant_id: str) -> str:
    if participant_id in state.roll.places:
        return "registered"
    return "waiting" if participant_id in state.roll.waiting else "cancelled"


def _status(state: Training, participant_id: str) -> str:
    status = _registration(state, participant_id)
    return "walked_in" if status == "cancelled" and participant_id in state.walk_ins else status


PROJECTION = Projection("registrations", 3, SCHEMA, apply)
