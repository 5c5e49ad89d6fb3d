"""Ports on the loopback address: the documented ones, the caller's own, or any that are free."""

import fcntl
import os
import random
import socket
import tempfile
from io import FileIO
from pathlib import Path

from deploy.local.processes import Trouble

RANGE = range(20000, 32000)  # below the ports a system lends to outgoing connections, which come and go
_LENT = Path(tempfile.gettempdir()) / f"carrousel-ports-{os.getuid()}"
_CHANCE = random.SystemRandom()  # two processes with one seed must not want one port
_lent: dict[int, FileIO] = {}


def require_free(port: int, what: str, variable: str) -> None:
    """Refuse in one sentence when 127.0.0.1:`port` is taken."""
    if not _free(port):
        raise Trouble(f"Port {port}, wanted for {what}, is taken: stop what holds it (make down), or set {variable}.")


def free_port() -> int:
    """A port nobody holds at this moment, and that no process of this user is given again while this one lives."""
    for port in _CHANCE.sample(RANGE, len(RANGE)):
        if port not in _lent and _lend(port):
            return port
    raise Trouble(f"No port from {RANGE.start} to {RANGE.stop - 1} is free.")


def _lend(port: int) -> bool:
    """Whether the port is now this process's: a lock on a file that the system lets go when the process ends."""
    _LENT.mkdir(mode=0o700, exist_ok=True)
    lock = FileIO(_LENT / str(port), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    if not _free(port):
        lock.close()
        return False
    _lent[port] = lock
    return True


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
