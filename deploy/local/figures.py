"""What a file of project figures must say before a history can be made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 50
CITY_LETTERS = (2, 60)


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of the file that the demo lives through: counts, cities (coordinating first), title and contacts."""

    received: int
    distinct_referrers: int
    completed: int
    duration_years: int
    cities: tuple[str, ...]
    title: str
    contacts: tuple[tuple[str, str], ...]


def checked(figures: object) -> Asked:
    """The figures of a file, when some history can have them; ValueError with a sentence when none can."""
    project, referrals = _part(figures, "project"), _part(figures, "referrals")
    asked = Asked(
        received=_count(referrals, "received"),
        distinct_referrers=_count(referrals, "distinct_referrers"),
        completed=_count(referrals, "completed"),
        duration_years=_count(project, "duration_years", "project"),
        cities=_cities(project),
        title=_text(project, "title_fr", "project"),
        contacts=_contacts(project),
    )
    if not 1 <= asked.duration_years <= LONGEST:
        raise ValueError(f"project.duration_years is {asked.duration_years}; it must be 1 to {LONGEST}.")
    if asked.completed > asked.received:
        raise ValueError(f"{asked.completed} people cannot complete when {asked.received} were referred.")
    if asked.distinct_referrers > asked.received:
        raise ValueError(f"{asked.distinct_referrers} people cannot have made {asked.received} referrals.")
    if asked.received and not asked.distinct_referrers:
        raise ValueError(f"{asked.received} referrals cannot come from 0 referrers.")
    return asked


def _part(figures: object, name: str) -> Mapping[str, Any]:
    part = figures.get(name) if isinstance(figures, Mapping) else None
    if not isinstance(part, Mapping):
        raise ValueError(f"The file has no part {name!r}.")  # noqa: TRY004 - a wrong file, not a wrong call
    return part


def _value(part: Mapping[str, Any], name: str, of: str) -> Any:
    if name not in part:
        raise ValueError(f"{of}.{name} is missing.")
    return part[name]


def _count(part: Mapping[str, Any], name: str, of: str = "referrals") -> int:
    value = _value(part, name, of)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{of}.{name} is {value!r}; it must be a whole number.")  # noqa: TRY004
    if value < 0:
        raise ValueError(f"{of}.{name} is {value}; it cannot be negative.")
    return value


def _text(part: Mapping[str, Any], name: str, of: str) -> str:
    value = _value(part, name, of)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{of}.{name} must be a text.")
    return value.strip()


def _list(part: Mapping[str, Any], name: str) -> list[Any]:
    value = _value(part, name, "project")
    if not isinstance(value, list):
        raise ValueError(f"project.{name} must be a list.")  # noqa: TRY004
    return value


def _cities(project: Mapping[str, Any]) -> tuple[str, ...]:
    coordinating = _text(project, "coordinating_municipality", "project")
    participating = _list(project, "participating_municipalities")
    shortest, longest = CITY_LETTERS
    for city in (coordinating, *participating):
        if not isinstance(city, str) or not shortest <= len(city.strip()) <= longest:
            raise ValueError(f"{city!r} is not the name of a municipality.")
    return tuple(dict.fromkeys([coordinating, *(city.strip() for city in participating)]))


def _contacts(project: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    contacts = _list(project, "contacts")
    if not all(isinstance(contact, Mapping) for contact in contacts):
        raise ValueError("Every contact of the project needs a service_fr and an email.")
    of = "project.contacts"
    return tuple((_text(contact, "service_fr", of), _text(contact, "email", of)) for contact in contacts)
