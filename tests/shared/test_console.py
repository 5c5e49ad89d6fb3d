"""What ops do to a running service from its command line, as processes on the real servers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet

from services.referral.app import SERVICE as REFERRAL
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.personal_data import PersonalData
from services.referral.persons import Person
from services.reporting.consumers import FIGURES, TOPICS, apply
from services.reporting.queries.figures import find_figures
from services.reporting.queries.period import Period
from shared.audit import chain
from shared.contracts.referral import CASES
from shared.domain.messages import Meta
from shared.eventstore import event_store, projection_versions
from shared.eventstore.event_store import EventStore, event_types
from shared.eventstore.migrations import migrate
from shared.messaging import inbox
from shared.messaging.cloudevents import Position, PublicMessage, headers
from shared.messaging.inbox import Inbox
from shared.messaging.topics import create_topics
from shared.privacy.encryption import FieldCipher
from shared.projections.topic import prepare
from shared.service.wiring import create_tables
from tests.referral.examples import organisation_registered, organisation_renamed
from tests.reporting.published import accepted, intake, received

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zebedeus Onvindbaar"  # noqa: S105 - a name that must never be printed


class Desk:
    """A shell in front of the services, on a database of its own."""

    def __init__(self, url: str, keys: Path) -> None:
        self.keys = [Fernet.generate_key().decode() for _ in range(2)]
        keys.write_text("\n".join(self.keys))
        keys.chmod(0o600)
        self.environment = {
            **os.environ,
            **{f"{name}_DATABASE_URL": url for name in ("REFERRAL", "REPORTING")},
            **{f"{name}_PORT": "1" for name in ("REFERRAL", "REPORTING")},
            "PEOPLE_KEYS_FILE": str(keys),
            "COLUMNS": "200",
        }

    async def type(self, service: str, *words: str) -> tuple[int, str]:
        """The exit code, and all that was printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{service}", *words, env=self.environment, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()


@dataclass
class Told:
    """A record as the broker gives it."""

    key: bytes | None
    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    topic: str = CASES.name
    partition: int = 0


def told(key: bytes, offset: int, message: PublicMessage) -> Told:
    head = headers(CASES, message, key.decode(), Position(offset + 1, offset), NOW)
    return Told(key, offset, message.model_dump_json().encode(), head)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Desk:
    return Desk(database_url, tmp_path / "people.keys")


async def test_a_blocked_key_is_listed_and_replayed_in_order(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    own_inbox = Inbox("reporting", CASES, apply)
    await create_tables(pool, [inbox.SCHEMA, projection_versions.SCHEMA])
    async with pool.acquire() as connection:
        await prepare(connection, FIGURES)
    records = [told(b"early", 0, intake()), told(b"early", 1, accepted()), told(b"late", 2, received())]
    async with pool.acquire() as connection, connection.transaction():
        assert len((await own_inbox.receive(connection, records)).applied) == 1
    code, listed = await desk.type("reporting", "dead-letters", "list")
    assert (code, "early" in listed, "1 referral-unknown" in listed, "1 parked" in listed) == (0, True, True, True)
    code, replayed = await desk.type("reporting", "dead-letters", "replay", "--key", "early")
    assert (code, [word for word in replayed.split() if word.isdecimal()]) == (0, ["2", "0"])
    assert await pool.fetchval("select count(*) from dead_letters where resolved_at is null") == 0
    async with pool.acquire() as connection:
        found = await find_figures(connection, Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert {each.code: each.value for each in found}["accepted"] == 1


async def test_a_dead_letter_is_discarded_by_somebody_for_a_reason_and_never_silently(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    own_inbox = Inbox("reporting", CASES, apply)
    await create_tables(pool, [inbox.SCHEMA, projection_versions.SCHEMA])
    async with pool.acquire() as connection:
        await prepare(connection, FIGURES)
    nameless = Told(None, 9, b"?", [])
    async with pool.acquire() as connection, connection.transaction():
        await own_inbox.receive(connection, [told(b"early", 0, intake()), told(b"early", 1, received()), nameless])
    letters = {row["reason"]: str(row["id"]) for row in await pool.fetch("select id, reason from dead_letters")}
    first = letters["referral-unknown"]
    assert (await desk.type("reporting", "dead-letters", "discard", first, "--by", "ops-1"))[0] == 2
    blank = await desk.type("reporting", "dead-letters", "discard", first, "--by", "ops-1", "--reason", " ")
    assert blank == (1, "Say who decides and why: --by and --reason.\n")
    because = ("--by", "ops-1", "--reason", "an intake without a referral, typed by hand")
    for letter in (first, letters["header-missing"]):
        assert (await desk.type("reporting", "dead-letters", "discard", letter, *because))[0] == 0
    assert (await desk.type("reporting", "dead-letters", "discard", first, *because))[0] == 1
    code, replayed = await desk.type("reporting", "dead-letters", "replay")
    assert (code, [word for word in replayed.split() if word.isdecimal()]) == (0, ["1", "0"])
    code, listed = await desk.type("reporting", "dead-letters", "discarded")
    assert (code, listed.count("ops-1"), listed.count("typed by hand")) == (0, 2, 2)
    kept = await pool.fetch("select value from dead_letters where resolved_at is not null order by id")
    assert len(kept) == 3
    assert all(row["value"] for row in kept)


async def test_the_relay_reports_its_position_and_is_set_back(desk: Desk, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    await create_tables(pool, [event_store.SCHEMA])
    store = EventStore(pool, event_types(*ORGANISATION.events))
    async with store.transaction() as connection:
        events = [organisation_registered(), organisation_renamed()]
        await store.append(connection, "organisation-o", 0, events, Meta(by="x", correlation_id="y"), NOW)
    await pool.execute("insert into outbox_checkpoints values ('kafka', 2)")
    code, before = await desk.type("referral", "outbox", "status")
    assert (code, "no" in before.split()) == (0, True)
    code, said = await desk.type("referral", "outbox", "republish", "--from", "1")
    assert (code, said.split()[0]) == (0, "1")
    assert await pool.fetchval("select position from outbox_checkpoints") == 1


async def test_what_no_message_can_be_made_of_is_counted_and_listed_without_its_content(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    await create_tables(pool, [event_store.SCHEMA])
    store = EventStore(pool, event_types(*ORGANISATION.events))
    async with store.transaction() as connection:
        events = [organisation_registered(), organisation_renamed()]
        await store.append(connection, "organisation-o", 0, events, Meta(by="x", correlation_id="y"), NOW)
    await pool.execute("insert into unpublishable_events values (1, 'unreadable'), (2, 'waits')")
    code, said = await desk.type("referral", "outbox", "unpublishable")
    assert (code, [line.split()[1:8:2] for line in said.splitlines() if "waits" in line or "unreadable" in line]) == (
        0, [["1", "organisation-o", "OrganisationRegistered", "unreadable"],
            ["2", "organisation-o", "OrganisationRenamed", "waits"]],
    )  # fmt: skip
    assert organisation_registered().name not in said
    code, said = await desk.type("referral", "outbox", "status")
    assert (code, "cannot be published" in said, "2" in said.split()) == (0, True, True)


async def test_projections_of_events_and_of_topics_are_rebuilt(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record], bootstrap_servers: str
) -> None:
    await create_topics(bootstrap_servers, TOPICS)
    for service, built in (("referral", "projections"), ("reporting", "reporting")):
        code, said = await desk.type(service, "rebuild")
        assert (code, f"{built}: built and in place." in said) == (0, True), said
    assert {row["what"] for row in await pool.fetch("select what from built")} == {"views", "reporting"}


async def test_names_are_encrypted_again_and_what_is_due_is_listed_without_a_name(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    newest = FieldCipher(desk.keys[0])
    await migrate(pool, REFERRAL.migrations)
    async with pool.acquire() as connection:
        person = Person(name=SECRET)
        await PersonalData(FieldCipher(desk.keys[1])).keep(connection, "p-old", "referred", person, date(2000, 1, 1))
        await PersonalData(FieldCipher(desk.keys[1])).keep(connection, "p-new", "referred", person, NOW.date())
    code, resealed = await desk.type("referral", "personal-data", "rotate-keys")
    assert (code, resealed.split()[0]) == (0, "2")
    assert SECRET in newest.decrypt(await pool.fetchval("select sealed from people where id = 'p-old'"))
    code, due = await desk.type("referral", "personal-data", "due")
    assert (code, due.split("\n")[1:]) == (0, ["p-old", ""])
    assert SECRET not in resealed + due


async def test_what_is_missing_or_away_is_said_in_one_sentence(desk: Desk) -> None:
    del desk.environment["REFERRAL_PORT"]
    assert await desk.type("referral", "outbox", "status") == (1, "REFERRAL_PORT: Field required\n")
    desk.environment |= {"REFERRAL_PORT": "1", "REFERRAL_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    code, said = await desk.type("referral", "outbox", "status")
    assert (code, said) == (1, "The database or Kafka does not answer.\n")


async def test_the_audit_trail_is_verified_and_where_it_breaks_is_said(
    desk: Desk, pool: asyncpg.Pool[asyncpg.Record]
) -> None:
    assert (await desk.type("referral", "audit", "verify"))[1].startswith("0 entries are as they were written; 0 are")
    for _ in range(3):
        await pool.execute(
            "insert into audit_entries (came_by, method, route, about, outcome, correlation)"
            " values ('token', 'POST', '/organisations', '{}', 200, '')"
        )
    await chain.link(pool)
    code, said = await desk.type("referral", "audit", "verify")
    assert (code, said.split()[0]) == (0, "3")
    head = said.split()[-1]
    assert (await desk.type("referral", "audit", "verify", "--place", "3", "--digest", head))[0] == 0
    anew = (1, "The chain was made anew: place 2 had another digest.\n")
    assert await desk.type("referral", "audit", "verify", "--place", "2", "--digest", head) == anew
    await pool.execute("update audit_entries set outcome = 403 where id = 2")
    changed = (1, "The chain breaks at place 2: the entry or its link was changed.\n")
    assert await desk.type("referral", "audit", "verify") == changed
