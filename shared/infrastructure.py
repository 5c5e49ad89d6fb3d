"""Which errors are waited out, named one by one: every other error is the fault of a message, a request or our code."""

from __future__ import annotations

import asyncpg
from aiokafka.errors import KafkaError

from shared.event_store import VersionConflict

_WAITED_OUT: tuple[type[BaseException], ...] = (
    OSError,  # the network, and TimeoutError
    KafkaError,
    VersionConflict,  # other writers came first, again and again
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # the connection is closed, or the pool
    asyncpg.InternalClientError,  # the connection was cut in the middle of an answer
    asyncpg.TransactionRollbackError,  # serialization failure, deadlock
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shut down, cancelled by a timeout
    asyncpg.PostgresSystemError,  # an input or output error of the server
    asyncpg.InternalServerError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that was promoted away
    asyncpg.IdleInTransactionSessionTimeoutError,
)
# Interface errors that no waiting mends: a value that cannot be sent, a feature that is not there.
_NEVER = (asyncpg.UnsupportedClientFeatureError, ValueError)


def is_infrastructure(error: BaseException) -> bool:
    """Whether the same work, unchanged, may succeed later."""
    return isinstance(error, _WAITED_OUT) and not isinstance(error, _NEVER)
