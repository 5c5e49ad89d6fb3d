"""The rules of an offer: its modules, and its versions."""

from __future__ import annotations

from dataclasses import dataclass

from services.carousel.commands.cycle import OfferCommand
from services.carousel.events.cycle import OfferEvent, OfferPublished
from services.carousel.events.values import Module
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused
from shared.i18n.text import Language


@dataclass(frozen=True, slots=True)
class Offer:
    """The version that holds, and the cities whose coordinators may change it (anybody's, when none were told)."""

    version: int = 0
    language: Language = "nl"
    modules: tuple[Module, ...] = ()
    cities: tuple[str, ...] = ()


initial = Offer()


def evolve(_: Offer, event: OfferEvent) -> Offer:
    """The offer after one fact."""
    return Offer(version=event.version, language=event.language, modules=event.modules, cities=event.cities)


def decide(state: Offer, command: OfferCommand) -> list[OfferEvent]:
    """The next version; [] when nothing differs; raises Refused."""
    not_in_future(command.on, command.at)
    if (state.language, state.modules) == (command.language, command.modules):
        return []
    numbers = [module.number for module in command.modules]
    if len(set(numbers)) < len(numbers):
        raise Refused("module-number-twice")
    if not any(module.entry_allowed for module in command.modules):
        raise Refused("offer-without-entry")
    return [
        OfferPublished(
            offer_id=command.offer_id,
            version=state.version + 1,
            language=command.language,
            modules=command.modules,
            cities=state.cities or command.cities,
            on=command.on,
        )
    ]
