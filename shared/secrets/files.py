"""Secrets in files: read anew whenever they are used, and refused where others of the machine may read them."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP_AND_OTHERS, _OTHERS = 0o077, 0o007


class ReadableByOthers(PermissionError):  # noqa: N818 - an answer: chmod 600
    """A secret that others of the machine may read is none."""


def read_secret(file: str | Path) -> str:
    """What a file holds, without the space around it. Raises OSError, and ReadableByOthers."""
    path = Path(file)
    require_closed(path)
    return path.read_text(encoding="utf-8").strip()


def require_closed(file: str | Path) -> None:
    """Raises ReadableByOthers when others than the owner of a file may read or change it.

    The group may read a file that is not ours: so clusters mount secrets for the group of a container (`fsGroup`).
    """
    path = Path(file)
    found = path.stat()
    if found.st_mode & (_GROUP_AND_OTHERS if found.st_uid == os.geteuid() else _OTHERS):
        raise ReadableByOthers(f"{path.name} may be read by others: chmod 600 it")
