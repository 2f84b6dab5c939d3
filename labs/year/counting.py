"""How often ordinary days were findings, and how often the config promises that they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scipy.stats import binom
from warehouse_exporter.backtest.timeline import episodes
from warehouse_exporter.core.model import Outcome, Severity
from warehouse_exporter.kinds.anomaly import Anomaly

from labs.counts import Counts
from labs.year.at_once import METRICS, Judged, known_of
from labs.year.series import Day, anomalies, config, judged_year, method_of, metric_of
from labs.year.simulator import FIRST, simulated

COVERED = 0.99
"""How much of what chance does lies inside a band."""
SEASONAL, OTHERS = "seasonal", ("zscore", "mad", "change")
SHOPS = range(7000, 7020)
"""The numbers of independent shops, by noise, for `seasonal`: nothing was chosen on them."""
FOR_OTHERS = range(40)
"""Those for the other methods: the first that were drawn. Nothing was chosen on them."""


@dataclass(frozen=True)
class Tally(Counts):
    """Series-days: those with a score, those beyond a limit by the score alone, and findings."""

    days: int = 0
    beyond_warning: int = 0
    beyond_critical: int = 0
    warn: int = 0
    fail: int = 0


@dataclass(frozen=True)
class Sides(Counts):
    """Series-days of a method that promises falls and rises apart.

    Those beyond the limit of a warning by the score alone, findings of any severity, and critical
    ones.
    """

    days: int = 0
    fall_beyond: int = 0
    rise_beyond: int = 0
    falls: int = 0
    rises: int = 0
    critical_falls: int = 0
    critical_rises: int = 0


@dataclass(frozen=True)
class Promised:
    """How often an ordinary day is beyond the limits of a check, by chance alone.

    `falls` and `rises` are those of a warning, critical ones among them.
    """

    falls: float
    rises: float
    critical_falls: float
    critical_rises: float

    @property
    def warning(self) -> float:
        """Both sides of a warning."""
        return self.falls + self.rises

    @property
    def critical(self) -> float:
        """Both sides of a critical finding."""
        return self.critical_falls + self.critical_rises


def promised(method: str) -> Promised | None:
    """What the probabilities in a config say; None for a method that has none.

    They are two-sided, and each counts for one side: half of it is what lies beyond.
    """
    (check, *_) = anomalies(config(), method)
    assert isinstance(check.kind, Anomaly)
    if check.kind.method != "seasonal":
        return None
    mild, hard = (check.kind.given()[s] for s in (Severity.WARNING, Severity.CRITICAL))
    return Promised(mild["fall"] / 2, mild["rise"] / 2, hard["fall"] / 2, hard["rise"] / 2)


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


def sides(days: Iterable[Judged]) -> Sides:
    """What became of the days of one series, with falls and rises apart."""
    found = Sides()
    for day in days:
        critical = day.severity is Severity.CRITICAL
        found += Sides(
            days=1,
            fall_beyond=day.beyond and not day.rises,
            rise_beyond=day.beyond and day.rises,
            falls=bool(day.severity) and not day.rises,
            rises=bool(day.severity) and day.rises,
            critical_falls=critical and not day.rises,
            critical_rises=critical and day.rises,
        )
    return found


@dataclass(frozen=True)
class Counted(Counts):
    """What was counted of some shops: `method metric` -> days, `method` -> episodes of tables.

    `sides` are those of methods that promise something.
    """

    series: Mapping[str, Tally]
    episodes: Mapping[str, int]
    sides: Mapping[str, Sides]

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            {name: one + other.series[name] for name, one in self.series.items()},
            {name: one + other.episodes[name] for name, one in self.episodes.items()},
            {name: one + other.sides[name] for name, one in self.sides.items()},
        )

    def __or__(self, other: Counted) -> Counted:
        """The same of other methods, beside these."""
        return Counted(
            {**self.series, **other.series},
            {**self.episodes, **other.episodes},
            {**self.sides, **other.sides},
        )


def counted(number: int, noise: float, methods: Iterable[str]) -> Counted:
    """The year of one shop under some methods."""
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
    return Counted(series, told, {})


def of_seasonal(number: int, noise: float) -> Counted:
    """The year of one shop under `seasonal`, in one walk."""
    year = simulated(number, noise)
    found: dict[str, list[Judged]] = {}
    for metric in METRICS:
        known = (one for one in known_of(metric, year) if one.day >= FIRST)
        found[metric] = [day for one in known if (day := one.judged(year[one.day]))]
    series = {f"{SEASONAL} {metric}": of_one(days) for metric, days in found.items()}
    spoken = {m: {day.day for day in days if day.severity} for m, days in found.items()}
    orders = set[date]().union(*(days for m, days in spoken.items() if m != "sessions"))
    told = len(episodes(spoken["sessions"])) + len(episodes(orders))
    apart = {f"{SEASONAL} {metric}": sides(days) for metric, days in found.items()}
    return Counted(series, {SEASONAL: told}, apart)


def of_one(days: Sequence[Judged]) -> Tally:
    """The same without sides; how many are beyond a critical limit is not counted."""
    fail = sum(day.severity is Severity.CRITICAL for day in days)
    return Tally(
        len(days), sum(day.beyond for day in days), 0,
        sum(bool(day.severity) for day in days) - fail, fail,
    )  # fmt: skip
