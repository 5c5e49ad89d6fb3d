"""What those who keep a service running read over HTTP: counts and pseudonymous ids, and nobody else reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.local import keys
from deploy.local.tokens import token
from services.referral.persons import Person
from shared.contracts.referral import CASES
from shared.domain.clock import today
from shared.domain.messages import Refused
from shared.eventstore.event_store import Connection
from shared.http.auth import Role
from shared.messaging.inbox import Inbox, ReceivedMessage
from shared.privacy import personal_data
from shared.privacy.encryption import FieldCipher
from shared.privacy.personal_data import PersonalDataStore
from shared.service.settings import Settings
from shared.service.wiring import Wiring, application_of
from tests.referral.test_api import SECRET
from tests.reporting.published import intake, received
from tests.shared.test_console import told
from tests.shared.test_service import opened

KEEP_DAYS = 100
ROUTES = ["/operations/dead-letters", "/operations/retention-due"]
TODAY = today()


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A service that seals names, in the role `api` only."""
    asked = Settings(
        database_url=SecretStr(database_url),
        auth_jwks_file=keys.environment(tmp_path)["AUTH_JWKS_FILE"],
        people_keep_days=KEEP_DAYS,
        roles=frozenset({"api"}),
    )

    async def wire(service: Wiring) -> None:
        register = PersonalDataStore(FieldCipher(Fernet.generate_key()), Person)
        await service.add_tables(personal_data.MIGRATIONS)
        service.add_personal_data(register)
        async with service.pool.acquire() as connection:
            for name, days in (("p-longest", 300), ("p-long", 101), ("p-still", 100), ("p-new", 0)):
                await register.keep(connection, name, "referred", Person(name=SECRET), TODAY - timedelta(days=days))

    async with opened(application_of("Echo", asked, {}, wire)) as client:
        yield client


def bearer(role: Role, home: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, 'org-1', ['Oostende'], home=home)}"}


@pytest.mark.parametrize("path", ROUTES)
async def test_only_ops_read_them(client: httpx.AsyncClient, tmp_path: Path, path: str) -> None:
    assert (await client.get(path)).status_code == 401
    answers = {role: (await client.get(path, headers=bearer(role, tmp_path))).status_code for role in Role}
    assert answers == {role: 200 if role is Role.OPS else 403 for role in Role}


async def test_these_are_all_that_ops_are_answered(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["paths"]
    assert [path for path in described if path.startswith("/operations")] == ROUTES
    assert [list(described[path]) for path in ROUTES] == [["get"], ["get"]]


async def test_who_is_kept_too_long_is_told_by_id_the_longest_first(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await client.get("/operations/retention-due", headers=bearer(Role.OPS, tmp_path))
    assert answer.json() == {"keep_days": KEEP_DAYS, "due": ["p-longest", "p-long"]}
    assert SECRET not in answer.text


async def test_dead_letters_are_counted_by_reason_without_key_or_content(
    client: httpx.AsyncClient, tmp_path: Path, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    async def refuse(_connection: Connection, _received: Sequence[ReceivedMessage]) -> None:
        raise Refused("not-this-one")

    async with pool.acquire() as connection, connection.transaction():
        await Inbox("echo", CASES, refuse).receive(
            connection, [told(b"early", 0, intake()), told(b"early", 1, received()), told(b"late", 2, intake())]
        )
    ops = bearer(Role.OPS, tmp_path)
    pile = {"consumer": "echo", "topic": CASES.name}
    answer = await client.get("/operations/dead-letters", headers=ops)
    assert answer.json() == [pile | {"reason": "not-this-one", "letters": 2}, pile | {"reason": "parked", "letters": 1}]
    await pool.execute("update dead_letters set resolved_at = now() where key = 'early'")
    left = (await client.get("/operations/dead-letters", headers=ops)).json()
    assert left == [pile | {"reason": "not-this-one", "letters": 1}]
