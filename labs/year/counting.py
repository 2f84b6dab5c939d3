"""How often ordinary days were findings, and how often the config promises that they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date

from scipy.stats import binom
from warehouse_exporter.backtest.timeline import episodes
from warehouse_exporter.core.model import Outcome, Severity
from warehouse_exporter.kinds.anomaly import Anomaly

from labs.year.series import Day, anomalies, config, judged_year, method_of, metric_of
from labs.year.simulator import simulated

COVERED = 0.99
"""How much of what chance does lies inside a band."""
SHOPS = 40
"""Independent shops by noise."""


@dataclass(frozen=True)
class Tally:
    """Series-days: those with a score, those beyond a limit by the score alone, and findings."""

    days: int = 0
    beyond_warning: int = 0
    beyond_critical: int = 0
    warn: int = 0
    fail: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def found(self) -> int:
        """Days that were a finding of any severity."""
        return self.warn + self.fail


@dataclass(frozen=True)
class Promised:
    """How often the score of an ordinary day is beyond the limits of a check, by chance alone."""

    warning: float
    critical: float


def promised(method: str) -> Promised | None:
    """What the probabilities in a config say; None for a method that has none.

    They are two-sided, and each counts for one side: half of it is what lies beyond.
    """
    (check, *_) = anomalies(config(), method)
    assert isinstance(check.kind, Anomaly)
    if check.kind.method != "seasonal":
        return None
    limits = check.kind.given()
    share = {s: (limit["fall"] + limit["rise"]) / 2 for s, limit in limits.items()}
    return Promised(share[Severity.WARNING], share[Severity.CRITICAL])


def band(days: int, share: float) -> tuple[int, int]:
    """Between which counts chance stays, if days are independent."""
    low, high = binom.interval(COVERED, days, share)
    return int(low), int(high)


def tally(days: Iterable[Day]) -> Tally:
    """What became of the days of one series."""
    found = Tally()
    for day in days:
        if day.beyond is None:
            continue
        found += Tally(
            days=1,
            beyond_warning=bool(day.beyond),
            beyond_critical=Severity.CRITICAL in day.beyond,
            warn=day.verdict.outcome is Outcome.WARNING,
            fail=day.verdict.outcome is Outcome.CRITICAL,
        )
    return found


@dataclass(frozen=True)
class Counted:
    """What was counted of some shops: `method metric` -> days, `method` -> episodes of tables."""

    series: Mapping[str, Tally]
    episodes: Mapping[str, int]

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            {name: one + other.series[name] for name, one in self.series.items()},
            {name: one + other.episodes[name] for name, one in self.episodes.items()},
        )


def counted(number: int, noise: float, methods: Iterable[str] = ("",)) -> Counted:
    """The year of one shop under every method, or some of them."""
    watched, year = config(), simulated(number, noise)
    checks = [check for method in methods for check in anomalies(watched, method)]
    said = judged_year(year, watched, checks)
    series: dict[str, Tally] = {}
    spoken: dict[str, dict[str, set[date]]] = {}
    for check in checks:
        days = said[check.id.name]
        series[f"{method_of(check)} {metric_of(check)}"] = tally(days)
        of_table = spoken.setdefault(method_of(check), {}).setdefault(check.id.dataset, set())
        of_table.update(day.day for day in days if day.speaks)
    told = {
        method: sum(len(episodes(days)) for days in tables.values())
        for method, tables in spoken.items()
    }
    return Counted(series, told)
