"""The rules of an offer: its modules, and its versions."""

from __future__ import annotations

from itertools import count

from services.carousel.offers.commands import OfferCommand, PublishOffer
from services.carousel.offers.events import OfferEvent, OfferPublished
from services.carousel.offers.state import Offer
from services.carousel.refusals import Refusal
from services.carousel.values import Module
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
    modules = _identified(state, command)
    if state.language == command.language and _same(state.modules, modules):
        return []
    numbers = [module.number for module in command.modules]
    if len(set(numbers)) < len(numbers):
        raise Refused(Refusal.MODULE_NUMBER_TWICE)
    if not any(module.entry_allowed for module in command.modules):
        raise Refused(Refusal.OFFER_WITHOUT_ENTRY)
    identities = {each.needed.identity for each in modules}
    if len(identities) < len(modules):
        raise Refused(Refusal.MODULE_IDENTITY_TWICE)
    if not {old for each in modules for old in each.replaces} <= state.identities:
        raise Refused(Refusal.REPLACED_MODULE_UNKNOWN)
    return [
        OfferPublished(
            offer_id=command.offer_id,
            version=state.version + 1,
            language=command.language,
            modules=modules,
            cities=state.cities or command.cities,
            on=command.on,
        )
    ]


def _identified(state: Offer, command: PublishOffer) -> tuple[Module, ...]:
    """Each module with its identity: the one given, else that of its number in the version before, else a new one."""
    before = {each.number: each.needed.identity for each in state.modules}
    given = {each.identity for each in command.modules}

    def identity(module: Module) -> str:
        known = before.get(module.number)
        new = f"{command.offer_id}-{module.number}"
        taken = known in given or known in {old for each in command.modules for old in each.replaces}
        return module.identity or (known if known and not taken else _unused(new, state.identities))

    return tuple(each.model_copy(update={"identity": identity(each)}) for each in command.modules)


def _unused(identity: str, known: frozenset[str]) -> str:
    """An identity that no module of an earlier version has."""
    return next(each for nth in count(1) if (each := identity if nth == 1 else f"{identity}-{nth}") not in known)


def _same(one: tuple[Module, ...], other: tuple[Module, ...]) -> bool:
    known = tuple(each.model_copy(update={"identity": each.needed.identity}) for each in one)
    return known == other
