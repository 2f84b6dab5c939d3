"""What is written of an anomaly: its metrics, the method, the history and the limits.

How a day is judged by them is in `kinds/anomaly.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import CHANGE, Baseline, Direction, Terms
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.shared.base import Kind, Name, worst_first
from warehouse_exporter.kinds.shared.departures import Departure, fires_late

DEFAULT = "seasonal"
A_WEEK = 7


class AnomalyLimits(Kind):
    """Metrics, and when they depart from their baseline."""

    metrics: tuple[Name, ...] = Field(min_length=1, description="The metrics judged.")
    method: str = Field(DEFAULT, description="How the baseline is made.")
    days: int | None = Field(
        None,
        ge=2,
        le=400,
        description="Days of history; default: 28 for seasonal and slide, else 7.",
    )
    min_days: int | None = Field(
        None,
        ge=2,
        description="Days of history that must have a value, else skipped; default: half of them,"
        " and at least 3; of seasonal 7, of slide 14.",
    )
    against: Literal["week", "weekday"] = Field(
        "week",
        description="change: the mean of the last days, or the same weekday a week before.",
    )
    direction: Direction = Field(Direction.BOTH, description="Which departures fire.")
    guards: tuple[Name, ...] = Field(
        (),
        alias="while",
        description="Metrics that must not have fallen themselves, or the check is skipped.",
    )
    rate: bool | None = Field(
        None,
        description="seasonal: whether a ratio is a share of its denominator, judged by both"
        " counts; default: if both are counts, and no day has more above than below.",
    )
    info: Departure | None = None
    warning: Departure | None = None
    critical: Departure | None = None

    @property
    def baseline(self) -> Baseline:
        """The method."""
        return all_baselines()[self.method]

    @model_validator(mode="after")
    def makes_sense(self) -> Self:
        """The limits are those of the method, and a warning fires before its critical."""
        if self.where is not None or self.window is not None:
            raise ValueError("anomalies judge metrics: put `where` on the metric, and `days` here")
        baseline, written = self.baseline, self.written()
        if not written and not baseline.defaults:
            raise ValueError(f"{self.method} needs a limit, for example {baseline.example}")
        for limit in written.values():
            if wrong := self.problem_of(limit):
                raise ValueError(wrong)
        self.days_make_sense()
        self.beyond_accepted()
        found = self.conditions()
        if self.warning and self.critical:
            mild, hard = found[Severity.WARNING], found[Severity.CRITICAL]
            if fires_late(mild, hard):
                raise ValueError("warning is laxer than critical: it would never fire first")
        return self

    def problem_of(self, limit: Terms) -> str | None:
        """What is wrong with the limits of a severity; None when nothing is."""
        baseline = self.baseline
        for name in limit:
            if name not in baseline.terms:
                return f"`{name}` is not a limit of {self.method}, for example {baseline.example}"
        return baseline.problem(limit, self.direction)

    def days_make_sense(self) -> None:
        """Raise ValueError for a history that the method cannot use."""
        needed, days, baseline = self.min_days, self.history, self.baseline
        if needed is not None and needed > days:
            raise ValueError(f"min_days {needed} is more than days {days}")
        if wrong := baseline.problem_of_days(days, needed):
            raise ValueError(wrong)
        if self.rate is not None and not baseline.takes_rate:
            raise ValueError(f"`rate` is for seasonal: {self.method} judges the ratio as it is")
        if self.by_weekday and (not baseline.takes_weekday or self.days):
            raise ValueError("`against: weekday` is for change, and looks at one day: no `days`")

    @property
    def by_weekday(self) -> bool:
        """Whether the history is the same weekday of the week before."""
        return self.against == "weekday"

    @property
    def step(self) -> int:
        """Days between two days of the history."""
        return A_WEEK if self.by_weekday else 1

    @property
    def history(self) -> int:
        """Days of history."""
        return 1 if self.by_weekday else self.days or self.baseline.days

    def written(self) -> Mapping[Severity, Terms]:
        """The limits that are written, worst severity first."""
        found = worst_first(self.critical, self.warning, self.info)
        return {severity: limit.terms for severity, limit in found.items()}

    def given(self) -> Mapping[Severity, Terms]:
        """The limits, worst severity first; those of the method where none are written."""
        baseline = self.baseline
        limits = self.written() or baseline.defaults
        return {severity: baseline.filled(severity, limit) for severity, limit in limits.items()}

    def only_for_ratios(self) -> list[str]:
        """The words in it that mean nothing for a metric that is no ratio."""
        terms = {name: term for name, term in self.baseline.terms.items() if term.of_ratios}
        written = {name for limit in self.written().values() for name in limit}
        rate = ["rate"] if self.rate is not None else []
        return rate + [name for name in terms if name in written]

    def builds_on(self) -> tuple[str, ...]:
        return (*self.metrics, *self.guards)

    def default_name(self) -> str:
        return f"{self.method}_{self.metrics[0]}"

    def conditions(self) -> Mapping[Severity, Condition]:
        return {
            severity: self.baseline.condition(severity, limit, self.direction)
            for severity, limit in self.given().items()
        }

    def beyond_accepted(self) -> Condition | None:
        if self.accept is None or self.accept.up_to is None:
            return None
        limit = Limit.parse(f"> {self.accept.up_to}")
        if limit.unit is not Unit.SHARE or limit.bound <= 0:
            raise ValueError(
                f"`up_to: {self.accept.up_to}` is not a change: write per cent above 0, such as 40%"
            )
        return Condition.any_of(Term(CHANGE.name, limit, Reading.MAGNITUDE))
