"""A relay or a consumer as a process of its own, to be killed: `python -m tests.chaos.worker relay|consumer`."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace

import asyncpg

from shared.event_store import EventStore, event_types
from shared.inbox import Inbox
from shared.kafka import Subscription
from shared.relay import Relay
from tests.shared.counting import Counted, Ledger, publish_on, topic


async def main(part: str) -> None:
    url, servers = os.environ["CHAOS_DATABASE_URL"], os.environ["CHAOS_BOOTSTRAP_SERVERS"]
    where = replace(topic(), name=os.environ["CHAOS_TOPIC"])
    async with asyncpg.create_pool(url, min_size=1, max_size=5) as pool:
        if part == "relay":
            await Relay(EventStore(pool, event_types(Counted)), publish_on(where), [where], servers, url).run()
        else:
            await Subscription(servers, "ledger", Inbox("ledger", where, Ledger().apply), pool).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
