"""Checks of how a table's rows arrive: freshness, deadline, missing days, volume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.wording import counted, duration, listed, shown
from warehouse_exporter.discover.history import Past
from warehouse_exporter.discover.limits import rounded_down, span
from warehouse_exporter.discover.model import Proposed

HOUR, DAY = 3600.0, 86400.0
LATE = 36 * HOUR
"""A row that was loaded later than this after its day was loaded again, or by hand."""
ENDED_LONG_AGO = "no rows have come for long"
ENDED = 7.0
"""A table has ended when its newest row is so many times older than it ever was, and a week old."""


@dataclass(frozen=True)
class Arrival:
    """How rows arrive: the longest time without one, and how long after a day's end its last came.

    `after` is None where nobody knows. `newest` is how old the newest row is.
    """

    gap: float
    after: float | None
    newest: float
    nightly: bool

    @property
    def ended(self) -> bool:
        """Whether the table seems to get no more rows."""
        return self.newest > max(ENDED * self.gap, ENDED * DAY)

    @property
    def usual(self) -> float:
        """How old the newest row may become on an ordinary day."""
        return max(self.gap, HOUR) + (DAY + (self.after or 6 * HOUR) if self.nightly else 0.0)


def arrival_of(past: Past, as_of: datetime) -> Arrival:
    """How the rows of the past days arrived."""
    gaps = [
        past.open_between(earlier.day, later.day) * DAY + later.first - earlier.last
        for earlier, later in zip(past.days, past.days[1:], strict=False)
    ]
    dated = all(one.last == 0 for one in past.days)
    gap = max(gaps, default=DAY)
    known = [one.arrived for one in past.days if one.arrived is not None and one.arrived < LATE]
    after = max(known, default=None) if len(known) > len(past.days) / 2 else None
    since = past.open_between(past.days[-1].day, past.until + ONE_DAY)
    shut = (past.until + ONE_DAY - past.days[-1].day).days - since
    newest = (as_of - past.newest).total_seconds() - shut * DAY
    nightly = dated or (after is not None and median(known) > 0)
    if after is None and not dated:  # a load that brings whole days leaves its trace today
        nightly = gap + HOUR < newest < 2 * DAY
    return Arrival(gap, after if after and after > 0 else None, newest, nightly)


def checks(past: Past, arrival: Arrival, loaded: str | None) -> Iterator[Proposed]:
    """The checks that fit a table whose rows come on most days."""
    if not past.steady:
        return
    yield freshness(past, arrival)
    if loaded is not None and not arrival.ended:
        limit = max(arrival.usual, DAY if arrival.nightly else HOUR)
        yield Proposed(
            {"freshness": {"by": "loaded", "warning": f"> {span(1.5 * limit)}",
                           "critical": f"> {span(3 * limit)}"}},
            f"by {loaded}, when rows arrive",
        )  # fmt: skip
    yield from deadline(past, arrival)
    yield from missing_days(past, arrival)
    yield volume(past, arrival)


def freshness(past: Past, arrival: Arrival) -> Proposed:
    """How old the newest row may be."""
    warning, critical = 1.5 * arrival.usual, 3 * arrival.usual
    load = ", and it is loaded once a day" if arrival.nightly else ""
    why = (
        f"longest time without a row in {counted(len(past.days), 'day')}:"
        f" {duration(arrival.gap)}{load}"
    )
    unsure = ""
    if arrival.ended:
        unsure = (
            f"the newest row is {duration(arrival.newest)} old: either the load has stopped, or"
            " this table gets no more rows"
        )
    return Proposed(
        {"freshness": {"warning": f"> {span(warning)}", "critical": f"> {span(critical)}"}},
        why,
        unsure,
    )


def deadline(past: Past, arrival: Arrival) -> Iterator[Proposed]:
    """That the expected day is there to its end; a table of dates has no time of day."""
    closed = past.days
    if all(one.last == 0 for one in closed) or arrival.ended:
        return
    early = [DAY - one.last for one in closed]
    usual, most = median(early), max(early)
    if usual > 6 * HOUR:
        return
    limit = max(2 * usual, HOUR) if most > 6 * max(usual, HOUR / 6) else max(1.5 * most, HOUR)
    yield Proposed(
        {"deadline": {"critical": f"> {span(limit)}"}},
        f"the last row of a day comes {duration(usual)} before its end, at most {duration(most)}",
    )


def missing_days(past: Past, arrival: Arrival) -> Iterator[Proposed]:
    """That no day is without rows."""
    filled = sum(not past.closed.on(one.day) for one in past.days)
    lacking, open_days = past.open_span - filled, counted(past.open_span, "day")
    window = min(14, max(past.span, 2))
    names = past.closed.names
    but = f", but for {listed(names, 7)}, which never have" if names else ""
    if lacking:
        yield Proposed(
            {"missing_days": {"window": f"{window}d", "critical": "> 0"}},
            f"{lacking} of the last {open_days} had no rows{but}",
            "some days had none: where that is right, list them under `calendar`",
        )
    else:
        yield Proposed(
            {"missing_days": {"window": f"{window}d", "critical": "> 0"}},
            f"each of the last {open_days} has rows{but}",
            ENDED_LONG_AGO if arrival.ended else "",
        )


def volume(past: Past, arrival: Arrival) -> Proposed:
    """At least half of the worst day."""
    rows = [one.rows for one in past.days]
    if set(rows) == {1}:
        ended = ENDED_LONG_AGO if arrival.ended else ""
        return Proposed({"volume": {"critical": "!= 1"}}, "each day has exactly one row", ended)
    usual = median(rows)
    ordinary = [count for count in rows if count > usual / 4] or rows
    low = min(ordinary)
    why = f"{shown(min(rows))} to {shown(max(rows))} rows a day, usually {shown(round(usual))}"
    floor = rounded_down(low / 2)
    if len(past.days) < past.open_span or floor < 1:
        return Proposed(
            {"volume": {"critical": f"< {max(floor, 1)}"}},
            why,
            "few rows a day, or days without any: the limit would fire by chance",
        )
    ended = ENDED_LONG_AGO if arrival.ended else ""
    return Proposed({"volume": {"critical": f"< {floor}"}}, f"{why}: half of the least", ended)


def expect_by(past: Past, arrival: Arrival) -> tuple[str, str] | None:
    """The time of day by which yesterday was there, with a margin; None where nobody knows."""
    if arrival.after is None or not arrival.nightly:
        return None
    at = min(arrival.after + HOUR, 23 * HOUR)
    minutes = int(-(-at // 1800)) * 30
    return f"{minutes // 60:02}:{minutes % 60:02}", f"the last row came {clock(arrival.after)} UTC"


def clock(seconds: float) -> str:
    """`at 04:30 at the latest`."""
    at = timedelta(seconds=seconds)
    minutes = int(at.total_seconds() // 60)
    return f"at {minutes // 60:02}:{minutes % 60:02} at the latest,"
