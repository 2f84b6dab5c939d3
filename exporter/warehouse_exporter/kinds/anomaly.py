"""A metric of the expected day against the days before it.

A metric that is 0 although its traffic is normal is a fall of 100 % `while` that is normal:
a rule of two numbers, which needs no history of the metric itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import Field, create_model

from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import (
    CHANGE,
    DIFFERENCE,
    EXPECTED,
    LOWER,
    MISSED,
    SCORE,
    UPPER,
    Direction,
    Finding,
    Question,
)
from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Term
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import listed
from warehouse_exporter.kinds.metric import refuse_valueless
from warehouse_exporter.kinds.shared.anomaly_limits import DEFAULT, AnomalyLimits
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.kinds.shared.departed import Departed
from warehouse_exporter.kinds.shared.departures import Departure, departure_model
from warehouse_exporter.kinds.shared.findings import unjudged
from warehouse_exporter.kinds.shared.histories import (
    needs_of,
    readings_of,
    refuse_empty,
    series_of,
    values_of,
)
from warehouse_exporter.kinds.shared.known import Known
from warehouse_exporter.kinds.shared.nothing import VALUE, is_nothing, refuse_nothing
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.measures.requests import Need, Readings


class Anomaly(AnomalyLimits):
    """Metrics that depart from their baseline; one check per metric."""

    kind = "anomaly"
    ids = ("V2", "V3", "V4", "V5", "V6", "V7", "N1", "N2")
    section = "anomalies"
    metric: ClassVar[Gauge] = SCORE
    more_metrics = (CHANGE, DIFFERENCE, MISSED, EXPECTED, LOWER, UPPER)
    alert = "WarehouseMetricAnomaly"
    judges_days = False
    summary = "a metric departs from its baseline"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
        metrics:
          orders: {dataset: orders, count: "*"}
        anomalies:
          - {metrics: [orders], warning: {fall: 1%, rise: 0.25%, change: 15%}}
    """
    layer = "business"
    in_the_past = False

    @classmethod
    def as_written(cls) -> type[Kind]:
        return with_terms()

    def told(self, select: Callable[[str], str]) -> Mapping[str, str]:
        expected, fraction = select(EXPECTED.name), f"(1 + {select(CHANGE.name)})"
        return {
            "observed": f"round({expected} * {fraction}, 0.0001)",
            "expected": f"round({expected}, 0.0001)",
            "score": f"(round({select(SCORE.name)}, 0.01) > -Inf) < Inf",
            "fraction": f"round({fraction}, 0.01) < Inf",
        }

    def past(self, today: date, known: Known) -> tuple[date, ...]:
        """The days of history, oldest first."""
        return self.baseline.before(
            today, self.history, self.step, lambda day: known.on(day) is not None
        )

    def guarded(self) -> Anomaly:
        """How the metrics are judged that must not have fallen: by the guard of the method."""
        method, limit = self.baseline.guard
        changed: dict[str, object] = {"critical": None, "info": None, "rate": None, "guards": ()}
        changed |= {"method": method, "warning": Departure.of(limit)}
        if method != self.method:
            changed |= {"days": None if self.by_weekday else self.days, "against": "week"}
        return self.model_copy(update=changed | {"direction": Direction.FALL})

    def awaits_rows(self, view: DatasetView) -> bool:
        """A method that looks at days without rows learns by itself which are closed."""
        return not self.baseline.judges_empty_days

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        found: dict[str, Need] = {}
        guard = self.guarded()
        judges = [(self, self.metrics[0]), *((guard, name) for name in self.guards)]
        for judge, name in judges:
            metric = view.metrics[name]
            today = view.calendar.expected
            days = judge.past(today, Known.of(metric, view))
            earlier = not judge.baseline.judges_empty_days
            found.update(needs_of(metric, view, (*days, today), earlier))
        return found

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        name, today = self.metrics[0], view.calendar.expected
        event = Known.of(view.metrics[name], view).on(today)
        told = f"{today} is in the calendar ({event.on(today)})" if event else ""
        if event and (event.silences_falls or not self.direction.falls):
            why = f"{told}: {name} is not judged"
            return [unjudged(name, lambda: self.finding(name, view, readings), why)]
        if not self.baseline.judges_empty_days and view.calendar.closed(today):
            why = view.calendar.why_not(today)
            return [unjudged(name, lambda: self.finding(name, view, readings), why)]
        for guard in self.guards:
            self.guarded().skip_if_fallen(guard, view, readings)
        found = self.finding(name, view, readings)
        if event and found.rises:
            why = f"{told}: a rise is not judged ({found.text})"
            return [unjudged(name, lambda: found, why)]
        labels, fact = {"metric": name}, self.fact(name, found, view)
        return [Sample(found.values, found.text, labels, blind=found.blind, fact=fact)]

    def fact(self, name: str, found: Finding, view: DatasetView) -> Fact | None:
        """What was seen, as a sentence says it."""
        if found.value is None:
            return None
        guards = (f"{listed(self.guards)} normal",) if self.guards else ()
        share, today = view.metrics[name].ratio is not None, view.calendar.today
        seen = Departed(
            name, found.value, found.values, is_ratio=share, empty=found.empty,
            counts=name == view.dataset.thing.many,
        )  # fmt: skip
        beside = (found.unlike,) if found.unlike else seen.beside()
        return Fact(seen.text(view.calendar.expected, today), (*beside, *guards), complete=True)

    def allows(self, terms: Sequence[Term]) -> str:
        return ""

    def finding(self, name: str, view: DatasetView, readings: Readings) -> Finding:
        """What the method says of a metric."""
        today, metric = view.calendar.expected, view.metrics[name]
        known, mine = Known.of(metric, view), readings_of(metric, readings)
        refuse_valueless(metric, view, mine, today)
        if self.baseline.judges_empty_days:
            refuse_empty(metric, view, readings, self.history, known)
            series = series_of(metric, readings, today, known, self.rate)
            return self.found(metric, today, series, known)
        refuse_nothing(metric, view, mine, today)
        values = values_of(metric, readings, today, 0.0)  # a sum over no row has fallen to 0
        found = self.found(metric, today, Series(values), known)
        note = "; no row to add up" if is_nothing(mine, VALUE, today) else ""
        return replace(found, text=found.text + note)

    def found(self, metric: Daily, today: date, series: Series, known: Known) -> Finding:
        """What the method says of a series."""
        asked = Question(
            name=metric.name or "",
            today=today,
            series=series,
            days=self.past(today, known),
            history=self.history,
            needed=self.min_days or self.baseline.needed(self.history),
            limits=self.given(),
            direction=self.direction,
            step=self.step,
        )
        return self.baseline.judge(asked)

    def skip_if_fallen(self, name: str, view: DatasetView, readings: Readings) -> None:
        """Raise Skipped where a metric, on which another is judged, is not known to be normal."""
        found = self.finding(name, view, readings)
        as_of = view.calendar.as_of
        if any(limit.broken_by(found.values, as_of) for limit in self.conditions().values()):
            raise Skipped(f"traffic itself fell: {found.brief}")
        if found.blind is not None:
            raise Skipped(f"nobody knows whether traffic is normal: {found.blind}")


@cache
def with_terms() -> type[Anomaly]:
    """The model of what is written: with the methods that are installed, and their terms."""
    methods: Any = Literal[tuple(all_baselines())]
    limits: Any = departure_model()
    fields: dict[str, Any] = {
        severity: (limits | None, None) for severity in ("info", "warning", "critical")
    }
    fields["method"] = (methods, Field(DEFAULT, description="How the baseline is made."))
    return create_model("Anomaly", __base__=Anomaly, __doc__=Anomaly.__doc__, **fields)
