"""The bounded values that bodies, query parameters, commands, events and public messages are made of.

A value from outside always has a bound: a day of this century, a count, a text of so many characters without
control characters. PostgreSQL, JSON and every consumer can hold each of them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)
MOST = 1_000_000
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# No control character. A lone surrogate is no text for pydantic in the first place.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
# As PRINTABLE, with line breaks and tabs.
PRINTABLE_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"


def iso_day(value: object) -> object:
    """A calendar day is written YYYY-MM-DD: pydantic would also take a number of seconds."""
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("a day is written YYYY-MM-DD")  # noqa: TRY004 - pydantic turns ValueError into its own
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(iso_day), Field(ge=FIRST_DAY, le=LAST_DAY)]
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
Count = Annotated[int, Field(ge=0, le=MOST)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]
PersonalText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
"""A name, an address or a number of a person: of all that was ever stored, nothing is refused when it is read."""
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=PRINTABLE_LINES)
]
