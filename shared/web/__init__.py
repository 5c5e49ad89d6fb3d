"""HTTP for every service: what an application answers to everybody, who is asking, and the road of a command."""

from __future__ import annotations

from shared.web.application import create_app
from shared.web.asking import allow
from shared.web.commands import Commands, Done, meta_of
from shared.web.problems import NotVisible, Refusals, Unacceptable

__all__ = ["Commands", "Done", "NotVisible", "Refusals", "Unacceptable", "allow", "create_app", "meta_of"]
