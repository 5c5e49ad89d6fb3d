"""The rows of one consumer about the partitions of a topic: how far it has applied, and what it could not apply."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
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
class Partitions:
    """The partitions of a topic, as one consumer knows them."""

    consumer: str
    topic: Topic

    async def fence(self, connection: Connection, numbers: Collection[int]) -> dict[int, int]:
        """Lock their rows, so that a zombie of the same group waits and then finds everything applied.

        Returns the highest sequence applied of each.
        """
        reached = await self._lock(connection, numbers)
        if missing := set(numbers) - reached.keys():
            await connection.execute(
                "insert into sequences select $1, $2, $3, number, 0 from unnest($4::integer[]) number"
                " order by number on conflict do nothing",
                *(self.consumer, self.topic.source, self.topic.name, list(missing)),
            )
            reached = await self._lock(connection, numbers)
        return reached

    async def _lock(self, connection: Connection, numbers: Collection[int]) -> dict[int, int]:
        rows = await connection.fetch(
            "select partition, sequence from sequences"
            " where consumer = $1 and source = $2 and topic = $3 and partition = any($4) order by partition for update",
            *(self.consumer, self.topic.source, self.topic.name, list(numbers)),
        )
        return {row["partition"]: row["sequence"] for row in rows}

    async def advance(self, connection: Connection, reached: Mapping[int, int]) -> None:
        """Everything of each partition up to its sequence is applied, or lies among the dead."""
        await connection.execute(
            "update sequences set sequence = reached.sequence"
            " from unnest($4::integer[], $5::bigint[]) as reached (partition, sequence)"
            " where consumer = $1 and source = $2 and topic = $3 and sequences.partition = reached.partition",
            *(self.consumer, self.topic.source, self.topic.name, list(reached), list(reached.values())),
        )

    async def known(
        self, connection: Connection, numbers: Collection[int], identities: Collection[str], keys: Collection[bytes]
    ) -> tuple[set[tuple[int, str]], set[tuple[int, bytes]]]:
        """Of these, by partition, the identities that are among the dead already, and the keys that are held up."""
        rows = await connection.fetch(
            "select partition, identity, key, blocks and resolved_at is null and key is not null as holds_up"
            " from dead_letters where consumer = $1 and topic = $2 and partition = any($3)"
            " and (identity = any($4) or key = any($5))",
            *(self.consumer, self.topic.name, list(numbers), list(identities), list(keys)),
        )
        return (
            {(row["partition"], row["identity"]) for row in rows},
            {(row["partition"], row["key"]) for row in rows if row["holds_up"]},
        )

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
                    each.record.partition,
                    each.record.offset,
                    each.identity,
                    each.record.key,
                    _in_json(each.record.headers),
                    each.record.value,
                    each.reason,
                    each.blocks,
                )
                for each in dead
            ],
        )


def _in_json(headers: Sequence[tuple[str, bytes]]) -> str:
    return json.dumps([[name, base64.b64encode(value or b"").decode()] for name, value in headers])
