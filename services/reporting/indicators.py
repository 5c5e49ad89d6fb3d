"""The catalogue of indicators, read once from `indicators.json`: what each figure means and which step feeds it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from shared.messages import Message
from shared.texts import Text

StepName = Literal["received", "intake", "accepted", "not_eligible", "not_suitable", "withdrawn", "on_hold"]


class Indicator(Message):
    """One figure the programme asks for; `city` says whose city its rows carry, `denominator` what it is a part of."""

    code: str
    label: Text
    definition: Text
    kind: Literal["count", "distinct", "days"]
    step: StepName
    city: Literal["residence", "referrer", "preferred"]
    member: Literal["referrer", "organisation"] | None = None
    protected: bool
    denominator: str | None = None


class Catalogue(Message):
    """All indicators, in the order in which a report states them."""

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
