"""How often a half load of every table is found on one morning, alone and together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student
from warehouse_exporter.baselines.seasonal import LIMITS
from warehouse_exporter.baselines.shared.forecast import Forecast, forecast, point
from warehouse_exporter.baselines.shared.joint import ONE_SIGMA, Part, mean
from warehouse_exporter.baselines.shared.replay import Run
from warehouse_exporter.baselines.shared.replay import Seen as Alone
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.teaching import ALL_DAYS
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.joint_fall import JointFall

from labs.counts import Counts
from labs.year.simulator import FIRST, HOLIDAYS, SALE, SHARED, Sold, simulated

SHOPS = range(1000, 1040)
"""Numbers of shops that no limit was chosen on."""
WINDOW = 28
LOST = {"x.5": 0.5, "x.7": 0.7}
"""How much of every table is there on a day that is not loaded whole."""
KIND = JointFall.model_validate({"metrics": ["sessions", "orders"], "warning": "> 30%"})
"""The check as it is recommended, with what it has by default."""
SPECIAL = frozenset((*HOLIDAYS, *SALE))


@dataclass(frozen=True)
class Seen(Counts):
    """Days, and on how many of them something is said.

    `alone` is a fall of sessions, orders or revenue by `seasonal`, as a warning or worse; `failed`
    is one that pages. `joint` is said by the joint check while each alone is silent.
    """

    days: int = 0
    alone: int = 0
    failed: int = 0
    joint: int = 0


@dataclass
class Line:
    """A number by the day, whose findings do not teach: they are found in the order of time.

    The product finds them again by replay, every morning; over a whole year that is the same, at
    thirty times the cost.
    """

    values: list[float]
    rows: list[float]
    counts: bool
    special: set[int]
    flagged: set[int] = field(default_factory=set)

    def teaching(self, day: int) -> list[int]:
        """The days before a day that teach."""
        off = self.special | self.flagged
        return [n for n in range(day - WINDOW, day) if n not in off and self.values[n] > 0]

    def forecast(self, day: int) -> Forecast | None:
        """What is expected of a day."""
        rows = self.rows if not self.counts else [0.0] * len(self.rows)
        known = [point(n, self.values[n], rows[n]) for n in self.teaching(day)]
        return forecast(known, day, self.counts) if len(known) >= ALL_DAYS else None

    def learn(self, day: int, found: Forecast) -> None:
        """Remember whether a day is a finding, on either side."""
        change, score = self.values[day] / found.expected - 1, found.score(self.values[day])
        if Run().side_with(Alone(change, score)):
            self.flagged.add(day)


def counted(number: int, noise: float) -> dict[str, Seen]:
    """A shop's year: ordinary days, and each of them with a part of every table."""
    year = simulated(number, noise)
    every = list(year)
    special = {n for n, day in enumerate(every) if day in SPECIAL}
    draw = np.random.RandomState([number, round(1000 * noise), 7])
    sold = [year[day] for day in every]
    lines = {
        name: Line([float(getattr(one, name)) for one in sold],
                   [float(getattr(one, rows)) for one in sold], name != "revenue", special)
        for name, rows in (("sessions", "sessions"), ("orders", "orders"), ("revenue", "orders"))
    }  # fmt: skip
    index = Line([1.0] * len(every), [0.0] * len(every), False, special)
    found = {name: Seen() for name in ("ordinary", *LOST)}
    for day in range(WINDOW, len(every)):
        if day in special:
            continue
        known = {name: one for name, line in lines.items() if (one := line.forecast(day))}
        together = joined(day, lines, known, index)
        if len(known) == len(lines) and every[day] >= FIRST:
            for name, share in {"ordinary": 1.0, **LOST}.items():
                found[name] += seen(part_of(sold[day], share, draw), known, together)
        for name, one in known.items():
            lines[name].learn(day, one)
        if together is not None:
            index.values[day] = mean({part: part.value for part in together[0]})
            index.learn(day, together[1])
    return found


Together = tuple[tuple[Part, ...], Forecast]


def joined(
    day: int, lines: Mapping[str, Line], known: Mapping[str, Forecast], index: Line
) -> Together | None:
    """Sessions and orders as one number, with today's weights on all days; revenue is of orders."""
    parts = tuple(
        Part(name, lines[name].values[day], one.expected, noise_of(one))
        for name, one in known.items()
        if name != "revenue"
    )
    if len(parts) < 2:
        return None
    for n in range(day - WINDOW, day):
        index.values[n] = mean({part: lines[part.name].values[n] for part in parts})
    found = index.forecast(day)
    return None if found is None else (parts, found)


def noise_of(found: Forecast) -> float:
    """The noise of a day, as the joint check reads it off the band."""
    return 1 - found.bound(ONE_SIGMA, -1) / found.expected


def part_of(sold: Sold, share: float, draw: np.random.RandomState) -> Sold:
    """A day of which each session and each order is there with a probability."""
    if share == 1:
        return sold
    sessions, orders = (int(draw.binomial(n, share)) for n in (sold.sessions, sold.orders))
    return Sold(sessions, orders, sold.revenue * orders / sold.orders if sold.orders else 0.0)


def seen(sold: Sold, known: Mapping[str, Forecast], together: Together | None) -> Seen:
    """What is said of a day."""
    values = {name: float(getattr(sold, name)) for name in known}
    said = [(one.score(values[n]), values[n] / one.expected - 1) for n, one in known.items()]
    alone, failed = (
        any(score <= -two_sided(LIMITS[severity]["fall"]) and change <= -LIMITS[severity]["change"]
            for score, change in said)
        for severity in (Severity.WARNING, Severity.CRITICAL)
    )  # fmt: skip
    low = together is not None and is_joint(*together, values)
    return Seen(1, alone, failed, low and not alone)


def is_joint(parts: tuple[Part, ...], found: Forecast, values: Mapping[str, float]) -> bool:
    """Whether the joint check finds a fall."""
    (limit,) = KIND.warning or ()
    value = mean({part: values[part.name] for part in parts})
    fallen = 1 - value / found.expected
    return fallen > limit.bound and found.score(value) <= -two_sided(KIND.fall)


def reachable(noise: float, tables: float, false: float, *, known: bool) -> float:
    """On what share of days any method can find half of everything, at a rate of false alarms.

    Logarithms of normal noise, of which all tables share a half; the mean of the tables is then the
    best statistic there is. `known`: the expected value is known; else it is estimated from four
    weeks, by the mean of the days and of four of the same weekday.
    """
    shared = noise**2 * SHARED
    sigma = math.sqrt(shared + (noise**2 - shared) / tables)
    if known:
        return float(norm.cdf(math.log(2) / sigma - norm.ppf(1 - false)))
    degrees = WINDOW - 7
    wide = sigma * math.sqrt(1 + 1 / WINDOW + 6 / WINDOW)
    return float(student.cdf(math.log(2) / wide - student.ppf(1 - false, degrees), degrees))
