"""From the bytes of a CSV file to its lines of cells, or the place where it cannot be read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO

from shared.domain.messages import Message

LARGEST = 5_000_000  # bytes
MOST_LINES = 10_000
_UTF_8_READ_AS_WINDOWS = re.compile(rb"\xc3[\x80-\xbf]")


class Fault(Message):
    """What is wrong where; never what was typed. A column without a known name is `#` and its number."""

    line: int
    column: str | None
    code: str


class Faulty(Exception):  # noqa: N818 - an answer to who sent the file
    """Something is wrong, so nothing was read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


def lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each line that holds something, with its number in the file; raises Faulty at what cannot be read."""
    if len(data) > LARGEST:
        raise _faulty(1, "too-large")
    text = _text(data)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    line, held = 1, 0
    while (cells := _next(reader, line)) is not None:
        if any(cell.strip() for cell in cells):
            held += 1
            if held > MOST_LINES + 1:  # the first names the columns
                raise _faulty(line, "too-many-lines")
            yield line, cells
        line = reader.line_num + 1


def _next(reader: Iterator[list[str]], line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        raise _faulty(line, "quotes") from None


def _separator(text: str) -> str:
    first = next((line for line in StringIO(text, newline=None) if line.strip()), "")
    return max(";,\t", key=first.count)


def _text(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))
    encoding = "utf-16" if marked and data[0] != 0xEF else "utf-8-sig"  # noqa: PLR2004 - the first byte of UTF-8's mark
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if marked or _UTF_8_READ_AS_WINDOWS.search(data):
            raise _unreadable(error.object[: error.start].decode(encoding, "ignore")) from None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _unreadable(error.object[: error.start].decode("cp1252")) from None


def _unreadable(before: str) -> Faulty:
    return _faulty(1 + len(re.findall(r"\r\n|\r|\n", before)), "encoding")


def _faulty(line: int, code: str) -> Faulty:
    return Faulty([Fault(line=line, column=None, code=code)])
