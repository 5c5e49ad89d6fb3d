"""`python -m services.referral`: serve."""

from services.referral.app import application
from shared.service import serve
from shared.settings import settings_of

if __name__ == "__main__":
    settings = settings_of("referral")
    serve("referral", settings, application(settings))
