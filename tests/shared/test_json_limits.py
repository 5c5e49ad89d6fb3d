"""JSON is looked through before anything parses it: how deep, how long its numbers, in which encoding."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.http.limits import Limits
from shared.http.problems import Limited
from shared.http.request_body import check_json

LIMITS = Limits(json_depth=4, json_digits=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('[]{}"\\:,0123456789é\n'), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def depth(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
        case list():
            return 1 + max(map(depth, value), default=0)
        case _:
            return 0


def digits(value: Any) -> int:
    match value:
        case dict():
            return max(map(digits, value.values()), default=0)
        case list():
            return max(map(digits, value), default=0)
        case bool():
            return 0
        case int():
            return len(str(abs(value)))
        case _:
            return 0


def refusal(data: bytes, limits: Limits = LIMITS) -> str | None:
    try:
        check_json(data, limits)
    except Limited as no:
        return no.code if no.status_code == 422 else str(no.status_code)
    return None


WRITTEN = [{"ensure_ascii": True}, {"ensure_ascii": False}, {"indent": 2}]


@given(value=VALUES, how=st.sampled_from(WRITTEN))
@example(value=[[[[[]]]]], how={})
@example(value=[[[[]]]], how={})
@example(value=["[[[[[[", '"[[[[[['], how={})
@example(value="\\", how={})
@example(value=1234567, how={})
@example(value="1234567", how={})
def test_it_passes_exactly_when_it_is_neither_too_deep_nor_holds_too_long_a_number(
    value: Any, how: dict[str, Any]
) -> None:
    code = refusal(json.dumps(value, **how).encode())
    too_deep, too_long = depth(value) > 4, digits(value) > 6
    assert (code is not None) is (too_deep or too_long)
    assert code in ({"json-too-deep"} if too_deep else set()) | ({"number-too-long"} if too_long else set()) | {None}


@given(data=st.binary(max_size=300) | st.lists(st.sampled_from([b'"', b"\\", b"[", b"}", b"1"])).map(b"".join))
def test_whatever_the_bytes_are_they_pass_or_are_refused_with_a_code(data: bytes) -> None:
    assert refusal(data) in {None, "json-too-deep", "number-too-long", "json-not-utf-8"}


WORST = {
    "deep": b"[" * 1_000_000,
    "quotes": b'"' + b'\\"' * 400_000 + b"[" * 40,
    "objects": b'{"a":' * 150_000,
    "digits": b"9" * 1_000_000,
    "wide": b"[" + b"[]," * 300_000,
}


@pytest.mark.parametrize("worst", list(WORST))
def test_the_worst_that_fits_in_a_body_is_looked_through_once(worst: str) -> None:
    assert refusal(WORST[worst], Limits()) in {None, "json-too-deep", "number-too-long"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_json_is_utf_8(encoding: str) -> None:
    assert refusal('{"a": 1}'.encode(encoding)) == "json-not-utf-8"
