"""Secrets in files: read anew whenever they are used, and refused where everybody on the machine may read them."""

from __future__ import annotations

import stat
from pathlib import Path


class ReadableByOthers(Exception):  # noqa: N818 - an answer: chmod
    """Everybody on this machine may read the file of a secret."""


def read_secret(file: str | Path) -> str:
    """What a file holds, without the space around it.

    Raises ReadableByOthers when others than its owner and its group may read or change it.
    """
    path = Path(file)
    require_closed(path)
    return path.read_text(encoding="utf-8").strip()


def require_closed(file: str | Path) -> None:
    """Raises ReadableByOthers when others than the owner and the group of a file may read or change it."""
    if stat.S_IMODE(Path(file).stat().st_mode) & stat.S_IRWXO:
        raise ReadableByOthers(f"{file} may be read by others: chmod o= {file}")
