"""The file of project figures that a history is made from, and when no history can have them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.i18n.code_lists import City
from shared.i18n.text import STORABLE

MODULES = 24  # of an offer, at most
ROOM = 30  # places at a session, at most
NOW = ", now "  # between the name a partner bore and the one it bears

Count = Annotated[int, Field(ge=0, le=100_000)]
Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(min_length=2, max_length=120, pattern=STORABLE)]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, str_strip_whitespace=True)


class _Part(_File):
    model_config = ConfigDict(extra="forbid")  # a history has all figures of a part, or none


class Contact(_File):
    """A service that answers for the project."""

    service_fr: Text
    email: Text


class Project(_File):
    """The project as its own file names it, in French."""

    title_fr: Text
    coordinating_municipality: City
    participating_municipalities: list[City]
    duration_years: int = Field(ge=1, le=50)
    contacts: list[Contact]


class Carousel(_Part):
    """An offer of so many modules, cycles closed, and sessions held in all."""

    sessions_per_cycle: Count
    cycles_held: Count
    sessions_held: Count

    def contradictions(self) -> Iterator[str]:
        """A sentence for each."""
        modules, cycles, sessions = self.sessions_per_cycle, self.cycles_held, self.sessions_held
        if modules > MODULES:
            yield f"A cycle cannot have {modules} sessions: an offer has {MODULES} modules at most."
        if sessions and not modules:
            yield f"{sessions} sessions cannot be held of a carousel without any."
        if modules and not sessions:
            yield f"It cannot be known that a cycle has {modules} sessions when none was held."
        if cycles > sessions:
            yield f"{cycles} cycles cannot be held in {sessions} sessions: each has one at least."


class Referrals(_Part):
    """Referrals received, by how many referrers, and how many of the people complete."""

    received: Count
    distinct_referrers: Count
    completed: Count

    def contradictions(self) -> Iterator[str]:
        """A sentence for each."""
        received, referrers, completed = self.received, self.distinct_referrers, self.completed
        if completed > received:
            yield f"{completed} people cannot complete when {received} were referred."
        if referrers > received:
            yield f"{referrers} people cannot have made {received} referrals."
        if received and not referrers:
            yield f"{received} referrals cannot come from 0 referrers."


class Trainings(_Part):
    """Trainings held by type, and how many took part in all of them together."""

    basic: Count
    in_depth: Count
    participants: Count

    def contradictions(self) -> Iterator[str]:
        """A sentence for each."""
        held, people = self.basic + self.in_depth, self.participants
        if people < held:
            yield f"{held} trainings cannot be given to {people}: each has one participant at least."
        if people and not held:
            yield f"{people} people cannot be trained in 0 trainings."


class NetworkEvents(_Part):
    """Network events held, how many came to all of them together, and where they were."""

    held: Count
    participants: Count
    cities: list[City]

    def contradictions(self) -> Iterator[str]:
        """A sentence for each."""
        held, people, cities = self.held, self.participants, len(self.cities)
        if people < held:
            yield f"{held} network events cannot have {people} participants: each has one."
        if people and not held:
            yield f"{people} people cannot come to 0 network events."
        if cities > held:
            yield f"{held} network events cannot be held in {cities} cities."
        if held and not cities:
            yield f"{held} network events cannot be held nowhere: network_events.cities is empty."


class Partner(_File):
    """A partner by the name it bore first, and the one it bears `now` when that is another."""

    name: Name
    now: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        return dict(zip(("name", "now"), text.split(NOW, 1), strict=False)) if isinstance(text, str) else text

    def __str__(self) -> str:
        return f"{self.name}{NOW}{self.now}" if self.now else self.name


class Figures(_File):
    """The whole file."""

    project: Project
    referrals: Referrals
    carousel: Carousel
    trainings: Trainings
    network_events: NetworkEvents
    steering_group: list[Partner]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        parts = self.referrals, self.carousel, self.trainings, self.network_events
        if found := next(chain(*(each.contradictions() for each in parts), self._contradictions()), None):
            raise ValueError(found)
        return self

    def _contradictions(self) -> Iterator[str]:
        completed, sessions, modules = (
            self.referrals.completed,
            self.carousel.sessions_held,
            self.carousel.sessions_per_cycle,
        )
        rounds = sessions // modules if modules else 0
        if completed > rounds * ROOM:
            few = f"{sessions} sessions offer some module {rounds} times at most, for {ROOM} people at a time."
            yield f"{completed} people cannot complete: {few}"
        partners = self.steering_group
        for names in ([each.name for each in partners], [each.now or each.name for each in partners]):
            yield from (f"steering_group names {name!r} twice." for name in names if names.count(name) > 1)
        yield from (
            f"steering_group says that {each.name!r} is now the same." for each in partners if each.now == each.name
        )

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities of the project, the coordinating one first."""
        named = self.project.coordinating_municipality, *self.project.participating_municipalities
        return tuple(dict.fromkeys(named))

    @property
    def everywhere(self) -> tuple[str, ...]:
        """The cities of the project and those where it held events."""
        return tuple(dict.fromkeys([*self.cities, *self.network_events.cities]))


def checked(figures: object) -> Figures:
    """The figures of a file, when they do not contradict each other; ValueError with a sentence when they do."""
    try:
        return Figures.model_validate(figures)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "The file"
        message = str(first["ctx"]["error"]) if first["type"] == "value_error" else f"{where}: {first['msg']}."
        raise ValueError(message) from None
