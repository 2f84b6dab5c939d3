"""The datasets as the page shows them: how fresh, how many rows, their days, their last pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.wording import duration, shown
from warehouse_exporter.history.model import State
from warehouse_exporter.kinds.freshness import Freshness
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.volume import Volume
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.strips import strip
from warehouse_exporter.server.web.page.times import Times

if TYPE_CHECKING:
    from markupsafe import Markup

STRIP_DAYS = 30


@dataclass(frozen=True)
class Row:
    """One dataset as the page shows it."""

    name: str
    relation: str
    owner: str
    path: str
    state: State | None
    counts: str
    newest: str
    newest_at: str
    rows: str
    passed: str
    strip: Markup | str


def rows(view: View, times: Times) -> list[Row]:
    """Every dataset, in the order of the config."""
    counts: dict[str, dict[State, int]] = {}
    for line in view.lines:
        mine = counts.setdefault(line.id.dataset, {})
        mine[line.state] = mine.get(line.state, 0) + 1
    return [row_of(view, times, name, counts.get(name, {})) for name in view.names]


def row_of(view: View, times: Times, name: str, counts: Mapping[State, int]) -> Row:
    """One dataset."""
    own = view.config.datasets.get(name)
    newest = newest_row(view, name)
    number = rows_of_day(view, name)
    passed = view.snapshot.succeeded.get(name)
    drawn: Markup | str = ""
    if not view.past.status:
        days = last_days(view.day, STRIP_DAYS)
        drawn = strip(days, days_of(view, name), name)
    return Row(
        name,
        own.shown if own else "",
        (own.owner or "") if own else "",
        f"datasets/{quote(name, safe='')}",
        view.state_of(name),
        ", ".join(f"{counts[s]} {s.word}" for s in State if counts.get(s)),
        "" if newest is None else duration(max(0.0, (view.now - newest).total_seconds())),
        "" if newest is None else times.at(newest),
        "" if number is None else shown(number),
        "" if passed is None else times.ago(passed),
        drawn,
    )


def days_of(view: View, name: str) -> dict[date, State]:
    """The state of a dataset by day; that of the newest day is as of now."""
    found = dict(view.past.datasets.get(name, {}))
    now = view.state_of(name)
    if now is not None:
        found[view.day] = now
    return found


def newest_row(view: View, name: str) -> datetime | None:
    """When its newest row happened, where a check of freshness looks."""
    for check in view.config.checks_of(frozenset({name})):
        if isinstance(check.kind, Freshness) and check.kind.by == "time":
            for sample in view.snapshot.samples(check.id, view.now):
                at = sample.values.get(Freshness.metric.name)
                if at is not None:
                    return datetime.fromtimestamp(at, UTC)
    return None


def rows_of_day(view: View, name: str) -> float | None:
    """How many rows the newest day has, where a check or a metric counts them all."""
    for check in view.config.checks_of(frozenset({name})):
        kind = check.kind
        counts = isinstance(kind, Volume) or (isinstance(kind, Metric) and kind.count == "*")
        if counts and kind.where is None and kind.window in (None, "day"):
            for sample in view.snapshot.samples(check.id, view.now)[:1]:
                return sample.values.get(kind.metric.name)
    return None
