"""What else the machine does: looked at between rounds, while only our idle PostgreSQL and Kafka run."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

_LOOK_SECONDS = 0.5
_QUIET = 0.1


@dataclass(slots=True)
class OtherLoad:
    """The part of all cores that was busy, each time it was looked at."""

    seen: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Look for half a second."""
        busy, whole = _ticks()
        time.sleep(_LOOK_SECONDS)
        later_busy, later_whole = _ticks()
        self.seen.append((later_busy - busy) / max(later_whole - whole, 1))

    def sentence(self) -> str:
        """What was seen."""
        share, load = median(self.seen), os.getloadavg()[0]
        seen = (
            f"{share:.0%} (up to {max(self.seen):.0%}) of {os.cpu_count()} cores busy between rounds, load {load:.1f}"
        )
        return (
            f"Other load was on the machine: {seen}." if max(self.seen) > _QUIET else f"The machine was quiet: {seen}."
        )


def _ticks() -> tuple[int, int]:
    user, nice, system, idle, wait, *more = map(int, Path("/proc/stat").read_text("ascii").split("\n")[0].split()[1:])
    return user + nice + system + sum(more[:3]), user + nice + system + idle + wait + sum(more[:3])
