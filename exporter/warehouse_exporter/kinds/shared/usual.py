"""Old stock: rows that fail as many others always have are shown, and only more than that is found.

With `beyond_usual: true`, each day is a group of rows that is judged by itself: a finding is a day
that breaches the limit and has more failing rows than the days before it usually have. So is what
arrived late, as one more group. What is usual is read from the warehouse in each pass. A closed day
has been judged on its own morning: left as it was it is a ticket, and hides no later finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import Field

from warehouse_exporter.baselines.shared.usual import HALF, Shares, Usual, usual
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit, said
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Sample, Severity
from warehouse_exporter.core.names import (
    ROWS_BEYOND_USUAL,
    ROWS_CHECKED,
    ROWS_FAILED,
    ROWS_LEFT_UNREPAIRED,
)
from warehouse_exporter.core.wording import NONE, counted, quantity
from warehouse_exporter.kinds.shared.base import Kind, Share
from warehouse_exporter.measures.arrivals import late_rows
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Reading, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

HISTORY = 28
"""Days before a day that say what is usual; so many closed days are judged again in each pass."""
OF_DAYS, LATE, OLDER = "by day: ", "late: ", "older: "
"""What the names of needs begin with that read each day, what arrived late, and older days."""
MORE = Limit(">", 0.0, Unit.NUMBER, "more than usual")
BEYOND = Term(ROWS_BEYOND_USUAL.name, MORE, How.SIGNED)
UNREPAIRED = Term(ROWS_LEFT_UNREPAIRED.name, MORE, How.SIGNED)
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
    older: Readings


@dataclass(frozen=True)
class Group:
    """Rows that are judged together, such as those of a day; `old` were judged on their morning."""

    sample: Sample
    before: Shares
    old: bool

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
        mild = Severity.INFO if [*found] == [Severity.INFO] else Severity.WARNING
        of_old = found.get(mild) or found[Severity.CRITICAL]
        given = {s: within(condition, BEYOND) for s, condition in found.items()}
        given[mild] = (*given.get(mild, ()), *within(of_old, UNREPAIRED))
        return {s: Condition(given[s]) for s in Severity if s in given}

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
        allowed = super().allows([term for term in terms if term not in (BEYOND, UNREPAIRED)])
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
                for prefix, rows in ((LATE, late_rows(view)), (OLDER, older_rows(view))):
                    cells = tuple(words.narrowed(cell, rows) for cell in need.cells)
                    found[prefix + name] = replace(need, cells=cells)
        return found

    def split(self, view: DatasetView, readings: Readings) -> Split:
        """What was read of all rows, of each day, and of what is late."""
        days: dict[date, dict[str, Reading]] = defaultdict(dict)
        for name, reading in readings.items():
            for day, state in reading.states.items() if name.startswith(OF_DAYS) else ():
                if day is not None:
                    days[day][name.removeprefix(OF_DAYS)] = Reading({day: state})
        late, older = (
            {n.removeprefix(prefix): r for n, r in readings.items() if n.startswith(prefix)}
            for prefix in (LATE, OLDER)
        )
        own = {n: r for n, r in readings.items() if not n.startswith((OF_DAYS, LATE, OLDER))}
        return Split(own, days, late, older)

    def judged_samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        """The worst group beyond what is usual, or all rows with their number."""
        split = self.split(view, readings)
        (stock,) = self.samples(view, split.stock)
        groups = self.groups(view, split)
        beyond = [found for group in groups if (found := beyond_usual(group)) is not None]
        as_of, conditions = view.calendar.as_of, self.conditions()
        for severity in conditions:
            for sample in beyond:
                if said(conditions, sample.values, as_of) is severity:
                    return [sample]
        return [as_usual(stock)]

    def groups(self, view: DatasetView, split: Split) -> list[Group]:
        """What is judged by itself: open days, what arrived late, then closed and older days."""
        seen, expected = self.days_seen(view, split.days), view.calendar.expected
        first = first_judged(view, self.span(view))
        found = [
            Group(seen[day], before(day, seen), day < expected)
            for day in reversed(seen)
            if day >= first
        ]
        for rows, told, earlier, old in (
            (split.late, late_in_words(view), before(expected, seen), False),
            (split.older, f"of days before {first}", before(first, seen), True),
        ):
            sample = self.sample_or_none(self, view, rows) if rows else None
            if sample is not None:
                found.append(Group(among(sample, told), earlier, old))
        return sorted(found, key=lambda group: group.old)

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
    """The first of the days that are judged one by one."""
    return view.calendar.expected - timedelta(days=HISTORY) if days is None else days[0]


def among(sample: Sample, told: str) -> Sample:
    """What was found among some rows of the whole table, said to be so."""
    fact = sample.fact and replace(sample.fact, text=f"{sample.fact.text}, {told}")
    return replace(sample, evidence=f"{sample.evidence}, {told}", fact=fact)


def late_in_words(view: DatasetView) -> str:
    """Which rows `late_rows` has."""
    return "of those that arrived late" if view.dataset.loaded else "of those of no day"


def older_rows(view: DatasetView) -> Node:
    """The predicate for rows of days before those that are judged one by one."""
    first = first_judged(view, None)
    return view.clock().parsed_in_place().before(view.bounds(first)[0])


def share_of(sample: Sample) -> tuple[float, float]:
    """Failing rows of rows."""
    return sample.values[ROWS_FAILED.name], sample.values[ROWS_CHECKED.name]


def before(day: date, seen: Mapping[date, Sample]) -> list[tuple[float, float]]:
    """The shares of the days that say what is usual on a day."""
    since = day - timedelta(days=HISTORY)
    return [share_of(sample) for other, sample in seen.items() if since <= other < day]


def beyond_usual(group: Group) -> Sample | None:
    """What is found of a group that has more failing rows than usual; None where it has not.

    Without enough days before it nobody knows what is usual: what the limit finds is a ticket, but
    for more than half of the rows, which is never usual. Of an old day the limit did.
    """
    failed, total = group.share
    known = usual(group.before) if failed else None
    most = known.most(total) if known and not known.is_too_much else 0.0
    if failed <= most or (known is None and group.old):
        return None
    more = failed - most
    in_doubt = known is None and failed <= HALF * total
    beyond = (0.0, more) if group.old or in_doubt else (more, 0.0)
    values = with_beyond(group.sample, *beyond)
    told, fact = usually(known, group), group.sample.fact
    return replace(
        group.sample, values=values, evidence=f"{group.sample.evidence}, {told}",
        fact=fact and replace(fact, beside=(*fact.beside, told)),
    )  # fmt: skip


def with_beyond(sample: Sample, beyond: float, unrepaired: float) -> dict[str, float]:
    """The gauges of a sample, and how many more rows than usual fail."""
    more = {ROWS_BEYOND_USUAL.name: beyond, ROWS_LEFT_UNREPAIRED.name: unrepaired}
    return {**sample.values, **more}


def within(condition: Condition, more: Term) -> tuple[tuple[Term, ...], ...]:
    """The alternatives of a condition, each of which needs one term more."""
    return tuple((*terms, more) for terms in condition.alternatives)


def usually(known: Usual | None, group: Group) -> str:
    """What the days before have, in words."""
    if known is None:
        days = sum(total > 0 for _, total in group.before)
        return f"only {counted(days, 'day')} before to say what is usual"
    told = f"usually {quantity(known.share, Unit.SHARE) if known.hits else 'none'}"
    return f"{told}, and where most rows fail nothing is usual" if known.is_too_much else told


def as_usual(stock: Sample) -> Sample:
    """All rows with their number, which is no finding."""
    told = ("no day has more than is usual or allowed",) if share_of(stock)[0] else ()
    fact = stock.fact and replace(stock.fact, beside=(*stock.fact.beside, *told))
    values = with_beyond(stock, 0.0, 0.0)
    return replace(stock, values=values, evidence=", ".join([stock.evidence, *told]), fact=fact)
