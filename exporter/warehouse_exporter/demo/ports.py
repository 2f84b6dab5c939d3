"""Ports of 127.0.0.1: a free one, and whether it is really ours that listens on it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from warehouse_exporter.core.errors import UsageError

PROC = Path("/proc")
LISTENS = "0A"
"""The state of a socket that listens, in the tables of Linux."""


def port(wanted: int) -> int:
    """The wanted port of the loopback address, or a free one when it is taken."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise UsageError("there is no free port on 127.0.0.1")


def listens(session: int, number: int) -> bool:
    """Whether a process of a session listens on a port.

    That somebody answers is not enough: it may be whoever has taken the port from us, a moment
    before our program finds it taken. Only Linux tells whose a socket is.
    """
    try:
        socket.create_connection(("127.0.0.1", number), timeout=1).close()
    except OSError:
        return False
    if sys.platform != "linux":
        return True
    wanted = set(sockets(number))
    return any(found in wanted for found in held(session))


def sockets(number: int) -> Iterator[str]:
    """The sockets that listen on a port, by the names that they have among open files."""
    for table in (PROC / "net" / "tcp", PROC / "net" / "tcp6"):
        with suppress(OSError):  # a machine without IPv6
            for line in table.read_text().splitlines()[1:]:
                address, state, inode = (line.split()[column] for column in (1, 3, 9))
                if state == LISTENS and int(address.rpartition(":")[2], 16) == number:
                    yield f"socket:[{inode}]"


def held(session: int) -> Iterator[str]:
    """The open files of the processes of a session."""
    for process in PROC.iterdir():
        with suppress(OSError):  # ended in between
            if process.name.isdigit() and os.getsid(int(process.name)) == session:
                yield from (os.readlink(file) for file in (process / "fd").iterdir())
