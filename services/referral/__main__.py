"""`python -m services.referral`: serve; with `--help`, what else ops can do."""

from services.referral.app import application, wire
from shared.service.cli import console

if __name__ == "__main__":
    console("referral", application, wire)()
