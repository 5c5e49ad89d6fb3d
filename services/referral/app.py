"""The referral service as the list of its parts."""

from __future__ import annotations

from services.referral import consumers, name_changes
from services.referral.integration_events import to_integration_event
from services.referral.organisations import referrer_rights_routes, referrer_routes
from services.referral.organisations import routes as organisation_routes
from services.referral.organisations.aggregate import ORGANISATION
from services.referral.personal_data import open_personal_data
from services.referral.projections import cases, organisations
from services.referral.referrals import change_routes, correction_routes, list_routes, person_routes, rights_routes
from services.referral.referrals import routes as referral_routes
from services.referral.referrals.aggregate import REFERRAL
from services.referral.translations import translations
from shared.contracts.referral import CASES, ORGANISATIONS
from shared.privacy import personal_data
from shared.service.declaration import Service

SERVICE = Service(
    name="referral",
    refusals=lambda: translations().refusals,
    routers=[
        organisation_routes.router,
        referrer_rights_routes.router,
        referrer_routes.router,
        referral_routes.router,
        correction_routes.router,
        change_routes.router,
        rights_routes.router,
        list_routes.router,
        person_routes.router,
    ],
    aggregates=[REFERRAL, ORGANISATION],
    projections=[cases.PROJECTION, organisations.PROJECTION],
    consumers=[consumers.CAROUSEL],
    to_integration_event=to_integration_event,
    topics=[CASES, ORGANISATIONS],
    migrations=[personal_data.MIGRATIONS, name_changes.MIGRATIONS],
    personal_data=open_personal_data,
)
