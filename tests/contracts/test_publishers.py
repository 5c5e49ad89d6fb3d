"""A contract is never narrower than the events of its publisher: each event that leaves can be published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import pytest

from services.carousel.app import SERVICE as CAROUSEL
from services.referral.app import SERVICE as REFERRAL
from services.training.app import SERVICE as TRAINING
from shared.domain.bounds import FIRST_DAY, LAST_DAY, MOST
from shared.domain.messages import Event, Meta, Recorded
from shared.messaging.outgoing import ToIntegrationEvent
from shared.service.declaration import Service
from tests.contracts.hostile import CODE, ID
from tests.contracts.sending import NOW

Schema: TypeAlias = Mapping[str, Any]
LANGUAGE = "^[a-z]{2}$"


def events_of(service: Service) -> tuple[type[Event], ...]:
    """The events of all its aggregates."""
    return tuple(kind for aggregate in service.aggregates for kind in aggregate.events)


PUBLISHERS = {each.name: each for each in (REFERRAL, CAROUSEL, TRAINING)}
EVERY = [(each.to_integration_event, kind) for each in PUBLISHERS.values() for kind in events_of(each)]


class Edge:
    """Values of a schema, all at their lowest or all at their highest; what has no bound is of this century."""

    def __init__(self, schema: Schema, *, high: bool) -> None:
        self.schema, self.high = schema, high

    def value(self) -> Any:
        """One whole event."""
        return self._of(self.schema)

    def _of(self, schema: Schema) -> Any:
        if "$ref" in schema:
            return self._of(self.schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[-1 if self.high else 0])
        if "anyOf" in schema:
            given = [each for each in schema["anyOf"] if each.get("type") != "null"]
            return self._of(given[-1]) if self.high or len(given) == len(schema["anyOf"]) else None
        made: Callable[[Schema], Any] = getattr(self, f"_{schema['type']}")
        return made(schema)

    def _object(self, schema: Schema) -> Any:
        if "properties" in schema:
            return {name: self._of(each) for name, each in schema["properties"].items()}
        if patterns := schema.get("patternProperties"):
            [(pattern, held)] = patterns.items()
            return {name: self._of(held) for name in ("nl", "police") if re.fullmatch(pattern, name)}
        return {name: self._of(schema["additionalProperties"]) for name in self._names(schema)}

    def _names(self, schema: Schema) -> Iterator[str]:
        names = schema.get("propertyNames", {})
        names = self.schema["$defs"][names["$ref"].rsplit("/", 1)[-1]] if "$ref" in names else names
        usual = "nl" if LANGUAGE in schema.get("patternProperties", {}) else "police"
        yield from names.get("enum", [usual]) if self.high else []

    def _array(self, schema: Schema) -> list[Any]:
        if "prefixItems" in schema:
            return [self._of(each) for each in schema["prefixItems"]]
        most = schema.get("maxItems", 24)
        return [self._of(schema["items"])] * (most if self.high else schema.get("minItems", 0))

    def _string(self, schema: Schema) -> str:
        match schema.get("format"):
            case "date":
                first = date.fromisoformat(schema.get("ge", str(FIRST_DAY)))
                last = date.fromisoformat(schema.get("le", str(LAST_DAY)))
                return str(min(last, LAST_DAY) if self.high else max(first, FIRST_DAY))
            case "time":
                return "23:59:59" if self.high else "00:00:00"
            case "date-time":
                return NOW.isoformat()
        if schema.get("pattern") in {ID, CODE}:
            return "x" * (64 if self.high else 1)
        if schema.get("pattern") == "^[0-9a-f]{64}$":
            return "0" * 64
        if schema.get("pattern") == "^[a-z]{2,3}$":
            return "xxx" if self.high else "xx"
        longest, shortest = int(schema.get("maxLength", 80)), int(schema.get("minLength", 1))
        return "x" * (longest if self.high else shortest)

    def _integer(self, schema: Schema) -> int:
        return int(schema.get("maximum", MOST) if self.high else schema.get("minimum", 0))

    def _number(self, schema: Schema) -> float:
        return float(min(schema.get("maximum", 5), 5) if self.high else schema.get("minimum", 1))

    def _boolean(self, _: Schema) -> bool:
        return self.high


@pytest.mark.parametrize("high", [False, True], ids=["lowest", "highest"])
@pytest.mark.parametrize(("to_integration_event", "kind"), EVERY, ids=lambda each: getattr(each, "__name__", ""))
def test_every_event_at_its_bounds_can_be_published(
    to_integration_event: ToIntegrationEvent, kind: type[Event], high: bool
) -> None:
    event = kind.model_validate(Edge(kind.model_json_schema(), high=high).value())
    published = to_integration_event(Recorded(1, "x", 1, event, Meta(by="x", correlation_id="y"), NOW))
    if published:
        assert type(published.message).model_validate_json(published.message.model_dump_json()) == published.message
