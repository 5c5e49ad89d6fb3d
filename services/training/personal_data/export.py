"""All that this service holds on somebody, gathered for who asks it in his name (GDPR, article 15)."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from services.training.personal_data import erasures
from services.training.personal_data.erasures import Restriction
from services.training.personal_data.names import Held, Look, NameAccess
from services.training.personal_data.store import People
from services.training.queries import network_events, registrations, trainings
from services.training.queries.network_events import Attended
from services.training.queries.registrations import Participation
from shared.domain.clock import now
from shared.eventstore.event_store import Connection
from shared.http.problems import NotVisible


class Export(BaseModel):
    """All that the caller holds on a person. `trains`: the trainings that he gives, under the id he is named by."""

    person: str
    made_at: datetime
    names: list[Held]
    looks: list[Look]
    restrictions: list[Restriction]
    registrations: list[Participation]
    network_events: list[Attended]
    trains: list[str]


async def gather(connection: Connection, people: People, person: str, access: NameAccess, by: str) -> Export:
    """Every name of his, who looked at one, and what he took part in. Raises NotVisible where the caller holds none.

    The contact for data protection also reads what stands, without a name, of who was erased or only gives trainings.
    """
    held = await people.held_by(connection, person, access)
    trains = await trainings.trained_by(connection, person, access)
    took_part = await registrations.of_person(connection, person, access)
    came = await network_events.of_person(connection, person, access)
    if not held and not (access.everything and (trains or took_part or came)):
        raise NotVisible
    names, looks = await people.everything(connection, person, access, by)
    return Export(
        person=person,
        made_at=now(),
        names=names,
        looks=looks,
        restrictions=await erasures.restrictions(connection, person) if access.everything else [],
        registrations=took_part,
        network_events=came,
        trains=trains,
    )
