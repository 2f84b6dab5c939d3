"""The page of one check: what it says, its days, what was asked, and what it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import quote

from warehouse_exporter.config import Check
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.limits import Unit
from warehouse_exporter.core.model import CheckId, Severity, Verdict
from warehouse_exporter.core.names import ROWS_CHECKED, ROWS_FAILED
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.core.wording import counted, per_cent, quantity, shown
from warehouse_exporter.history.model import Judged, Point, State, state_of
from warehouse_exporter.history.points import points_of
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.server.web.lines import Line, View, sentence_of
from warehouse_exporter.server.web.page.charts import Chart, Level, Series, chart
from warehouse_exporter.server.web.page.frame import rendered
from warehouse_exporter.server.web.page.numbers import judges, number_text, series_of, writer_of
from warehouse_exporter.server.web.page.sets import STRIP_DAYS
from warehouse_exporter.server.web.page.strips import squares
from warehouse_exporter.server.web.page.times import day_name

MOST_CHARTS = 6
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Link:
    """A name, and where it leads from the root of the site."""

    name: str
    path: str


@dataclass(frozen=True)
class DayRow:
    """One day of a check in words."""

    day: str
    state: State
    text: str
    value: str


def render_check(view: View, check: Check) -> str:
    """The page of a check, or of a number without a limit."""
    line = view.line_of(check)
    judged = check.worst_severity is not None
    history = past_of(view, check, line if judged else None)
    days = last_days(view.day, STRIP_DAYS)
    write = writer(check, history)
    return rendered(
        "check.html",
        view,
        "../../",
        str(check.id),
        line=line,
        judged=judged,
        alert=check.kind.alert,
        verdicts=[
            (state_of(v), sentence_of(check, v), labels_text(v)) for v in line.result.verdicts
        ],
        facts=list(facts(view, check, line)),
        strip=strip_of(days, history) if judged and not view.past.status else "",
        charts=charts(view, check, history, write),
        rows=day_rows(history, write),
        unknown=view.past.unknown.get(check.id, ""),
        sql=view.snapshot.sql.get(check.id, ())[::-1],
        needs=needs(view, check),
        needed_by=needed_by(view, check),
    )


def past_of(view: View, check: Check, line: Line | None) -> dict[date, Judged]:
    """What is known of the days of a check; the newest day is as of now."""
    found = {
        day: said
        for day in last_days(view.day, STRIP_DAYS)
        if (said := view.past.on(check.id, day)) is not None
    }
    if line is not None:
        points = points_of(check, line.result, line.result.measured_at)
        found[view.day] = Judged(line.state, line.sentence, points)
    return found


def facts(view: View, check: Check, line: Line) -> Iterator[tuple[str, str]]:
    """What else there is to know of a check, as pairs."""
    kind = check.kind
    yield "kind", f"{kind.kind}: {kind.summary}"
    if check.owner:
        yield "owner", check.owner
    for severity, condition in kind.conditions().items():
        yield f"{severity.value} when", condition.text
    if check.accepted is not None:
        yield "accepted", acceptance(check.accepted, view.now)
    sample = line.verdict.sample
    values = sample.values if sample else {}
    if ROWS_FAILED.name in values and ROWS_CHECKED.name in values:
        failed, checked = values[ROWS_FAILED.name], values[ROWS_CHECKED.name]
        yield "failed", f"{shown(failed)} of {counted(checked, 'row')}"
    dataset = view.config.datasets.get(check.id.dataset)
    if dataset is not None:
        yield "rows of", dataset.shown + (f", where {kind.where}" if kind.where else "")
        yield "window", kind.window_of(dataset)
    if check.id in view.snapshot.costs:
        yield "cost of the last pass", cost(view.snapshot.costs[check.id])
    yield "measured", pace_of(view, check.id.dataset)


def pace_of(view: View, dataset: str) -> str:
    """How often a dataset is read at the moment, and why."""
    pace = view.snapshot.paces.get(dataset) or Pace(view.config.interval(dataset))
    own = view.config.datasets.get(dataset)
    return pace.text(own.budget if own else None)


def acceptance(given: Accepted, now: datetime) -> str:
    """Until when, up to which number, and why; and whether that is over."""
    over = ", which is over" if given.ended(now) else ""
    beyond = f", unless {given.beyond.text}" if given.beyond else ""
    return f"until {given.until}{over}{beyond}: {given.reason}"


def cost(seconds: float) -> str:
    """Seconds of the warehouse's work, in milliseconds where they are few."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def labels_text(verdict: Verdict) -> str:
    """`channel paid` of the series that a verdict is about."""
    sample = verdict.sample
    labels = sample.labels if sample else {}
    return ", ".join(f"{name} {text}" for name, text in labels.items() if name != "age_days")


def writer(check: Check, history: dict[date, Judged]) -> partial[str]:
    """How the judged number is written."""
    if isinstance(check.kind, Metric):
        values = [said.points[0].value for said in history.values() if said.points]
        return writer_of(check.kind, values)
    for condition in check.kind.conditions().values():
        for term in condition.terms:
            if term.limit.unit is Unit.SHARE:
                return partial(per_cent, digits=2)
            return partial(quantity, unit=term.limit.unit)
    return partial(number_text, share=False)


def strip_of(days: Sequence[date], history: dict[date, Judged]) -> str:
    """The days of a check in large."""
    states = {day: said.state for day, said in history.items()}
    return squares(days, states, {day: said.text for day, said in history.items()})


def charts(
    view: View, check: Check, history: dict[date, Judged], write: partial[str]
) -> list[tuple[str, Chart]]:
    """A chart for each series of a check, with its limits; of many the first few."""
    if isinstance(check.kind, Anomaly | Metric):
        return charts_of_a_metric(view, check)
    levels = levels_of(check)
    found = []
    for labels in first_labels(history)[:MOST_CHARTS]:
        series = series_of_labels(view, history, labels, levels)
        name = ", ".join(f"{key} {text}" for key, text in labels) or check.id.name
        if sum(value is not None for value in series.values) > 1:
            made = chart(series, f"{name}, {STRIP_DAYS} days to {day_name(view.day)}", write)
            if made is not None:
                found.append((name, made))
    return found


def charts_of_a_metric(view: View, check: Check) -> list[tuple[str, Chart]]:
    """The metric that a check is about, with the band of what judges it."""
    kind = check.kind
    name = kind.metrics[0] if isinstance(kind, Anomaly) else kind.name
    own = next(c for c in view.config.checks if isinstance(c.kind, Metric) and c.kind.name == name)
    judge = (check,) if isinstance(kind, Anomaly) else judges(view).get(name or "", ())
    sample = view.results[own.id].verdicts[0].sample
    value = sample.values.get(Metric.metric.name) if sample else None
    series = series_of(view, own, judge, value)
    levels = levels_of(own)
    series = Series(series.days, series.values, series.lower, series.upper, series.states, levels)
    assert isinstance(own.kind, Metric)
    write = writer_of(own.kind, series.values)
    made = chart(series, f"{name}, {STRIP_DAYS} days to {day_name(view.day)}", write)
    several = sum(value is not None for value in series.values) > 1
    return [(name or "", made)] if made is not None and several else []


def levels_of(check: Check) -> list[Level]:
    """The limits of a check that are those of the judged number."""
    found = []
    for severity, condition in check.kind.conditions().items():
        for term in condition.terms[:1]:
            found.append(Level(Severity(severity).value, term.limit.bound, term.limit.text))
    return found


def first_labels(history: dict[date, Judged]) -> list[Labels]:
    """The series of a check, those of the newest day first."""
    newest_first = sorted(history, reverse=True)
    return list(dict.fromkeys(p.labels for day in newest_first for p in history[day].points))


def series_of_labels(
    view: View, history: dict[date, Judged], labels: Labels, levels: Sequence[Level]
) -> Series:
    """One series of a check day by day."""
    days = last_days(view.day, STRIP_DAYS)
    found: dict[date, Point] = {}
    for day, said in history.items():
        for point in said.points:
            if point.labels == labels:
                found[day] = point
    values = [found[day].value if day in found else None for day in days]
    states = [history[day].state if day in history else None for day in days]
    return Series(days, values, states=states, levels=levels)


def day_rows(history: dict[date, Judged], write: partial[str]) -> list[DayRow]:
    """The days of a check in words, newest first."""
    found = []
    for day in sorted(history, reverse=True):
        said = history[day]
        value = said.points[0].value if said.points else None
        text = "" if value is None else write(value)
        found.append(DayRow(day_name(day), said.state, said.text, text))
    return found


def needs(view: View, check: Check) -> list[Link]:
    """What a check depends on: datasets upstream or compared with, and metrics."""
    dataset = view.config.datasets.get(check.id.dataset)
    names = [*(dataset.depends_on if dataset else ()), *check.kind.refers_to()]
    links = [dataset_link(name) for name in dict.fromkeys(names)]
    for other in view.config.checks:
        if isinstance(other.kind, Metric) and other.kind.name in check.kind.builds_on():
            links.append(Link(f"metric {other.kind.name}", path_of(other.id)))
    return links


def needed_by(view: View, check: Check) -> list[Link]:
    """What depends on a check: checks that build on its metric, and datasets made from its own."""
    name = check.kind.name if isinstance(check.kind, Metric) else None
    links = [
        Link(str(other.id), path_of(other.id))
        for other in view.config.checks
        if name is not None and name in other.kind.builds_on()
    ]
    mine = check.id.dataset
    made = [other for other, found in view.config.datasets.items() if mine in found.depends_on]
    return [*links, *(dataset_link(other) for other in made)]


def dataset_link(name: str) -> Link:
    """Where a dataset's page is."""
    return Link(name, f"datasets/{quote(name, safe='')}")


def path_of(check: CheckId) -> str:
    """Where a check's page is."""
    return f"checks/{quote(check.dataset, safe='')}/{quote(check.name, safe='')}"
