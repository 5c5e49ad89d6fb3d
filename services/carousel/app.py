"""The carousel as the list of its parts."""

from __future__ import annotations

from services.carousel import consumers, known_referrals, personal_data
from services.carousel.cycles import change_routes as cycle_changes
from services.carousel.cycles import reading_routes as cycle_reading
from services.carousel.cycles import routes as cycle_routes
from services.carousel.cycles.aggregate import CYCLE
from services.carousel.integration_events import to_integration_event
from services.carousel.offers import routes as offer_routes
from services.carousel.offers.aggregate import OFFER
from services.carousel.participations import reading_routes as participation_reading
from services.carousel.participations import routes as participation_routes
from services.carousel.participations import safety_routes
from services.carousel.participations.aggregate import PARTICIPATION
from services.carousel.person_policy import on_person_event
from services.carousel.policies import on_cycle_event, on_participation_event
from services.carousel.projections import barriers, cycles, offers, participations, safety_tasks
from services.carousel.translations import translations
from shared.contracts.carousel import CASES, SESSIONS
from shared.service.declaration import Service

SERVICE = Service(
    name="carousel",
    refusals=lambda: translations().refusals,
    routers=[
        offer_routes.router,
        cycle_routes.router,
        cycle_changes.router,
        cycle_reading.router,
        participation_routes.router,
        participation_reading.router,
        safety_routes.router,
    ],
    aggregates=[OFFER, CYCLE, PARTICIPATION],
    projections=[  # each may read the tables of those before it
        offers.PROJECTION,
        cycles.PROJECTION,
        participations.PROJECTION,
        safety_tasks.PROJECTION,
        barriers.PROJECTION,
    ],
    policies=[on_person_event, on_participation_event, on_cycle_event],
    consumers=[consumers.REFERRAL_CASES],
    to_integration_event=to_integration_event,
    topics=[CASES, SESSIONS],
    migrations=[known_referrals.MIGRATIONS, personal_data.MIGRATIONS],
    personal_data=personal_data.open_personal_data,
)
