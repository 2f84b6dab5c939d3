"""Runs the statements of a pass on several connections at once, all in one snapshot."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.logs import event
from warehouse_exporter.engines.base import Engine, Session
from warehouse_exporter.plan.fusion import Statement

log = logging.getLogger(__name__)
IDLE = 0.25
"""Seconds before a second connection joins: most steady passes are over by then."""
Run = Callable[[Statement, Session], None]
"""Runs a statement in a session. Raises Unreachable when its connection is gone."""


def work_off(statements: Sequence[Statement], session: Session, connector: Engine, run: Run) -> int:
    """Run all statements, with as many connections as the config allows for one pass.

    Returns how many statements were sent. Raises Unreachable when the first connection is gone;
    when another one is, or is wanted by another pass, what it leaves is taken over, with all that
    it has read if it could not be asked any more whether that had been rewritten.
    """
    left, ended, door = deque(statements), threading.Event(), threading.Lock()
    joined: list[threading.Thread] = []
    sent: list[int] = []

    def spared() -> bool:
        return ended.is_set() or connector.wanted

    def help_out(snapshot: str, done: list[Statement]) -> None:
        """Join after a moment, if work is left and a connection is free."""
        if ended.wait(IDLE) or not left:
            return
        with connector.beside(session, snapshot) as other:
            with door:
                if ended.is_set():
                    return
                joined.append(threading.current_thread())
            try:
                take_turns(left, other, run, spared, done)
            finally:
                sent.append(other.statements)

    def helper(snapshot: str) -> None:
        done: list[Statement] = []
        try:
            help_out(snapshot, done)
            return
        except Unmeasured as error:
            event(log, logging.DEBUG, "no second connection", error=error.detail)
        except Exception:  # a fault of ours, which the first connection will meet again
            log.exception("second connection failed")
        if not session.careful:
            left.extend(done)

    more = min(connector.warehouse.connections_per_pass, len(left)) - 1
    snapshot = session.export() if more > 0 else None
    if snapshot is not None:
        for _ in range(more):
            threading.Thread(target=helper, args=(snapshot,), daemon=True).start()
    try:
        take_turns(left, session, run, lambda: False, [])
    finally:
        # One that has not got through by now (a pooler may let it wait) is not waited for.
        with door:
            ended.set()
        for one in joined:
            one.join()
    take_turns(left, session, run, lambda: False, [])
    return session.statements + sum(sent)


def take_turns(
    left: deque[Statement],
    session: Session,
    run: Run,
    enough: Callable[[], bool],
    done: list[Statement],
) -> None:
    """Run one statement after the other until none is left; put back what could not be run."""
    while not enough():
        try:
            statement = left.popleft()
        except IndexError:
            return
        try:
            run(statement, session)
        except Exception:
            left.append(statement)
            raise
        done.append(statement)
