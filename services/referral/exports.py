"""All that this service holds on a person, and where else something may be held: as data and as a page to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.referral import likenesses, name_changes, rights
from services.referral.personal_data import PersonalData
from services.referral.queries.referrals import ids_of, referrals_of, referred_by
from services.referral.referrals.aggregate import REFERRAL
from services.referral.translations import translations
from shared.domain.messages import JsonObject
from shared.eventstore.event_store import Connection, EventStore
from shared.http.auth import Caller, Role
from shared.i18n.documents import html
from shared.i18n.text import Language

_TEMPLATE = Path(__file__).with_name("export.html")


async def export_person(
    connection: Connection, store: EventStore, names: PersonalData, caller: Caller, referral_id: str, person_id: str
) -> JsonObject:
    """The data-protection contact exports it whole; a facilitator what is of the referrals of his cities."""
    whole, ids = caller.role is Role.DATA_PROTECTION, await ids_of(connection, person_id)
    referrals = await referrals_of(connection, person_id)
    visible = [each.referral for each in referrals if whole or each.city in caller.cities]
    within = None if whole else visible
    held = [await names.export(connection, each, caller.subject, referral_id, within) for each in ids]
    changes = [change for each in ids for change in await name_changes.about(connection, each)]
    return {
        "person": held[0]["person"],
        "also_held": [each["person"] for each in held[1:] if each["person"]],
        "looks": [look for each in held for look in _list(each["looks"])],
        "changes": [each.model_dump(mode="json") for each in changes if whole or each.decided_at is None],
        "restrictions": [each.model_dump(mode="json") for each in await rights.restrictions_of(connection, ids)],
        "kept_longer": [each.model_dump(mode="json") for each in await rights.kept_longer_of(connection, ids)],
        "compared_by": [kind for each in ids for kind in await likenesses.kinds(connection, each)],
        "facts": [event for each in visible for event in await _events(connection, store, each)],
        "elsewhere": list(_elsewhere(visible)),
    }


async def export_referrer(
    connection: Connection, names: PersonalData, caller: Caller, referrer_id: str, organisation: str
) -> JsonObject:
    """Which referrals he made, the data-protection contact exports: a coordinator sees no case."""
    exported = await names.export(connection, referrer_id, caller.subject, referrer_id)
    changes = await name_changes.about(connection, referrer_id)
    restrictions = await rights.restrictions_of(connection, [referrer_id])
    kept = await rights.kept_longer_of(connection, [referrer_id])
    made = await referred_by(connection, referrer_id) if caller.role is Role.DATA_PROTECTION else []
    return {
        **exported,
        "organisation": organisation,
        "changes": [each.model_dump(mode="json") for each in changes],
        "restrictions": [each.model_dump(mode="json") for each in restrictions],
        "kept_longer": [each.model_dump(mode="json") for each in kept],
        "referrals": [{"referral": referral, "received_on": str(day)} for referral, day in made],
        "elsewhere": list(_elsewhere([])),
    }


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


async def _events(connection: Connection, store: EventStore, referral_id: str) -> list[JsonObject]:
    return [
        {"what": type(each.event).__name__, "recorded_at": each.at.isoformat(), "recorded_by": each.meta.by}
        | each.event.model_dump(mode="json")
        for each in await store.read(connection, REFERRAL.stream(referral_id))
    ]


def _elsewhere(referrals: Sequence[str]) -> Iterator[JsonObject]:
    """Where else something may be held of these referrals; each place answers by its own routes or by hand."""
    for where, place in translations().elsewhere.items():
        routes = [place.route.format(referral_id=each) for each in referrals] if place.route else []
        yield {"where": where, "routes": routes, "referrals": list(referrals)}


def readable(exported: Mapping[str, Any], language: Language) -> str:
    """The same as a page that a person can read and keep."""
    words = translations().export
    labels = {code: text.in_(language) for code, text in words.items()}
    places = {code: place.text.in_(language) for code, place in translations().elsewhere.items()}
    sections = [
        (labels[name], [_rows(each, labels, places) for each in _blocks(value)]) for name, value in exported.items()
    ]
    values = {"language": language, "title": labels["title"], "none": labels["none"], "sections": sections}
    return html(_TEMPLATE, values)


def _blocks(value: object) -> Sequence[object]:
    """What is told one after another under one heading."""
    return value if isinstance(value, list) else [value] if value is not None else []


def _rows(block: object, labels: Mapping[str, str], places: Mapping[str, str]) -> list[tuple[str, str]]:
    if not isinstance(block, dict):
        return [("", labels.get(str(block), str(block)))]
    told = {name: value for name, value in block.items() if value not in (None, [], "")}
    return [(labels.get(name, name), _said(value, labels, places)) for name, value in told.items()]


def _said(value: object, labels: Mapping[str, str], places: Mapping[str, str]) -> str:
    """A value in words where there are any, else as it is kept."""
    match value:
        case bool():
            return labels["yes" if value else "no"]
        case dict():
            return "; ".join(f"{labels.get(name, name)}: {_said(each, labels, places)}" for name, each in value.items())
        case list():
            return ", ".join(_said(each, labels, places) for each in value)
        case _:
            return places.get(str(value), labels.get(str(value), str(value)))
