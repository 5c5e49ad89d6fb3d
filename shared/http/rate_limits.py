"""How often one address or one caller may ask: token buckets, of which only so many are remembered."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic
from typing import TypeAlias

Networks: TypeAlias = Sequence[IPv4Network | IPv6Network]


class Buckets:
    """A bucket a key: it holds a minute's worth, and fills as evenly as time passes.

    Of more than `most` keys the one not asked for the longest is forgotten, which is as if its bucket were full.
    """

    def __init__(self, per_minute: int, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._size, self._most, self._clock = per_minute, most, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> int | None:
        """Take one from the bucket of `key`; when it is empty, after how many seconds there is one again."""
        if not self._size:
            return None
        now = self._clock()
        left, at = self._buckets.pop(key, (float(self._size), now))
        left = min(float(self._size), left + (now - at) * self._size / 60)
        enough = left >= 1
        self._buckets[key] = (left - 1 if enough else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return None if enough else math.ceil((1 - left) * 60 / self._size)

    def __len__(self) -> int:
        return len(self._buckets)


def address_key(host: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 that an IPv6 subscriber has whole."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address) >> 64 << 64, 64)))


def is_within(host: str | None, networks: Networks) -> bool:
    """Whether an address is one of `networks`."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return False
    return any(address in network for network in networks)
