"""Files with keys and passwords: read only where nobody else of the machine may read them."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP_AND_OTHERS, _OTHERS = 0o077, 0o007


class ReadableByOthersError(PermissionError):
    """A secret that others of the machine may read is none: `chmod 600` it."""


def read_secret(file: str | Path) -> bytes:
    """The content of a file of secrets. Raises OSError, and ReadableByOthersError.

    The group may read a file that is not ours: so clusters mount secrets for the group of a container (`fsGroup`).
    """
    path = Path(file)
    with path.open("rb") as opened:
        found = os.fstat(opened.fileno())
        if found.st_mode & (_GROUP_AND_OTHERS if found.st_uid == os.geteuid() else _OTHERS):
            raise ReadableByOthersError(f"{path.name} may be read by others")
        return opened.read()
