"""One referral is followed from the desk to the group by one trace id, and the trace_id carries nothing else."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.referral.app import SERVICE as REFERRAL
from shared.contracts.referral import CASES, ReferralResumed
from shared.messaging.cloudevents import Position, headers, read_envelope
from shared.observability.tracing import trace_id_of
from tests.carousel.road import Road, laid, until
from tests.referral import examples
from tests.referral.desk import SECRET, Desk, known, referral
from tests.serving import served

INTAKE = examples.record_intake().model_dump(mode="json", exclude={"at", "by", "referral_id"})
TRACE_IDS = {step: step * 8 for step in ("aaaa", "bbbb", "cccc")}
W3C = TraceContextTextMapPropagator()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEX = "0123456789abcdefABCDEFg"
PARTS = st.tuples(
    st.text(HEX, min_size=2, max_size=2),
    st.sampled_from(["0" * 32, "a" * 32, "A" * 32, "0" * 31 + "1", "a" * 31]) | st.text(HEX, min_size=32, max_size=32),
    st.sampled_from(["0" * 16, "b" * 16, "b" * 17]) | st.text(HEX, min_size=16, max_size=16),
    st.text(HEX, min_size=2, max_size=2),
)


@pytest.fixture
async def road(bootstrap_servers: str) -> AsyncIterator[Road]:
    async with laid(bootstrap_servers) as road:
        yield road


@pytest.fixture
async def desk(road: Road, tmp_path: Path) -> AsyncIterator[Desk]:
    async with served(REFERRAL, road.referral.url, tmp_path) as (app, _):

        @app.get("/broken")
        async def broken() -> None:
            raise KeyError(SECRET)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
            desk = Desk(client, tmp_path, app)
            await known(desk)
            yield desk


async def ask(desk: Desk, path: str, body: Any, trace_id: str) -> None:
    desk.client.headers["traceparent"] = f"00-{trace_id}-{'1' * 16}-01"
    answer = await desk.ask("POST", path, body)
    assert (answer.is_success, answer.headers["x-correlation-id"]) == (True, trace_id), answer.text


def lines_of(logged: list[Any], trace_id: str) -> list[str]:
    return [
        line["event"] for line in logged if trace_id in (line.get("correlation_id"), *line.get("correlation_ids", ()))
    ]


async def test_what_a_request_led_to_in_another_service_has_its_trace_id(road: Road, desk: Desk) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        await ask(desk, "/referrals", referral(), TRACE_IDS["aaaa"])
        await ask(desk, "/referrals/r-1/intake", INTAKE, TRACE_IDS["bbbb"])
        await ask(desk, "/referrals/r-1/accept", {"on": INTAKE["on"]}, TRACE_IDS["cccc"])

        async def applied() -> bool:
            return await road.carousel.events("participation-r-1") == ["JoinedWaitingList"] and all(
                lines_of(logged, trace_id)[-1] == "applied" for trace_id in TRACE_IDS.values()
            )

        await until(applied)
    async with road.referral.pool.acquire() as connection:
        events = await road.referral.store.read(connection, "referral-r-1")
    assert [each.meta.correlation_id for each in events] == list(TRACE_IDS.values())
    meta = await road.carousel.pool.fetchval("select meta from events where type = 'JoinedWaitingList'")
    assert json.loads(meta)["correlation_id"] == TRACE_IDS["cccc"]
    for trace_id in TRACE_IDS.values():
        assert sorted(lines_of(logged, trace_id)) == ["answered", "applied", "published"]
    assert SECRET not in str(logged)


async def test_a_request_without_a_trace_id_gets_one_and_free_text_is_never_taken_for_one(desk: Desk) -> None:
    told = uuid.uuid4()
    for given_id, expected in ((str(told), told.hex), (told.hex, told.hex), ("85.07.30-033.61", None)):
        answer = await desk.client.get("/referrals/own", headers={"X-Correlation-Id": given_id})
        trace_id = answer.headers["x-correlation-id"]
        assert trace_id_of(f"00-{trace_id}-{'1' * 16}-00") == trace_id
        assert (trace_id == expected) is bool(expected)


async def test_a_fault_is_counted_and_logged_under_the_id_that_the_caller_got(desk: Desk) -> None:
    broken = {"method": "GET", "area": "/broken", "status": "500"}
    before = REGISTRY.get_sample_value("carrousel_http_request_seconds_count", broken) or 0
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        answer = await desk.client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert lines_of(logged, answer.headers["x-correlation-id"]) == ["request failed", "answered"]
    assert REGISTRY.get_sample_value("carrousel_http_request_seconds_count", broken) == before + 1
    assert SECRET not in str(logged) + answer.text


async def test_a_made_up_method_is_counted_without_its_name(desk: Desk) -> None:
    await desk.client.request("ZEBEDEUS", "/health/live")
    methods = {sample.labels.get("method") for metric in REGISTRY.collect() for sample in metric.samples}
    assert "other" in methods
    assert "ZEBEDEUS" not in methods


@given(PARTS, st.sampled_from(["", "-", "-more", " ", "x"]))
@example(("00", "a" * 32, "b" * 16, "01"), "")
@example(("cc", "a" * 32, "b" * 16, "01"), "-more")
@example(("00", "a" * 32, "b" * 16, "01"), "-more")
@example(("ff", "a" * 32, "b" * 16, "01"), "")
def test_a_traceparent_is_read_as_opentelemetry_reads_it(parts: tuple[str, ...], end: str) -> None:
    text = "-".join(parts) + end
    span = get_current_span(W3C.extract({"traceparent": text})).get_span_context()
    assert trace_id_of(text) == (f"{span.trace_id:032x}" if span.is_valid else None)


def test_a_message_has_its_trace_id_and_is_the_same_whenever_it_is_published() -> None:
    message = ReferralResumed(referral="r-1", on=NOW.date())
    first, again = (headers(CASES, message, "referral-r-1", Position(7, 6), NOW, "a" * 32) for _ in range(2))
    assert first == again
    other = dict(headers(CASES, message, "referral-r-1", Position(8, 7), NOW, "a" * 32))
    assert other["traceparent"] != dict(first)["traceparent"]
    assert read_envelope(CASES, first).trace_id == "a" * 32


@pytest.mark.parametrize("told", [b"", b"nonsense", b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01"])
def test_a_message_without_a_trace_id_always_has_the_same_one(told: bytes) -> None:
    untold = headers(
        CASES, ReferralResumed(referral="r-1", on=NOW.date()), "referral-r-1", Position(7, 6), NOW, "by hand"
    )
    assert "traceparent" not in dict(untold)
    trace_ids = {read_envelope(CASES, head).trace_id for head in (untold, [*untold, ("traceparent", told)])}
    assert len(trace_ids) == 1
    assert len(trace_ids.pop()) == 32
