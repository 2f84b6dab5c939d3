"""The daily numbers of a config, each with what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.alerting.grafana.dashboards.panels import DAILY, Ask, Frame, Panel, chart
from warehouse_exporter.alerting.grafana.dashboards.promql import equal, limits, series
from warehouse_exporter.alerting.grafana.dashboards.watched import Watched
from warehouse_exporter.baselines.base import EXPECTED, LOWER, UPPER
from warehouse_exporter.kinds.metric import Metric

NEWEST = 'age_days="1"'


def metric_chart(watched: Watched, name: str, w: int = 8) -> Panel:
    """A number of the day with its band, or with the limits that it has."""
    about = f"{name} of the expected day; shaded is what is expected."
    unit = "percentunit" if watched.is_rate(name) else "short"
    return chart(Frame(name, w, 7, unit, about), *metric_asked(watched, name), step=DAILY)


def metric_asked(watched: Watched, name: str) -> Iterator[Ask]:
    """The queries of a number of the day."""
    yield Ask(held(Metric.metric.name, equal("metric", name), NEWEST), name)
    check = watched.baseline(name)
    if check is not None:
        chosen = equal("metric", name), equal("check", check.id.name)
        for gauge, legend in ((EXPECTED, "expected"), (LOWER, "lower"), (UPPER, "upper")):
            yield Ask(held(gauge.name, *chosen), legend)
    if watched.config.metrics[name].limits():
        of = equal("check", watched.metric_check(name).id.name)
        yield Ask(limits([Metric.metric.name], of), "{{severity}} limit {{op}}")


def held(metric: str, *more: str) -> str:
    """A gauge of daily numbers, of which one sample in each step of a chart is enough."""
    return f"last_over_time({series(metric, *more)}[$__interval])"
