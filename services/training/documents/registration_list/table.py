"""From the bytes of a CSV file to its lines of cells, or the place where it cannot be read."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Literal

from shared.domain.messages import Message

LARGEST = 5_000_000  # bytes
MOST_LINES = 10_000
Encoding = Literal["utf-8", "utf-16", "windows-1250", "windows-1252", "iso-8859-15"]
_WITH_A_MARK: Mapping[bytes, str] = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
# In this order: the first is what most files of Windows in Belgium are.
_OF_ONE_BYTE = ("windows-1252", "iso-8859-15", "windows-1250")
_UTF_8_READ_AS_WINDOWS = re.compile(rb"\xc3[\x80-\xbf]")
_PUNCTUATION = frozenset("\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\u2026€°·")
_SEPARATOR_NAMED = re.compile(r'\A"?sep=([;,\t])"?[ \t;,]*(\r\n|\r|\n)', re.IGNORECASE)


class Fault(Message):
    """What is wrong where; never what was typed. A column without a known name is `#` and its number.

    `sign` is the one sign that it is about, if it is about one.
    """

    line: int
    column: str | None
    code: str
    sign: str | None = None


class Faulty(Exception):  # noqa: N818 - an answer to who sent the file
    """Something is wrong, so nothing was read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


def readings(data: bytes, encoding: Encoding | None = None) -> list[str]:
    """The texts that these bytes may be: one, or several where no sign tells in which encoding they were written.

    Raises Faulty at what cannot be read.
    """
    if len(data) > LARGEST:
        raise _faulty(1, "too-large")
    marked = next((each for mark, each in _WITH_A_MARK.items() if data.startswith(mark)), None)
    if marked or encoding:
        return [_decoded(data, marked or str(encoding))]
    if (wide := _without_a_mark(data)) is not None:
        return [wide]
    try:
        return [data.decode("utf-8")]
    except UnicodeDecodeError as error:
        if _UTF_8_READ_AS_WINDOWS.search(data):
            raise _unreadable(data[: error.start].decode("utf-8", "ignore")) from None
    return _of_one_byte(data)


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that holds something, with its number in the file; raises Faulty at what cannot be read."""
    named = _SEPARATOR_NAMED.match(text)
    separator, skipped = (named[1], 1) if named else (_separator(text), 0)
    body = text[named.end() :] if named else text
    reader = csv.reader(StringIO(body, newline=""), delimiter=separator, strict=True)
    line, held = 1 + skipped, 0
    while (cells := _next(reader, line)) is not None:
        if any(cell.strip() for cell in cells):
            held += 1
            if held > MOST_LINES + 1:  # the first names the columns
                raise _faulty(line, "too-many-lines")
            yield line, cells
        line = reader.line_num + 1 + skipped


def _next(reader: Iterator[list[str]], line: int) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        raise _faulty(line, "quotes") from None


def _separator(text: str) -> str:
    first = next((line for line in StringIO(text, newline=None) if line.strip()), "")
    return max(";,\t", key=first.count)


def _without_a_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of what is mostly Latin is zero."""
    head = data[:1000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(data) % 2 == 0 and zeros and zeros.count(0) > 0.8 * len(zeros):
            return _decoded(data, encoding)
    return None


def _of_one_byte(data: bytes) -> list[str]:
    """The readings in which every sign is one that people write in names; or, when there is none, every reading."""
    found: list[str] = []
    for encoding in _OF_ONE_BYTE:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text not in found and not any("\x7f" <= sign <= "\x9f" for sign in text):
            found.append(text)
    if not found:
        _decoded(data, _OF_ONE_BYTE[0])
    return [text for text in found if _is_written(text)] or found


def _is_written(text: str) -> bool:
    unusual = {sign for sign in text if not sign.isascii()} - _PUNCTUATION
    return all(unicodedata.category(sign)[0] in "LM" and sign not in "ªº" for sign in unusual)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(error.object[: error.start].decode(encoding, "ignore")) from None


def _unreadable(before: str) -> Faulty:
    return _faulty(1 + len(re.findall(r"\r\n|\r|\n", before)), "encoding")


def _faulty(line: int, code: str) -> Faulty:
    return Faulty([Fault(line=line, column=None, code=code)])
