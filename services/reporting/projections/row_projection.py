"""What every projection of rows has: which events it is about, how they change its rows, and what its rows measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import TypeAdapter

from services.reporting.metrics.measure import FigureChanges, Measurement
from services.reporting.metrics.store import Write
from shared.eventstore.event_store import Connection
from shared.messaging.cloudevents import PublicMessage

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class DerivedEvent:
    """What follows from a row of one projection for later projections; `holds` is False once it no longer does."""

    holds: bool = field(default=True, kw_only=True)


AnyEvent: TypeAlias = "PublicMessage | DerivedEvent"
Rows: TypeAlias = dict[str, R]
Routed: TypeAlias = "Sequence[tuple[str, AnyEvent]]"


def nothing(_row: object) -> tuple[()]:
    """Of a row that no figure counts, or from which nothing follows for another projection."""
    return ()


@dataclass(frozen=True, eq=False)
class RowProjection(Generic[R]):
    """One kind of row, by id. `routes` says per type of event which rows it is about.

    A row is a function of the last event of each of its sources in that source's own order,
    so that the interleaving of topics changes nothing.
    """

    table: str
    row: type[R]
    routes: Mapping[type[AnyEvent], Callable[[Any], Iterable[str]]]  # each takes an event of its type
    evolve: Callable[[R | None, Any], R]  # takes the events of `routes`
    measure: Callable[[R], Iterable[Measurement]] = nothing
    derive: Callable[[R], Iterable[DerivedEvent]] = nothing

    @property
    def schema(self) -> str:
        """Its table."""
        return f"create table if not exists {self.table} (id text primary key, data jsonb not null);\n"

    def route(self, events: Iterable[AnyEvent]) -> list[tuple[str, AnyEvent]]:
        """The events that it is about, each with the id of its row, in order."""
        return [(row_id, each) for each in events if (ids := self.routes.get(type(each))) for row_id in ids(each)]

    def advance(self, before: Rows[R], routed: Routed, changes: FigureChanges) -> tuple[Rows[R], list[DerivedEvent]]:
        """The rows that these events change, and what follows from that; `changes` counts along."""
        after = self._evolved(before, routed)
        for row_id, row in after.items():
            changes.add(self.measure(row), 1)
            if row_id in before:
                changes.add(self.measure(before[row_id]), -1)
        return after, list(self._derived(before, after))

    def _evolved(self, before: Rows[R], routed: Routed) -> Rows[R]:
        after: Rows[R] = {}
        for row_id, event in routed:
            after[row_id] = self.evolve(after[row_id] if row_id in after else before.get(row_id), event)
        return {row_id: row for row_id, row in after.items() if row != before.get(row_id)}

    def _derived(self, before: Rows[R], after: Rows[R]) -> Iterator[DerivedEvent]:
        """What no longer holds, then what holds now."""
        old = {row_id: set(self.derive(before[row_id])) if row_id in before else set() for row_id in after}
        new = {row_id: set(self.derive(row)) for row_id, row in after.items()}
        yield from (replace(event, holds=False) for row_id in after for event in old[row_id] - new[row_id])
        yield from (event for row_id in after for event in new[row_id] - old[row_id])

    async def load(self, connection: Connection, routed: Routed) -> Rows[R]:
        """The rows that these events are about, as they are kept."""
        found = await connection.fetchval(
            f"select json_object_agg(id, data)::text from {self.table} where id = any($1)",
            list({row_id for row_id, _ in routed}),
        )
        return self.from_json(found or "{}")

    def writes(self, rows: Rows[R]) -> Iterator[Write]:
        """What keeps these rows."""
        if rows:
            yield Write(
                f"insert into {self.table} select key, value from jsonb_each({{}})"
                " on conflict (id) do update set data = excluded.data",
                self.to_json(rows),
            )

    def from_json(self, stored: str) -> Rows[R]:
        """Rows by id; what a later version added to them is left out."""
        return self._adapter.validate_json(stored, extra="ignore")

    def to_json(self, rows: Rows[R]) -> str:
        """Rows by id, as they are kept."""
        return self._adapter.dump_json(rows).decode()

    @cached_property
    def _adapter(self) -> TypeAdapter[Rows[R]]:
        return TypeAdapter(dict[str, self.row])  # type: ignore[name-defined]


def replaced(_row: R | None, event: R) -> R:
    """`evolve` of a row that is its last event."""
    return event
