"""A simulated year under the shipped judge: every morning asks as a pass does, without a database.

What the checks ask is answered from three numbers a day; what they make of it is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from warehouse_exporter.baselines.base import SCORE
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome, Severity, Verdict
from warehouse_exporter.core.relation import Column, Relation
from warehouse_exporter.core.states import Count, State, Total
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.shared import untimed
from warehouse_exporter.kinds.shared.untimed import Untimed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Reading, Scan
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.passes.run import result
from warehouse_exporter.plan.closed_days import Division, Part
from warehouse_exporter.plan.fusion import CheckNeed
from warehouse_exporter.plan.planner import Plan

from labs.year.simulator import CALENDAR, FIRST, LAST, Sold

WRITTEN = Path(__file__).with_name("series.yml")
MORNING = time(7, tzinfo=UTC)
"""When the gate runs: the day before is complete, and is judged."""
TABLE = Relation(
    {"ts": Column("ts", "timestamp with time zone"), "revenue": Column("revenue", "numeric")}
)

Year = Mapping[date, Sold]


@dataclass(frozen=True)
class Day:
    """What a check said of a day, and whether the score alone was beyond the limit of a severity.

    `beyond` is None where no score was there to be judged.
    """

    day: date
    verdict: Verdict
    beyond: frozenset[Severity] | None

    @property
    def speaks(self) -> bool:
        """Whether it is a finding."""
        return self.verdict.outcome in (Outcome.WARNING, Outcome.CRITICAL)


def config(calendar: str = CALENDAR) -> Config:
    """Every method over every metric, and what the shop knows in advance."""
    text = WRITTEN.read_text(encoding="utf-8") + calendar
    return parse(text, str(WRITTEN), {"WAREHOUSE_DSN": "dbname=nowhere"})


def anomalies(of: Config, method: str = "") -> list[Check]:
    """The baselines of a config; those of one method by the beginning of their names."""
    found = [check for check in of.checks if isinstance(check.kind, Anomaly)]
    return [check for check in found if not method or method_of(check) == method]


def metric_of(check: Check) -> str:
    """The metric that a baseline judges."""
    assert isinstance(check.kind, Anomaly)
    return check.kind.metrics[0]


def method_of(check: Check) -> str:
    """The method by its name in the config: `mad` of `mad_orders`."""
    return check.id.name.removesuffix(f"_{metric_of(check)}")


def judged_year(
    year: Year, config: Config, checks: list[Check], first: date = FIRST, last: date = LAST
) -> dict[str, list[Day]]:
    """What each check said of every day of the year, or of some of it, by its name."""
    said: dict[str, list[Day]] = {check.id.name: [] for check in checks}
    relations = {dataset.relation: TABLE for dataset in config.datasets.values()}
    for day in days_between(first, last):
        as_of = datetime.combine(day + timedelta(days=1), MORNING)
        views = make_views(config, relations, as_of)
        for check in checks:
            said[check.id.name].append(judged(check, day, as_of, views, year))
    return said


def days_between(first: date, last: date) -> list[date]:
    """All days of a span."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def judged(
    check: Check, day: date, as_of: datetime, views: Mapping[str, DatasetView], year: Year
) -> Day:
    """What a check says of a day, in the morning after it."""
    view = views[check.id.dataset]
    needs = {**check.kind.needs(view), **untimed.needs_of(check.kind, view)}
    divisions = {name: Division(need, {Part.WHOLE: need}) for name, need in needs.items()}
    gathered = Collected(Plan((), {}, {check.id: divisions}))
    for name, need in needs.items():
        gathered.take(CheckNeed(check.id, name, need), answer(need, year))
    verdict = result(check, views, gathered, as_of).worst
    return Day(day, verdict, beyond(check, verdict, as_of))


def answer(need: Need, year: Year) -> Reading:
    """What a warehouse with these days would have answered; every row has a time."""
    if not isinstance(need, Scan) or need.days is None:
        return Reading({None: Untimed(0, 0) if need.state is Untimed else Count(1)})
    return Reading({day: state_of(need, year[day]) for day in need.days})


def state_of(need: Scan, sold: Sold) -> State:
    """A day of one of the two tables: how many rows, or what they sum up to."""
    if need.state is Total:
        return Total(sold.revenue, sold.orders) if sold.orders else Total(None, 0)
    return Count(sold.sessions if need.dataset == "sessions" else sold.orders)


def beyond(check: Check, verdict: Verdict, as_of: datetime) -> frozenset[Severity] | None:
    """The severities beyond whose limit the score is, whatever else they ask for."""
    sample = verdict.sample
    if sample is None or SCORE.name not in sample.values:
        return None
    return frozenset(
        severity
        for severity, condition in check.kind.conditions().items()
        if any(t.metric == SCORE.name and t.breached(sample.values, as_of) for t in condition.terms)
    )
