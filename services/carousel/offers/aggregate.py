"""An offer as a kind of stream."""

from __future__ import annotations

from services.carousel.offers.commands import OfferCommand
from services.carousel.offers.events import OfferEvent, OfferPublished
from services.carousel.offers.rules import decide
from services.carousel.offers.state import INITIAL, Offer, evolve
from shared.domain.aggregate import Aggregate

OFFER: Aggregate[Offer, OfferCommand, OfferEvent] = Aggregate("offer", (OfferPublished,), INITIAL, decide, evolve)
