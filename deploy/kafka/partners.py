"""A partner that reads open topics: in by one command, out by one, at once."""

from __future__ import annotations

import secrets

from confluent_kafka.admin import AdminClient

from deploy.kafka import principals
from deploy.kafka.quotas import set_quotas
from deploy.kafka.rights import PARTNERS, rights_of_partner
from shared.contracts.catalogue import topics
from shared.messaging.connection import Options, connecting, for_librdkafka

# What one partner may take of each broker: bytes a second, and percent of the time of its request threads.
QUOTAS = {"consumer_byte_rate": 2 * 2**20, "producer_byte_rate": 1024, "request_percentage": 25}
EXAMPLE = """\
With kcat:
  kcat -b {servers} -X security.protocol=SASL_SSL -X sasl.mechanism=SCRAM-SHA-512 \\
    -X sasl.username={user} -X sasl.password="$(cat {file})" -X ssl.ca.location={ca} \\
    -G {user}.first {topic}
(kcat reads the same from a file, -F, so that no password is on its command line.)

With Python (pip install confluent-kafka):
  from pathlib import Path
  from confluent_kafka import Consumer
  consumer = Consumer({{
      "bootstrap.servers": "{servers}",
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "SCRAM-SHA-512",
      "sasl.username": "{user}",
      "sasl.password": Path("{file}").read_text().strip(),
      "ssl.ca.location": "{ca}",
      "group.id": "{user}.first",
      "auto.offset.reset": "earliest",
  }})
  consumer.subscribe({names})
  while True:
      message = consumer.poll(1)
      if message and not message.error():
          print(message.topic(), message.key(), message.value())
"""


class NoSuchPartner(Exception):  # noqa: N818 - an answer
    """There is no partner of that name."""


async def add(servers: str, name: str) -> str:
    """A new password for a partner, who may read open topics from now on. Raises KafkaException."""
    admin, principal, password = AdminClient(for_librdkafka(servers)), PARTNERS + name, secrets.token_urlsafe(24)
    await set_quotas(connecting(servers), principal, QUOTAS)
    principals.give(admin, rights_of_partner(name, topics()))
    principals.set_passwords(admin, {principal: password})
    return password


async def remove(servers: str, name: str) -> None:
    """End what a partner may do, on connections that are open too. Raises NoSuchPartner."""
    admin, principal = AdminClient(for_librdkafka(servers)), PARTNERS + name
    had = principals.withdraw_all(admin, principal)
    known = principals.forget_password(admin, principal)
    await set_quotas(connecting(servers), principal, dict.fromkeys(QUOTAS))
    if not (had or known):
        raise NoSuchPartner(name)


def listed(servers: str) -> list[str]:
    """The names of the partners that have a password or a right."""
    admin = AdminClient(for_librdkafka(servers))
    found = {*principals.users(admin), *(each.principal.removeprefix("User:") for each in principals.standing(admin))}
    return sorted(each.removeprefix(PARTNERS) for each in found if each.startswith(PARTNERS))


def example(servers: str, name: str, file: str, options: Options) -> str:
    """What a partner runs to read: in a shell, and in Python."""
    names = [each.name for each in topics() if not each.restricted]
    ca = options.get("ssl.ca.location", "ca.pem")
    return EXAMPLE.format(servers=servers, user=PARTNERS + name, file=file, ca=ca, topic=names[0], names=names)
