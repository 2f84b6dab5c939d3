"""What `seasonal` says of a day: gauges, and the words that go with them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.baselines.daily import ENOUGH_DAYS, ENOUGH_ROWS, FIFTH, Day, Series, judged
from warehouse_exporter.baselines.score import settled
from warehouse_exporter.core.calendar import weekday
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted, shown
from warehouse_exporter.kinds.shared.departures import (
    CHANGE,
    DIFFERENCE,
    MISSED,
    SCORE,
    Departure,
    Direction,
)
from warehouse_exporter.kinds.shared.findings import (
    EXPECTED,
    LOWER,
    UPPER,
    Finding,
    by_name,
    numbers,
)
from warehouse_exporter.kinds.shared.nothing import no_value


@dataclass(frozen=True)
class Question:
    """A metric, the day judged, how many days the baseline has, and the limits for the band."""

    name: str
    today: date
    series: Series
    days: int
    limit: Departure
    direction: Direction


def of_seasonal(asked: Question, needed: int) -> Finding:
    """The finding; raises Skipped where there is nothing to say."""
    name, today, series = asked.name, asked.today, asked.series
    if today not in series.values and series.rows.get(today) != 0:
        raise no_value(name, today)
    said = judged(today, series, asked.days)
    missed = said.empty.missed if said.empty else 0.0
    if today not in series.values and said.score != -math.inf and missed < ENOUGH_ROWS:
        raise no_value(name, today)
    if series.shares is not None and said.low:
        total = series.shares[today][1]
        raise Skipped(
            f"too few to judge: {shown((said.expected or 0.0) * total)} of {shown(total)} are"
            f" expected for {name} on {today}, {ENOUGH_ROWS:g} are needed"
        )
    if not missed and not said.low and (said.days < needed or said.expected is None):
        raise Skipped(why_not(asked, said, needed))
    text = "; ".join([described(asked, said), *notes(asked, said)])
    brief = f"{name} {shown(said.value)} vs {shown(said.expected or 0.0)}"
    return Finding(by_name(gauges(asked, said)), text, brief)


def why_not(asked: Question, said: Day, needed: int) -> str:
    """Why there is no baseline."""
    if said.days >= needed:
        return f"{asked.name} is not above 0 on most days: judge it by zscore"
    return (
        f"insufficient history: {asked.name} has {counted(said.days, 'day')} to learn from among"
        f" the {asked.days} before {asked.today}, {needed} are needed"
    )


def gauges(asked: Question, said: Day) -> dict[Gauge, float]:
    """The score, where there is one, and the band that the limits draw."""
    found: dict[Gauge, float] = {}
    if said.expected is not None and said.change is not None:
        found = {
            EXPECTED: said.expected,
            CHANGE: said.change,
            DIFFERENCE: settled(said.value - said.expected),
        }
    if said.score is not None:
        found[SCORE] = said.score
    if said.empty is not None:
        found[MISSED] = said.empty.missed
    return found | band(asked, said)


def band(asked: Question, said: Day) -> dict[Gauge, float]:
    """The values at which a fall and a rise become as unlikely as the limits say."""
    found: dict[Gauge, float] = {}
    if said.bound is None or said.expected is None:
        return found
    if asked.direction.falls and asked.limit.fall is not None:
        low = said.bound(asked.limit.fall, -1)
        found[LOWER] = min(low, FIFTH * said.expected) if said.short else low
    if asked.direction.rises and asked.limit.rise is not None and not said.short:
        found[UPPER] = said.bound(asked.limit.rise, 1)
    return found


def described(asked: Question, said: Day) -> str:
    """`orders: 120 vs expected 210 (151 to 289) of 28 days (z=-4.10, change=-43 %, frac=0.57)`."""
    value = shown(said.value) if asked.today in asked.series.values else "nothing"
    if said.expected is None:
        return f"{asked.name}: {value}"
    if said.low:
        return f"{asked.name}: {value} vs {shown(said.expected)} a day"
    ends = {gauge: shown(end) for gauge, end in band(asked, said).items()}
    text = f"{asked.name}: {value} vs expected {shown(said.expected)}"
    if len(ends) == 2:
        text += f" ({ends[LOWER]} to {ends[UPPER]})"
    elif ends:
        text += f" (at least {ends[LOWER]})" if LOWER in ends else f" (at most {ends[UPPER]})"
    text += f" of {counted(said.days, 'day')}"
    return f"{text} {numbers(said.value, said.expected, said.score, said.change)}"


def notes(asked: Question, said: Day) -> Iterator[str]:
    """What else a reader must know to believe the numbers."""
    empty = said.empty
    if empty is not None and empty.run:
        mean = "" if said.low else f", {shown(empty.mean)} a day before"
        yield f"{counted(empty.run, 'open day')} without a row{mean}"
    elif empty is not None and empty.closed and not said.value:
        yield f"closed weekday: a {weekday(asked.today)} has no rows"
    if said.low:
        yield f"fewer than {ENOUGH_ROWS:g} a day: only a run of empty days speaks"
    elif said.expected is not None and said.short and said.days >= ENOUGH_DAYS:
        yield f"only {counted(said.days, 'day')} of history: sees falls to a fifth only"
    if said.moved_since is not None:
        yield f"regime changed: from now on the history begins on {said.moved_since}"
