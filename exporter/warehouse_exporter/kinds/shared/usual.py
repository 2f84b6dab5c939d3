"""Old stock: rows that fail as many others always have are shown, and only more than that is found.

With `beyond_usual: true`, each day is a group of rows that is judged by itself: a finding is a day
that breaches the limit and has more failing rows than the days before it usually have. So is what
arrived late, as one more group. What is usual is read from the warehouse in each pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import Field

from warehouse_exporter.baselines.shared.usual import ENOUGH, Shares, most_usual
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit, said
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Sample, Severity
from warehouse_exporter.core.names import ROWS_BEYOND_USUAL, ROWS_CHECKED, ROWS_FAILED
from warehouse_exporter.core.wording import NONE, counted, quantity
from warehouse_exporter.kinds.shared.base import Kind, Share
from warehouse_exporter.measures.arrivals import late_rows
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Reading, Readings, Scan
from warehouse_exporter.sql import words

HISTORY = 28
"""Days before a day that say what is usual; so many closed days are judged again in each pass."""
OF_DAYS, LATE = "by day: ", "late: "
"""What the names of needs begin with that read each day, and what arrived late."""
BEYOND = Term(ROWS_BEYOND_USUAL.name, Limit(">", 0.0, Unit.NUMBER, "more than usual"), How.SIGNED)
ABOUT = (
    "A finding is only what days do not usually have: judges each of the last 28 days, and what"
    " arrived late, against the days before it."
)


@dataclass(frozen=True)
class Split:
    """What was read of all rows, of each day and of the late, by the names of the check's needs."""

    stock: Readings
    days: Mapping[date, Mapping[str, Reading]]
    late: Readings


@dataclass(frozen=True)
class Group:
    """Rows that are judged together: those of a day, or those that arrived late (no day)."""

    sample: Sample
    before: Shares
    day: date | None = None

    @property
    def share(self) -> tuple[float, float]:
        """Failing rows of rows."""
        return share_of(self.sample)


class BeyondUsual(Share):
    """A share that can be judged by what is usual: `beyond_usual: true`."""

    beyond_usual: bool = Field(False, description=ABOUT)

    def conditions(self) -> Mapping[Severity, Condition]:
        found = super().conditions()
        if not self.beyond_usual:
            return found
        return {
            severity: Condition(tuple((*terms, BEYOND) for terms in condition.alternatives))
            for severity, condition in found.items()
        }

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = super().problems(dataset, datasets)
        if not self.beyond_usual:
            return wrong
        if dataset.time is None:
            return [*self.no_time(dataset, " for `beyond_usual`: it compares days"), *wrong]
        if self.window_of(dataset) not in ("all", "day"):
            return ["beyond_usual judges day by day: write `window: all`, or no window", *wrong]
        return wrong

    def allows(self, terms: Sequence[Term]) -> str:
        allowed = super().allows([term for term in terms if term != BEYOND])
        if not self.beyond_usual:
            return allowed
        or_usual = " beyond what is usual" if allowed == NONE else ", or what is usual"
        return f"{allowed}{or_usual}"

    def needs_by_day(self, view: DatasetView) -> dict[str, Need]:
        """The needs of the check itself, and of what is usual: each day, and what is late."""
        found: dict[str, Need] = dict(self.needs(view))
        for name, need in self.needs(view).items():
            assert isinstance(need, Scan), f"{self.kind} has its own needs by day"
            found[OF_DAYS + name] = replace(need, days=days_read(view, need.days))
            if need.days is None:
                late = late_rows(view)
                cells = tuple(words.narrowed(cell, late) for cell in need.cells)
                found[LATE + name] = replace(need, cells=cells)
        return found

    def split(self, view: DatasetView, readings: Readings) -> Split:
        """What was read of all rows, of each day, and of what is late."""
        days: dict[date, dict[str, Reading]] = defaultdict(dict)
        for name, reading in readings.items():
            for day, state in reading.states.items() if name.startswith(OF_DAYS) else ():
                if day is not None:
                    days[day][name.removeprefix(OF_DAYS)] = Reading({day: state})
        late = {n.removeprefix(LATE): r for n, r in readings.items() if n.startswith(LATE)}
        own = {n: r for n, r in readings.items() if not n.startswith((OF_DAYS, LATE))}
        return Split(own, days, late)

    def judged_samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        """The worst group beyond what is usual, or all rows with their number."""
        split = self.split(view, readings)
        (stock,) = self.samples(view, split.stock)
        groups = self.groups(view, split)
        beyond = [found for group in groups if (found := beyond_usual(group, view)) is not None]
        as_of, conditions = view.calendar.as_of, self.conditions()
        for severity in conditions:
            for sample in beyond:
                if said(conditions, sample.values, as_of) is severity:
                    return [sample]
        return [as_usual(stock)]

    def groups(self, view: DatasetView, split: Split) -> list[Group]:
        """What is judged by itself: the open days, what arrived late, then the closed days."""
        seen = self.days_seen(view, split.days)
        days = [day for day in reversed(seen) if day > first_judged(view, self.span(view))]
        found = [Group(seen[day], before(day, seen), day) for day in days]
        late = self.sample_or_none(self, view, split.late) if split.late else None
        if late is not None:
            found.append(Group(among_late(late, view), before(view.calendar.expected, seen)))
        return sorted(found, key=lambda group: is_old(group, view))

    def days_seen(
        self, view: DatasetView, days: Mapping[date, Mapping[str, Reading]]
    ) -> dict[date, Sample]:
        """What the check says of each day that has something to judge, the oldest first."""
        of_a_day, found = self.model_copy(update={"window": "day"}), {}
        for day in sorted(days):
            on = replace(view, calendar=view.calendar.expecting(day))
            sample = self.sample_or_none(of_a_day, on, days[day])
            if sample is not None:
                found[day] = sample
        return found

    @staticmethod
    def sample_or_none(kind: Kind, view: DatasetView, readings: Readings) -> Sample | None:
        """What a check says of some rows; None where there is nothing to judge."""
        try:
            (sample,) = kind.samples(view, readings)
        except (Skipped, Unmeasured):
            return None
        return sample


def needs_of(kind: Kind, view: DatasetView) -> dict[str, Need]:
    """The needs of a check, and of what is usual where it judges by that. Raises Unmeasured."""
    if isinstance(kind, BeyondUsual) and kind.beyond_usual:
        return kind.needs_by_day(view)
    return dict(kind.needs(view))


def samples_of(kind: Kind, view: DatasetView, readings: Readings) -> list[Sample]:
    """What a check says of its rows. Raises Skipped or Unmeasured."""
    if isinstance(kind, BeyondUsual) and kind.beyond_usual:
        return kind.judged_samples(view, readings)
    return kind.samples(view, readings)


def days_read(view: DatasetView, days: tuple[date, ...] | None) -> tuple[date, ...]:
    """The days that are judged, and those that say what is usual on them."""
    if days is not None:
        return last_days(days[-1], HISTORY + len(days))
    return (*last_days(view.calendar.expected, 2 * HISTORY + 1), *days_after(view))


def days_after(view: DatasetView) -> tuple[date, ...]:
    """The open days after the expected one."""
    days = view.calendar
    return last_days(days.today, (days.today - days.expected).days)


def first_judged(view: DatasetView, days: tuple[date, ...] | None) -> date:
    """The day after which days are judged."""
    newest = view.calendar.expected if days is None else days[0]
    return newest - timedelta(days=HISTORY if days is None else 1)


def among_late(sample: Sample, view: DatasetView) -> Sample:
    """What is late, said to be so."""
    told = "of those that arrived late" if view.dataset.loaded else "of those of no day"
    fact = sample.fact and replace(sample.fact, text=f"{sample.fact.text}, {told}")
    return replace(sample, evidence=f"{sample.evidence}, {told}", fact=fact)


def share_of(sample: Sample) -> tuple[float, float]:
    """Failing rows of rows."""
    return sample.values[ROWS_FAILED.name], sample.values[ROWS_CHECKED.name]


def before(day: date, seen: Mapping[date, Sample]) -> list[tuple[float, float]]:
    """The shares of the days that say what is usual on a day."""
    since = day - timedelta(days=HISTORY)
    return [share_of(sample) for other, sample in seen.items() if since <= other < day]


def is_old(group: Group, view: DatasetView) -> bool:
    """Whether it is a day that has been judged on its own morning."""
    return group.day is not None and group.day < view.calendar.expected


def beyond_usual(group: Group, view: DatasetView) -> Sample | None:
    """What is found of a group that has more failing rows than usual; None where it has not.

    Without enough days before it the limit alone says what is a finding; of an old day it did.
    """
    failed, total = group.share
    most = most_usual(group.before, total) if failed else None
    if not failed or (most is None and is_old(group, view)) or failed <= (most or 0):
        return None
    values = {**group.sample.values, ROWS_BEYOND_USUAL.name: failed - (most or 0)}
    told, fact = usually(group.before), group.sample.fact
    return replace(
        group.sample, values=values, evidence=f"{group.sample.evidence}, {told}",
        fact=fact and replace(fact, beside=(*fact.beside, told)),
    )  # fmt: skip


def usually(before: Shares) -> str:
    """What the days before have, in words."""
    known = [(failed, total) for failed, total in before if total]
    if len(known) < ENOUGH:
        return f"only {counted(len(known), 'day')} before say what is usual"
    failed, total = sum(f for f, _ in known), sum(t for _, t in known)
    return f"usually {quantity(failed / total, Unit.SHARE) if failed else 'none'}"


def as_usual(stock: Sample) -> Sample:
    """All rows with their number, which is no finding."""
    told = ("no day has more than is usual or allowed",) if share_of(stock)[0] else ()
    fact = stock.fact and replace(stock.fact, beside=(*stock.fact.beside, *told))
    values = {**stock.values, ROWS_BEYOND_USUAL.name: 0.0}
    return replace(stock, values=values, evidence=", ".join([stock.evidence, *told]), fact=fact)
