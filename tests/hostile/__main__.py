"""Hostile messages and requests at full size, to every service as it runs.

`python -m tests.hostile --messages 20000 --requests 20000` sends so many messages to all consumers together and so many
requests to each service, prints what became of each, and ends with `messages=N requests=N stopped=0 lost=0 5xx=0`; exit
1 unless the last three are 0 and no process holds a tenth more memory at the end than in the middle.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.hostile import messages, requests
from tests.hostile.served import SERVICES, Found


async def main(many_messages: int, many_requests: int, seed: int, home: Path) -> int:
    """All of it; the exit code."""
    print(f"seed={seed}")  # noqa: T201
    heard = await messages.tell(many_messages, seed, home) if many_messages else []
    _say("messages", heard)
    asked: list[Found] = []
    for name in SERVICES if many_requests else ():
        asked.append(await requests.ask(name, many_requests, seed, home))
        _say("requests", asked[-1:])
    every = [*heard, *asked]
    stopped, lost, faults = (sum(getattr(each, what) for each in every) for what in ("stopped", "lost", "faults"))
    told = max((each.sent for each in heard), default=0)
    sent = sum(each.sent for each in asked)
    print(f"messages={told} requests={sent} stopped={stopped} lost={lost} 5xx={faults}")  # noqa: T201
    return 0 if all(each.well for each in every) else 1


def _say(what: str, every: list[Found]) -> None:
    for each in every:
        print(f"{what} {each}", *each.examples[:3], sep="\n  ", flush=True)  # noqa: T201


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.hostile")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="carrousel-hostile-") as folder:
        sys.exit(asyncio.run(main(asked.messages, asked.requests, asked.seed, Path(folder))))
