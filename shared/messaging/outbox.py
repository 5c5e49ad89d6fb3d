"""The rows of an outbox relay: its position, the last message of each partition, the epochs of its database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.eventstore.event_store import Connection


@dataclass(frozen=True, slots=True)
class Sent:
    """The last message on one partition: its sequence, and the offset at which the next one will stand."""

    sequence: int
    next_offset: int


@dataclass(frozen=True, slots=True)
class History:
    """The epoch of the publisher's database, from 1, and where each later epoch forked from the one before."""

    epoch: int = 1
    forks: tuple[int, ...] = ()


Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The rows of the relay `name`."""

    name: str

    async def begin(self, connection: Connection) -> None:
        """Insert its row where there is none: nothing is published yet."""
        await connection.execute("insert into outbox_checkpoints (name) values ($1) on conflict do nothing", self.name)

    async def position(self, connection: Connection) -> int:
        """The position up to which everything is published; 0 where nothing is."""
        query = "select coalesce(max(position), 0) from outbox_checkpoints where name = $1"
        return int(await connection.fetchval(query, self.name))

    async def published_until(self, connection: Connection) -> int:
        """The highest position that was published in this epoch, however far it was set back since."""
        query = "select max(greatest(told_until, position)) from outbox_checkpoints where name = $1"
        return int(await connection.fetchval(query, self.name) or 0)

    async def sent(self, connection: Connection) -> dict[Partition, Sent]:
        """The last message on each partition that has one."""
        rows = await connection.fetch(
            "select topic, partition, sequence, next_offset from outbox_partitions where name = $1", self.name
        )
        return {(row["topic"], row["partition"]): Sent(row["sequence"], row["next_offset"]) for row in rows}

    async def advance(self, connection: Connection, before: int, after: int, changed: Mapping[Partition, Sent]) -> bool:
        """Move the position on by compare-and-set, with the partitions; False when somebody else moved it."""
        async with connection.transaction():
            moved = await connection.execute(
                "update outbox_checkpoints set position = $3, told_until = greatest(told_until, position, $3)"
                " where name = $1 and position = $2",
                *(self.name, before, after),
            )
            if moved == "UPDATE 1" and changed:
                await self._note(connection, changed)
        return moved == "UPDATE 1"

    async def restart(
        self, connection: Connection, position: int, topics: Collection[str], sent: Mapping[Partition, Sent]
    ) -> None:
        """Send what comes after `position` again on `topics`; `sent` is what stood on their partitions up to there."""
        async with connection.transaction():
            await connection.execute(
                "insert into outbox_checkpoints as kept (name, position) values ($1, $2) on conflict (name) do update"
                " set position = excluded.position, told_until = greatest(kept.told_until, kept.position)",
                *(self.name, position),
            )
            await connection.execute(
                "delete from outbox_partitions where name = $1 and topic = any($2)", self.name, list(topics)
            )
            if sent:
                await self._note(connection, sent)

    async def begin_again(self, connection: Connection, topics: Collection[str]) -> None:
        """Begin another epoch that shares with this one all that was published: its chain lacks some of it.

        Runs in the caller's transaction.
        """
        await connection.execute(
            "insert into publisher_epochs (epoch, fork, by)"
            " select coalesce(max(epoch), 1) + 1, $1, 'relay' from publisher_epochs",
            await self.published_until(connection),
        )
        await self.restart(connection, 0, topics, {})
        await self.forget_published(connection)

    async def forget_published(self, connection: Connection) -> None:
        """Another epoch begins: nothing of it is published yet."""
        await connection.execute("update outbox_checkpoints set told_until = 0 where name = $1", self.name)

    async def _note(self, connection: Connection, sent: Mapping[Partition, Sent]) -> None:
        rows = [(topic, number, each.sequence, each.next_offset) for (topic, number), each in sent.items()]
        await connection.execute(
            "insert into outbox_partitions (name, topic, partition, sequence, next_offset)"
            " select $1, * from unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[])"
            " on conflict (name, topic, partition)"
            " do update set sequence = excluded.sequence, next_offset = excluded.next_offset",
            *(self.name, *map(list, zip(*rows, strict=True))),
        )


async def current_history(connection: Connection) -> History:
    """The epoch that this database publishes now."""
    rows = await connection.fetch("select epoch, fork from publisher_epochs order by epoch")
    return History(rows[-1]["epoch"], tuple(row["fork"] for row in rows)) if rows else History()


async def begin_epoch(connection: Connection, forks: tuple[int, ...], beyond: int, by: str) -> int:
    """Begin another epoch, whose forks are these; positions go on beyond `beyond`. Returns it.

    Runs in the caller's transaction.
    """
    await connection.execute(
        "insert into publisher_epochs (epoch, fork, by) select 1 + nth, fork, $2"
        " from unnest($1::bigint[]) with ordinality as forks (fork, nth) on conflict (epoch) do nothing",
        list(forks),
        by,
    )
    await connection.execute(
        "select setval(pg_get_serial_sequence('events', 'position'),"
        " greatest($1, (select coalesce(max(position), 0) from events)) + 1, false)",
        beyond,
    )
    return len(forks) + 1
