"""`python -m services.reporting`: serve; with `--help`, what else ops can do."""

from services.reporting.app import application, wire
from shared.service.cli import console

if __name__ == "__main__":
    console("reporting", application, wire)()
