"""How professionals who write themselves down, or are written down, become participants under their ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeAlias, TypeVar

import asyncpg
from pydantic import BaseModel, Field, StringConstraints

from services.training.personal_data.addresses import Identified, Overtaken, identify
from services.training.personal_data.names import Contact
from services.training.personal_data.store import People
from services.training.printing import prints
from services.training.queries.organisations import current
from services.training.values import Function, Professional
from shared.domain.bounds import Line
from shared.domain.clock import today
from shared.domain.messages import Message
from shared.eventstore.event_store import VersionConflict
from shared.i18n.code_lists import Id, Sector
from shared.i18n.text import Language

PUBLIC = "public"
_ATTEMPTS = 5
T = TypeVar("T")
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=200,
        pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+\.[^@\s\x00-\x1f\x7f-\x9f]+$",
    ),
]


class Newcomer(Message):
    """A professional who registers; name and address are kept as personal data, never in an event."""

    name: Line = Field(repr=False)
    email: Email = Field(repr=False)
    organisation_id: Id | None = None
    sector: Sector
    function: Function
    language: Language

    def professional(self, participant_id: str, organisation_id: str | None) -> Professional:
        """What the events know; `organisation_id` is the one that stands today for his."""
        return Professional(
            participant_id=participant_id,
            organisation_id=organisation_id,
            sector=self.sector,
            function=self.function,
            language=self.language,
        )


class Told(Newcomer):
    """A professional whom somebody writes down who sees the register; `shared_address`: he shares it with a colleague.

    Without that an address that stands under another name is refused: one of the two is told of, and not written.
    """

    shared_address: bool = False


class Renewed(BaseModel):
    """A link in the place of those given before."""

    token: str = Field(repr=False)


Act: TypeAlias = Callable[[tuple[Professional, ...], Identified], Awaitable[T]]


async def introduce(
    pool: asyncpg.Pool[asyncpg.Record],
    people: People,
    stream: str,
    newcomers: Sequence[Newcomer],
    act: Act[T],
    *,
    apart: Callable[[Newcomer], bool],
) -> T:
    """Act for these people under their ids, old or new: `act` keeps what is known of them with its events.

    `apart`: whether he is another person than who stands at the same address under another name. Again when one of
    them became known under another id meanwhile. Raises Refused, VersionConflict.
    """
    for newcomer in newcomers:
        prints(name=newcomer.name)
    contacts = [Contact(name=newcomer.name, email=newcomer.email) for newcomer in newcomers]
    theirs = await current(pool, today(), organisation_id=[newcomer.organisation_id for newcomer in newcomers])
    for _ in range(_ATTEMPTS):
        async with pool.acquire() as connection:
            found = await identify(connection, people, stream, contacts, [apart(each) for each in newcomers])
        professionals = tuple(
            newcomer.professional(each, theirs[newcomer.organisation_id])
            for newcomer, each in zip(newcomers, found.ids, strict=True)
        )
        try:
            return await act(professionals, found)
        except Overtaken:
            continue
    raise VersionConflict(PUBLIC)
