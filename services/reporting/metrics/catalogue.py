"""The catalogue of indicators, read once from `catalogue.json`: what each figure means and which step feeds it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from shared.domain.messages import Message
from shared.i18n.text import Text

StepName = Literal[
    "received", "intake", "accepted", "not_eligible", "not_suitable", "withdrawn", "on_hold",
    "placed", "started", "completed", "stopped", "person_started", "person_completed", "modules",
    "person_started_after_intake", "person_started_elsewhere", "session", "group", "cycle",
    "training", "pitched", "participation", "person", "invited", "answered",
    "score", "confidence_before", "confidence_after", "preceded", "first", "first_preceded",
    "from_other_city", "to_other_city", "transferred_in", "transferred_out",
    "living_elsewhere", "started_living_elsewhere", "left_for_transport", "joint_training", "joint_event",
    "network_event", "network_participation", "steering", "steering_partner",
]  # fmt: skip
Kind = Literal["count", "distinct", "days", "number", "mean", "standing"]
CityMeans = Literal["residence", "referrer", "preferred", "group", "activity", "seat"]
PartnerMeans = Literal["referring", "organiser", "participant"]
SectorMeans = Literal["referring", "participant", "partner"]
Member = Literal["referrer", "organisation", "participant"]
Chapter = Literal["referrals", "carousel", "cohort", "trainings", "link", "cooperation", "network"]
Source = Literal["journey", "session", "cycle", "training", "network_event", "steering_meeting", "partner"]

MEANS: frozenset[StepName] = frozenset({"score", "confidence_before", "confidence_after"})
WHOLE_NUMBERS: frozenset[StepName] = frozenset(
    {
        *("received", "intake", "accepted", "not_eligible", "not_suitable", "withdrawn", "on_hold"),
        *("placed", "started", "completed", "stopped", "person_started", "person_completed", "modules"),
        "person_started_after_intake",
        *("session", "group", "preceded", "first_preceded"),
    }
)


class Unit(Message):
    """What a number is a number of: `{n}` in the singular and in the plural."""

    one: Text
    many: Text


class Indicator(Message):
    """One figure the programme asks for.

    `kind`: "count" adds up, "distinct" counts each `member` once, "days" and "number" are distributions of a whole
    number (`bands` are the last days of each band), "mean" a weighted mean, "standing" the partners there were.
    `only` is the one reason of the step, or role of a partner, that it counts, None that it counts all.
    `city`, `partner` and `sector` say whose its rows carry, None that it has none; `dated` whether it counts on the
    day of the step itself or of the receipt of its referral; `denominator` is what it is a part of.
    `unit` says what a "number" is a number of, `scale` what a "mean" is out of; without them the bare number is shown.
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
    dated: Literal["step", "receipt"] = "step"
    member: Member | None = None
    bands: tuple[int, ...] = ()
    unit: Unit | None = None
    scale: int | None = None
    protected: bool
    denominator: str | None = None

    @model_validator(mode="after")
    def _can_be_counted(self) -> Indicator:
        """Its step measures what its kind needs; raises ValueError when no report could show it."""
        measured = {"days": WHOLE_NUMBERS, "number": WHOLE_NUMBERS, "mean": MEANS}
        if self.kind in measured and self.step not in measured[self.kind]:
            raise ValueError(f"{self.code}: the step does not measure what this kind needs")
        if (self.kind == "distinct") != (self.member is not None) or (self.kind == "standing") != (self.step is None):
            raise ValueError(f"{self.code}: a distinct one counts members, and all but a standing one have a step")
        if list(self.bands) != sorted({*self.bands} - {0}):
            raise ValueError(f"{self.code}: each band of days ends after the one before")
        return self


class Fed(Message):
    """What feeds a step: the messages that make it count, and `of` what it is then measured."""

    of: Source
    events: tuple[str, ...]


class Catalogue(Message):
    """All indicators, in the order of the report; a new version is a new way to count.

    `steps` says what feeds each step, `standing` what feeds the indicators that have none.
    """

    version: int
    steps: dict[StepName, Fed]
    standing: Fed
    indicators: tuple[Indicator, ...]


@lru_cache(maxsize=1)
def whole() -> Catalogue:
    """The catalogue as it is written down."""
    return Catalogue.model_validate_json(Path(__file__).with_suffix(".json").read_bytes())


def catalogue() -> tuple[Indicator, ...]:
    """Every indicator, in order."""
    return whole().indicators


def catalogue_version() -> int:
    """Goes up with every change of what an indicator counts."""
    return whole().version


def indicator_named(code: str) -> Indicator:
    """The indicator of that code; raises StopIteration when there is none."""
    return next(each for each in catalogue() if each.code == code)


def fed(indicator: Indicator) -> Fed:
    """What feeds it."""
    return whole().steps[indicator.step] if indicator.step else whole().standing


@lru_cache(maxsize=1)
def by_step() -> Mapping[StepName, tuple[Indicator, ...]]:
    """The indicators that each step feeds."""
    steps = {each.step for each in catalogue() if each.step}
    return {step: tuple(each for each in catalogue() if each.step == step) for step in steps}
