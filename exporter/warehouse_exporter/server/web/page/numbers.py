"""The daily numbers: the newest value of each metric, what was expected, and the days before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from warehouse_exporter.baselines.base import LOWER, UPPER
from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.model import CheckId, Sample
from warehouse_exporter.core.wording import DIGITS, per_cent, shown
from warehouse_exporter.history.model import RANK, Point, State
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.server.web.lines import Line, View
from warehouse_exporter.server.web.page.charts import Series, sparkline
from warehouse_exporter.server.web.page.times import day_name

if TYPE_CHECKING:
    from markupsafe import Markup

SPARK_DAYS = 30
Band = tuple[float | None, float | None]


@dataclass(frozen=True)
class Number:
    """One daily number as the page shows it; `state` is that of the checks on it.

    `amount` is its value, and `band` what was expected from and to; None where nobody knows.
    """

    name: str
    check: CheckId
    path: str
    value: str
    expected: str
    state: State | None
    spark: Markup | str
    why: str
    amount: float | None
    band: Band

    @property
    def is_judged(self) -> bool:
        """Whether some check is about it."""
        return self.state is not None


def number_text(value: float, *, share: bool, whole: bool = False) -> str:
    """A number of the page: a share in per cent, a count or a large number without decimals."""
    if share:
        return per_cent(value, DIGITS)
    return f"{value:,.0f}" if whole or abs(value) >= 1000 else shown(value)


def numbers(view: View) -> list[Number]:
    """Every metric: first those that some check judges."""
    bands = judges(view)
    found = [
        number_of(view, check, bands.get(check.kind.name or "", ()))
        for check in view.config.checks
        if isinstance(check.kind, Metric)
    ]
    return sorted(found, key=lambda one: not one.is_judged)


def judges(view: View) -> Mapping[str, Sequence[Check]]:
    """The checks that compare a metric with its past, by metric."""
    found: dict[str, list[Check]] = {}
    for check in view.config.checks:
        if isinstance(check.kind, Anomaly):
            found.setdefault(check.kind.metrics[0], []).append(check)
    return found


def number_of(view: View, check: Check, anomalies: Sequence[Check]) -> Number:
    """One metric."""
    result = view.results[check.id]
    sample = first_sample(result.verdicts[0].sample)
    kind = check.kind
    assert isinstance(kind, Metric)
    value = sample.values.get(kind.metric.name) if sample else None
    lines = [view.by_id[one.id] for one in (check, *anomalies) if one.id in view.by_id]
    history = series_of(view, check, anomalies, value)
    write = writer_of(kind, history.values)
    state = min((line.state for line in lines), key=RANK.__getitem__, default=None)
    text = write(value) if value is not None else "not known"
    spark = sparkline(history, f"{kind.name}, {SPARK_DAYS} days to {day_name(view.day)}")
    why = "" if value is not None else result.verdicts[0].text
    path, band = view.line_of(check).path, band_of(lines)
    expected = expected_text(band, write)
    name = kind.name or ""
    return Number(name, check.id, path, text, expected, state, spark, why, value, band)


def first_sample(sample: Sample | None) -> Sample | None:
    """The sample of the expected day."""
    return sample if sample is not None and sample.labels.get("age_days", "1") == "1" else None


def writer_of(kind: Metric, values: Sequence[float | None]) -> partial[str]:
    """How the values of a metric, and what was expected of them, are written."""
    whole = kind.count is not None or kind.distinct is not None
    return partial(number_text, share=is_share(kind, values), whole=whole)


def is_share(kind: Metric, values: Sequence[float | None]) -> bool:
    """Whether a ratio is one of a part to its whole, as far as its values say."""
    known = [value for value in values if value is not None]
    return kind.ratio is not None and bool(known) and all(0 <= value <= 1 for value in known)


def bands_of(lines: Sequence[Line]) -> Iterator[Mapping[str, float]]:
    """The gauges of those judges that drew a band."""
    for line in lines:
        sample = line.verdict.sample
        if sample is not None and (LOWER.name in sample.values or UPPER.name in sample.values):
            yield sample.values


def band_of(lines: Sequence[Line]) -> Band:
    """What was expected, from and to, by the first judge that drew a band."""
    for values in bands_of(lines):
        return values.get(LOWER.name), values.get(UPPER.name)
    return None, None


def expected_text(band: Band, write: partial[str]) -> str:
    """`1,200 to 1,500`; '' where no baseline says."""
    low, high = band
    if low is not None and high is not None:
        return f"{write(low)} to {write(high)}"
    if low is not None:
        return f"at least {write(low)}"
    return "" if high is None else f"at most {write(high)}"


def series_of(view: View, check: Check, anomalies: Sequence[Check], value: float | None) -> Series:
    """A metric day by day, with the first band that there is; the newest day is as of now."""
    days = last_days(view.day, SPARK_DAYS)
    values = [point.value if (point := first_point(view, check, day)) else None for day in days]
    lower, upper, states = bands_by_day(view, anomalies, days)
    if value is not None:
        values[-1] = value
    return Series(days, values, lower, upper, states)


def first_point(view: View, check: Check, day: date) -> Point | None:
    """The first point of a check on a day."""
    said = view.past.on(check.id, day)
    return said.points[0] if said is not None and said.points else None


def bands_by_day(
    view: View, anomalies: Sequence[Check], days: Sequence[date]
) -> tuple[list[float | None], list[float | None], list[State | None]]:
    """The ends of the band of the first judge that drew one, and the state, on each day."""
    lower: list[float | None] = []
    upper: list[float | None] = []
    states: list[State | None] = []
    for day in days:
        said = [found for one in anomalies if (found := view.past.on(one.id, day)) is not None]
        drawn = [p for one in said for p in one.points if (p.lower, p.upper) != (None, None)]
        lower.append(drawn[0].lower if drawn else None)
        upper.append(drawn[0].upper if drawn else None)
        states.append(min((one.state for one in said), key=RANK.__getitem__, default=None))
    now = [view.by_id[one.id] for one in anomalies if one.id in view.by_id]
    if now:
        states[-1] = min((line.state for line in now), key=RANK.__getitem__)
    for values in bands_of(now):
        lower[-1], upper[-1] = values.get(LOWER.name), values.get(UPPER.name)
        break
    return lower, upper, states
