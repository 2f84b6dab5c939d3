"""The only place that talks to the driver: one connection, on which every wait ends.

libpq waits for ever for a server that has gone silent behind a network that still answers, so this
connection never blocks: it polls, and gives up at its deadline or when the exporter is stopped. The
driver's errors become ours here, in words of our own.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg2
from psycopg2 import errorcodes, extensions

from warehouse_exporter.core.errors import Lost, Reason, Unmeasured, Unreachable
from warehouse_exporter.core.names import APPLICATION_NAME
from warehouse_exporter.engines.base import Answer
from warehouse_exporter.engines.postgres.dsn import refuse_ambiguous, refuse_strange, speakable
from warehouse_exporter.engines.postgres.errors import Said, of_connecting, of_statement
from warehouse_exporter.engines.postgres.resolver import addressed

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
Values = Sequence[Any] | Mapping[str, Any]
"""What is filled into a statement, in its order or by name."""


@contextmanager
def connecting(dsn: str, seconds: float, stop: threading.Event) -> Iterator[dict[str, Any]]:
    """What every connection is opened with besides its DSN, looked up within some seconds.

    Raises Unreachable for a DSN that is of no use, and for what the driver raises in the block.
    """
    names: frozenset[str] = frozenset()
    refuse_ambiguous(dsn)
    try:
        parameters = extensions.parse_dsn(dsn)
        refuse_strange(parameters)
        names = speakable(dsn, parameters)
        options: dict[str, Any] = {**NETWORK, "client_encoding": "UTF8"}
        yield {
            **options,
            "application_name": APPLICATION_NAME,
            **addressed(parameters, seconds, stop),
        }
    except psycopg2.OperationalError as error:
        raise Unreachable(of_connecting(str(error), names)) from None
    except (psycopg2.Error, ValueError):
        # The driver repeats the DSN in this message, and with it the password.
        raise Unreachable("the DSN cannot be parsed: see libpq's connection strings") from None


class Connection:
    """One connection to the warehouse; used by one thread, and canceled from any."""

    def __init__(self, dsn: str, seconds: float, stop: threading.Event) -> None:
        """Connect within some seconds. Raises Unreachable."""
        self._stop = stop
        self.types: list[int] = []
        """The numbers of the types that the columns of the last answer have."""
        with connecting(dsn, seconds, stop) as options:
            self._connection: extensions.connection = psycopg2.connect(dsn, async_=True, **options)
            self._wait(seconds, f"no connection within {seconds:g} s")

    def execute(
        self, text: str, values: Values | None = None, *, seconds: float, written: str = ""
    ) -> Answer:
        """The answer to a statement that the server ends after some seconds; of several, the last.

        `written` is a text that the statement lets the server run.

        Raises Unmeasured for a statement that failed, Lost for a connection that did, or on
        which no answer came although the server should have ended the statement.
        """
        started = time.monotonic()
        try:
            cursor = self._connection.cursor()
            cursor.execute(text, values)
            late = f"no answer within {seconds:.1f} s: the server or the network hangs"
            self._wait(seconds + GRACE, late)
            names = [column.name for column in cursor.description or ()]
            self.types = [column.type_code for column in cursor.description or ()]
            return names, cursor.fetchall() if names else []
        except Unreachable as error:
            raise Lost(error.detail) from None
        except psycopg2.Error as error:
            if error.pgcode is None:
                raise unsaid(error, bool(self._connection.closed)) from None
            raise translated(error, written or text, time.monotonic() - started, seconds) from None
        except UnicodeError:
            raise Unmeasured(Reason.RESULT, f"{UNREADABLE}: a text that is not UTF-8") from None
        except (ValueError, OverflowError):
            beyond = "a date or time outside the years 1 to 9999"
            raise Unmeasured(Reason.RESULT, f"{UNREADABLE}: {beyond}") from None

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


UNREADABLE = "an answer cannot be read"


def unsaid(error: psycopg2.Error, gone: bool) -> Unmeasured:
    """An error of the driver, of which the server has said nothing; its text may hold a value."""
    if gone or isinstance(error, psycopg2.OperationalError):
        return Lost(of_connecting(str(error), (), "the connection to the server broke"))
    if isinstance(error, psycopg2.DataError):
        return Unmeasured(Reason.RESULT, f"{UNREADABLE}: a value that the driver does not know")
    return Unmeasured(Reason.STATEMENT, "the driver refuses the statement")


def translated(error: psycopg2.Error, text: str, seconds: float, allowed: float) -> Unmeasured:
    """The server's error as one of ours; `seconds` passed of those `allowed` to the statement."""
    said, code = error.diag, error.pgcode or ""
    if code == "57014":
        if seconds >= allowed * 0.95:
            return Unmeasured(Reason.TIMEOUT, f"canceled after {allowed:.3g} s (statement_timeout)")
        return Unmeasured(Reason.CANCELED, "canceled by the server or its administrator")
    return of_statement(
        Said(
            code,
            said.severity_nonlocalized or said.severity,
            said.source_function,
            said.message_primary or "",
            text,
            said.internal_position if said.internal_query == text else said.statement_position,
            condition(code),
        )
    )


def condition(code: str) -> str:
    """The name that the standard and PostgreSQL have for a SQLSTATE; '' for one of neither."""
    try:
        return errorcodes.lookup(code).lower().replace("_", " ")
    except KeyError:
        return ""
