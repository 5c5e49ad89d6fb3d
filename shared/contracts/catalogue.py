"""Every topic of every contract in this folder, and an example of every message that may stand on one."""

from __future__ import annotations

import json
import pkgutil
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from shared import contracts
from shared.domain.messages import JsonObject, Message
from shared.messaging.cloudevents import Topic

_EXAMPLES = Path(__file__).with_name("examples.json")


class Example(Message):
    """One invented message: the key of its record, and its value as it is sent."""

    key: str
    value: JsonObject


def topics() -> list[Topic]:
    """All of them, by name."""
    modules = [import_module(f"{contracts.__name__}.{each.name}") for each in pkgutil.iter_modules(contracts.__path__)]
    found = {each.name: each for module in modules for each in vars(module).values() if isinstance(each, Topic)}
    return [found[name] for name in sorted(found)]


@lru_cache
def examples() -> dict[str, Example]:
    """One for every version of every message ever published, by its `ce_type`."""
    told = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return {name: Example.model_validate(each) for name, each in told.items()}
