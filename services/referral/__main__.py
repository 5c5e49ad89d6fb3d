"""`python -m services.referral`: serve; with `--help`, what else ops can do."""

from services.referral.app import SERVICE
from shared.service.cli import console

if __name__ == "__main__":
    console(SERVICE)()
