"""Which peers each benchmark has, and the rounds in which they take turns."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence
from typing import Any

from bench.corpus import topic_named
from bench.peer import NOT_INSTALLED
from bench.table import Benchmark, Peer
from shared.messaging.topics import create_topics

_PATIENCE = 60.0


def benchmarks() -> list[Benchmark]:
    """All of them; memory is measured apart."""
    return [
        Benchmark(
            "append",
            "events/s",
            "bare INSERT",
            (
                Peer("bare INSERT", "bench.append.bare", "one autocommitted INSERT an event, nothing read or checked"),
                Peer("append", "bench.append.append", "one event at its expected version through EventStore", ">= 0.6"),
                Peer("command", "bench.append.command", "all of a command: read, fold, decide, append, commit"),
                Peer(
                    "command + projection",
                    "bench.append.with_projection",
                    "and the projection `cases` in the same transaction",
                ),
                Peer(
                    "eventsourcing", "bench.peers.eventsourcing_peer.append", "read, record, save; 16 threads, psycopg"
                ),
            ),
        ),
        Benchmark(
            "relay",
            "messages/s",
            "raw producer",
            (
                Peer("raw producer", "bench.relay.raw", "aiokafka, idempotent, acks=all, the same bytes from memory"),
                Peer(
                    "relay",
                    "bench.relay.relay",
                    "read from the table, to_integration_event, send, await, keep the position",
                ),
            ),
        ),
        Benchmark(
            "projection",
            "messages/s",
            "raw loop",
            (
                Peer("raw loop", "bench.projection.raw", "aiokafka getmany(500), json.loads, two upserts, commit"),
                Peer("bare inbox", "bench.projection.bare_inbox", "envelope, schema, exactly once; the same rows"),
                Peer(
                    "reporting",
                    "bench.projection.reporting",
                    "and the fold: journeys, figures, distinct counts",
                    ">= 0.6",
                ),
                Peer("quixstreams", "bench.peers.quix_peer.project", "BatchingSink, checkpoint every 500, psycopg"),
                Peer("quixstreams 5 s", "bench.peers.quix_peer.project_by_seconds", "its default: one every 5 s"),
                Peer("faust", "bench.peers.faust_peer.project", "take_events(500), asyncpg, commits every 2.8 s"),
            ),
            fill="bench.projection.fill",
        ),
        Benchmark(
            "freshness",
            "ms",
            "raw round trip",
            (
                Peer("raw round trip", "bench.freshness.raw", "aiokafka send, acks=all, to received by a consumer"),
                Peer("figure", "bench.freshness.figure", "event committed to figure readable", "<= 4"),
            ),
        ),
    ]


async def measure(benchmark: Benchmark, referrals: int, rounds: int, before: Callable[[], None]) -> None:
    """Let the peers take turns, `rounds` times; `before` is called while nothing of ours runs."""
    topic = None
    if benchmark.fill:
        topic = f"bench_{uuid.uuid4().hex[:12]}"
        await create_topics(os.environ["KAFKA_BOOTSTRAP_SERVERS"], [topic_named(topic)])
        await _run(benchmark.fill, referrals, topic)
    for _ in range(rounds):
        before()
        for peer in benchmark.peers:
            if not peer.absent:
                await _turn(peer, referrals, topic)


async def _turn(peer: Peer, referrals: int, topic: str | None) -> None:
    answer = await _run(peer.function, referrals, topic)
    if "measured" in answer:
        peer.rounds.append(answer["measured"])
    else:
        peer.absent = answer["absent"]


async def _run(function: str, referrals: int, topic: str | None) -> dict[str, Any]:
    """What the process of one peer printed, or why it did not."""
    command: Sequence[str] = ["-W", "ignore", "-m", "bench.peer", function, str(referrals)]
    given = ["--topic", topic] if topic else []
    process = await asyncio.create_subprocess_exec(sys.executable, *command, *given, stdout=PIPE, stderr=PIPE)
    try:
        out, errors = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
        return {"absent": f"installed, does not run here: nothing within {_PATIENCE:.0f} s"}
    if process.returncode:
        if process.returncode == NOT_INSTALLED:
            return {"absent": "not installed"}
        error = (errors.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        return {"absent": f"fails: {error[:120]}"}
    answer: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return answer
