"""The reporting service, as the list of its parts."""

from __future__ import annotations

from services.reporting import project
from services.reporting.consumers import FIGURES
from services.reporting.integration_events import to_integration_event
from services.reporting.releases import projection
from services.reporting.releases import routes as release_routes
from services.reporting.releases.aggregate import RELEASES
from services.reporting.routes import router
from services.reporting.translations import translations
from shared.contracts import reporting as contract
from shared.service.declaration import Service

SERVICE = Service(
    name="reporting",
    refusals=lambda: translations().refusals,
    routers=[router, release_routes.router, release_routes.public_router],
    aggregates=[RELEASES],
    projections=[projection.PROJECTION],
    topic_projection=FIGURES,
    to_integration_event=to_integration_event,
    topics=[contract.RELEASES],
    migrations=[project.MIGRATIONS],
)
