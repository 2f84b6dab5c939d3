"""Run the statements of a plan and gather what they answer, need by need and check by check."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehouse_exporter.core.closures import Learned
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured, Unreachable
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.model import Asked, CheckId
from warehouse_exporter.core.states import Cell
from warehouse_exporter.engines.base import Engine, Session
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading, Scan
from warehouse_exporter.passes.workers import work_off
from warehouse_exporter.plan.closed_days import ClosedDaysCache, Part
from warehouse_exporter.plan.decode import Row, fit, readings
from warehouse_exporter.plan.fusion import CheckNeed, Statement, fuse
from warehouse_exporter.plan.planner import Plan
from warehouse_exporter.plan.shapes import in_words

log = logging.getLogger(__name__)
NO_RETRY = (
    Reason.TIMEOUT, Reason.LOCK, Reason.CANCELED, Reason.CONNECTION, Reason.REWRITTEN,
)  # fmt: skip
"""Failures that would come again, and cost the warehouse again, if each check were tried alone.

After a time-out the checks are tried in smaller statements, all together no longer than the one
that failed (`Purse`).
"""
SHARE = 0.5
"""What a costly statement may take of the time that is left, for itself and others."""
LEAST = 0.1
"""Seconds that every statement may take."""
NO_PLAN = Plan((), {}, {})


@dataclass
class Collected:
    """What the statements of a pass have answered so far, and what each check has cost.

    `seconds` are those in which the warehouse worked on a check's statements; one that serves
    several checks is shared out evenly. `cut_off` are the checks of statements that ran when their
    connection was lost, by their text. `closures` are the closed weekdays of datasets.
    """

    plan: Plan = NO_PLAN
    parts: dict[tuple[CheckId, str], dict[Part, Reading]] = field(default_factory=dict)
    errors: dict[CheckId, Unmeasured | Skipped] = field(default_factory=dict)
    answered: Counter[CheckId] = field(default_factory=Counter)
    failures: Counter[Reason] = field(default_factory=Counter)
    seconds: dict[CheckId, float] = field(default_factory=dict)
    sql: dict[CheckId, tuple[Asked, ...]] = field(default_factory=dict)
    cut_off: dict[str, tuple[CheckId, ...]] = field(default_factory=dict)
    closures: dict[str, Learned] = field(default_factory=dict)
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

    def take(self, asked: CheckNeed, reading: Reading) -> None:
        """Take in an answer; the days of one need may come in several."""
        mine = self.parts.setdefault((asked.check, asked.name), {})
        before = mine.get(asked.part)
        states = {**before.states, **reading.states} if before else reading.states
        mine[asked.part] = replace(reading, states=states)
        self.answered[asked.check] += 1

    def lose(self, asked: Iterable[CheckNeed], error: Unmeasured) -> None:
        """What is not answered costs the check that asked."""
        self.errors.update({one.check: error for one in asked})

    def give_up(self, statement: Statement, error: Unmeasured) -> None:
        """None of what a statement asked is answered."""
        with self.lock:
            self.lose((slot.asked for slot in statement.slots), error)

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

    def keep_closed_days(self, kept: ClosedDaysCache) -> None:
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
    connector: Engine,
    views: Mapping[str, DatasetView],
    collected: Collected,
) -> None:
    """Run every statement; one that fails is tried again check by check. Raises Unreachable."""
    collected.begin(plan)

    def one(statement: Statement, session: Session) -> None:
        answer(statement, session, views, collected)

    collected.statements += work_off(plan.statements, session, connector, one)


def answer(
    statement: Statement, session: Session, views: Mapping[str, DatasetView], collected: Collected
) -> None:
    """Run one statement, or, where it fails, one for each of its checks.

    One that takes too long is taken apart: what can be critical is asked by itself.
    """
    budget = (session.deadline - time.monotonic()) * SHARE if statement.costly else math.inf
    error = run(statement, session, collected, budget)
    if error is None:
        return
    if error.reason is Reason.TIMEOUT and session.left > 0:
        answer_apart(statement, error, session, views, collected, Purse(session.left))
    elif len(statement.checks) == 1 or error.reason in NO_RETRY:
        collected.give_up(statement, error)
    else:
        for check in statement.checks:
            for single in fuse(statement.asked_by([check]), views):
                failed = run(single, session, collected)
                if failed is not None:
                    collected.give_up(single, failed)


@dataclass
class Purse:
    """The seconds left for what took too long together: once more as long as a statement may take.

    Each part may spend a share of what is left, so that an expensive one leaves something to those
    after it.
    """

    left: float

    @property
    def share(self) -> float:
        """What the next statement may take."""
        return max(self.left * SHARE, LEAST)


def answer_apart(
    statement: Statement,
    error: Unmeasured,
    session: Session,
    views: Mapping[str, DatasetView],
    collected: Collected,
    purse: Purse,
) -> None:
    """Answer the checks of a statement that took too long in smaller ones, critical ones first."""
    if len(statement.checks) == 1:
        collected.give_up(statement, error)
        return
    for together in smaller(statement):
        for part in fuse(statement.asked_by(together), views):
            started = time.monotonic()
            failed = run(part, session, collected, purse.share)
            purse.left -= time.monotonic() - started
            if failed is None:
                continue
            late = failed.reason is Reason.TIMEOUT and session.left > 0
            if late or failed.reason not in NO_RETRY:
                answer_apart(part, failed, session, views, collected, purse)
            else:
                collected.give_up(part, failed)


def asked(statement: Statement, session: Session, budget: float) -> list[dict[str, Cell]]:
    """The rows of a statement; a text of the owner's is asked apart from ours."""
    if statement.written is None:
        return session.rows(statement.sql, budget)
    return session.rows_of(statement.sql, statement.written.zone, statement.written.rows, budget)


def smaller(statement: Statement) -> list[list[CheckId]]:
    """Its checks in parts: those that can be critical and the others, or else each by itself."""
    first = [check for check in statement.checks if check in statement.critical]
    others = [check for check in statement.checks if check not in statement.critical]
    return [first, others] if first and others else [[check] for check in statement.checks]


def run(
    statement: Statement, session: Session, collected: Collected, budget: float = math.inf
) -> Unmeasured | None:
    """Run one statement and hand out its answer; an error is returned, unless it is Unreachable.

    It may take no more seconds than its budget. An answer that does not fit the question is an
    error too.
    """
    started, error, rows = time.monotonic(), None, []
    spare = budget < session.left
    try:
        rows = asked(statement, session, budget)
        collected.cut_off.pop(statement.sql, None)
        fit(statement, rows)
    except Unreachable:
        if session.running:
            collected.cut_off[statement.sql] = statement.checks
        raise
    except Unmeasured as found:
        error = found
        if spare and found.reason is Reason.TIMEOUT:
            text = f"canceled after {budget:.3g} s: more would be at the cost of other checks"
            error = Unmeasured(Reason.TIMEOUT, text)
        event(
            log, logging.WARNING, "statement failed", dataset=statement.dataset,
            shape=statement.shape, reason=error.reason, error=error.detail,
        )  # fmt: skip
    share = (time.monotonic() - started) / len(statement.checks)
    sent = Asked(in_words(statement), statement.sql)
    with collected.lock:
        for check in statement.checks:
            collected.seconds[check] = collected.seconds.get(check, 0.0) + share
            collected.sql[check] = (*collected.sql.get(check, ()), sent)
        if error is not None:
            collected.failures[error.reason] += 1
            return error
        collected.hand_out(statement, rows)
    return None
