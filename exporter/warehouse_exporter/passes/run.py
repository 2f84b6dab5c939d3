"""Run a pass: look at the warehouse, then judge. It reports failures, never raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.bounds import EVIDENCE, LABEL, TEXT, plain
from warehouse_exporter.core.calendar import CLOSED, IN_THE_CALENDAR
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.model import Pass, Result, Sample, Severity, Verdict
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.kinds.shared import untimed, usual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.context import informed
from warehouse_exporter.passes.reader import SnapshotReader
from warehouse_exporter.passes.sentences import worded
from warehouse_exporter.passes.verdicts import judge, not_measured
from warehouse_exporter.plan import late_rows
from warehouse_exporter.plan.closed_days import ClosedDaysCache

log = logging.getLogger(__name__)


def run_pass(
    config: Config,
    connector: Engine,
    as_of: datetime,
    datasets: frozenset[str] | None = None,
    kept: ClosedDaysCache | None = None,
) -> Pass:
    """One consistent run over some datasets, or all; every check comes back with a verdict.

    What `kept` has of closed days is not read again; without it, everything is. What was read of a
    relation that had been rewritten since the snapshot is not known: those checks are measured
    once more, all of each in a snapshot of its own. So are, once in a pass, those that a lost
    connection has left without an answer.
    """
    started = time.monotonic()
    checks = config.checks_of(datasets)
    collected = Collected()
    reader = SnapshotReader(config, connector, as_of, kept, collected)
    seen = reader.over(checks)
    alone = {check.id: result(check, seen[check.id].views, collected, as_of) for check in checks}
    results = informed(config, alone, as_of)
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
        collected.seconds, collected.sql, collected.closures,
    )  # fmt: skip


def may_be_repaired(check: Check, found: Result) -> bool:
    """Whether a finding may be about rows of closed days."""
    loud = (Severity.WARNING, Severity.CRITICAL)
    return check.kind.in_the_past and any(verdict.severity in loud for verdict in found.verdicts)


def result(
    check: Check, views: Mapping[str, DatasetView], collected: Collected, as_of: datetime
) -> Result:
    """The verdicts of one check: the only wrapper around every kind; texts are bounded here."""
    found = judged(check, views, collected, as_of)
    verdicts = [
        worded(check, replace(one, text=plain(one.text, TEXT)), as_of) for one in found.verdicts
    ]
    return replace(found, verdicts=tuple(verdicts))


def judged(
    check: Check, views: Mapping[str, DatasetView], collected: Collected, as_of: datetime
) -> Result:
    """The verdicts of one check, from its kind and the judge."""
    error: Unmeasured | Skipped | None = collected.errors.get(check.id)
    if error is not None:
        return Result(check.id, (not_measured(error),), as_of)
    own = views[check.id.dataset]
    seen = partial(samples_of, check, own, collected)
    verdicts = verdicts_of(check, own, as_of, seen)
    for day in late_rows.days_of(check, own):
        on_day = late_rows.expecting(day, views)[check.id.dataset]
        seen = partial(samples_again, check, on_day, collected)
        verdicts = late_rows.merged(verdicts, verdicts_of(check, on_day, as_of, seen))
    return Result(check.id, verdicts, as_of)


def verdicts_of(
    check: Check, view: DatasetView, as_of: datetime, samples: Callable[[], list[Sample]]
) -> tuple[Verdict, ...]:
    """The samples of a check on the expected day, or why it has none."""
    error: Unmeasured | Skipped
    try:
        return judge(check, [*map(bounded, samples())], as_of)
    except Skipped as found:
        error = skipped(check, view, found)
    except Unmeasured as found:
        error = found
    except Exception as found:  # a fault of ours costs one check, never the pass
        log.exception("kind failed", extra={"fields": {"check": check.id}})
        error = Unmeasured(Reason.INTERNAL, f"{type(found).__name__} in {check.kind.kind}")
    return (not_measured(error),)


def bounded(sample: Sample) -> Sample:
    """A sample whose texts are bounded and free of control characters."""
    return replace(
        sample,
        evidence=plain(sample.evidence, EVIDENCE),
        labels={name: plain(text, LABEL) for name, text in sample.labels.items()},
        fact=None
        if sample.fact is None
        else replace(sample.fact, text=plain(sample.fact.text, EVIDENCE)),
        beside=tuple(map(bounded, sample.beside)),
    )


def samples_again(check: Check, view: DatasetView, collected: Collected) -> list[Sample]:
    """What was read for a check of a closed day that is judged again."""
    day = view.calendar.expected
    readings = late_rows.readings_on(day, collected.readings(check.id))
    return usual.samples_of(check.kind, view, readings)


def samples_of(check: Check, view: DatasetView, collected: Collected) -> list[Sample]:
    """The readings of a check, with a note on the rows that it does not cover."""
    readings = collected.readings(check.id)
    notes = (untimed.note(check.kind, view, readings), late_rows.note(check, view))
    note = "; ".join(text for text in notes if text)
    try:
        samples = usual.samples_of(check.kind, view, readings)
    except Skipped as error:
        raise Skipped(f"{error}; {note}" if note else str(error)) from None
    if not note:
        return samples
    return [noted(sample, note) for sample in samples]


def noted(sample: Sample, note: str) -> Sample:
    """A sample with a note added to its text, whether it is judged or skipped."""
    skipped = sample.skipped and f"{sample.skipped}; {note}"
    return replace(sample, evidence=f"{sample.evidence}; {note}", skipped=skipped)


def skipped(check: Check, view: DatasetView, found: Skipped) -> Skipped:
    """The skip of a check on an excluded day, with the name of the event."""
    days, calendar = check.kind.expects(view) or check.kind.span(view), view.calendar
    told = any(words in str(found) for words in (IN_THE_CALENDAR, CLOSED))
    if not days or calendar.due(days) or told:
        return found
    return Skipped(f"{calendar.why_not(days[-1])} ({found})")
