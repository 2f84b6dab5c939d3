"""Run a pass: catalogue, plan, statements, states, verdicts. It reports failures, never raises."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exporter.answers import readings
from exporter.catalog import QUERIES
from exporter.config import Check, Config
from exporter.days import Calendar, expected_day
from exporter.errors import Reason, Skipped, Unmeasured, Unreachable
from exporter.logs import event
from exporter.model import CheckId, Dataset, Pass, Relation, Result
from exporter.needs import Reading
from exporter.plan import Plan, Statement, fuse, make_plan
from exporter.target import Target
from exporter.verdicts import judge, not_measured
from exporter.warehouse import Connector, Session

log = logging.getLogger(__name__)
NO_RETRY = (Reason.TIMEOUT, Reason.LOCK, Reason.CANCELED, Reason.CONNECTION)
"""Failures that would come again, and cost the warehouse again, if each check were tried alone."""


@dataclass
class Collected:
    """What the statements of a pass have answered so far."""

    readings: dict[CheckId, dict[str, Reading]] = field(default_factory=dict)
    errors: dict[CheckId, Unmeasured | Skipped] = field(default_factory=dict)
    needed: Counter[CheckId] = field(default_factory=Counter)
    failures: Counter[Reason] = field(default_factory=Counter)
    statements: int = 0
    up: bool = True


def run_pass(
    config: Config,
    connector: Connector,
    as_of: datetime,
    datasets: frozenset[str] | None = None,
) -> Pass:
    """One consistent run over some datasets, or all; every check comes back with a verdict."""
    started = time.monotonic()
    checks = config.checks_of(datasets)
    collected = Collected()
    targets = make_targets(config, {}, as_of)
    try:
        with connector.snapshot() as session:
            relations = session.relations([d.relation for d in config.datasets.values()])
            targets = make_targets(config, relations, as_of)
            plan = make_plan(checks, targets)
            collect(plan, session, targets, collected)
            collected.statements = session.statements
    except Unreachable as error:
        give_up(checks, error, collected)
    results = {check.id: result(check, targets, collected, as_of) for check in checks}
    covered = frozenset(check.id.dataset for check in checks)
    seconds = time.monotonic() - started
    event(
        log, logging.INFO, "pass ended", datasets=len(covered), checks=len(checks),
        statements=collected.statements, seconds=seconds, up=collected.up,
    )  # fmt: skip
    return Pass(
        as_of, results, covered, collected.up, seconds, collected.statements, collected.failures
    )


def make_targets(
    config: Config, relations: Mapping[tuple[str, ...], Relation], as_of: datetime
) -> dict[str, Target]:
    """Every dataset as its checks see it."""
    targets: dict[str, Target] = {}
    own = Dataset(QUERIES, (QUERIES,), time_zone=config.warehouse.timezone)
    for dataset in (*config.datasets.values(), own):
        zone = config.warehouse.timezone
        day = expected_day(as_of, zone, dataset.expect_by, dataset.expect_day)
        calendar = Calendar(as_of, zone, day)
        relation = relations.get(dataset.relation)
        targets[dataset.name] = Target(dataset, relation, calendar, targets, config.metrics)
    return targets


def collect(
    plan: Plan, session: Session, targets: Mapping[str, Target], collected: Collected
) -> None:
    """Run every statement; one that fails is tried again check by check."""
    collected.errors.update(plan.unmeasured)
    collected.needed.update(slot.asked.check for s in plan.statements for slot in s.slots)
    for statement in plan.statements:
        error = run(statement, session, collected)
        if error is None:
            continue
        if isinstance(error, Unreachable):
            raise error
        if len(statement.checks) == 1 or error.reason in NO_RETRY:
            collected.errors.update(dict.fromkeys(statement.checks, error))
            continue
        for check in statement.checks:
            mine = [slot.asked for slot in statement.slots if slot.asked.check == check]
            for single in fuse(mine, targets):
                failed = run(single, session, collected)
                if isinstance(failed, Unreachable):
                    raise failed
                if failed is not None:
                    collected.errors[check] = failed


def run(statement: Statement, session: Session, collected: Collected) -> Unmeasured | None:
    """Run one statement and hand out its answer; the error is returned, not raised."""
    try:
        rows = session.rows(statement.sql)
    except Unmeasured as error:
        collected.failures[error.reason] += 1
        event(
            log, logging.WARNING, "statement failed", dataset=statement.dataset,
            shape=statement.shape, reason=error.reason, error=error.detail,
        )  # fmt: skip
        return error
    for asked, answer in readings(statement, rows):
        if isinstance(answer, Unmeasured):
            collected.errors[asked.check] = answer
        else:
            collected.readings.setdefault(asked.check, {})[asked.name] = answer
    return None


def give_up(checks: Iterable[Check], error: Unreachable, collected: Collected) -> None:
    """Nothing more can be read: what lacks one of its answers is not measured."""
    collected.up = False
    collected.failures[error.reason] += 1
    event(log, logging.ERROR, "warehouse not reachable", error=error.detail)
    for check in checks:
        answered = len(collected.readings.get(check.id, ()))
        if not answered or answered < collected.needed[check.id]:
            collected.errors.setdefault(check.id, error)


def result(
    check: Check, targets: Mapping[str, Target], collected: Collected, as_of: datetime
) -> Result:
    """The verdicts of one check; the one wrapper around every kind."""
    error: Unmeasured | Skipped | None = collected.errors.get(check.id)
    if error is None:
        target = targets[check.id.dataset]
        try:
            samples = check.kind.samples(target, collected.readings.get(check.id, {}))
            return Result(check.id, judge(check, samples, as_of), as_of)
        except (Unmeasured, Skipped) as found:
            error = found
        except Exception as found:  # a fault of ours costs one check, never the pass
            log.exception("kind failed", extra={"fields": {"check": check.id}})
            error = Unmeasured(Reason.INTERNAL, f"{type(found).__name__} in {check.kind.kind}")
    return Result(check.id, (not_measured(error),), as_of)
