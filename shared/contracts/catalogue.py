"""Every topic of every contract in this folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from shared import contracts
from shared.contracts.envelope import Topic


def topics() -> list[Topic]:
    """All of them, by name."""
    modules = [import_module(f"{contracts.__name__}.{each.name}") for each in pkgutil.iter_modules(contracts.__path__)]
    found = {each.name: each for module in modules for each in vars(module).values() if isinstance(each, Topic)}
    return [found[name] for name in sorted(found)]
