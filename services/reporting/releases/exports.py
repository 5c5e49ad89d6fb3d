"""A published release as files: CSV with its CSVW description, XLSX with a sheet of metadata. All say the same cells.

Codes of OBS_STATUS and CONF_STATUS are those of the SDMX code lists: A normal, Q missing and suppressed; F free,
C confidential. A hidden cell has Q and C, whatever the reason.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import NamedTuple

import xlsxwriter

from services.reporting.releases.values import Document
from services.reporting.releases.words import label
from services.reporting.translations import translations
from shared.contracts.released import Table

COLUMNS = (
    "TABLE", "INDICATOR", "SINCE", "UNTIL", "PRINTED_IN", "SECTOR_GROUP", "SECTOR", "CITY", "CATEGORY", "MONTH",
    "REASON", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS",
)  # fmt: skip
_AXES = ("sector_group", "sector", "city", "category", "month", "reason")
_NUMBERS = {"PRINTED_IN": "integer", "OBS_VALUE": "decimal"}
_DATES = ("SINCE", "UNTIL")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
HIDDEN = ":"


class Observation(NamedTuple):
    """One cell of one table; `value` None is hidden."""

    table: str
    indicator: str
    since: str
    until: str
    printed_in: int
    keys: dict[str, str]
    value: float | None

    def row(self) -> list[str | int | float]:
        """As it is written, in the order of the columns; a hidden value is empty."""
        keys = [self.keys.get(axis, "") for axis in _AXES]
        shown = self.value is not None
        value = self.value if self.value is not None else ""
        status = ["A", "F"] if shown else ["Q", "C"]
        return [self.table, self.indicator, self.since, self.until, self.printed_in, *keys, value, *status]


def observations(document: Document) -> Iterator[Observation]:
    """Every cell that the release has, in its order: totals, tables, waits, open counts."""
    since, until = document.period.since.isoformat(), document.period.until.isoformat()
    for total in document.sums:
        yield Observation("total", total.indicator, since, until, document.number, {}, total.n)
    for table in document.tables:
        yield from _of_table(table)
    for wait in document.waits:
        for name, value in (("n", wait.n), ("median", wait.median), ("p90", wait.p90)):
            yield Observation(name, wait.indicator, since, until, wait.printed_in, {}, value)
    for count in document.counts:
        keys = {count.by: count.key} if count.key else {}
        yield Observation("count", count.indicator, since, until, document.number, keys, count.n)
        if count.mean is not None:
            yield Observation("mean", count.indicator, since, until, document.number, keys, count.mean)


def _of_table(table: Table) -> Iterator[Observation]:
    since, until = table.period.since.isoformat(), table.period.until.isoformat()
    for cell in table.cells:
        keys = dict(zip(table.axes, cell.keys, strict=True))
        yield Observation(table.code, table.indicator, since, until, table.printed_in, keys, cell.n)


def as_csv(document: Document) -> bytes:
    """UTF-8, commas and CRLF (RFC 4180); no cell begins as a formula does."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in each.row()] for each in observations(document))
    return file.getvalue().encode()


def as_csvw(document: Document, csv_url: str) -> bytes:
    """Its description (CSV on the Web, W3C Recommendation of 2015): what each column holds."""
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": csv_url,
        "dc:title": f"Release {document.number}",
        "dc:identifier": document.release,
        "dc:issued": document.on.isoformat(),
        "tableSchema": {
            "columns": [
                {"name": name, "titles": name, "datatype": _datatype(name), "required": name in COLUMNS[:2]}
                for name in COLUMNS
            ]
        },
    }
    return json.dumps(described, sort_keys=True, indent=1).encode()


def _datatype(name: str) -> str:
    return "date" if name in _DATES else _NUMBERS.get(name, "string")


def as_xlsx(document: Document, digest: str) -> bytes:
    """A sheet of data and one of metadata; every text is written as text, and a hidden cell holds the sign alone."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        data = book.add_worksheet("data")
        data.write_row(0, 0, COLUMNS)
        for nth, each in enumerate(observations(document), 1):
            row = [harmless(cell) for cell in each.row()]
            shown = [HIDDEN if each.value is None and name == "OBS_VALUE" else cell for name, cell in _named(row)]
            data.write_row(nth, 0, shown)
        data.freeze_panes(1, 0)
        metadata = book.add_worksheet("metadata")
        for nth, line in enumerate(_metadata(document, digest)):
            metadata.write_row(nth, 0, line)
        book.set_properties({"title": f"Release {document.number}", "created": document.on})
    return file.getvalue()


def _named(row: list[str | int | float]) -> Iterator[tuple[str, str | int | float]]:
    return zip(COLUMNS, row, strict=True)


def _metadata(document: Document, digest: str) -> Iterator[list[str | int]]:
    hidden = translations().releases["hidden"]
    yield ["release", document.release]
    yield ["number", document.number]
    yield ["supersedes", document.supersedes or ""]
    yield ["published", document.on.isoformat()]
    yield ["since", document.period.since.isoformat()]
    yield ["until", document.period.until.isoformat()]
    yield ["sha-256", digest]
    yield ["OBS_STATUS", "A normal; Q missing, suppressed (SDMX CL_OBS_STATUS)"]
    yield ["CONF_STATUS", "F free; C confidential (SDMX CL_CONF_STATUS)"]
    yield [HIDDEN, hidden.nl, hidden.fr, hidden.en]
    for indicator in dict.fromkeys(each.indicator for each in observations(document)):
        yield [indicator, label(indicator, "nl"), label(indicator, "fr"), label(indicator, "en")]


def harmless(cell: str | float) -> str | int | float:
    """A text that a spreadsheet would run gets an apostrophe (OWASP, "CSV Injection")."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA) else cell
