"""What an incident is: how the shop is broken and repaired, and what somebody has to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg2
from warehouse_exporter.core.model import Severity
from warehouse_exporter.demo.faults import find

from labs.incidents.chain import Chain

Act = Callable[[Chain], None]


@dataclass(frozen=True)
class Incident:
    """One way in which a morning begins badly."""

    name: str
    meaning: str
    """What happened, in the words of somebody who was there."""
    told: Severity
    """Critical: one page. Warning: one ticket. Info: no more than a line in a log."""
    cause: str
    """A regular expression: the check that the first message is about and the beginning of its
    title, or the title of what is wrong with ourselves."""
    break_: Act
    repair: Act
    alone: bool = False
    """Whether it takes the whole server with it."""
    slow: bool = False
    """Whether checks are not measured for as long as work takes that nothing speeds up: a table is
    rewritten under a lock, or a new exporter makes its first pass."""


def of_fault(name: str, told: Severity, cause: str, *, slow: bool = False) -> Incident:
    """An incident in the data: a fault of the demo."""
    fault = find(name)

    def act(change: Callable[[psycopg2.extensions.connection, datetime], None]) -> Act:
        def done(chain: Chain) -> None:
            connection = psycopg2.connect(chain.dsn)
            try:
                change(connection, datetime.now(UTC))
            finally:
                connection.close()

        return done

    return Incident(
        name, fault.meaning, told, cause, act(fault.break_), act(fault.repair), slow=slow
    )
