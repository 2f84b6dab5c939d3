"""Mornings of the small shop in rows: what exact checks say, and whether anything is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from warehouse_exporter.baselines.shared.daily import forget
from warehouse_exporter.core.model import Outcome, Pass, Verdict
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from labs.year.rows import Rows, opened
from labs.year.series import days_between
from labs.year.simulator import small_year
from labs.year.troubles import night_after, troubled_year

COMPARE = ("anomaly", "channel_mix", "gap", "joint_fall", "silence", "so_far_today")
"""The kinds that hold a number against other days; all others are exact."""
TOLD = (Outcome.WARNING, Outcome.CRITICAL, Outcome.UNMEASURED)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Morning:
    """What was said of a day: how many exact verdicts, and findings by the address of a check.

    Exact ones with their text.
    """

    day: date
    exact: int
    exact_findings: Mapping[str, str]
    findings: Mapping[str, str]


def gate(rows: Rows, day: date) -> Morning:
    """A run of the gate in the morning after a day: its findings, exact ones apart."""
    done = rows.judged(rows.until(day))
    found: tuple[dict[str, str], dict[str, str]] = {}, {}
    exact = 0
    for check, result in done.results.items():
        compares = rows.config.check(check).kind.kind in COMPARE
        exact += not compares
        if result.worst.outcome in TOLD:
            found[compares][str(check)] = result.worst.outcome.shown
            if not compares:
                found[False][str(check)] += f" {result.worst.text}"
    return Morning(day, exact, *found)


def ordinary(dsn: str, first: date, last: date, tell: Tell = print) -> list[Morning]:
    """One gate run per morning over a shop without incidents."""
    found = []
    with opened(dsn, small_year(), first) as rows:
        for day in days_between(first, last):
            found.append(gate(rows, day))
            tell(f"{day}: {len(found[-1].findings)} findings of baselines")
    return found


@dataclass(frozen=True)
class Compared:
    """What three processes said of a day: how many verdicts, and where they were not the same."""

    day: date
    verdicts: int
    findings: int
    moved: int
    differ: Mapping[str, tuple[str, ...]]


def three_ways(dsn: str, first: date, last: date, tell: Tell = print) -> list[Compared]:
    """An exporter that ran throughout, one restarted every morning, and a fresh gate.

    The first has read closed days before, half an hour ago, and keeps what it learnt of all days.
    """
    found = []
    throughout = ClosedDaysCache()
    with opened(dsn, troubled_year(), first) as rows:
        for day in days_between(first, last):
            rows.judged(night_after(rows, day), throughout)
            as_of = rows.until(day)
            running = rows.judged(as_of, throughout)
            forget()
            restarted = rows.judged(as_of, ClosedDaysCache())
            forget()
            found.append(compared(day, running, restarted, rows.judged(as_of)))
            tell(f"{day}: {found[-1].findings} findings, {len(found[-1].differ)} differ")
    return found


def compared(day: date, *passes: Pass) -> Compared:
    """The verdicts of several passes of one instant side by side."""
    one = passes[-1]
    assert all(done.results.keys() == one.results.keys() for done in passes)
    differ = {
        str(check): tuple(str(done.results[check].verdicts) for done in passes)
        for check, result in one.results.items()
        if not all(same(done.results[check].verdicts, result.verdicts) for done in passes)
    }
    worst = [result.worst for result in one.results.values()]
    return Compared(
        day,
        verdicts=len(worst),
        findings=sum(verdict.outcome in TOLD for verdict in worst),
        moved=sum("regime changed" in verdict.text for verdict in worst),
        differ=differ,
    )


def same(some: Sequence[Verdict], others: Sequence[Verdict]) -> bool:
    """Whether verdicts are the same, word by word, and their numbers to twelve digits.

    A database adds up floating-point numbers in the order in which it meets them.
    """
    return len(some) == len(others) and all(
        (a.outcome, a.severity, a.reason, a.text) == (b.outcome, b.severity, b.reason, b.text)
        and numbers_of(a) == pytest.approx(numbers_of(b), rel=1e-12)
        for a, b in zip(some, others, strict=True)
    )


def numbers_of(verdict: Verdict) -> Mapping[str, float]:
    """The gauges of a verdict, and those shown beside them, by name and labels."""
    if verdict.sample is None:
        return {}
    samples = (verdict.sample, *verdict.sample.beside)
    return {
        f"{name} {sorted(sample.labels.items())}": value
        for sample in samples
        for name, value in sample.values.items()
    }
