"""What is known of one offer, and how each event changes it."""

from __future__ import annotations

from dataclasses import dataclass

from services.carousel.offers.events import OfferEvent
from services.carousel.values import Module
from shared.i18n.text import Language


@dataclass(frozen=True, slots=True)
class Offer:
    """The version that holds, and the cities whose coordinators may change it (anybody's, when none were told)."""

    version: int = 0
    language: Language = "nl"
    modules: tuple[Module, ...] = ()
    cities: tuple[str, ...] = ()


INITIAL = Offer()


def evolve(_: Offer, event: OfferEvent) -> Offer:
    """The offer after one event."""
    return Offer(version=event.version, language=event.language, modules=event.modules, cities=event.cities)
