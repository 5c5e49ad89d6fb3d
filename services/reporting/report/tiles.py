"""The headline: the few figures that everybody asks for, each with a line beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from services.reporting.queries.figures import Figure
from services.reporting.report import texts
from shared.i18n.text import Language, municipality

_COUNTED = {
    "referring_persons": ("{n} referrer", "{n} different referrers"),
    "referring_organisations": ("{n} organisation", "{n} organisations"),
    "started": ("of {n} person who started", "of {n} people who started"),
    "sessions_held": ("{n} session", "{n} sessions"),
    "sessions_per_cycle": ("{n} session per cycle", "{n} sessions per cycle"),
    "basic": ("{n} basic training", "{n} basic trainings"),
    "in_depth": ("{n} in-depth training", "{n} in-depth trainings"),
    "trained_people": ("{n} different person by name", "{n} different people by name"),
    "network_event_participants": ("{n} person present", "{n} people present"),
}


class Tile(TypedDict):
    """A large number, what it counts, and a line that says more."""

    value: str
    label: str
    note: str


def tiles(language: Language, figures: Mapping[str, Figure]) -> list[Tile]:
    """Six of them; raises KeyError when a figure is absent."""
    notes = {
        "referrals_received": _by(language, figures),
        "completed": _counted(language, "started", figures["started"].value),
        "cycles_held": _sessions(language, figures),
        "trainings_held": _kinds(language, figures["trainings_held"]),
        "training_participations": _people(language, figures["trained_people"].value),
        "network_events": _events(language, figures),
    }
    return [
        Tile(
            value=texts.number(language, figures[code].value),
            label=figures[code].label.in_(language),
            note=note,
        )
        for code, note in notes.items()
    ]


def _counted(language: Language, what: str, n: int) -> str:
    return texts.counted(language, n, *_COUNTED[what])


def _by(language: Language, figures: Mapping[str, Figure]) -> str:
    persons, organisations = (
        _counted(language, code, figures[code].value) for code in ("referring_persons", "referring_organisations")
    )
    sentence = texts.gettext_of(language).gettext("by {persons} from {organisations}")
    return sentence.format(persons=persons, organisations=organisations)


def _sessions(language: Language, figures: Mapping[str, Figure]) -> str:
    parts = [_counted(language, "sessions_held", figures["sessions_held"].value)]
    if length := figures["sessions_per_cycle"].median:
        parts.append(_counted(language, "sessions_per_cycle", length))
    return ", ".join(parts)


def _kinds(language: Language, figure: Figure) -> str:
    kinds = [(kind, figure.by_reason.get(kind, 0)) for kind in ("basic", "in_depth")]
    return texts.listed(language, [_counted(language, kind, n) for kind, n in kinds])


def _people(language: Language, n: int) -> str:
    return _counted(language, "trained_people", n) if n else ""


def _events(language: Language, figures: Mapping[str, Figure]) -> str:
    present = _counted(language, "network_event_participants", figures["network_event_participants"].value)
    cities = [municipality(language, name) for name in sorted(figures["network_events"].by_city)]
    if not cities:
        return present
    sentence = texts.gettext_of(language).gettext("{people}, in {cities}")
    return sentence.format(people=present, cities=texts.listed(language, cities))
