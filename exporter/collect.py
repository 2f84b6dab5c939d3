"""Run the statements of a plan and gather what they answer, need by need and check by check."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.answers import Row, fit, readings
from exporter.closed import Kept, Part
from exporter.crew import work_off
from exporter.errors import Reason, Skipped, Unmeasured, Unreachable
from exporter.fusion import Asked, Statement, fuse
from exporter.logs import event
from exporter.model import CheckId
from exporter.needs import Reading, Scan
from exporter.plan import Plan
from exporter.states import Cell
from exporter.target import Target
from exporter.warehouse import Connector, Session

log = logging.getLogger(__name__)
NO_RETRY = (
    Reason.TIMEOUT, Reason.LOCK, Reason.CANCELED, Reason.CONNECTION, Reason.REWRITTEN,
)  # fmt: skip
"""Failures that would come again, and cost the warehouse again, if each check were tried alone."""
NO_PLAN = Plan((), {}, {})


@dataclass
class Collected:
    """What the statements of a pass have answered so far, and what each check has cost.

    `seconds` are those in which the warehouse worked on a check's statements; one that serves
    several checks is shared out evenly.
    """

    plan: Plan = NO_PLAN
    parts: dict[tuple[CheckId, str], dict[Part, Reading]] = field(default_factory=dict)
    errors: dict[CheckId, Unmeasured | Skipped] = field(default_factory=dict)
    answered: Counter[CheckId] = field(default_factory=Counter)
    failures: Counter[Reason] = field(default_factory=Counter)
    seconds: dict[CheckId, float] = field(default_factory=dict)
    statements: int = 0
    up: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, plan: Plan) -> None:
        """Gather the answers to one more plan."""
        divisions = {**self.plan.divisions, **plan.divisions}
        self.plan = replace(plan, divisions=divisions)
        self.errors.update(plan.unmeasured)

    def forget(self, checks: Collection[CheckId]) -> None:
        """Throw away what some checks were answered; what that has cost stays."""
        self.parts = {at: parts for at, parts in self.parts.items() if at[0] not in checks}
        for check in checks:
            del self.answered[check]

    def take(self, asked: Asked, reading: Reading) -> None:
        """Take in an answer; the days of one need may come in several."""
        mine = self.parts.setdefault((asked.check, asked.name), {})
        before = mine.get(asked.part)
        states = {**before.states, **reading.states} if before else reading.states
        mine[asked.part] = replace(reading, states=states)
        self.answered[asked.check] += 1

    def lose(self, asked: Iterable[Asked], error: Unmeasured) -> None:
        """What is not answered costs the check that asked."""
        self.errors.update({one.check: error for one in asked})

    def hand_out(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Give every need of a statement its part of the answer."""
        for asked, found in readings(statement, rows):
            if isinstance(found, Unmeasured):
                self.lose([asked], found)
            else:
                self.take(asked, found)

    def readings(self, check: CheckId) -> dict[str, Reading]:
        """The answers to all needs of a check. Raises Unmeasured for NaN and the like."""
        divisions = self.plan.divisions.get(check, {})
        return {
            name: division.answer(self.parts.get((check, name), {}))
            for name, division in divisions.items()
        }

    def keep_closed_days(self, kept: Kept) -> None:
        """Keep the answers of closed days, also of checks that failed over their open ones."""
        for (check, name), parts in self.parts.items():
            division = self.plan.divisions[check][name]
            for part, reading in parts.items():
                need = division.ask[part]
                days = need.days if isinstance(need, Scan) else None
                if days is None or reading.states.keys() == set(days):
                    found = division.to_keep(part, reading)
                    if found is not None:
                        kept.keep(check, name, division.key, found)

    def needed(self) -> Counter[CheckId]:
        """How many answers each check waits for."""
        return Counter(slot.asked.check for s in self.plan.statements for slot in s.slots)


def collect(
    plan: Plan,
    session: Session,
    connector: Connector,
    targets: Mapping[str, Target],
    collected: Collected,
) -> None:
    """Run every statement; one that fails is tried again check by check. Raises Unreachable."""
    collected.begin(plan)

    def one(statement: Statement, session: Session) -> None:
        answer(statement, session, targets, collected)

    collected.statements += work_off(plan.statements, session, connector, one)


def answer(
    statement: Statement, session: Session, targets: Mapping[str, Target], collected: Collected
) -> None:
    """Run one statement, or, where it fails, one for each of its checks."""
    error = run(statement, session, collected)
    if error is None:
        return
    if len(statement.checks) == 1 or error.reason in NO_RETRY:
        with collected.lock:
            collected.lose((slot.asked for slot in statement.slots), error)
        return
    for check in statement.checks:
        mine = [slot.asked for slot in statement.slots if slot.asked.check == check]
        for single in fuse(mine, targets):
            failed = run(single, session, collected)
            if failed is not None:
                with collected.lock:
                    collected.lose((slot.asked for slot in single.slots), failed)


def asked(statement: Statement, session: Session) -> list[dict[str, Cell]]:
    """The rows of a statement; a text of the owner's is asked apart from ours."""
    if statement.written is None:
        return session.rows(statement.sql)
    return session.rows_of(statement.sql, statement.written.zone, statement.written.rows)


def run(statement: Statement, session: Session, collected: Collected) -> Unmeasured | None:
    """Run one statement and hand out its answer; an error is returned, unless it is Unreachable.

    An answer that does not fit the question is an error too.
    """
    started, error, rows = time.monotonic(), None, []
    try:
        rows = asked(statement, session)
        fit(statement, rows)
    except Unreachable:
        raise
    except Unmeasured as found:
        error = found
        event(
            log, logging.WARNING, "statement failed", dataset=statement.dataset,
            shape=statement.shape, reason=error.reason, error=error.detail,
        )  # fmt: skip
    share = (time.monotonic() - started) / len(statement.checks)
    with collected.lock:
        for check in statement.checks:
            collected.seconds[check] = collected.seconds.get(check, 0.0) + share
        if error is not None:
            collected.failures[error.reason] += 1
            return error
        collected.hand_out(statement, rows)
    return None
