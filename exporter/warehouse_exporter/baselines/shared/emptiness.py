"""Days without any row: steps 9 and 10 of docs/reference/baselines.md."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from warehouse_exporter.core.closures import closed_weekdays, days_after

KNOWN_FROM = 7
"""Days of history without which nothing is said of an empty day."""
ALIVE, NEAR = 0.2, 3
"""An empty day says something of its weekday if a day this near has this share of the usual."""


@dataclass(frozen=True)
class Emptiness:
    """How long there has been no row.

    `run` is the number of open days without one up to today, `mean` the rows of an open day before
    that, `closed` whether today's weekday is one on which there never are any.
    """

    run: int
    mean: float
    closed: bool

    @property
    def missed(self) -> float:
        """How many rows there should have been since the last one: 7 of them come once in 1,100
        times by chance (exp(-7), Poisson), 10 once in 22,000."""
        return self.run * self.mean


def emptiness(
    today: date,
    rows: Mapping[date, float],
    window: int,
    silent: Callable[[date], bool],
    fallen: Collection[date] = (),
) -> Emptiness | None:
    """What is to be said of the empty days up to today; None with too few days to know.

    `rows` has the rows of each day that could be read, 0 for none. A table begins with its first
    row. Days that are `silent` are neither open nor closed. Which weekdays are closed is read from
    the days before the run: a feed that is dead for a month does not become a shop that is closed,
    also if a row comes now and then. Days that are `fallen` had less than there should have been.
    """
    filled = [day for day, count in rows.items() if count and day < today]
    if not filled:
        return None
    begin = min(filled)
    last = max(filled) if not rows.get(today) else today - timedelta(days=1)
    before = alive({
        day: count for day, count in rows.items()
        if begin <= day <= last and not silent(day) and day not in fallen
    })  # fmt: skip
    closed = closed_weekdays(last, before)
    ahead = (today - last).days
    run = [d for d in days_after(last, ahead) if d.weekday() not in closed and not silent(d)]
    recent = sorted(before)[-window:]
    usual = [before[day] for day in recent if day.weekday() not in closed]
    if len(before) < KNOWN_FROM or not usual:
        return None
    empty = not rows.get(today)
    return Emptiness(
        run=len(run) if empty else 0,
        mean=sum(usual) / len(usual),
        closed=today.weekday() in closed,
    )


def alive(rows: Mapping[date, float]) -> dict[date, float]:
    """The days without those of a dead feed: empty ones with no usual day near them."""
    if all(rows.values()):
        return dict(rows)
    some = [count for count in rows.values() if count]
    least = ALIVE * median(some) if some else 0.0
    usual = {day for day, count in rows.items() if count and count >= least}
    near = {day + timedelta(days=n) for day in usual for n in range(-NEAR, NEAR + 1)}
    return {day: count for day, count in rows.items() if count or day in near}


def open_days(rows: Mapping[date, float], silent: Callable[[date], bool]) -> set[date]:
    """The days since the first row that are neither silent nor of a closed weekday."""
    filled = [day for day, count in rows.items() if count]
    if not filled:
        return set()
    begin, last = min(filled), max(filled)
    known = {day: count for day, count in rows.items() if begin <= day and not silent(day)}
    closed = closed_weekdays(last, alive({day: n for day, n in known.items() if day <= last}))
    return {day for day in known if day.weekday() not in closed}
