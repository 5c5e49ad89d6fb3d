"""Ports on the loopback address: the documented ones, the caller's own, or any that are free."""

import os
import random
import socket

from deploy.local.processes import Trouble

RANGE = range(20000, 32000)  # below the ports a system lends to outgoing connections, which come and go
_lent: set[int] = set()


def require_free(port: int, what: str, variable: str) -> None:
    """Refuse in one sentence when 127.0.0.1:`port` is taken."""
    if not _free(port):
        raise Trouble(f"Port {port}, wanted for {what}, is taken: stop what holds it (make down), or set {variable}.")


def free_port() -> int:
    """A port nobody holds at this moment, and that this process has not named before."""
    for port in random.sample(RANGE, len(RANGE)):
        if port not in _lent and _free(port):
            _lent.add(port)
            return port
    raise Trouble(f"No port from {RANGE.start} to {RANGE.stop - 1} is free.")


def port_of(variable: str, usual: int | None) -> int:
    """The port the caller chose by `variable`; else the usual one, or without one any that is free."""
    chosen = os.environ.get(variable)
    if not chosen:
        return usual or free_port()
    if not chosen.isdecimal() or not 0 < int(chosen) < 2**16:
        raise Trouble(f"{variable} is {chosen!r}, which is not a port number.")
    return int(chosen)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
