"""The rules of an offer: its modules, and its versions."""

from __future__ import annotations

from services.carousel.offers.commands import OfferCommand, PublishOffer
from services.carousel.offers.events import OfferEvent, OfferPublished
from services.carousel.offers.state import Offer
from services.carousel.refusals import Refusal
from shared.domain.clock import not_in_future
from shared.domain.messages import Refused


def decide(state: Offer, command: OfferCommand) -> list[OfferEvent]:
    """The next version; [] when nothing differs; raises Refused."""
    not_in_future(command.on, command.at)
    match command:
        case PublishOffer():
            return publish(state, command)


def publish(state: Offer, command: PublishOffer) -> list[OfferEvent]:
    """Each version has modules of different numbers, at one of which a person can enter."""
    if (state.language, state.modules) == (command.language, command.modules):
        return []
    numbers = [module.number for module in command.modules]
    if len(set(numbers)) < len(numbers):
        raise Refused(Refusal.MODULE_NUMBER_TWICE)
    if not any(module.entry_allowed for module in command.modules):
        raise Refused(Refusal.OFFER_WITHOUT_ENTRY)
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
