"""Who may read and write which topic, from the contracts: restricted for our services, open for partners too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.services import SERVICES
from shared.messaging.cloudevents import Topic

OPERATOR = "operator"  # a super user of the cluster: it makes topics, users and rights
PARTNERS = "partner."

Operation = Literal["READ", "WRITE", "DESCRIBE", "CREATE"]


@dataclass(frozen=True, slots=True)
class Right:
    """One right of one principal; a group's name is the beginning of the names it stands for."""

    principal: str
    operation: Operation
    kind: Literal["TOPIC", "GROUP"]
    name: str


def rights(topics: Iterable[Topic], services: Sequence[str] = SERVICES) -> list[Right]:
    """Every right of our services; with those of partners, what is not there is refused."""
    found = [Right(service, "READ", "GROUP", f"{service}.") for service in services]
    for topic in topics:
        found += _of(topic, services)
    return found


def rights_of_partner(partner: str, topics: Iterable[Topic]) -> list[Right]:
    """A partner reads open topics, in groups whose names begin with its own."""
    principal = PARTNERS + partner
    found = [Right(principal, "READ", "GROUP", f"{principal}.")]
    for topic in topics:
        if not topic.restricted:
            found += _reading(principal, topic)
    return found


def publisher(topic: Topic) -> str:
    """The service that alone writes it, e.g. `carousel` of `/carrousel/carousel`."""
    return topic.source.rpartition("/")[2]


def _of(topic: Topic, services: Sequence[str]) -> Iterator[Right]:
    """Its publisher makes it again where it was lost."""
    writer = publisher(topic)
    yield Right(writer, "CREATE", "TOPIC", topic.name)
    yield Right(writer, "WRITE", "TOPIC", topic.name)
    for reader in services:
        yield from _reading(reader, topic)


def _reading(principal: str, topic: Topic) -> Iterator[Right]:
    yield Right(principal, "DESCRIBE", "TOPIC", topic.name)
    yield Right(principal, "READ", "TOPIC", topic.name)
