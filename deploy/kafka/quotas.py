"""How fast a user may read and write: Kafka's request AlterClientQuotas, for which no client here has a method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

_TEXT = String("utf-8")
_ENTITY = Array(("type", _TEXT), ("name", _TEXT))


class _Answer(Response):
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", _TEXT), ("entity", _ENTITY))),
    )


class _Struct(RequestStruct):
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        (
            "entries",
            Array(("entity", _ENTITY), ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean)))),
        ),
        ("validate_only", Boolean),
    )


class _AlterQuotas(Request[_Struct]):
    API_KEY = 49

    def __init__(self, user: str, quotas: Mapping[str, float | None]) -> None:
        self.user = user
        self.quotas = quotas

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        """The quotas of the user; None takes one away."""
        ops = [(key, value or 0.0, value is None) for key, value in self.quotas.items()]
        return request_struct_class([([("user", self.user)], ops)], False)  # noqa: FBT003 - a field of the protocol


async def set_quotas(options: Mapping[str, Any], user: str, quotas: Mapping[str, float | None]) -> None:
    """Set quotas of a user, e.g. `consumer_byte_rate`; None takes one away. Raises KafkaError."""
    client = AIOKafkaClient(**options)
    await client.bootstrap()
    try:
        node = next(iter(client.cluster.brokers())).nodeId
        answer = await client.send(node, _AlterQuotas(user, quotas))
        for code, message, _ in answer.entries:
            if code:
                raise for_code(code)(message)
    finally:
        await client.close()
