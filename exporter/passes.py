"""Run a pass: catalogue, plan, statements, states, verdicts. It reports failures, never raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from exporter.catalog import QUERIES
from exporter.closed import Kept
from exporter.collect import Collected, collect
from exporter.config import Check, Config
from exporter.days import Calendar, expected_day
from exporter.errors import Reason, Skipped, Unmeasured, Unreachable
from exporter.logs import event
from exporter.model import Dataset, Pass, Relation, Result
from exporter.plan import make_plan
from exporter.target import Target
from exporter.verdicts import judge, not_measured
from exporter.warehouse import Connector

log = logging.getLogger(__name__)


def run_pass(
    config: Config,
    connector: Connector,
    as_of: datetime,
    datasets: frozenset[str] | None = None,
    kept: Kept | None = None,
) -> Pass:
    """One consistent run over some datasets, or all; every check comes back with a verdict.

    What `kept` has of closed days is not read again; without it, everything is.
    """
    started = time.monotonic()
    checks = config.checks_of(datasets)
    collected = Collected()
    targets = make_targets(config, {}, as_of)
    try:
        with connector.snapshot() as session:
            relations = session.relations([d.relation for d in config.datasets.values()])
            targets = make_targets(config, relations, as_of)
            plan = make_plan(checks, targets, kept)
            collect(plan, session, connector, targets, collected)
    except Unreachable as error:
        give_up(checks, error, collected)
    results = {check.id: result(check, targets, collected, as_of) for check in checks}
    if kept is not None:
        collected.keep_closed_days(kept)
        kept.forget({check.id for check in checks if may_be_repaired(check, results[check.id])})
    covered = frozenset(check.id.dataset for check in checks)
    seconds = time.monotonic() - started
    event(
        log, logging.INFO, "pass ended", datasets=len(covered), checks=len(checks),
        statements=collected.statements, seconds=seconds, up=collected.up,
    )  # fmt: skip
    return Pass(
        as_of, results, covered, collected.up, seconds, collected.statements, collected.failures,
        collected.seconds,
    )  # fmt: skip


def may_be_repaired(check: Check, found: Result) -> bool:
    """Whether a check speaks of rows that may be those of closed days."""
    return check.kind.in_the_past and any(verdict.severity for verdict in found.verdicts)


def make_targets(
    config: Config, relations: Mapping[tuple[str, ...], Relation], as_of: datetime
) -> dict[str, Target]:
    """Every dataset as its checks see it."""
    targets: dict[str, Target] = {}
    own = Dataset(QUERIES, (QUERIES,), time_zone=config.warehouse.timezone)
    for dataset in (*config.datasets.values(), own):
        zone = config.warehouse.timezone
        day = expected_day(as_of, zone, dataset.expect_by, dataset.expect_day)
        calendar = Calendar(as_of, zone, day, config.events)
        relation = relations.get(dataset.relation)
        targets[dataset.name] = Target(dataset, relation, calendar, targets, config.metrics)
    return targets


def give_up(checks: Iterable[Check], error: Unreachable, collected: Collected) -> None:
    """Nothing more can be read: what lacks one of its answers is not measured."""
    collected.up = False
    collected.failures[error.reason] += 1
    event(log, logging.ERROR, "warehouse not reachable", error=error.detail)
    needed = collected.needed()
    for check in checks:
        answered = collected.answered[check.id]
        if not answered or answered < needed[check.id]:
            collected.errors.setdefault(check.id, error)


def result(
    check: Check, targets: Mapping[str, Target], collected: Collected, as_of: datetime
) -> Result:
    """The verdicts of one check; the one wrapper around every kind."""
    error: Unmeasured | Skipped | None = collected.errors.get(check.id)
    if error is None:
        target = targets[check.id.dataset]
        try:
            samples = check.kind.samples(target, collected.readings(check.id))
            return Result(check.id, judge(check, samples, as_of), as_of)
        except (Unmeasured, Skipped) as found:
            error = found
        except Exception as found:  # a fault of ours costs one check, never the pass
            log.exception("kind failed", extra={"fields": {"check": check.id}})
            error = Unmeasured(Reason.INTERNAL, f"{type(found).__name__} in {check.kind.kind}")
    return Result(check.id, (not_measured(error),), as_of)
