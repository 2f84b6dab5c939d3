"""The only place that talks to the database: connect, snapshot, savepoints, timeouts, errors.

Every setting is made inside the transaction (SET LOCAL), so that it also holds behind a pooler that
hands out the same server connection to others.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from exporter import config
from exporter.catalog import APPLICATION_NAME
from exporter.errors import Reason, Unmeasured, Unreachable, UsageError
from exporter.model import Column, Relation
from exporter.states import Cell

NETWORK: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30000,
}
"""A server that went away is noticed within half a minute, also in the middle of a statement."""

CATALOGUE = """
SELECT n.nspname, c.relname, c.relkind::text, a.attname,
       format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, NULL),
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
       EXISTS (SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
               JOIN pg_am m ON m.oid = i.relam
               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
                 AND x.indkey[0] = a.attnum AND m.amname IN ('btree', 'brin'))
       OR EXISTS (SELECT 1 FROM pg_partitioned_table p
                  WHERE p.partrelid = c.oid AND p.partattrs[0] = a.attnum),
       pg_table_is_visible(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY(%s)
ORDER BY c.oid, a.attnum
"""


class Connector:
    """Opens one connection per pass, and can cancel what runs on it from another thread."""

    def __init__(self, warehouse: config.Warehouse) -> None:
        self.warehouse = warehouse
        self._open: Connection | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A read-only, repeatable-read transaction. Raises Unreachable."""
        connection = self._connect()
        with self._lock:
            self._open = connection
        try:
            session = Session(connection, self.warehouse, self._closing)
            session.begin()
            yield session
        finally:
            with self._lock:
                self._open = None
            close(connection)

    def _connect(self) -> Connection:
        if self._closing.is_set():
            raise Unreachable("the exporter is shutting down")
        try:
            opened: Connection = psycopg2.connect(
                self.warehouse.connection_string(),
                connect_timeout=max(2, round(self.warehouse.connect_timeout)),
                application_name=APPLICATION_NAME,
                **NETWORK,
            )
            return opened
        except psycopg2.OperationalError as error:
            raise Unreachable(one_line(error)) from None
        except (psycopg2.Error, ValueError):
            # The driver repeats the DSN in this message, and with it the password.
            raise Unreachable("the DSN cannot be parsed: see libpq's connection strings") from None
        except UsageError as error:
            raise Unreachable(str(error)) from None

    def cancel(self) -> None:
        """End the running statement and let no other start: for shutdown."""
        with self._lock:
            self._closing.set()
            if self._open is not None:
                with_ignored_errors(self._open)


def with_ignored_errors(connection: Connection) -> None:
    """Ask the server to cancel; a connection that is gone has nothing to cancel."""
    try:
        connection.cancel()
    except psycopg2.Error:
        return


def close(connection: Connection) -> None:
    """Close a connection, whatever state it is in; closing ends its transaction."""
    try:
        connection.close()
    except psycopg2.Error:
        return


class Session:
    """One snapshot of the warehouse; each statement in a savepoint of its own."""

    def __init__(
        self, connection: Connection, warehouse: config.Warehouse, closing: threading.Event
    ) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self._closing = closing
        self._deadline = time.monotonic() + warehouse.pass_timeout
        self.statements = 0

    def begin(self) -> None:
        """Start the transaction and make every setting in it."""
        settings = {
            "timezone": "UTC",
            "application_name": APPLICATION_NAME,
            "lock_timeout": f"{self._warehouse.lock_timeout * 1000:.0f}",
            "statement_timeout": f"{self._warehouse.statement_timeout * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{self._warehouse.pass_timeout * 1000:.0f}",
        }
        self._connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        try:
            with self._connection.cursor() as cursor:
                for name, value in settings.items():
                    cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
        except psycopg2.Error as error:
            raise Unreachable(one_line(error)) from None

    def rows(self, sql: str) -> list[dict[str, Cell]]:
        """The rows of a statement. Raises Unmeasured, or Unreachable if the connection is gone."""
        if self._closing.is_set():
            raise Unmeasured(Reason.CANCELED, "not begun: the exporter is shutting down")
        left = min(self._warehouse.statement_timeout, self._deadline - time.monotonic())
        if left <= 0.05:
            limit = self._warehouse.pass_timeout
            raise Unmeasured(Reason.TIMEOUT, f"not begun: the pass took longer than {limit:g} s")
        self.statements += 1
        started = time.monotonic()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SAVEPOINT s")
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", (f"{left * 1000:.0f}",)
                )
                cursor.execute(sql)
                names = [column.name for column in cursor.description or ()]
                found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
                cursor.execute("RELEASE SAVEPOINT s")
                return found
        except psycopg2.Error as error:
            self._roll_back()
            raise translated(error, self._connection, time.monotonic() - started, left) from None
        except (ValueError, OverflowError) as error:
            self._roll_back()
            raise Unmeasured(Reason.RESULT, f"a value cannot be read: {one_line(error)}") from None

    def _roll_back(self) -> None:
        """Undo a failed statement; the snapshot stays."""
        if self._connection.closed:
            return
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT s")
        except psycopg2.Error:
            return

    def relations(self, names: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Relation]:
        """What the catalogue says of the relations that exist; one statement for all."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(CATALOGUE, ([name[-1] for name in names],))
                rows = cursor.fetchall()
        except psycopg2.Error as error:
            raise Unreachable(one_line(error)) from None
        found = {}
        for name in names:
            mine = [
                row
                for row in rows
                if row[1] == name[-1] and (row[0] == name[0] if len(name) == 2 else row[7])
            ]
            if mine:
                found[name] = relation(mine)
        return found


def relation(rows: Sequence[tuple[str, str, str, str | None, str, bool, bool, bool]]) -> Relation:
    """A relation from its rows of the catalogue, one per column."""
    columns = {
        name: Column(name, data_type, readable)
        for _, _, _, name, data_type, readable, _, _ in rows
        if name is not None
    }
    readable = any(column.readable for column in columns.values())
    indexed = frozenset(row[3] for row in rows if row[3] is not None and row[6])
    return Relation(columns, readable, indexed, rows[0][2])


REASONS = {
    "42501": Reason.PERMISSION,
    "42P01": Reason.MISSING_RELATION,
    "3F000": Reason.MISSING_RELATION,
    "42703": Reason.MISSING_COLUMN,
    "42804": Reason.COLUMN_TYPE,
    "42883": Reason.COLUMN_TYPE,
    "55P03": Reason.LOCK,
    "40001": Reason.CANCELED,
    "40P01": Reason.LOCK,
}
GONE = re.compile(r"^(08|57P0)")


def translated(
    error: psycopg2.Error, connection: Connection, seconds: float, allowed: float
) -> Unmeasured:
    """The driver's error as one of ours; values of rows are left out of the message."""
    code = error.pgcode or ""
    if connection.closed or GONE.match(code):
        return Unreachable(one_line(error))
    if code == "57014":
        if seconds >= allowed * 0.95:
            return Unmeasured(Reason.TIMEOUT, f"canceled after {allowed:g} s (statement_timeout)")
        return Unmeasured(Reason.CANCELED, "canceled by the server or its administrator")
    if code.startswith("22"):
        return Unmeasured(Reason.COLUMN_TYPE, f"{one_line(error).split(':')[0]} ({code})")
    return Unmeasured(
        REASONS.get(code, Reason.STATEMENT), f"{one_line(error)} ({code or 'no code'})"
    )


def one_line(error: Exception) -> str:
    """The first line of an error, without the place in the statement."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    text = (primary or str(error)).strip() or type(error).__name__
    return text.splitlines()[0]
