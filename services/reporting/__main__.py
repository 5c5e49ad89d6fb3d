"""`python -m services.reporting`: serve."""

from services.reporting.app import application
from shared.service import serve
from shared.settings import settings_of

if __name__ == "__main__":
    settings = settings_of("reporting")
    serve("reporting", settings, application(settings))
