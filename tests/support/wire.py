"""The line between a program and its Postgres, on which round trips are counted."""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Wire:
    """A DSN that leads to the server by way of here; `trips` is how often the client has waited.

    What it sends after an answer, and before the next one, is one round trip.
    """

    dsn: str
    trips: int = 0


@contextmanager
def counted(dsn: str) -> Iterator[Wire]:
    """A line to a server that listens on a port."""
    found = re.search(r"@([^:/]+):(\d+)", dsn)
    assert found is not None, dsn
    server = (found[1], int(found[2]))
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        wire = Wire(dsn.replace(found[0], f"@127.0.0.1:{port}"))
        threading.Thread(target=welcome, args=(door, server, wire), daemon=True).start()
        yield wire
        door.shutdown(socket.SHUT_RDWR)


def welcome(door: socket.socket, server: tuple[str, int], wire: Wire) -> None:
    """Lead every client to the server, until the door is closed."""
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        threading.Thread(target=lead, args=(client, server, wire), daemon=True).start()


def lead(client: socket.socket, server: tuple[str, int], wire: Wire) -> None:
    """Hand on what either side says, until one of them leaves."""
    answered = True
    with client, socket.create_connection(server) as other:
        while True:
            for side in select.select([client, other], [], [])[0]:
                said = side.recv(65536)
                if not said:
                    return
                if side is client:
                    wire.trips += answered
                answered = side is other
                (other if side is client else client).sendall(said)
