"""The services of the programme and their ports: the one list that everything deployed is checked against."""

from __future__ import annotations

PORTS = {"referral": 8101, "carousel": 8102, "training": 8103, "reporting": 8104}
SERVICES = tuple(PORTS)


def variable(service: str, what: str) -> str:
    """The environment variable of one service, e.g. `REFERRAL_PORT`."""
    return f"{service}_{what}".upper()
