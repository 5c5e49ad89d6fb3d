"""Metrics reveal no single command, no person and no group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from fastapi.routing import APIRoute
from prometheus_client import Metric
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from shared.observability import metrics
from tests.shared.boxes import BOX, CITY, Desk, opened

# What tells processes, parts and outcomes apart; none of it says who or what a request was about.
LABELS = {"method", "area", "status", "group", "consumer", "part", "code", "reason", "le"}


@pytest.fixture
async def desk(pool: asyncpg.Pool[asyncpg.Record], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(pool, tmp_path) as desk:
        yield desk


async def exposed(desk: Desk) -> list[Metric]:
    return list(text_string_to_metric_families((await desk.client.get("/metrics")).text))


async def counts(desk: Desk) -> dict[str, float]:
    """Every counter of ours by name and labels, but for those of looking at them."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for metric in await exposed(desk)
        for sample in metric.samples
        if sample.name.startswith("carrousel_") and sample.name.endswith(("_count", "_total"))
        if sample.labels.get("area") != "/metrics"
    }


def values(found: list[Metric]) -> set[str]:
    return {value for metric in found for sample in metric.samples for value in sample.labels.values()}


async def test_metrics_do_not_reveal_which_command_was_sent(desk: Desk) -> None:
    await desk.ask("/boxes/b-secret")
    await desk.ask("/boxes/b-secret/fill", None, {"thing": 1})
    moved: list[set[str]] = []
    for path in ("/boxes/b-secret/tickets", "/boxes/b-secret/close"):
        before = await counts(desk)
        assert (await desk.ask(path)).status_code == 200
        moved.append({name for name, count in (await counts(desk)).items() if count != before.get(name)})
    assert moved[0] == moved[1]
    assert any("/boxes" in name for name in moved[0])
    shown = " ".join(values(await exposed(desk)))
    for word in ("b-secret", "fill", "close", "ticket", CITY, *(each.__name__ for each in BOX.events)):
        assert word not in shown


async def test_an_area_is_one_word_of_the_routes(desk: Desk) -> None:
    await desk.client.get("/nothing/at/all")
    await desk.client.request("ZEBEDEUS", "/boxes/b-1")
    known = {metrics.area_of(route.path) for route in desk.app.routes if isinstance(route, APIRoute)} | {"unmatched"}
    areas = {
        sample.labels["area"]
        for metric in await exposed(desk)
        for sample in metric.samples
        if metric.name == "carrousel_http_request_seconds"
    }
    assert all(area.count("/") <= 1 for area in areas)
    assert {"unmatched", "/boxes", "/metrics"} <= areas | known
    assert "ZEBEDEUS" not in values(await exposed(desk))


def test_no_metric_of_ours_has_a_label_that_could_name_somebody() -> None:
    ours = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    assert len(ours) > 5
    assert {label for metric in ours for label in metric._labelnames} <= LABELS
