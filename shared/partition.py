"""The rows of one consumer about one partition: how far it has applied, and what it could not apply."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.envelope import Topic
from shared.event_store import Connection


class Record(Protocol):
    """A record as the broker gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that could not be applied, or waits behind one; `blocks`: it holds up its key."""

    record: Record
    identity: str
    reason: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of a topic, as one consumer knows it."""

    consumer: str
    topic: Topic
    number: int

    async def fence(self, connection: Connection) -> int:
        """Lock its row, so that a zombie of the same group waits and then finds everything applied.

        Returns the highest sequence applied.
        """
        at = (self.consumer, self.topic.source, self.topic.name, self.number)
        await connection.execute("insert into sequences values ($1, $2, $3, $4, 0) on conflict do nothing", *at)
        sequence: int = await connection.fetchval(
            "select sequence from sequences"
            " where consumer = $1 and source = $2 and topic = $3 and partition = $4 for update",
            *at,
        )
        return sequence

    async def advance(self, connection: Connection, sequence: int) -> None:
        """Everything up to `sequence` is applied, or lies among the dead."""
        await connection.execute(
            "update sequences set sequence = $5 where consumer = $1 and source = $2 and topic = $3 and partition = $4",
            self.consumer,
            self.topic.source,
            self.topic.name,
            self.number,
            sequence,
        )

    async def known(
        self, connection: Connection, identities: Collection[str], keys: Collection[bytes]
    ) -> tuple[set[str], set[bytes]]:
        """Of these, the identities that are among the dead already, and the keys that are held up."""
        rows = await connection.fetch(
            "select identity, case when blocks and resolved_at is null then key end as key from dead_letters"
            " where consumer = $1 and topic = $2 and partition = $3 and (identity = any($4) or key = any($5))",
            self.consumer,
            self.topic.name,
            self.number,
            list(identities),
            list(keys),
        )
        return {row["identity"] for row in rows}, {row["key"] for row in rows} - {None}

    async def bury(self, connection: Connection, dead: Sequence[Dead]) -> None:
        """Keep them as they came, with their reasons."""
        await connection.executemany(
            "insert into dead_letters"
            " (consumer, topic, partition, record_at, identity, key, headers, value, reason, blocks)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
            [
                (
                    self.consumer,
                    self.topic.name,
                    self.number,
                    each.record.offset,
                    each.identity,
                    each.record.key,
                    json.dumps(
                        [[name, base64.b64encode(value or b"").decode()] for name, value in each.record.headers]
                    ),
                    each.record.value,
                    each.reason,
                    each.blocks,
                )
                for each in dead
            ],
        )


def _in_json(headers: Sequence[tuple[str, bytes]]) -> str:
    return json.dumps([[name, base64.b64encode(value or b"").decode()] for name, value in headers])
