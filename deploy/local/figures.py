"""What a file of project figures must say before a history can be made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local.fields import city, count, counts, listed, organisation, part, text

LONGEST = 50
MODULES = 24  # of an offer, at most
ROOM = 30  # places at a session, at most
NOW = ", now "  # between the name a partner bore and the one it bears


@dataclass(frozen=True, slots=True)
class Carousel:
    """An offer of so many modules, cycles closed, and sessions held in all."""

    modules: int
    cycles: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Trainings:
    """Trainings held by type, and how many took part in all of them together."""

    basic: int
    in_depth: int
    participants: int


@dataclass(frozen=True, slots=True)
class NetworkEvents:
    """Network events held, how many came to all of them together, and where they were."""

    held: int
    participants: int
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner by the name it bore first, and the one it bears `now` when that is another."""

    name: str
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The file as the demo lives through it: counts, cities (coordinating first), title, contacts and partners."""

    received: int
    distinct_referrers: int
    completed: int
    duration_years: int
    cities: tuple[str, ...]
    title: str
    contacts: tuple[tuple[str, str], ...]
    carousel: Carousel
    trainings: Trainings
    network_events: NetworkEvents
    partners: tuple[Partner, ...]

    @property
    def everywhere(self) -> tuple[str, ...]:
        """The cities of the project and those where it held events."""
        return tuple(dict.fromkeys([*self.cities, *self.network_events.cities]))


def checked(figures: object) -> Asked:
    """The figures of a file, when they do not contradict each other; ValueError with a sentence when they do."""
    project = part(figures, "project")
    received, referrers, completed = counts(figures, "referrals", "received", "distinct_referrers", "completed")
    asked = Asked(
        received=received,
        distinct_referrers=referrers,
        completed=completed,
        duration_years=count(project, "duration_years", "project"),
        cities=_cities(project),
        title=text(project, "title_fr", "project"),
        contacts=_contacts(project),
        carousel=Carousel(*counts(figures, "carousel", "sessions_per_cycle", "cycles_held", "sessions_held")),
        trainings=Trainings(*counts(figures, "trainings", "basic", "in_depth", "participants")),
        network_events=_network_events(figures),
        partners=_partners(figures),
    )
    if not 1 <= asked.duration_years <= LONGEST:
        raise ValueError(f"project.duration_years is {asked.duration_years}; it must be 1 to {LONGEST}.")
    _check_referrals(asked)
    _check_carousel(asked.carousel, completed)
    _check_trainings(asked.trainings)
    _check_network_events(asked.network_events)
    _check_partners(asked.partners)
    return asked


def _check_referrals(asked: Asked) -> None:
    if asked.completed > asked.received:
        raise ValueError(f"{asked.completed} people cannot complete when {asked.received} were referred.")
    if asked.distinct_referrers > asked.received:
        raise ValueError(f"{asked.distinct_referrers} people cannot have made {asked.received} referrals.")
    if asked.received and not asked.distinct_referrers:
        raise ValueError(f"{asked.received} referrals cannot come from 0 referrers.")


def _check_carousel(asked: Carousel, completed: int) -> None:
    if asked.modules > MODULES:
        raise ValueError(f"A cycle cannot have {asked.modules} sessions: an offer has {MODULES} modules at most.")
    if asked.sessions and not asked.modules:
        raise ValueError(f"{asked.sessions} sessions cannot be held of a carousel without any.")
    if asked.modules and not asked.sessions:
        raise ValueError(f"Nobody can tell that a cycle has {asked.modules} sessions when none was held.")
    if asked.cycles > asked.sessions:
        raise ValueError(f"{asked.cycles} cycles cannot be held in {asked.sessions} sessions: each has one at least.")
    rounds = asked.sessions // asked.modules if asked.modules else 0
    if completed > rounds * ROOM:
        raise ValueError(
            f"{completed} people cannot complete: {asked.sessions} sessions offer some module {rounds} times at most,"
            f" for {ROOM} people at a time."
        )


def _check_trainings(asked: Trainings) -> None:
    held = asked.basic + asked.in_depth
    if asked.participants < held:
        raise ValueError(
            f"{held} trainings cannot be given to {asked.participants}: each has one participant at least."
        )
    if asked.participants and not held:
        raise ValueError(f"{asked.participants} people cannot be trained in 0 trainings.")


def _check_network_events(asked: NetworkEvents) -> None:
    if asked.participants < asked.held:
        raise ValueError(f"{asked.held} network events cannot have {asked.participants} participants: each has one.")
    if asked.participants and not asked.held:
        raise ValueError(f"{asked.participants} people cannot come to 0 network events.")
    if len(asked.cities) > asked.held:
        raise ValueError(f"{asked.held} network events cannot be held in {len(asked.cities)} cities.")
    if asked.held and not asked.cities:
        raise ValueError(f"{asked.held} network events cannot be held nowhere: network_events.cities is empty.")


def _check_partners(partners: tuple[Partner, ...]) -> None:
    for names in ([each.name for each in partners], [each.now or each.name for each in partners]):
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"steering_group names {twice[0]!r} twice.")
    if same := [each.name for each in partners if each.now == each.name]:
        raise ValueError(f"steering_group says that {same[0]!r} is now the same.")


def _cities(project: Mapping[str, Any]) -> tuple[str, ...]:
    coordinating = text(project, "coordinating_municipality", "project")
    participating = listed(project, "participating_municipalities", "project")
    return tuple(dict.fromkeys([city(coordinating), *(city(name) for name in participating)]))


def _contacts(project: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    contacts = listed(project, "contacts", "project")
    if not all(isinstance(contact, Mapping) for contact in contacts):
        raise ValueError("Every contact of the project needs a service_fr and an email.")
    of = "project.contacts"
    return tuple((text(contact, "service_fr", of), text(contact, "email", of)) for contact in contacts)


def _network_events(figures: object) -> NetworkEvents:
    held, participants = counts(figures, "network_events", "held", "participants", others=("cities",))
    cities = listed(part(figures, "network_events"), "cities", "network_events")
    return NetworkEvents(held, participants, tuple(city(name) for name in cities))


def _partners(figures: object) -> tuple[Partner, ...]:
    group = figures.get("steering_group") if isinstance(figures, Mapping) else None
    if not isinstance(group, list):
        raise ValueError("The file has no list 'steering_group'.")  # noqa: TRY004
    named = (organisation(name).partition(NOW) for name in group)
    return tuple(Partner(organisation(name), organisation(now) if sep else None) for name, sep, now in named)
