"""Network events, for the coordinators of the city they are in, and for anybody who comes."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.training import links
from services.training.access import (
    Coordinator,
    Persons,
    Reading,
    coordinates,
    coordinates_or_plans,
    require_event,
    takes_place_in,
)
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.network_events.commands import (
    CancelNetworkEvent,
    CorrectEventDay,
    CorrectNetworkEvent,
    HoldNetworkEvent,
    MoveNetworkEvent,
    PlanNetworkEvent,
    RegisterGuest,
    ReinstateNetworkEvent,
    RenewGuestLink,
    RevokeNetworkEvent,
)
from services.training.network_events.schemas import EventAttendance, EventMove, NetworkEventBody
from services.training.newcomers import PUBLIC, Newcomer, Renewed, introduce
from services.training.personal_data import entries
from services.training.personal_data.addresses import Identified
from services.training.personal_data.entries import Registered, Renewal, Writer
from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from services.training.printing import prints
from services.training.queries import network_events
from services.training.queries.organisations import current
from services.training.values import Cancellation, Professional
from shared.domain.bounds import Line
from shared.domain.clock import now, today
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller
from shared.http.commands import Commanding, Commands, Done
from shared.http.pagination import Page, Paging
from shared.i18n.code_lists import Id

router = APIRouter(tags=["network events"])
public_router = APIRouter(tags=["public"])
_SPEAKERS = uuid.uuid5(uuid.NAMESPACE_DNS, "speakers.gforse.be")


class NewNetworkEvent(NetworkEventBody):
    """A network event to plan; the names of the speakers are kept as personal data, never in an event."""

    speakers: Annotated[tuple[Line, ...], Field(max_length=50, repr=False)] = ()


class Listed(BaseModel):
    """Somebody on the list of a network event; nobody has a name who was erased."""

    participant: str
    name: str | None = Field(repr=False)
    other_names: tuple[str, ...] = Field(repr=False)


@router.post("/network-events", status_code=201, response_model=Done)
async def plan_network_event(
    body: NewNetworkEvent, caller: Coordinator, commands: Commanding, people: Persons
) -> Response:
    """Plan a network event; without a capacity everyone may come."""
    takes_place_in(caller, body.city)
    for name in body.speakers:
        prints(speakers=name)
    speakers = {_speaker(body.event_id, nth): Contact(name=name) for nth, name in enumerate(body.speakers)}

    async def keep(connection: Connection, outcome: Outcome) -> None:
        if outcome.events:
            await entries.write_speakers(connection, people, NETWORK_EVENT.stream(body.event_id), speakers, body.on)

    command = PlanNetworkEvent(
        at=now(),
        by=caller.subject,
        event_id=body.event_id,
        on=body.on,
        title=body.title,
        city=body.city,
        place=body.place,
        day=body.day,
        speakers=tuple(speakers),
        programme=body.programme,
        capacity=body.capacity,
    )
    check = partial(coordinates_or_plans, caller)
    return await commands.run(NETWORK_EVENT, body.event_id, command, check_access=check, hooks=[keep], created=True)


def _speaker(event_id: str, nth: int) -> str:
    """The same plan sent twice names the same speakers."""
    return f"spk-{uuid.uuid5(_SPEAKERS, f'{event_id}/{nth}').hex}"


@router.post("/network-events/{event_id}/move", response_model=Done)
async def move_network_event(event_id: Id, body: EventMove, caller: Coordinator, commands: Commanding) -> Response:
    """Hold it on another day or elsewhere."""
    takes_place_in(caller, body.city)
    command = MoveNetworkEvent(
        at=now(), by=caller.subject, event_id=event_id, on=body.on, city=body.city, place=body.place, day=body.day
    )
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/cancel", response_model=Done)
async def cancel_network_event(event_id: Id, body: Cancellation, caller: Coordinator, commands: Commanding) -> Response:
    """Do not hold it."""
    command = CancelNetworkEvent(at=now(), by=caller.subject, event_id=event_id, on=body.on, reason=body.reason)
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/reinstate", response_model=Done)
async def reinstate_network_event(event_id: Id, body: Dated, caller: Coordinator, commands: Commanding) -> Response:
    """It was cancelled in error: it stands as it did before, with its guests."""
    command = ReinstateNetworkEvent(at=now(), by=caller.subject, event_id=event_id, on=body.on)
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/revoke", response_model=Done)
async def revoke_network_event(event_id: Id, body: Dated, caller: Coordinator, commands: Commanding) -> Response:
    """It was recorded as held in error."""
    command = RevokeNetworkEvent(at=now(), by=caller.subject, event_id=event_id, on=body.on)
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/correct-day", response_model=Done)
async def correct_event_day(event_id: Id, body: EventMove, caller: Coordinator, commands: Commanding) -> Response:
    """On which day and where it took place, said again after it did."""
    takes_place_in(caller, body.city)
    command = CorrectEventDay(
        at=now(), by=caller.subject, event_id=event_id, on=body.on, city=body.city, place=body.place, day=body.day
    )
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/hold", response_model=Done)
async def hold_network_event(
    event_id: Id, body: EventAttendance, caller: Coordinator, commands: Commanding
) -> Response:
    """Record that it took place, how many came by sector, and of which organisations."""
    return await _counted(HoldNetworkEvent, event_id, body, caller, commands)


@router.post("/network-events/{event_id}/correct", response_model=Done)
async def correct_network_event(
    event_id: Id, body: EventAttendance, caller: Coordinator, commands: Commanding
) -> Response:
    """Say again who came, as it should have been recorded."""
    return await _counted(CorrectNetworkEvent, event_id, body, caller, commands)


async def _counted(
    counting: type[HoldNetworkEvent | CorrectNetworkEvent],
    event_id: str,
    body: EventAttendance,
    caller: Caller,
    commands: Commands,
) -> Response:
    known = await current(commands.store.pool, body.on, organisations=body.organisations)
    counts, organisations = body.by_sector, tuple(now_is for each in body.organisations if (now_is := known[each]))
    command = counting(
        at=now(), by=caller.subject, event_id=event_id, on=body.on, by_sector=counts, organisations=organisations
    )
    return await commands.run(NETWORK_EVENT, event_id, command, check_access=partial(coordinates, caller))


@router.post("/network-events/{event_id}/guests/{participant_id}/link", response_model=Renewed)
async def renew_guest_link(
    event_id: Id, participant_id: Id, body: Dated, caller: Coordinator, commands: Commanding
) -> Response:
    """A guest who lost his link is given another; no other link of his leads anywhere after that."""
    renewal = Renewal(NETWORK_EVENT.stream(event_id), participant_id)
    command = RenewGuestLink(at=now(), by=caller.subject, event_id=event_id, on=body.on, participant_id=participant_id)
    return await commands.run(
        NETWORK_EVENT,
        event_id,
        command,
        check_access=partial(coordinates, caller),
        hooks=[renewal.write],
        content=renewal.content,
    )


@public_router.post("/public/network-events/{event_id}/registrations", status_code=201, response_model=Registered)
async def register_for_network_event(event_id: Id, body: Newcomer, commands: Commanding, people: Persons) -> Response:
    """Somebody says that he comes."""
    stream = NETWORK_EVENT.stream(event_id)

    async def act(guests: tuple[Professional, ...], found: Identified) -> Response:
        (guest,), token, on = guests, links.mint(), today()

        async def write(connection: Connection, outcome: Outcome) -> None:
            who = guest.participant_id
            new = [who] if outcome.events else []
            await entries.write(connection, people, stream, found.met, {who: token}, new, Writer(None), on)

        command = RegisterGuest(at=now(), by=PUBLIC, event_id=event_id, on=on, guest=guest)
        answer = Registered(status="registered", ahead=0, token=token).model_dump()
        return await commands.run(
            NETWORK_EVENT, event_id, command, hooks=[write], content=lambda _: answer, created=True
        )

    return await introduce(commands.store.pool, people, stream, [body], act, apart=lambda _: True)


@router.get("/network-events/{event_id}/guests")
async def guests(
    event_id: Id, caller: Coordinator, connection: Reading, people: Persons, paging: Paging
) -> Page[Listed]:
    """Who said that he comes; each look at a name is kept."""
    await require_event(connection, caller, event_id)
    found = await network_events.guests(connection, event_id, paging.key("")[0], paging.rows)
    return await _listed(connection, people, event_id, caller, paging.page(found, lambda each: [each]))


@router.get("/network-events/{event_id}/speakers")
async def speakers(
    event_id: Id, caller: Coordinator, connection: Reading, people: Persons, paging: Paging
) -> Page[Listed]:
    """Who speaks; each look at a name is kept."""
    await require_event(connection, caller, event_id)
    found = await network_events.speakers(connection, event_id, paging.key("")[0], paging.rows)
    return await _listed(connection, people, event_id, caller, paging.page(found, lambda each: [each]))


async def _listed(
    connection: Connection, people: People, event_id: str, caller: Caller, page: Page[str]
) -> Page[Listed]:
    stream = NETWORK_EVENT.stream(event_id)
    names = await people.names(connection, stream, page.items, caller.subject, "programme")
    named = ((each, names[each]) for each in page.items)
    shown = [Listed(participant=each, name=who.name, other_names=who.other_names) for each, who in named]
    return Page(items=shown, next=page.next)
