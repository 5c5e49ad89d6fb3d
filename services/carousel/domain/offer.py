"""The rules of an offer: its modules, and its versions."""

from __future__ import annotations

from dataclasses import dataclass

from services.carousel.commands.cycle import OfferCommand
from services.carousel.events.cycle import Module, OfferEvent, OfferPublished
from shared.days import not_in_future
from shared.messages import Refused
from shared.texts import Language


@dataclass(frozen=True, slots=True)
class Offer:
    """The version that holds."""

    version: int = 0
    language: Language = "nl"
    modules: tuple[Module, ...] = ()


initial = Offer()


def evolve(_: Offer, event: OfferEvent) -> Offer:
    """The offer after one fact."""
    return Offer(version=event.version, language=event.language, modules=event.modules)


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
            on=command.on,
        )
    ]
