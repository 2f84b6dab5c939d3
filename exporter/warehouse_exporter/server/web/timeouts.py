"""Timeouts for clients, and which connections are closed when there are too many.

Without timeouts, a client that requests a large page and does not read it could keep the page in
memory and a connection open for ever. And clients that open connections and send nothing must not
lock out a scraper: waiting connections make room for new ones.
"""

from __future__ import annotations

import socket
import struct
import time
from collections import Counter
from collections.abc import Collection
from typing import Any, Protocol, TypeVar

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")
CLIENT_TIMEOUT = 15.0
"""Seconds; Prometheus itself gives up on a scrape after 10 by default."""
MOST_CLIENTS = 200
"""Connections at once, including idle ones; for one more, a waiting one is closed."""
SHARE = MOST_CLIENTS // 4
"""Connections per address; an address with more loses some before other addresses do."""
REMEMBERED = 1000
"""Known connections and addresses of scrapers; the oldest are forgotten first."""
PIECE = 1 << 17
"""Bytes of a response sent at once; the next ones follow when the client has taken them."""
NO_LINGER = struct.pack("ii", 1, 0)


class Connection(Protocol):
    """What we need from a connection of uvicorn."""

    transport: Any


class ClientTimeouts:
    """Closes connections that are stuck, and those that block others."""

    def __init__(self) -> None:
        self._stuck: dict[Connection, float] = {}
        self._began: dict[Connection, float] = {}
        self._scrapers: dict[tuple[str, int], None] = {}
        self._hosts: dict[str, None] = {}

    def recognize(self, client: tuple[str, int]) -> None:
        """Note a client that got its scrape, so it had the right password if one is required."""
        remember(self._scrapers, client)
        remember(self._hosts, client[0])

    def look_after(self, connections: Collection[Connection]) -> None:
        """Close connections that are stuck or too many; called several times a second."""
        now = time.monotonic()
        self._stuck = {one: self._stuck.get(one, now) for one in connections if is_stuck(one)}
        self._began = {one: self._began.get(one, now) for one in connections}
        for connection, since in self._stuck.items():
            if now - since > CLIENT_TIMEOUT:
                hang_up(connection)
        surplus = len(connections) - MOST_CLIENTS
        if surplus > 0:
            for connection in self._least_missed(connections)[:surplus]:
                hang_up(connection)

    def _least_missed(self, connections: Collection[Connection]) -> list[Connection]:
        """Connections that wait for their client, in the order in which they are closed.

        Unknown clients come first and scrapers last; an address with many connections comes before
        many addresses with one each. A client that does not read its response comes after clients
        that have sent no request.
        """
        shares = Counter(host_of(one) for one in connections)

        def order(one: Connection) -> tuple[bool, bool, bool, bool, int, float]:
            host = host_of(one)
            known = client_of(one) in self._scrapers, host in self._hosts
            share = shares[host]
            return known[0], share <= SHARE, known[1], is_reading(one), -share, self._began[one]

        return sorted((one for one in connections if waits(one)), key=order)


def remember(known: dict[T, None], one: T) -> None:
    """Keep only the newest entries."""
    known.pop(one, None)
    known[one] = None
    if len(known) > REMEMBERED:
        del known[next(iter(known))]


def client_of(connection: Connection) -> tuple[str, int]:
    """The address and port of a client."""
    return getattr(connection, "client", None) or ("", 0)


def host_of(connection: Connection) -> str:
    """The address of a client."""
    return client_of(connection)[0]


def is_reading(connection: Connection) -> bool:
    """Whether the client has not yet read all that it was sent."""
    return bool(connection.transport.get_write_buffer_size() > 0)


def is_resting(connection: Connection) -> bool:
    """Whether the client has its answer, and keeps the connection for later."""
    return getattr(connection, "timeout_keep_alive_task", None) is not None


def waits(connection: Connection) -> bool:
    """Whether there is nothing for us to do on a connection."""
    return is_stuck(connection) or is_resting(connection)


def is_stuck(connection: Connection) -> bool:
    """Whether we wait for the client, either for its request or until it has read."""
    if is_reading(connection):
        return True
    cycle = getattr(connection, "cycle", None)
    answering = cycle is not None and not cycle.response_complete
    return not answering and not is_resting(connection)


def hang_up(connection: Connection) -> None:
    """Close a connection at once; unread data is discarded, by the kernel as well."""
    wire = connection.transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    connection.transport.abort()


class Recognizing:
    """An application that remembers its scrapers: every client that gets a scrape."""

    def __init__(self, app: ASGIApp, timeouts: ClientTimeouts) -> None:
        self._app = app
        self._timeouts = timeouts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def noted(message: Message) -> None:
            if message.get("status") == 200 and scope.get("path") == "/metrics" and scope["client"]:
                self._timeouts.recognize(tuple(scope["client"]))
            await send(message)

        await self._app(scope, receive, noted)


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
