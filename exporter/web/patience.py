"""How long a client may take: to say what it wants, and to read the answer.

Without an end to it, whoever asks for a large page and does not read it keeps the page in memory
and a connection open, as long as he likes and as often.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PATIENCE = 15.0
"""Seconds; Prometheus itself gives up on a scrape after 10 by default."""
MOST_CLIENTS = 200
"""Connections at once, the idle ones included; a request on one more is answered with 503."""
PIECE = 1 << 17
"""Bytes of an answer that are handed over at once: the next when the client has taken the last."""
NO_LINGER = struct.pack("ii", 1, 0)


class Connection(Protocol):
    """What is asked of a connection of uvicorn."""

    transport: Any


class Patience:
    """Ends the connections on which nothing moves."""

    def __init__(self) -> None:
        self._stuck: dict[Connection, float] = {}

    def end_the_stuck(self, connections: Iterable[Connection]) -> None:
        """End those that have been stuck for too long; to be asked several times a second."""
        now = time.monotonic()
        self._stuck = {one: self._stuck.get(one, now) for one in connections if is_stuck(one)}
        for connection, since in self._stuck.items():
            if now - since > PATIENCE:
                hang_up(connection)


def is_stuck(connection: Connection) -> bool:
    """Whether we wait for the client, either for its request or until it has read."""
    if connection.transport.get_write_buffer_size() > 0:
        return True
    cycle = getattr(connection, "cycle", None)
    answering = cycle is not None and not cycle.response_complete
    resting = getattr(connection, "timeout_keep_alive_task", None) is not None
    return not answering and not resting


def hang_up(connection: Connection) -> None:
    """End a connection at once; what it has not read is thrown away, by the kernel as well."""
    wire = connection.transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    connection.transport.abort()


class Unhurried(Response):
    """An answer that is handed over piece by piece, so that a slow client costs one piece."""

    def __init__(self, parts: tuple[bytes, ...], headers: dict[str, str]) -> None:
        """The parts are sent as one body; they are not copied."""
        length = sum(len(part) for part in parts)
        super().__init__(headers={**headers, "Content-Length": str(length)})
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        for part in self._parts:
            for start in range(0, len(part), PIECE):
                piece = part[start : start + PIECE]
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
