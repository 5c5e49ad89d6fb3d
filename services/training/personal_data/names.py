"""What a name is as it was written, and whose names a caller may read, correct and erase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from services.training.links import plain
from shared.domain.messages import Message
from shared.privacy.personal_data import Text

Why = Literal["register", "sign-in-sheet", "certificate", "programme", "subject-access"]
Kind = Literal["professional", "speaker"]


class Contact(Message):
    """What may be known of a professional: his name and where to write to; a speaker has no address here."""

    name: Text = Field(repr=False)
    email: str | None = Field(default=None, repr=False)


class Named(Message):
    """How somebody is called for one training or event; nobody has a name who was erased, or is `restricted`.

    `other_names` were written for the same address: while none of the names is confirmed, there is no certificate.
    """

    name: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    other_names: tuple[str, ...] = Field(default=(), repr=False)
    name_confirmed: bool = False
    restricted: bool = False


HELD = ("of", "confirmed", "restricted", "by", "linked")


class Held(Message):
    """A name as it was written for one training or network event, whose stream is `of`.

    `by` wrote it, nobody where he did himself; `linked`: a link to it leads somewhere.
    """

    of: str
    confirmed: bool
    restricted: bool
    by: str | None
    linked: bool
    name: str = Field(repr=False)
    email: str | None = Field(repr=False)


class Look(Message):
    """An entry of the access log."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NameAccess:
    """Whose names a caller may read and change: of the trainings of organisers, or the events, in some cities."""

    organisers: Sequence[str] | None = None
    cities: Sequence[str] = ()
    everything: bool = False

    @property
    def parameters(self) -> tuple[bool, list[str] | None, list[str]]:
        """As the parameters of SQL, in the order of `accessible`."""
        organisers = None if self.organisers is None else list(self.organisers)
        return self.everything, organisers, list(self.cities)


def accessible(first: int) -> str:
    """The condition on an entry that a NameAccess is, whose three values are the parameters from `first` on."""
    everything, organiser, cities = (f"${first + nth}" for nth in range(3))
    return f"""
    ({everything}::boolean or case when stream like 'training-%' then exists (select from trainings t
        where t.training = substr(stream, 10)
        and t.organiser = any({organiser}::text[]) and t.city = any({cities}::text[]))
    else {organiser}::text[] is null and exists (select from network_events n
        where n.event = substr(stream, 7) and n.city = any({cities}::text[])) end)
"""


def called(written: Sequence[tuple[Contact, bool]]) -> Named:
    """By what who gives the training wrote, or else by what was written first."""
    contact, confirmed = written[0]
    others = {plain(each.name): each.name for each, _ in reversed(written) if plain(each.name) != plain(contact.name)}
    return Named(
        name=contact.name, email=contact.email, other_names=tuple(others.values())[:5], name_confirmed=confirmed
    )
