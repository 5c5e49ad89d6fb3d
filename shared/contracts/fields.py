"""The types that fields of public messages are made of: each has a bound, so that every consumer can build from it.

Codes are open sets: a code that a newer publisher says passes here, and reaches the consumer that has to know it.
The `examples` of a code are those that are said today.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from shared.domain.bounds import LAST_DAY, MOST, Code, Count, iso_day
from shared.domain.bounds import Day as DayOfThisCentury
from shared.i18n.code_lists import Category, Id, PartOfDay, ReasonCode, Sector, Weekday
from shared.i18n.text import STORABLE, Language

FIRST_NAME = date(1800, 1, 1)
MOST_SECTORS = 100
MOST_ORGANISATIONS = 10_000

# JSON Schema has no word for the first and last of days: a pattern says it to tools that check.
Day = Annotated[DayOfThisCentury, Field(json_schema_extra={"pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"})]
# A name or a role may be older than the programme.
Since = Annotated[
    date,
    BeforeValidator(iso_day),
    Field(ge=FIRST_NAME, le=LAST_DAY, json_schema_extra={"pattern": "^(18|19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
]
Place = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=STORABLE)]
Module = Annotated[int, Field(ge=1, le=100)]
Modules = Annotated[int, Field(ge=0, le=100)]
Total = Annotated[int, Field(ge=0, le=MOST_SECTORS * MOST)]
Score = Annotated[float, Field(ge=1, le=10)]
Confidence = Annotated[float, Field(ge=1, le=5)]

SectorCode = Annotated[Code, Field(examples=list(get_args(Sector)))]
LanguageCode = Annotated[Code, Field(examples=list(get_args(Language)))]
CategoryCode = Annotated[Code, Field(examples=list(get_args(Category)))]
Reason = Annotated[Code, Field(examples=list(get_args(ReasonCode)))]
_Weekday = Annotated[Code, Field(examples=list(get_args(Weekday)))]
_PartOfDay = Annotated[Code, Field(examples=list(get_args(PartOfDay)))]

Availability: TypeAlias = Annotated[tuple[tuple[_Weekday, _PartOfDay], ...], Field(max_length=100)]
Days: TypeAlias = Annotated[tuple[Day, ...], Field(max_length=100)]
Organisations: TypeAlias = Annotated[tuple[Id, ...], Field(max_length=MOST_ORGANISATIONS)]
BySector: TypeAlias = Annotated[dict[SectorCode, Count], Field(max_length=MOST_SECTORS)]
