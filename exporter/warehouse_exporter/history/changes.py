"""What changed after a day was judged: each daily number then, and now.

Then: over the rows that had arrived by that morning, as `loaded` says. A row that was written anew
since has a new arrival, so its day shows as changed. Without `loaded` nobody knows what was there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from warehouse_exporter.backtest.answers import History
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.model import Change
from warehouse_exporter.history.mornings import Goes, Interrupted
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.collect import answer
from warehouse_exporter.passes.moment import morning_of
from warehouse_exporter.passes.reader import make_views, relations_of
from warehouse_exporter.plan.closed_days import Part
from warehouse_exporter.plan.fusion import CheckNeed, fuse
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

THEN, NOW = "then", "now"
CLOSE = 1e-9
"""Relative difference of sums that is noise of adding up in another order."""


@dataclass(frozen=True)
class EarlierView(DatasetView):
    """A dataset as it was at an instant, as far as arrivals tell: later rows are not seen."""

    until: datetime | None = None

    def predicate(self, text: str | None) -> Node | None:
        """The condition as written, on rows that had arrived."""
        assert self.until is not None
        arrived = self.clock(self.dataset.loaded).until(self.until)
        return words.all_of(super().predicate(text), arrived)


def earlier(view: DatasetView, until: datetime) -> EarlierView:
    """The dataset as it was at an instant."""
    return EarlierView(
        view.dataset, view.relation, view.calendar, view.others, view.metrics, until=until
    )


def daily_numbers(config: Config) -> list[tuple[Check, Metric]]:
    """The metrics that are read from rows: a ratio is made of two others."""
    return [(c, c.kind) for c in config.checks if isinstance(c.kind, Metric) and not c.kind.ratio]


def tells_arrivals(config: Config, dataset: str) -> bool:
    """Whether a dataset says when its rows arrived."""
    own = config.datasets[dataset]
    return own.loaded is not None and own.time is not None


def unversioned(config: Config) -> tuple[str, ...]:
    """The datasets with daily numbers of which nobody knows what they were."""
    names = dict.fromkeys(metric.dataset or "" for _, metric in daily_numbers(config))
    return tuple(name for name in names if not tells_arrivals(config, name))


def read_changes(
    config: Config, engine: Engine, days: Sequence[date], goes_on: Goes
) -> tuple[Change, ...]:
    """The daily numbers of some days that are not what they were on their morning.

    Each day is read once, for both. Raises Unreachable, and Interrupted.
    """
    found = daily_numbers(config)
    numbers = [(c, m) for c, m in found if tells_arrivals(config, m.dataset or "")]
    if not numbers or not days:
        return ()
    history = History()
    with engine.snapshot() as session:
        relations = session.relations(relations_of([check for check, _ in numbers], config))
        with session.planning():
            views = make_views(config, relations, morning_of(days[-1], config))
            statements = list(fuse(needs(numbers, views, days, config), views))
        for statement in statements:
            if not goes_on():
                raise Interrupted
            answer(statement, session, views, history)
    return tuple(differing([check for check, _ in numbers], days, history))


def needs(
    numbers: Sequence[tuple[Check, Metric]],
    views: Mapping[str, DatasetView],
    days: Collection[date],
    config: Config,
) -> Iterator[CheckNeed]:
    """Every number of every day, then and now; what cannot be asked is left out."""
    for check, metric in numbers:
        view = views[metric.dataset or ""]
        for day in days:
            then = earlier(view, morning_of(day, config))
            try:
                yield CheckNeed(check.id, f"{day} {NOW}", metric.scan(view, (day,)))
                yield CheckNeed(check.id, f"{day} {THEN}", metric.scan(then, (day,)))
            except Unmeasured:
                continue


def differing(checks: Sequence[Check], days: Sequence[date], history: History) -> Iterator[Change]:
    """The numbers that were answered for both, and differ; the newest day first."""
    for day in reversed(days):
        for check in checks:
            then = value_of(history, check, day, THEN)
            now = value_of(history, check, day, NOW)
            if then is None or now is None or math.isclose(then, now, rel_tol=CLOSE):
                continue
            yield Change(check.kind.name or "", check.id, day, then, now)


def value_of(history: History, check: Check, day: date, which: str) -> float | None:
    """One answer; a sum over no row is 0, and None is what was not answered."""
    found = history.parts.get((check.id, f"{day} {which}"), {}).get(Part.WHOLE)
    state = found.states.get(day) if found is not None else None
    if state is None:
        return None
    value: float | None = getattr(state, "value", None)
    return 0.0 if value is None else value
