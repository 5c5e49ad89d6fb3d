"""`python -m services.training`: serve; with `--help`, what else ops can do."""

from services.training.app import SERVICE
from shared.service.cli import console

if __name__ == "__main__":
    console(SERVICE)()
