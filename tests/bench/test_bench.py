"""Every benchmark still runs, with a handful of referrals; how fast is for `make bench` to say."""

from __future__ import annotations

import pytest

from bench import table
from bench.memory import held, ports, processes
from bench.rounds import benchmarks, measure
from bench.table import Benchmark, Peer

FOREIGN = "bench.peers."


@pytest.mark.parametrize("benchmark", benchmarks(), ids=lambda each: each.name)
async def test_every_peer_measures_something_or_says_that_it_is_not_installed(benchmark: Benchmark) -> None:
    looked: list[bool] = []
    await measure(benchmark, 20, 1, lambda: looked.append(True))

    assert looked == [True]
    for peer in benchmark.peers:
        if peer.function.startswith(FOREIGN) and peer.absent == "not installed":
            continue
        assert peer.absent == ""
        assert len(peer.rounds) == 1


def test_a_ratio_is_that_of_the_medians_and_an_absent_peer_keeps_its_row() -> None:
    ours = Peer("ours", "x", "all", "<= 4", rounds=[30.0, 90.0, 50.0])
    bare = Peer("bare", "x", "little", rounds=[100.0, 101.0, 90.0])
    gone = Peer("gone", "x", "nothing", absent="not installed")

    rows = table.rows(Benchmark("b", "events/s", "bare", (bare, ours, gone)))

    assert rows[1] == ("b", "ours", "events/s", "50.0", "30.0 to 90.0", "0.50", "<= 4", "all")
    assert rows[2] == ("b", "gone", "events/s", "not installed", "", "", "", "nothing")


def test_the_memory_of_the_database_and_the_broker_can_be_read() -> None:
    where = {name: port for name, port in ports().items() if name in ("postgres", "kafka")}

    for process in processes(where).values():
        rss, pss = held(process)
        assert rss >= pss > 0


def test_a_table_can_be_pasted_in_a_page() -> None:
    assert table.markdown(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
