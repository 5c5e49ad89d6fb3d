"""Which exceptions are outages of the database, the network or the machine, by class: try again later.

Sources: PostgreSQL, appendix A (SQLSTATE classes); asyncpg's own classes for connections that are gone.
"""

from __future__ import annotations

import errno

import asyncpg
from aiokafka.errors import KafkaError

from shared.eventstore.event_store import VersionConflict

# Each with its subclasses; the SQLSTATE class is in the comment.
AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,  # 08: the connection was lost or refused
    asyncpg.InvalidAuthorizationSpecificationError,  # 28: a password is being changed
    asyncpg.TransactionRollbackError,  # 40: serialization failure, deadlock
    asyncpg.InsufficientResourcesError,  # 53: disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # 57: cancelled by a timeout, shut down, starting up
    asyncpg.ReadOnlySQLTransactionError,  # 25006: a standby, until it is promoted
    asyncpg.IdleInTransactionSessionTimeoutError,  # 25P03
    asyncpg.TransactionTimeoutError,  # 25P04
    asyncpg.LockNotAvailableError,  # 55P03: lock_timeout
    asyncpg.PostgresIOError,  # 58030: its disk
    asyncpg.InterfaceError,  # a connection or a pool that is closed
    asyncpg.InternalClientError,  # a connection that was cut in the middle of an answer
    asyncpg.InvalidCachedStatementError,  # 0A000: the tables changed under a prepared statement; it is prepared again
    ConnectionError,
    TimeoutError,
)
# Subclasses that are no outage: the request itself was wrong.
OURS: tuple[type[Exception], ...] = (
    asyncpg.ProtocolViolationError,
    asyncpg.DatabaseDroppedError,
    asyncpg.UnsupportedClientFeatureError,
    asyncpg.UnsupportedServerFeatureError,
    ValueError,  # asyncpg: a value or a configuration that it cannot send
)
_MACHINE = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EIO, errno.EROFS,
    errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.EADDRNOTAVAIL,
})  # fmt: skip


def is_infrastructure(error: BaseException) -> bool:
    """Whether a message may be applied later, unchanged: something is away, or other writers came first too often."""
    return is_away(error) or isinstance(error, KafkaError | VersionConflict)


def is_away(error: BaseException) -> bool:
    """Whether to wait and try again: the database, the network or the machine cannot serve now."""
    if isinstance(error, OURS):
        return False
    return isinstance(error, AWAY) or (isinstance(error, OSError) and error.errno in _MACHINE)
