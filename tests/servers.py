"""PostgreSQL and Kafka of its own for each worker of a parallel run.

In one database only one relay leads, and a topic has one publisher: two tests at once would hold each other up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVERS = "KAFKA_BOOTSTRAP_SERVERS"
OWNERS: dict[str, str] = {}  # the URLs of the tables' owners, which a test that starts whole services passes on


@contextmanager
def lent() -> Iterator[None]:
    """Servers that pass, named in this process's environment until the end of the block.

    They end with this process, however it ends: their holder reads a pipe that then closes.
    """
    command = [sys.executable, "-m", "deploy.local", "run", "--", sys.executable, "-m", "tests.servers"]
    with subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as holder:
        said = holder.stdout.readline() if holder.stdout else b""
        if not said:
            _, trouble = holder.communicate()
            raise RuntimeError(trouble.decode())
        before = dict(os.environ)
        os.environ.update(json.loads(said))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            holder.communicate()


def forget_owners() -> None:
    """Tests make schemas of their own in their own role: the owners of the services' tables are not theirs."""
    OWNERS.update({name: url for name, url in os.environ.items() if name.endswith("_DATABASE_OWNER_URL")})
    for name in OWNERS:
        os.environ.pop(name, None)


def hold() -> None:
    """Say where the servers are, and stay until nobody needs them."""
    sys.stdout.write(json.dumps(dict(os.environ)) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    hold()
