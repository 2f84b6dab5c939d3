"""Run a pass: catalogue, plan, statements, states, verdicts. It reports failures, never raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from exporter import untimed
from exporter.bounds import EVIDENCE, LABEL, TEXT, plain
from exporter.catalog import QUERIES
from exporter.closed import Kept
from exporter.collect import Collected, collect
from exporter.config import Check, Config
from exporter.days import MIDNIGHT, Calendar, expected_day
from exporter.errors import Reason, Skipped, Unmeasured, Unreachable
from exporter.logs import event
from exporter.model import Dataset, Pass, Relation, Result, Sample, Severity
from exporter.needs import Readings
from exporter.plan import make_plan
from exporter.relations import Rewritten
from exporter.session import Session
from exporter.target import Target
from exporter.verdicts import judge, not_measured
from exporter.warehouse import Connector

log = logging.getLogger(__name__)
TABLES = ("r", "p", "m")
"""Kinds of relations that are read themselves; a materialized view is one."""


def run_pass(
    config: Config,
    connector: Connector,
    as_of: datetime,
    datasets: frozenset[str] | None = None,
    kept: Kept | None = None,
) -> Pass:
    """One consistent run over some datasets, or all; every check comes back with a verdict.

    What `kept` has of closed days is not read again; without it, everything is. What was read of a
    relation that had been rewritten since the snapshot is not known: those checks are measured
    once more, all of each in a snapshot of its own.
    """
    started = time.monotonic()
    checks = config.checks_of(datasets)
    collected = Collected()
    first = look(config, connector, checks, as_of, kept, collected)
    misled = [check for check in checks if first.misled(check, config, collected)]
    again = [check for check in misled if check.id not in collected.errors]
    sights = {check.id: first for check in checks}
    collected.forget({check.id for check in misled})
    if again:
        names = ", ".join(sorted({found.name for found in first.rewritten}))
        event(log, logging.INFO, "rewritten while read", relations=names, checks=len(again))
        second = look(config, connector, again, as_of, kept, collected, first.deadline)
        sights |= {check.id: second for check in again}
    results = {
        check.id: result(check, sights[check.id].targets, collected, as_of) for check in checks
    }
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


@dataclass(frozen=True)
class Sight:
    """What a snapshot shows of the datasets, and what was not read as it shows it."""

    targets: Mapping[str, Target]
    rewritten: tuple[Rewritten, ...] = ()
    deadline: float = 0.0

    def misled(self, check: Check, config: Config, collected: Collected) -> bool:
        """Whether a check has an answer that may be of a relation that had been rewritten.

        A view and a query may read anything; so may every dataset, where a relation is none of
        theirs.
        """
        if not self.rewritten or not collected.answered[check.id]:
            return False
        known = {number for target in self.targets.values() if (number := table_of(target))}
        if not all(found.oids & known for found in self.rewritten):
            return True
        read = [table_of(self.targets[name]) for name in read_by(check, config)]
        return any(
            number is None or any(number in found.oids for found in self.rewritten)
            for number in read
        )


def table_of(target: Target) -> int | None:
    """The number of a dataset's table in the catalogue; None where it is no table."""
    relation = target.relation
    return None if relation is None or relation.kind not in TABLES else relation.file[0]


def read_by(check: Check, config: Config) -> set[str]:
    """The datasets that a check is computed from: its own, and those it is compared with."""
    metrics = [config.metrics[name] for name in check.kind.builds_on()]
    parts = [config.metrics[part] for metric in metrics for part in metric.ratio or ()]
    found = {metric.dataset for metric in (*metrics, *parts) if metric.dataset is not None}
    return {check.id.dataset, *check.kind.refers_to(), *found}


def look(
    config: Config,
    connector: Connector,
    checks: Sequence[Check],
    as_of: datetime,
    kept: Kept | None,
    collected: Collected,
    deadline: float | None = None,
) -> Sight:
    """Read what some checks ask in one snapshot.

    With a deadline it is the second look: each of its statements asks for itself whether it has
    read something rewritten. The first asks at its end, and without an answer has measured nothing.
    """
    sight, careful = Sight(make_targets(config, {}, as_of)), deadline is not None
    try:
        with connector.snapshot() as session:
            if deadline is not None:
                session.deadline, session.careful = deadline, True
            relations = session.relations([d.relation for d in config.datasets.values()])
            sight = Sight(make_targets(config, relations, as_of))
            plan = make_plan(checks, sight.targets, kept)
            collect(plan, session, connector, sight.targets, collected)
            sight = replace(sight, deadline=session.deadline)
            if plan.statements and not careful:
                sight = replace(sight, rewritten=found_rewritten(session, checks, collected))
    except Unreachable as error:
        if not careful:
            doubt(checks, error, collected)
        give_up(checks, error, collected)
    return sight


def found_rewritten(
    session: Session, checks: Iterable[Check], collected: Collected
) -> tuple[Rewritten, ...]:
    """What the session has read too late. Raises Unreachable; any other failure costs the answers.

    The connection still being good, what was said without reading anything is still true.
    """
    try:
        return tuple(session.rewritten())
    except Unreachable:
        raise
    except Unmeasured as error:
        collected.failures[error.reason] += 1
        if error.reason is not Reason.CANCELED:  # whoever ends the pass knows
            event(log, logging.ERROR, "answers in doubt", reason=error.reason, error=error.detail)
        doubt(checks, error, collected)
        return ()


def doubt(checks: Iterable[Check], error: Unmeasured, collected: Collected) -> None:
    """What was read, and may have been rewritten before, is not measured; nothing is kept of it."""
    read = {check.id for check in checks if collected.answered[check.id]}
    for check in read:
        collected.errors.setdefault(check, error)
    collected.forget(read)


def may_be_repaired(check: Check, found: Result) -> bool:
    """Whether people are told of rows that may be those of closed days."""
    loud = (Severity.WARNING, Severity.CRITICAL)
    return check.kind.in_the_past and any(verdict.severity in loud for verdict in found.verdicts)


def make_targets(
    config: Config, relations: Mapping[tuple[str, ...], Relation], as_of: datetime
) -> dict[str, Target]:
    """Every dataset as its checks see it."""
    targets: dict[str, Target] = {}
    own = Dataset(QUERIES, (QUERIES,), time_zone=config.warehouse.timezone)
    for dataset in (*config.datasets.values(), own):
        zone = config.warehouse.timezone
        by = MIDNIGHT if config.built else dataset.expect_by
        day = expected_day(as_of, zone, by, dataset.expect_day)
        excluding = tuple(event for event in config.events if event.excludes(dataset.name))
        calendar = Calendar(as_of, zone, day, config.events, config.built, excluding)
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
    """The verdicts of one check; the one wrapper around every kind, and the border of texts."""
    found = judged(check, targets, collected, as_of)
    verdicts = [replace(one, text=plain(one.text, TEXT)) for one in found.verdicts]
    return replace(found, verdicts=tuple(verdicts))


def judged(
    check: Check, targets: Mapping[str, Target], collected: Collected, as_of: datetime
) -> Result:
    """The verdicts of one check, as its kind and the judge say them."""
    error: Unmeasured | Skipped | None = collected.errors.get(check.id)
    if error is None:
        target = targets[check.id.dataset]
        try:
            samples = [*map(bounded, samples_of(check, target, collected.readings(check.id)))]
            return Result(check.id, judge(check, samples, as_of), as_of)
        except Skipped as found:
            error = skipped(check, target, found)
        except Unmeasured as found:
            error = found
        except Exception as found:  # a fault of ours costs one check, never the pass
            log.exception("kind failed", extra={"fields": {"check": check.id}})
            error = Unmeasured(Reason.INTERNAL, f"{type(found).__name__} in {check.kind.kind}")
    return Result(check.id, (not_measured(error),), as_of)


def bounded(sample: Sample) -> Sample:
    """A sample of which no text is too long or steers."""
    return replace(
        sample,
        evidence=plain(sample.evidence, EVIDENCE),
        labels={name: plain(text, LABEL) for name, text in sample.labels.items()},
        beside=tuple(map(bounded, sample.beside)),
    )


def samples_of(check: Check, target: Target, readings: Readings) -> list[Sample]:
    """What was read for a check, with a word on the rows that it does not see."""
    note = untimed.note(check.kind, target, readings)
    try:
        samples = check.kind.samples(target, readings)
    except Skipped as error:
        raise Skipped(f"{error}; {note}" if note else str(error)) from None
    if not note:
        return samples
    return [replace(sample, evidence=f"{sample.evidence}; {note}") for sample in samples]


def skipped(check: Check, target: Target, found: Skipped) -> Skipped:
    """The skip of a check of the rows that are there, which says of an excluded day what it is."""
    days, calendar = check.kind.span(target), target.calendar
    if not days or calendar.due(days) or "in the calendar" in str(found):
        return found
    return Skipped(f"{calendar.why_not(days[-1])} ({found})")
