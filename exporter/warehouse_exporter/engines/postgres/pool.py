"""The connections of one exporter: no more than the config allows, and some kept for a while.

A new connection costs the server a process and a cold catalogue, thirty times what a pass over a
small table costs. So one that has ended its pass well may serve the next: for a short time only, as
passwords, addresses and settings of roles change. What a pass may have left in it is thrown away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from warehouse_exporter.core.errors import Unmeasured, Unreachable
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.postgres.connection import Connection

OLDEST = 60.0
"""Seconds after which a connection is used no more."""
SHORT = 5.0
"""Seconds that the server has to throw away what a pass has left."""
Connect = Callable[[str, float, threading.Event], Connection]


class Pool:
    """Opens connections, lends each to one pass at a time, and can end them all."""

    def __init__(self, stopped: threading.Event, connect: Connect = Connection) -> None:
        self.keep = 0.0
        """Seconds for which a connection is kept that nobody uses; 0: not at all."""
        self._connect = connect
        self._stopped = stopped
        self._room = threading.Condition()
        self._used: set[Connection] = set()
        self._idle: list[tuple[float, Connection]] = []
        self._connecting = 0
        self._waiting = 0
        self._ending = False

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for a connection."""
        return self._waiting > 0

    def take(self, warehouse: Warehouse, dsn: Callable[[], str], wait: float) -> Connection:
        """A connection, as soon as there is room for one more, waited for some seconds.

        Raises Unreachable.
        """

        def room() -> bool:
            used = len(self._used) + self._connecting
            return self._stopped.is_set() or used < warehouse.connections

        with self._room:
            self._waiting += bool(wait)
            found = self._room.wait_for(room, wait)
            self._waiting -= bool(wait)
            if not found:
                raise Unreachable(f"all {warehouse.connections} connections are in use")
            if self._stopped.is_set():
                raise Unreachable("the exporter is shutting down")
            kept = self._idle.pop()[1] if self._idle else None
            self._connecting += 1
        made: list[Connection] = []
        try:
            made.append(self._ready(kept, warehouse, dsn()))
        finally:
            with self._room:
                self._connecting -= 1
                self._used.update(made)
                self._room.notify_all()
        return made[0]

    def _ready(self, kept: Connection | None, warehouse: Warehouse, dsn: str) -> Connection:
        """The kept connection, if it leads there and seems to be alive; else a new one."""
        if kept is not None:
            if kept.dsn == dsn and kept.quiet and time.monotonic() < kept.since + OLDEST:
                return kept
            kept.leave()
        return self._connect(dsn, warehouse.connect_timeout, self._stopped)

    def give_back(self, connection: Connection, *, ended: bool) -> None:
        """End a connection, or keep it for the next pass; `ended`: its transaction is over."""
        keeps = ended and self.keep > 0 and not self._stopped.is_set() and cleared(connection)
        if not keeps:
            if ended and not self._stopped.is_set():
                connection.leave()
            connection.close()
        with self._room:
            self._used.discard(connection)
            keeps = keeps and not self._stopped.is_set()
            if keeps:
                self._idle.append((time.monotonic() + self.keep, connection))
                if not self._ending:
                    self._ending = True
                    threading.Thread(target=self._end_idle, name="idle", daemon=True).start()
            self._room.notify_all()
        if not keeps:
            connection.close()

    def empty(self) -> None:
        """End all connections that nobody uses."""
        with self._room:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.leave()

    def _end_idle(self) -> None:
        """End each connection that nobody has used for so long, until none is left."""
        while True:
            with self._room:
                left = self._idle[0][0] - time.monotonic() if self._idle else -1.0
                while self._idle and left > 0:
                    self._room.wait(left)
                    left = self._idle[0][0] - time.monotonic() if self._idle else -1.0
                if not self._idle:
                    self._ending = False
                    return
                _, connection = self._idle.pop(0)
            connection.leave()

    def stop(self) -> list[Connection]:
        """Let nothing more begin, and end what nobody uses; returns those that are in use."""
        with self._room:
            self._stopped.set()
            used, idle, self._idle = list(self._used), self._idle, []
            self._room.notify_all()
        for _, connection in idle:
            connection.close()
        return used


def cleared(connection: Connection) -> bool:
    """Whether the server has thrown away what a pass may have left in its session."""
    try:
        connection.execute("DISCARD ALL", seconds=SHORT)
    except Unmeasured:
        return False
    connection.served += 1
    return True
