"""The training service: the list of its parts."""

from __future__ import annotations

from services.training import calendar_routes, consumers, evaluation_answers, registration_links
from services.training.integration_events import to_integration_event
from services.training.meetings import routes as meeting_routes
from services.training.meetings.aggregate import MEETING
from services.training.network_events import routes as network_event_routes
from services.training.network_events.aggregate import NETWORK_EVENT
from services.training.partners import routes as partner_routes
from services.training.partners.aggregate import PARTNER
from services.training.personal_data import routes as personal_data_routes
from services.training.personal_data import store
from services.training.projections import (
    certificates,
    evaluations,
    meetings,
    network_events,
    partners,
    registrations,
    trainings,
)
from services.training.trainings.aggregate import TRAINING
from services.training.trainings.routes import certificates as certificate_routes
from services.training.trainings.routes import evaluations as evaluation_routes
from services.training.trainings.routes import mending, planning, registers
from services.training.trainings.routes import registrations as registration_routes
from services.training.translations import refusals
from shared.contracts.training import ACTIVITIES, PARTICIPATIONS
from shared.privacy.personal_data import MIGRATIONS as PEOPLE_MIGRATIONS
from shared.service.declaration import Service

SERVICE = Service(
    name="training",
    refusals=refusals,
    routers=[
        calendar_routes.router,
        planning.router,
        mending.router,
        registration_routes.router,
        registration_links.router,
        registers.router,
        evaluation_routes.router,
        evaluation_routes.public_router,
        certificate_routes.router,
        network_event_routes.router,
        network_event_routes.public_router,
        meeting_routes.router,
        partner_routes.router,
        personal_data_routes.router,
    ],
    aggregates=[TRAINING, NETWORK_EVENT, MEETING, PARTNER],
    projections=[
        trainings.PROJECTION,
        registrations.PROJECTION,
        certificates.PROJECTION,
        evaluations.PROJECTION,
        network_events.PROJECTION,
        meetings.PROJECTION,
        partners.PROJECTION,
    ],
    topic_projection=consumers.KNOWN_ORGANISATIONS,
    to_integration_event=to_integration_event,
    topics=[ACTIVITIES, PARTICIPATIONS],
    migrations=[PEOPLE_MIGRATIONS, store.MIGRATIONS, evaluation_answers.MIGRATIONS],
    personal_data=store.open_personal_data,
)
