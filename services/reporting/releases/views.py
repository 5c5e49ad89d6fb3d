"""A release as one city or one sector looks at it: what it publishes of them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.releases.values import Document
from shared.contracts.released import OpenCount, Table
from shared.domain.messages import Message


class View(Message):
    """The cells of a city or a sector, hidden ones as hidden; the same for whoever asks."""

    number: int
    tables: tuple[Table, ...]
    counts: tuple[OpenCount, ...]


def view_of(document: Document, city: str | None, sector: str | None) -> View:
    """What the release says of that city, or of that sector (alone, or in its group); of both, where it tells both."""
    narrowed = (_narrowed(each, city, sector) for each in document.tables)
    return View(
        number=document.number,
        tables=tuple(each for each in narrowed if each),
        counts=tuple(
            each
            for each in document.counts
            if (each.by, each.key) in {("city", city), ("sector", sector)} or (city is None and sector is None)
        ),
    )


def _narrowed(table: Table, city: str | None, sector: str | None) -> Table | None:
    wanted = dict(_wanted(table, city, sector))
    asked = (city is not None) + (sector is not None)
    if len(wanted) < asked:
        return None
    cells = tuple(
        cell for cell in table.cells if all(cell.keys[table.axes.index(axis)] in keys for axis, keys in wanted.items())
    )
    return table.model_copy(update={"cells": cells}) if cells else None


def _wanted(table: Table, city: str | None, sector: str | None) -> Iterator[tuple[str, set[str]]]:
    if city is not None and "city" in table.axes:
        yield "city", {city}
    if sector is not None and "sector" in table.axes:
        yield "sector", {sector}
    elif sector is not None and "sector_group" in table.axes:
        yield "sector_group", {each.key for each in table.groups if sector in each.members}
