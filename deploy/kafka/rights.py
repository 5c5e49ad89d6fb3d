"""Who may read and write which topic, from the contracts: restricted for our services, open for partners too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.services import SERVICES
from shared.messaging.cloudevents import Topic

PARTNERS = "partner"
ANYBODY = "*"

Operation = Literal["READ", "WRITE", "DESCRIBE"]


@dataclass(frozen=True, slots=True)
class Right:
    """One right of one principal; a group's name is the beginning of the names it stands for."""

    principal: str
    operation: Operation
    kind: Literal["TOPIC", "GROUP"]
    name: str


def rights(topics: Iterable[Topic], services: Sequence[str] = SERVICES) -> list[Right]:
    """Every right there is: what is not here is refused."""
    found = [Right(service, "READ", "GROUP", f"{service}.") for service in services]
    found.append(Right(ANYBODY, "READ", "GROUP", f"{PARTNERS}."))
    for topic in topics:
        found += _of(topic, services)
    return found


def publisher(topic: Topic) -> str:
    """The service that alone writes it, e.g. `carousel` of `/carrousel/carousel`."""
    return topic.source.rpartition("/")[2]


def _of(topic: Topic, services: Sequence[str]) -> Iterator[Right]:
    writer = publisher(topic)
    yield Right(writer, "WRITE", "TOPIC", topic.name)
    readers = services if topic.restricted else (ANYBODY,)
    for reader in readers:
        yield Right(reader, "DESCRIBE", "TOPIC", topic.name)
        yield Right(reader, "READ", "TOPIC", topic.name)
