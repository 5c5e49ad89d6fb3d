"""A token bucket lets through a minute's worth at once and then as evenly as time passes, in bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.rate_limits import Buckets, address_key


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    per_minute=st.integers(1, 600),
    waits=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200),
)
def test_no_more_pass_than_a_bucket_full_and_what_flowed_in_since(per_minute: int, waits: list[float]) -> None:
    clock = Clock()
    buckets, passed = Buckets(per_minute, 10, clock), 0
    began = clock.now
    for wait in waits:
        clock.now += wait
        again = buckets.take("a")
        passed += again is None
        assert again is None or again >= 1
    assert passed <= per_minute + (clock.now - began) * per_minute / 60 + 1e-6


@given(per_minute=st.integers(1, 600))
def test_a_minutes_worth_passes_at_once_and_the_next_one_after_the_seconds_it_was_told(per_minute: int) -> None:
    clock = Clock()
    buckets = Buckets(per_minute, 10, clock)
    assert [buckets.take("a") for _ in range(per_minute)] == [None] * per_minute
    again = buckets.take("a")
    assert again is not None
    assert buckets.take("b") is None
    clock.now += again
    assert buckets.take("a") is None


def test_who_asks_too_often_is_told_no_sooner_by_asking_more() -> None:
    clock = Clock()
    buckets = Buckets(1, 10, clock)
    assert buckets.take("a") is None
    assert [buckets.take("a") for _ in range(50)] == [60] * 50
    clock.now += 60
    assert buckets.take("a") is None


def test_only_so_many_keys_are_remembered() -> None:
    buckets = Buckets(1, 100)
    for nth in range(1000):
        assert buckets.take(str(nth)) is None
    assert len(buckets) == 100
    assert buckets.take("999") is not None


def test_a_rate_of_zero_is_no_limit_and_remembers_nobody() -> None:
    buckets = Buckets(0, 100)
    assert [buckets.take("a") for _ in range(100)] == [None] * 100
    assert len(buckets) == 0


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("a socket", "a socket"),
    ],
)
def test_a_subscriber_is_one_address_whatever_he_writes_in_its_lower_half(host: str | None, key: str) -> None:
    assert address_key(host) == key
