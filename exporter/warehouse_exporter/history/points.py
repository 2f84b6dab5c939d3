"""From the result of a pass to what is kept of a day: its state and its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from warehouse_exporter.baselines.base import EXPECTED, LOWER, UPPER
from warehouse_exporter.config import Check
from warehouse_exporter.core.limits import Term
from warehouse_exporter.core.model import Result, Sample
from warehouse_exporter.core.names import ROWS_CHECKED, ROWS_FAILED
from warehouse_exporter.history.model import Judged, Point, State, decisive, state_of

MOST_SERIES = 12
"""Series of a check of which the numbers are kept: those that come first."""
AGE = "age_days"


def judged_of(check: Check, result: Result, at: datetime) -> Judged:
    """What is said of a check at an instant in the past: what is accepted now is told as found."""
    result = replace(result, verdicts=tuple(replace(v, accepted=None) for v in result.verdicts))
    verdict = decisive(result)
    state = state_of(verdict)
    text = "" if state is State.PASS else verdict.sentence or verdict.text
    return Judged(state, text, points_of(check, result, at))


def points_of(check: Check, result: Result, at: datetime) -> tuple[Point, ...]:
    """The numbers of a check, series by series."""
    conditions = check.kind.conditions().values()
    term = next((term for condition in conditions for term in condition.terms), None)
    samples = (verdict.sample for verdict in result.verdicts)
    found = [
        point
        for sample in samples
        if sample is not None
        for point in point_of(check, term, sample, at)
    ]
    return tuple(found[:MOST_SERIES])


def point_of(check: Check, term: Term | None, sample: Sample, at: datetime) -> Iterator[Point]:
    """The numbers of one series, if it has any."""
    values, metric = sample.values, check.kind.metric.name
    value = values.get(metric) if term is None else term.value(values, at)
    labels = tuple((name, text) for name, text in sample.labels.items() if name != AGE)
    if values:
        yield Point(
            labels,
            value,
            values.get(EXPECTED.name),
            values.get(LOWER.name),
            values.get(UPPER.name),
            values.get(ROWS_FAILED.name),
            values.get(ROWS_CHECKED.name),
        )
