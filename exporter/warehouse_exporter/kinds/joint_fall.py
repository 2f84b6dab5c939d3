"""Several metrics of one source that are low together, although none of them is beyond its band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar, Self

from pydantic import Field, PrivateAttr

from warehouse_exporter.baselines.base import CHANGE, MISSED
from warehouse_exporter.baselines.shared.daily import Series, days_before
from warehouse_exporter.baselines.shared.joint import Joint, Part, jointly
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.wording import rounded
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, listed, shown, spoken_day
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import refuse_valueless
from warehouse_exporter.kinds.shared.base import Limited, Name
from warehouse_exporter.kinds.shared.departures import PerCent
from warehouse_exporter.kinds.shared.histories import needs_of, readings_of, series_of
from warehouse_exporter.kinds.shared.known import Known, datasets_of
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings

SCORE = Metric(
    "warehouse_joint_fall_score",
    "Distance of all metrics together from their baseline, in standard deviations of a normal"
    " distribution.",
)


class JointFall(Limited):
    """By how much several metrics are below their baselines together.

    Half of a load is missing in every table behind it. On a day of large noise none of the tables
    may be beyond its own band, but all of them are low. The metrics are taken together as the
    geometric mean of what each is of its expected value, in which a metric with more noise counts
    less. That mean is judged as `seasonal` judges a metric, by its own past: so metrics that rise
    and fall together anyhow are no finding.

    It is a finding if the mean is lower than the limit, and as unlikely as `fall` says. If a check
    of `anomalies` finds a fall of one of the metrics, that is the finding, and this one is skipped.
    Name one metric per table: orders and revenue, of the same rows, say the same twice.
    How often it finds a half load, and what that costs: docs/explanation/evidence.md.
    """

    kind = "joint_fall"
    metric = Metric(
        "warehouse_joint_fall_ratio",
        "By how much the metrics are below their baselines together: 0.4 is 40 % less.",
    )
    more_metrics = (SCORE,)
    alert = "WarehouseJointFall"
    judges_days = False
    summary = "several metrics are low together"
    layer = "business"
    advice: ClassVar[str] = "warning: '> 30%'"
    example: ClassVar[str] = """
        datasets:
          sessions: {relation: analytics.fct_sessions, time: session_start}
          orders: {relation: analytics.fct_orders, time: order_ts}
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - joint_fall: {metrics: [events, sessions, orders], warning: "> 30%"}
        metrics:
          events: {dataset: events, count: "*"}
          sessions: {dataset: sessions, count: "*"}
          orders: {dataset: orders, count: "*"}
    """
    in_the_past = False

    metrics: tuple[Name, ...] = Field(
        min_length=2, description="Metrics of one source: counts or sums, and no ratios."
    )
    fall: PerCent = Field(0.02, description="Two-sided probability of such a fall, at most this.")
    days: int = Field(28, ge=14, le=400, description="Days of history.")
    _alone: tuple[Anomaly, ...] = PrivateAttr(())

    def beside(self, anomalies: Sequence[Anomaly]) -> Self:
        """The same, where each of its metrics is judged alone by some of these."""
        found = self.model_copy()
        found._alone = tuple(one for one in anomalies if one.metrics[0] in self.metrics)
        return found

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.SHARE and limit.bound > 0:
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: write by how much they fell, such as '> 30%'")

    def conditions(self) -> Mapping[Severity, Condition]:
        z = two_sided(self.fall)
        rare = Term(SCORE.name, Limit("<=", -z, Unit.NUMBER, f"z <= -{z:.3g}"), How.SIGNED)
        return {
            severity: Condition(tuple((*terms, rare) for terms in condition.alternatives))
            for severity, condition in super().conditions().items()
        }

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.window is not None or self.where is not None:
            return ["joint_fall judges metrics: put `where` on them, and `days` of history here"]
        twice = sorted({name for name in self.metrics if self.metrics.count(name) > 1})
        return [f"metrics: `{name}` is there twice" for name in twice]

    def builds_on(self) -> tuple[str, ...]:
        return self.metrics

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.expected,)

    def past(self, today: date) -> tuple[date, ...]:
        """The days that are read, oldest first."""
        return (*days_before(today, self.days), today)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days, found = self.past(view.calendar.expected), dict[str, Need]()
        for name in self.metrics:
            found.update(needs_of(view.metrics[name], view, days, earlier=False))
        for place, one in enumerate(self._alone):
            needs = one.needs(self.home(one.metrics[0], view))
            found.update({f"{place} {name}": need for name, need in needs.items()})
        return found

    def home(self, name: str, view: DatasetView) -> DatasetView:
        """The dataset of a metric."""
        return view.other(view.metrics[name].dataset or view.dataset.name)

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        today = view.calendar.expected
        for name in self.metrics:
            self.skip_if_not_due(name, view)
        for fallen in self.fallen(view, readings):
            raise Skipped(f"{fallen} alone is a finding: see there")
        found = jointly(today, dict(self.series(view, readings)), self.days)
        if found is None or found.day.change is None:
            raise Skipped(
                f"insufficient history: two of {listed(self.metrics)} need a baseline on {today}"
            )
        change, score = found.day.change, found.day.score
        values = {self.metric.name: 0.0 - change}
        text = f"together {change * 100:+.0f} % against {counted(found.day.days, 'day')}"
        if score is not None:
            values[SCORE.name] = score
            text += f" (z={score:.2f})"
        elif found.day.short:
            text += ", too few to see more than a fall to a fifth"
        text = f"{text}: {', '.join(map(told, found.parts))}"
        return [Sample(values, text, fact=self.fact(found, view))]

    def fact(self, found: Joint, view: DatasetView) -> Fact:
        """What was seen, as a sentence says it."""
        who = listed([part.name for part in found.parts])
        day = spoken_day(view.calendar.expected, view.calendar.today)
        size = f"{(found.day.change or 0.0) * 100:+.0f} %"
        return Fact(f"{who} together {size} on {day}", tuple(map(told, found.parts)), complete=True)

    def skip_if_not_due(self, name: str, view: DatasetView) -> None:
        """Raise Skipped where a metric is not judged on the day."""
        metric, today = view.metrics[name], view.calendar.expected
        if event := Known.of(metric, view).on(today):
            raise Skipped(f"{today} is in the calendar ({event.on(today)}): {name} is not judged")
        for dataset in datasets_of(metric, view):
            if (due := view.other(dataset).calendar.expected) != today:
                raise Skipped(f"{name} is expected for {due}, and not yet for {today}")

    def fallen(self, view: DatasetView, readings: Readings) -> Iterator[str]:
        """The metrics that are a finding by themselves, because they fell."""
        for place, one in enumerate(self._alone):
            own = f"{place} "
            mine = {k.removeprefix(own): r for k, r in readings.items() if k.startswith(own)}
            name = one.metrics[0]
            try:
                samples = one.samples(self.home(name, view), mine)
            except Skipped:
                continue
            for sample in samples:
                fell = sample.values.get(CHANGE.name, 0.0) < 0 or sample.values.get(MISSED.name)
                judged = not sample.skipped and fell
                if judged and any(
                    condition.broken_by(sample.values, view.calendar.as_of)
                    for condition in one.conditions().values()
                ):
                    yield name

    def series(self, view: DatasetView, readings: Readings) -> Iterator[tuple[str, Series]]:
        """Each metric by day, where it has a value on the day judged."""
        today = view.calendar.expected
        for name in self.metrics:
            metric = view.metrics[name]
            refuse_valueless(metric, view, readings_of(metric, readings), today)
            yield name, series_of(metric, readings, today, Known.of(metric, view), None)

    def allows(self, terms: Sequence[Term]) -> str:
        limits = [term.limit for term in terms if term.metric == self.metric.name]
        return super().allows([Term(self.metric.name, limit) for limit in limits[:1]])


def told(part: Part) -> str:
    """`orders 76 of 140`: the number of the day, and the expected one."""
    return f"{part.name} {shown(part.value)} of {rounded(part.expected)}"
