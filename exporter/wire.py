"""The only place that talks to the driver: one connection, on which every wait ends.

libpq waits for ever for a server that has gone silent behind a network that still answers, so this
connection never blocks: it polls, and gives up at its deadline or when the exporter is stopped. The
driver's errors become ours here; values of rows are left out of their messages.
"""

from __future__ import annotations

import os
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any, NoReturn

import psycopg2
from psycopg2 import extensions

from exporter.addresses import addressed
from exporter.catalog import APPLICATION_NAME
from exporter.errors import Reason, Unmeasured, Unreachable

TICK_MS = 100
"""How long a wait goes on before it looks whether the exporter is stopped, in milliseconds."""
GRACE = 1.0
"""How long a server that was told to end a statement has for its answer, in seconds."""
NETWORK: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
ANYBODY = struct.pack("!II", 8, 80877103)
"""The question whether the server speaks TLS: answered by every server before anything else."""
Answer = tuple[list[str], list[tuple[Any, ...]]]
"""The names of the columns, and the rows."""


class Wire:
    """One connection to the warehouse; used by one thread, and canceled from any."""

    def __init__(self, dsn: str, seconds: float, stop: threading.Event) -> None:
        """Connect within some seconds. Raises Unreachable."""
        self._stop = stop
        try:
            options: dict[str, Any] = {**NETWORK}
            options |= addressed(extensions.parse_dsn(dsn), seconds, stop)
            self._connection: extensions.connection = psycopg2.connect(
                dsn, async_=True, application_name=APPLICATION_NAME, **options
            )
            self._wait(seconds, f"no connection within {seconds:g} s")
        except psycopg2.OperationalError as error:
            raise Unreachable(one_line(error)) from None
        except (psycopg2.Error, ValueError):
            # The driver repeats the DSN in this message, and with it the password.
            raise Unreachable("the DSN cannot be parsed: see libpq's connection strings") from None

    def execute(self, text: str, values: Sequence[Any] | None = None, *, seconds: float) -> Answer:
        """The answer to a statement that the server ends after some seconds; of several, the last.

        Raises Unmeasured for a statement that failed, Unreachable for a connection that did, or on
        which no answer came although the server should have ended the statement.
        """
        started = time.monotonic()
        try:
            cursor = self._connection.cursor()
            cursor.execute(text, values)
            late = f"no answer within {seconds:.1f} s: the server or the network hangs"
            self._wait(seconds + GRACE, late)
            names = [column.name for column in cursor.description or ()]
            return names, cursor.fetchall() if names else []
        except psycopg2.Error as error:
            gone = bool(self._connection.closed)
            raise translated(error, gone, time.monotonic() - started, seconds) from None
        except (ValueError, OverflowError) as error:
            raise Unmeasured(Reason.RESULT, f"a value cannot be read: {one_line(error)}") from None

    def _wait(self, seconds: float, late: str) -> None:
        """Wait until the server has answered."""
        deadline = time.monotonic() + seconds
        stopping = False
        ready = select.poll()
        while (state := self._connection.poll()) != extensions.POLL_OK:
            wanted = select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
            number = self._connection.fileno()
            ready.register(number, wanted)
            ready.poll(TICK_MS)
            ready.unregister(number)
            if self._stop.is_set() and not stopping:
                stopping, late = True, "the exporter is shutting down"
                deadline = min(deadline, time.monotonic() + GRACE)
            if time.monotonic() > deadline:
                self._give_up(late)

    def _give_up(self, why: str) -> NoReturn:
        """End a connection that does not answer."""
        self.close()
        raise Unreachable(why)

    def cancel(self) -> None:
        """Ask the server to end the running statement, if it answers; one that does not may hang.

        The driver asks over a new connection, for which it waits without a deadline, and with it
        the whole process: a network that swallows everything would keep it from ending.
        """
        try:
            if answers(self._connection.info, GRACE / 2):
                self._connection.cancel()
        except psycopg2.Error:
            return

    def leave(self) -> None:
        """End the connection, and wait a moment until the server has let go of it.

        Until then it counts against the limit of the role, and would be in the way of the next.
        """
        try:
            number = os.dup(self._connection.fileno())
        except (psycopg2.Error, OSError):
            return
        try:
            self.close()
            gone = select.poll()
            gone.register(number, select.POLLIN)
            gone.poll(GRACE * 1000)
        finally:
            os.close(number)

    def close(self) -> None:
        """End the connection, and with it its transaction, without waiting for an answer."""
        try:
            self._connection.close()
        except psycopg2.Error:
            return


def answers(server: extensions.ConnectionInfo, seconds: float) -> bool:
    """Whether a new connection to the server is answered within some seconds."""
    host = server.dsn_parameters.get("hostaddr") or server.host
    try:
        if host.startswith("/"):
            probe = socket.socket(socket.AF_UNIX)
        else:
            probe = socket.create_connection((host, server.port), seconds)
        with probe:
            probe.settimeout(seconds)
            if probe.family == socket.AF_UNIX:
                probe.connect(f"{host}/.s.PGSQL.{server.port}")
            probe.sendall(ANYBODY)
            return bool(probe.recv(1))
    except OSError:
        return False


REASONS = {
    "42501": Reason.PERMISSION,
    "42P01": Reason.MISSING_RELATION,
    "3F000": Reason.MISSING_RELATION,
    "42703": Reason.MISSING_COLUMN,
    "42804": Reason.COLUMN_TYPE,
    "42883": Reason.COLUMN_TYPE,
    "22P02": Reason.COLUMN_TYPE,
    "22007": Reason.COLUMN_TYPE,
    "22008": Reason.COLUMN_TYPE,
    "55P03": Reason.LOCK,
    "40001": Reason.CANCELED,
    "40P01": Reason.LOCK,
}
GONE = re.compile(r"^(08|57P0)")
FATAL = re.compile(r"\bFATAL:\s+")
WITH_VALUES = re.compile(r"^2[23]")
"""Classes of errors whose messages repeat values of rows."""


def translated(error: psycopg2.Error, gone: bool, seconds: float, allowed: float) -> Unmeasured:
    """The driver's error as one of ours; `seconds` passed of those `allowed` to the statement."""
    code = error.pgcode or ""
    if gone or GONE.match(code):
        return Unreachable(one_line(error))
    if code == "57014":
        if seconds >= allowed * 0.95:
            return Unmeasured(Reason.TIMEOUT, f"canceled after {allowed:g} s (statement_timeout)")
        return Unmeasured(Reason.CANCELED, "canceled by the server or its administrator")
    text = one_line(error)
    if WITH_VALUES.match(code):
        text = text.split(":")[0].split('"')[0].strip()
    return Unmeasured(REASONS.get(code, Reason.STATEMENT), f"{text} ({code or 'no code'})")


def one_line(error: Exception) -> str:
    """The first line of an error, without the place in the statement and the driver's shouting."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    text = (primary or str(error)).strip() or type(error).__name__
    return FATAL.sub("", text.splitlines()[0])
