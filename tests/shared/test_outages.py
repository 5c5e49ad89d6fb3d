"""Whose fault an error is: every class of asyncpg, of the operating system and of our own is told apart by kind."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import asyncpg
import pytest
from starlette.datastructures import Headers

from shared.eventstore.outages import is_away
from shared.http.problems import fault

# SQLSTATE classes and states in which waiting helps (PostgreSQL, appendix A), and those of them in which it does not.
WAITS = ("08", "28", "40", "53", "57", "25006", "25P03", "25P04", "55P03", "58030")
NEVER = ("08P01", "57P04")


def below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for each in kind.__subclasses__():
        yield from below(each)


POSTGRES = sorted(set(below(asyncpg.PostgresError)), key=lambda each: each.__name__)
CLIENT = {
    "InterfaceError": True, "InternalClientError": True, "ProtocolError": True,
    "TargetServerAttributeNotMatched": True, "OutdatedSchemaCacheError": True, "DataError": False,
    "ClientConfigurationError": False, "UnsupportedClientFeatureError": False, "UnsupportedServerFeatureError": False,
}  # fmt: skip


def expected(kind: type[asyncpg.PostgresError]) -> bool:
    state = kind.sqlstate or ""
    return kind is asyncpg.InvalidCachedStatementError or (state.startswith(WAITS) and state not in NEVER)


@pytest.mark.parametrize("kind", POSTGRES, ids=lambda kind: kind.__name__)
def test_postgresql_is_away_or_was_asked_wrongly_as_its_sqlstate_says(kind: type[asyncpg.PostgresError]) -> None:
    assert is_away(kind("x")) is expected(kind)
    answer = fault(Headers(), kind("secret"))
    assert answer.status_code == (503 if expected(kind) else 500)
    assert ("retry-after" in answer.headers) is expected(kind)
    assert b"secret" not in bytes(answer.body)


@pytest.mark.parametrize(
    "kind", [*below(asyncpg.InterfaceError), *below(asyncpg.InternalClientError)], ids=lambda kind: kind.__name__
)
def test_the_driver_is_cut_off_or_was_asked_wrongly(kind: type[Exception]) -> None:
    assert is_away(kind("x")) is CLIENT[kind.__name__]


@pytest.mark.parametrize("code", sorted(errno.errorcode))
def test_an_error_of_the_machine_is_waited_out_only_when_it_passes(code: int) -> None:
    error = OSError(code, os.strerror(code))
    away = isinstance(error, ConnectionError | TimeoutError) or code in {
        errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EIO, errno.EROFS,
        errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.EADDRNOTAVAIL,
    }  # fmt: skip
    assert is_away(error) is away
    assert fault(Headers(), error).status_code == (503 if away else 500)


@pytest.mark.parametrize("kind", [KeyError, ValueError, TypeError, RecursionError, UnicodeDecodeError, AssertionError])
def test_what_nobody_foresaw_is_our_fault(kind: type[Exception]) -> None:
    error = kind("utf-8", b"", 0, 1, "") if kind is UnicodeDecodeError else kind("x")
    assert not is_away(error)
    assert fault(Headers(), error).status_code == 500
