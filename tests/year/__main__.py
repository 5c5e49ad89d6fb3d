"""A year of many lives, told in random order and recounted.

`python -m tests.year --lives 300 --seed 7` prints the seed, what was lived and the first differences; exit 1 on any.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from shared.observability import logs
from tests.year.comparing import live

FIRST = 20


def main(number: int, seed: int) -> int:
    """All of it; the exit code."""
    logs.configure("year", "CRITICAL")
    print(f"seed={seed} lives={number}", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="carrousel-year-") as folder:
        outcome = asyncio.run(live(seed, number, os.environ["KAFKA_BOOTSTRAP_SERVERS"], Path(folder)))
    different = len(outcome.differences)
    print(outcome, *outcome.differences[:FIRST], f"seed={seed} different={different}", sep="\n")  # noqa: T201
    return 1 if different else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.year")
    parser.add_argument("--lives", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    sys.exit(main(asked.lives, asked.seed))
