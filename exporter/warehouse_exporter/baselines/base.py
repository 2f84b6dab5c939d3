"""The base class of all baselines: what a method of judging a metric by its past is asked for.

A baseline is one file with one class: the terms that its limits may use, what they are by default,
which days it wants, when a severity fires (`condition`), and what it makes of a day (`judge`).
`shared/by_days.py` has the base of those that only look at the values of some days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import ClassVar

from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.baselines.shared.few import enough
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge

SCORE = Gauge(
    "warehouse_metric_score",
    "Distance from the baseline in standard deviations (of a normal distribution for seasonal,"
    " in MADs for mad).",
    ("metric",),
)
CHANGE = Gauge(
    "warehouse_metric_change_ratio", "Change against the baseline as a fraction of it.", ("metric",)
)
DIFFERENCE = Gauge(
    "warehouse_metric_difference",
    "Value minus baseline, in the unit of the metric: 0.02 is 2 points of a rate.",
    ("metric",),
)
MISSED = Gauge(
    "warehouse_metric_missed_rows",
    "Rows of a normal day, times the open days without a row up to the judged day.",
    ("metric",),
)
EXPECTED = Gauge("warehouse_metric_expected", "The baseline of the metric.", ("metric",))
LOWER = Gauge(
    "warehouse_metric_lower",
    "The lowest value that does not fire, by the score alone.",
    ("metric",),
)
UPPER = Gauge(
    "warehouse_metric_upper",
    "The highest value that does not fire, by the score alone.",
    ("metric",),
)
FURTHER = 60
"""How many days of the calendar a history steps over at most, and six weekdays of every week."""

Terms = Mapping[str, float]
"""The limits of one severity by the names of their terms; per cent as a share of 1."""


class Direction(StrEnum):
    """Which departures fire."""

    FALL = "fall"
    RISE = "rise"
    BOTH = "both"

    @property
    def falls(self) -> bool:
        """Whether a value that is too low fires."""
        return self is not Direction.RISE

    @property
    def rises(self) -> bool:
        """Whether a value that is too high fires."""
        return self is not Direction.FALL

    @property
    def sides(self) -> tuple[int, ...]:
        """-1 and 1, as far as they fire."""
        return ((-1,) if self.falls else ()) + ((1,) if self.rises else ())


@dataclass(frozen=True)
class Written:
    """How a term of a limit is written: a number above 0, or per cent above 0.

    Terms `of_ratios` mean nothing for a metric that is not a ratio.
    """

    about: str
    per_cent: bool = False
    of_ratios: bool = False


@dataclass(frozen=True)
class Question:
    """A metric, the day judged, the days of its history, oldest first, and its limits.

    `history` is how many days of it the config asks for, `needed` how many of them must have a
    value. `limits` are complete, worst severity first. `step` is 7 where the history is the same
    weekday of earlier weeks.
    """

    name: str
    today: date
    series: Series
    days: tuple[date, ...]
    history: int
    needed: int
    limits: Mapping[Severity, Terms]
    direction: Direction = Direction.BOTH
    step: int = 1

    @property
    def mildest(self) -> Terms:
        """The limits that draw the band."""
        return list(self.limits.values())[-1]


@dataclass(frozen=True)
class Finding:
    """The gauges of a day by name, and its text; `brief` has no more than value and baseline.

    `blind` says why it can be a finding, but no pass. `value` is that of the metric: with it the
    finding is told in words, else by its text. `unlike` says what was before, where that is no
    baseline, and `empty` how many days in a row have no row at all.
    """

    values: Mapping[str, float]
    text: str
    brief: str
    blind: str | None = None
    value: float | None = None
    unlike: str = ""
    empty: int = 0

    @property
    def rises(self) -> bool:
        """Whether the value is above its baseline."""
        return self.values.get(CHANGE.name, 0.0) > 0


class Baseline:
    """A method: how a metric is judged by its past. It has no state, and does no I/O."""

    name: ClassVar[str]
    """Its word under `method`."""
    terms: ClassVar[Mapping[str, Written]]
    """What its limits may use. Terms of the same name in several baselines have the same form."""
    example: ClassVar[str]
    """Limits as one would write them, for messages."""
    defaults: ClassVar[Mapping[Severity, Terms]] = {}
    """Its limits where the config has none, of severities critical and warning; what is written
    replaces its part. Empty for a method that needs limits."""
    days: ClassVar[int] = 7
    """Days of history where the config does not say."""
    takes_weekday: ClassVar[bool] = False
    """Whether it can look at the same weekday of the week before (`against: weekday`)."""
    takes_rate: ClassVar[bool] = False
    """Whether it judges shares by both of their counts (`rate`)."""
    judges_empty_days: ClassVar[bool] = False
    """Whether it looks at days without rows itself. For others, a metric with nothing to add up or
    to divide by has fallen to 0 if it had values before, and is not judged if it never had any."""
    guard: ClassVar[tuple[str, Terms]] = ("mad", {"z": 3.0, "below": 0.6})
    """The method and the limits that say whether a metric under `while` has itself fallen."""

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        """What is wrong with the limits that are written for a severity; None when nothing is."""
        return None

    def problem_of_days(self, days: int, needed: int | None) -> str | None:
        """What is wrong with the length of the history; None when nothing is."""
        return None

    def filled(self, severity: Severity, terms: Terms) -> Terms:
        """The limits with what the config does not say."""
        return terms

    def needed(self, days: int) -> int:
        """Days of the history that must have a value, where the config does not say."""
        return enough(days)

    def before(
        self, today: date, days: int, step: int, excluded: Callable[[date], bool]
    ) -> tuple[date, ...]:
        """The days of history before a day, oldest first: the newest that are not `excluded`."""
        reach = range(1, 7 * days + FURTHER + 1)
        earlier = (today - timedelta(days=step * back) for back in reach)
        return tuple(islice((day for day in earlier if not excluded(day)), days))[::-1]

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        """When a severity fires, over the gauges above; the terms are complete."""
        raise NotImplementedError

    def judge(self, asked: Question) -> Finding:
        """The gauges of a day, and its text. Raises Skipped where there is nothing to say."""
        raise NotImplementedError
