"""What is known of one offer, and how each event changes it."""

from __future__ import annotations

from dataclasses import dataclass

from services.carousel.offers.events import OfferEvent
from services.carousel.values import Module, Needs
from shared.i18n.text import Language


@dataclass(frozen=True, slots=True)
class Offer:
    """The version that holds, and the cities whose coordinators may change it (anybody's, when none were told).

    `identities` are those of the modules of every version.
    """

    version: int = 0
    language: Language = "nl"
    modules: tuple[Module, ...] = ()
    cities: tuple[str, ...] = ()
    identities: frozenset[str] = frozenset()

    @property
    def needs(self) -> Needs:
        """What is needed of who follows this version."""
        return tuple(each.needed for each in self.modules)


INITIAL = Offer()


def evolve(state: Offer, event: OfferEvent) -> Offer:
    """The offer after one event."""
    return Offer(
        version=event.version,
        language=event.language,
        modules=event.modules,
        cities=event.cities,
        identities=state.identities | {each.needed.identity for each in event.modules},
    )
