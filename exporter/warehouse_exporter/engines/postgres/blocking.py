"""A connection for COPY, which the driver has only on one that blocks: every wait still ends.

Each call of the driver runs in a thread of its own. At its deadline, or when the exporter is
stopped, the statement is canceled; a server that does not answer to that loses its socket.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, TypeVar

import psycopg2
from psycopg2 import extensions

from warehouse_exporter.core.errors import Lost, Reason, Unmeasured
from warehouse_exporter.core.running import Running
from warehouse_exporter.engines.base import Answer
from warehouse_exporter.engines.postgres.connection import (
    GRACE,
    Values,
    answers,
    condition,
    connecting,
    translated,
    unsaid,
)

TICK = 0.1
PIECE = 1 << 16
"""Bytes that are handed over at once to a COPY that loads."""
T = TypeVar("T")


class BlockingConnection:
    """One connection; used by one thread."""

    def __init__(self, dsn: str, seconds: float, stop: threading.Event) -> None:
        """Connect within some seconds. Raises Unreachable."""
        self._stop = stop
        self._connection: extensions.connection | None = None
        with connecting(dsn, seconds, stop) as options:
            options["connect_timeout"] = max(2, int(seconds))
            self._connection = self._waited(lambda: psycopg2.connect(dsn, **options), seconds)
            self._connection.autocommit = True  # transactions begin where we say so

    def execute(self, text: str, values: Values | None = None, *, seconds: float) -> Answer:
        """The answer to a statement; of several, the last. Raises Unmeasured, or Lost."""

        def run(cursor: Any) -> Answer:
            cursor.execute(text, values)
            names = [column.name for column in cursor.description or ()]
            return names, cursor.fetchall() if names else []

        return self._called(text, run, seconds)

    def touched(self, text: str, *, seconds: float) -> int:
        """How many rows a statement has touched. Raises Unmeasured, or Lost."""

        def run(cursor: Any) -> int:
            cursor.execute(text)
            return int(cursor.rowcount)

        return self._called(text, run, seconds)

    def copy(self, text: str, file: IO[bytes], *, seconds: float) -> int:
        """Run a COPY to or from a file; returns its rows. Raises Unmeasured, or Lost.

        What the file raises is raised as it is; the connection is then of no more use.
        """

        def run(cursor: Any) -> int:
            cursor.copy_expert(text, file, PIECE)
            return int(cursor.rowcount)

        return self._called(text, run, seconds)

    def _called(self, text: str, call: Callable[[Any], T], seconds: float) -> T:
        """What a call with a cursor gives; errors are ours."""
        started, connection = time.monotonic(), self._connection
        assert connection is not None
        try:
            with connection.cursor() as cursor:
                return self._waited(lambda: call(cursor), seconds)
        except psycopg2.Error as error:
            if error.pgcode is None:
                raise unsaid(error, bool(connection.closed)) from None
            if error.pgcode.startswith("23"):
                raise Unmeasured(Reason.STATEMENT, broken(error)) from None
            raise translated(error, text, time.monotonic() - started, seconds) from None

    def _waited(self, call: Callable[[], T], seconds: float) -> T:
        """What a call gives that blocks. Raises Lost for one that does not end."""
        running = Running(call, "copy")
        deadline, ending = time.monotonic() + seconds + GRACE, 0.0
        while not running.ended(TICK):
            now = time.monotonic()
            if not ending and (self._stop.is_set() or now > deadline):
                ending = now + 2 * GRACE
                threading.Thread(target=self.cancel, name="cancel", daemon=True).start()
            elif ending and now > ending:
                self._break()
                stopping = "the exporter is shutting down"
                late = f"no answer within {seconds:.1f} s: the server or the network hangs"
                raise Lost(stopping if self._stop.is_set() else late)
        return running.result()

    def cancel(self) -> None:
        """Ask the server to end the running statement, if it answers."""
        with suppress(psycopg2.Error):
            if self._connection is not None and answers(self._connection.info, GRACE / 2):
                self._connection.cancel()

    def _break(self) -> None:
        """Take the socket away from a call that hangs."""
        with suppress(psycopg2.Error, OSError):
            if self._connection is not None:
                with socket.socket(fileno=os.dup(self._connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection, and with it a transaction that was not committed."""
        with suppress(psycopg2.Error):
            if self._connection is not None:
                self._connection.close()


def broken(error: psycopg2.Error) -> str:
    """What a constraint says, without the values of the row."""
    said = error.diag
    table, name = said.table_name or "a table", said.constraint_name or said.column_name or "a rule"
    return f"a row breaks {name} of {table} ({condition(error.pgcode or '')})"
