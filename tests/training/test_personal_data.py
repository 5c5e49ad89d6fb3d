"""One address is one person, also when he comes at two doors at once, and also after the keys were changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from cryptography.fernet import Fernet

from services.training.personal_data.addresses import identify, meet
from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from shared.domain.clock import today
from shared.eventstore.event_store import EventStore
from shared.privacy.encryption import FieldCipher
from tests.training.conftest import ADDRESS, SECRET, Desk, newcomer

TRAININGS = [f"t-{number}" for number in range(6)]
ZOE = Contact(name=SECRET, email=ADDRESS)


async def test_who_is_new_at_six_trainings_at_once_is_one_person(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    for name in TRAININGS:
        await desk.plan(name)
    paths = [f"/public/trainings/{name}/registrations" for name in TRAININGS]
    answers = await asyncio.gather(*(desk.ask("POST", path, newcomer(), None) for path in paths))
    assert [answer.status_code for answer in answers] == [201] * len(TRAININGS)
    assert await pool.fetchval("select count(*) from addresses") == 1
    assert await pool.fetchval("select count(*) from people") == len(TRAININGS)
    assert await pool.fetchval("select count(distinct participant) from registrations") == 1
    assert await pool.fetchval("select count(*) from registrations") == len(TRAININGS)


async def test_a_person_is_known_again_after_everything_was_encrypted_with_a_new_key(
    store: EventStore, tmp_path: Path
) -> None:
    keys = tmp_path / "auth" / "people.keys"  # what the service opened its address key with
    old, new = keys.read_text().strip(), Fernet.generate_key().decode()
    async with store.pool.acquire() as connection:
        people = await People.opened(connection, FieldCipher.of_file(str(keys)))
        first = await identify(connection, people, "training-t-1", [ZOE], [True])
        await meet(connection, first.met)
        await people.write(connection, {"ent-1": ZOE}, "professional", today())
        keys.write_text(f"{new}\n{old}")
        assert await (await People.opened(connection, FieldCipher.of_file(str(keys)))).rotate_keys(connection) == 1
        keys.write_text(new)
        later = await People.opened(connection, FieldCipher.of_file(str(keys)))
        again = [Contact(name="Z", email=ADDRESS.upper())]
        assert (await identify(connection, later, "training-t-1", again, [True])).ids == first.ids
        assert await later.read_person(connection, "ent-1", "tester", "register") == ZOE
