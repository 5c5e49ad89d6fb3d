"""HTTP for every service: what an application answers to everybody, who is asking, and the road of a command."""

from __future__ import annotations

from shared.web.answers import READS
from shared.web.application import create_app
from shared.web.asking import allow
from shared.web.commands import Commands, Done, MaySee, meta_of
from shared.web.paging import PAGE_ROWS, After, Limit, Page, key_of, page_of
from shared.web.problems import NotVisible, Refusals, Unacceptable

__all__ = [
    "PAGE_ROWS",
    "READS",
    "After",
    "Commands",
    "Done",
    "Limit",
    "MaySee",
    "NotVisible",
    "Page",
    "Refusals",
    "Unacceptable",
    "allow",
    "create_app",
    "key_of",
    "meta_of",
    "page_of",
]
