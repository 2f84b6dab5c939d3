"""The statements of a pass on a few connections at once, which all see the same instant."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from exporter.errors import Unreachable
from exporter.plan import Statement
from exporter.warehouse import Connector, Session

IDLE = 0.25
"""Seconds that one connection works alone: a steady pass is over before a second one would help."""
Run = Callable[[Statement, Session], None]
"""Runs a statement in a session. Raises Unreachable when its connection is gone."""


def work_off(
    statements: Sequence[Statement], session: Session, connector: Connector, run: Run
) -> int:
    """Run all statements, with as many connections as the config allows for one pass.

    Returns how many statements were sent. Raises Unreachable when the first connection is gone;
    when another one is, its statement is taken over.
    """
    left, ended = deque(statements), threading.Event()
    sent: list[int] = []

    def help_out(snapshot: str) -> None:
        """Join in after a moment, if there is still something to do and room for a connection."""
        if ended.wait(IDLE) or not left:
            return
        try:
            with connector.beside(snapshot) as other:
                try:
                    take_turns(left, other, run)
                finally:
                    sent.append(other.statements)
        except Unreachable:
            return

    helpers: list[threading.Thread] = []
    more = min(connector.warehouse.connections_per_pass, len(left)) - 1
    snapshot = session.export() if more > 0 else None
    if snapshot is not None:
        helpers = [threading.Thread(target=help_out, args=(snapshot,)) for _ in range(more)]
    for helper in helpers:
        helper.start()
    try:
        take_turns(left, session, run)
    finally:
        ended.set()
        for helper in helpers:
            helper.join()
    take_turns(left, session, run)
    return session.statements + sum(sent)


def take_turns(left: deque[Statement], session: Session, run: Run) -> None:
    """Run one statement after the other until none is left; put back what could not be run."""
    while True:
        try:
            statement = left.popleft()
        except IndexError:
            return
        try:
            run(statement, session)
        except Unreachable:
            left.append(statement)
            raise
