"""A module's clock under the test's hand: what waits waits no longer, and is written down; time moves when told."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest


@dataclass
class Clock:
    """The `time` and `asyncio` that one module sees; everything but the passing of time is the real one."""

    ahead: float = 0.0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.01)

    def hold(self, module: ModuleType, patch: pytest.MonkeyPatch) -> None:
        """Give the module this clock until the end of the test."""
        patch.setattr(module, "asyncio", _But(asyncio, sleep=self.sleep))
        if hasattr(module, "time"):
            patch.setattr(module, "time", _But(time, monotonic=self.monotonic))


class _But:
    def __init__(self, real: ModuleType, **other: Any) -> None:
        self._real, self._other = real, other

    def __getattr__(self, name: str) -> Any:
        return self._other[name] if name in self._other else getattr(self._real, name)
