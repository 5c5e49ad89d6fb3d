"""Sixteen placers at once, each with connections of its own: seats stay within capacity, and some stay apart."""

from __future__ import annotations

import asyncio
import random
from itertools import combinations
from typing import Any

import asyncpg

from services.carousel.app import SERVICE
from services.carousel.cycles.aggregate import CYCLE as CYCLES
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.participations.commands import AwaitPlace, DeclareNonAssociation, GiveBackPlace, PlaceParticipant
from shared.domain.aggregate import AnyAggregate
from shared.domain.messages import Command, Meta, Refused
from shared.eventstore import event_store
from shared.eventstore.command_handler import handle
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.loading import load
from shared.service.wiring import create_tables
from tests.carousel.examples import ASKED, CYCLE, FIRST, plan

PLACERS, PEOPLE, CAPACITY = 16, 48, 8
META = Meta(by="tester", correlation_id="test")
TYPES = event_types(*CYCLES.events, *PARTICIPATION.events)
NAMES = tuple(f"r-{nth}" for nth in range(PEOPLE))
APART = tuple(pair for nth in range(0, PEOPLE, 6) for pair in combinations(NAMES[nth : nth + 6], 2))


def about(command: type[Any], person: str, **fields: Any) -> Any:
    return command(**ASKED, **{"referral_id": person, "on": FIRST} | fields)


def seat(person: str, nth: int) -> PlaceParticipant:
    placed: PlaceParticipant = about(PlaceParticipant, person, cycle_id=f"{CYCLE}-{nth}", from_on=FIRST)
    return placed


async def take(store: EventStore, aggregate: AnyAggregate, name: str, command: Command) -> str | None:
    try:
        await handle(store, aggregate, name, command, META)
    except Refused as refusal:
        return refusal.code
    return None


async def ask_for(store: EventStore, command: Any) -> str | None:
    return await take(store, PARTICIPATION, command.referral_id, command)


async def opened(store: EventStore) -> None:
    await create_tables(store.pool, [event_store.SCHEMA])
    for nth in (1, 2):
        planned = plan(cycle_id=f"{CYCLE}-{nth}", capacity=CAPACITY)
        assert await take(store, CYCLES, f"{CYCLE}-{nth}", planned) is None
    for person in NAMES:
        assert await ask_for(store, about(AwaitPlace, person, city="Oostende", language="nl", availability=())) is None
    for one, other in APART:
        assert await ask_for(store, about(DeclareNonAssociation, one, other_id=other)) is None


async def placer(url: str, seed: int) -> list[str | None]:
    """Place everybody, in an order of its own, now in one cycle and now in the other."""
    chance = random.Random(seed)
    answers = []
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        store = EventStore(pool, TYPES, policies=SERVICE.policies)
        for person in chance.sample(NAMES, PEOPLE):
            nth = chance.choice((1, 2))
            answers.append(await ask_for(store, seat(person, nth)))
            if chance.random() < 0.1:
                answers.append(await ask_for(store, about(GiveBackPlace, person, cycle_id=f"{CYCLE}-{nth}")))
    return answers


async def test_sixteen_placers_never_fill_a_session_above_capacity_nor_seat_together_who_must_not(
    database_url: str, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    store = EventStore(pool, TYPES, policies=SERVICE.policies)
    await opened(store)
    answers = [
        code
        for codes in await asyncio.gather(*(placer(database_url, seed) for seed in range(PLACERS)))
        for code in codes
    ]
    answers += [await ask_for(store, seat(person, nth)) for nth in (1, 2) for person in NAMES]
    assert set(answers) <= {None, "cycle-full", "place-not-suitable", "already-placed"}
    async with pool.acquire() as connection:
        people = {name: (await load(connection, store, PARTICIPATION, name))[1] for name in NAMES}
        for nth in (1, 2):
            _, state = await load(connection, store, CYCLES, f"{CYCLE}-{nth}")
            assert [len(state.expected(each)) for each in state.sessions] == [CAPACITY] * len(state.sessions)
            here = {name for name, seat in state.seats.items() if seat.active}
            assert here == {
                name for name, each in people.items() if each.place and each.place.cycle_id == f"{CYCLE}-{nth}"
            }
            assert not any({one, other} <= here for one, other in APART)
