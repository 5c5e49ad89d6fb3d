"""The reporting service, as the list of its parts."""

from __future__ import annotations

from services.reporting import project
from services.reporting.consumers import FIGURES
from services.reporting.routes import router
from services.reporting.translations import translations
from shared.service.declaration import Service

SERVICE = Service(
    name="reporting",
    refusals=lambda: translations().refusals,
    routers=[router],
    topic_projection=FIGURES,
    migrations=[project.MIGRATIONS],
)
