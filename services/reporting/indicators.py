"""The catalogue of indicators, read once from `indicators.json`: what each figure means and which step feeds it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from shared.messages import Message
from shared.texts import Text

StepName = Literal[
    "received", "intake", "accepted", "not_eligible", "not_suitable", "withdrawn", "on_hold",
    "placed", "started", "modules", "completed", "stopped", "session", "group", "cycle",
    "training", "pitched", "participation", "person", "invited", "answered",
    "score", "confidence_before", "confidence_after", "preceded", "first", "first_preceded",
    "network_event", "network_participation", "steering", "steering_partner",
]  # fmt: skip
Kind = Literal["count", "distinct", "days", "number", "mean", "standing"]
CityMeans = Literal["residence", "referrer", "preferred", "group", "activity"]
PartnerMeans = Literal["referring", "organiser", "participant"]
SectorMeans = Literal["referring", "participant"]
Member = Literal["referrer", "organisation", "participant"]
Chapter = Literal["referrals", "carousel", "cohort", "trainings", "link", "network"]


class Indicator(Message):
    """One figure the programme asks for.

    `kind`: "count" adds up, "distinct" counts each `member` once, "days" and "number" are distributions of a whole
    number (`bands` are the last days of each band that is told), "mean" a weighted mean, "standing" is read, not fed.
    `only` is the one reason of the step that it counts, None that it counts all.
    `city`, `partner` and `sector` say whose its rows carry, None that it has none; `month` whether it counts in the
    month of the step itself or of the receipt of its referral; `denominator` is what it is a part of.
    """

    code: str
    chapter: Chapter
    label: Text
    definition: Text
    kind: Kind
    step: StepName | None = None
    only: str | None = None
    city: CityMeans | None = None
    partner: PartnerMeans | None = None
    sector: SectorMeans | None = None
    month: Literal["step", "receipt"] = "step"
    member: Member | None = None
    bands: tuple[int, ...] = ()
    protected: bool
    denominator: str | None = None


class Catalogue(Message):
    """All indicators, in the order in which a report states them; a new version is a new way to count."""

    version: int
    indicators: tuple[Indicator, ...]


@lru_cache(maxsize=1)
def _whole() -> Catalogue:
    return Catalogue.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


def catalogue() -> tuple[Indicator, ...]:
    """Every indicator, in order."""
    return _whole().indicators


def catalogue_version() -> int:
    """Goes up with every change of what an indicator counts."""
    return _whole().version


@lru_cache(maxsize=1)
def by_step() -> Mapping[StepName, tuple[Indicator, ...]]:
    """The indicators that each step feeds."""
    steps = {each.step for each in catalogue() if each.step}
    return {step: tuple(each for each in catalogue() if each.step == step) for step in steps}
