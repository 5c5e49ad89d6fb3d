"""What has happened to offers: ids, days and codes; only ever grows."""

from __future__ import annotations

from services.carousel.values import Cities, Modules, StoredDay, Version
from shared.domain.messages import Event
from shared.i18n.code_lists import Id
from shared.i18n.text import Language


class OfferPublished(Event):
    """From that day on this version of the offer holds; cycles planned before keep theirs.

    `cities` are those whose coordinators may change it; none were told at first.
    """

    offer_id: Id
    version: Version
    language: Language
    modules: Modules
    cities: Cities = ()
    on: StoredDay


OfferEvent = OfferPublished
