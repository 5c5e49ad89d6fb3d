"""What may be asked of an offer."""

from __future__ import annotations

from services.carousel.offers.schemas import NewOffer
from services.carousel.values import Cities
from shared.domain.messages import Command


class PublishOffer(NewOffer, Command):
    """Publish an offer, or its next version; `cities` are those of who asks."""

    cities: Cities


OfferCommand = PublishOffer
