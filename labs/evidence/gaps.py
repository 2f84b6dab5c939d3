"""Days by the hour: how often an ordinary one seems to have a gap, and how often one is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from warehouse_exporter.kinds.gap import Gap
from warehouse_exporter.kinds.shared.hours import HOUR, Hour, Profile, stretches

from labs.counts import Counts

ZONE = ZoneInfo("UTC")
BEGIN = date(2026, 1, 1)
SHOPS, DAYS = range(2000, 2020), 60
SIZES = (200.0, 20_000.0)
"""Rows a day, of the smallest and of the largest shop; log-uniform between them."""
MORNING, NIGHT = 7, 0.05
"""Until when it is night, and how many rows an hour of it has, as a part of one of the day."""
NOISE = 0.2
LOST_HOURS = 3
KIND = Gap.model_validate({"warning": "> 1h"})


@dataclass(frozen=True)
class Gaps(Counts):
    """Ordinary days and findings on them; days with lost hours, findings, and what they lack."""

    days: int = 0
    false: int = 0
    lost: int = 0
    found: int = 0
    missing: float = 0.0


def counted(number: int) -> Gaps:
    """A shop, of which each day is judged as it is, and with three hours of its day lost."""
    draw = np.random.RandomState([number, 11])
    size = float(np.exp(draw.uniform(*np.log(SIZES))))
    shape = np.array([NIGHT if hour < 7 else 1.0 for hour in range(24)]) * draw.uniform(
        0.5, 1.5, 24
    )
    week = np.exp(draw.normal(0, 0.15, 7))
    all_days = [BEGIN + timedelta(days=n) for n in range(KIND.days + DAYS)]
    rows = {day: times(day, size * week[day.weekday()] * shape / shape.sum(), draw)
            for day in all_days}  # fmt: skip
    found = Gaps()
    for place in range(KIND.days, len(all_days)):
        day, before = all_days[place], all_days[place - KIND.days : place]
        profile = Profile.of([hour for one in before for hour in hours(rows[one])], ZONE)
        since = begins(day) + HOUR * draw.uniform(8, 20)
        kept = rows[day][(rows[day] < since) | (rows[day] > since + LOST_HOURS * HOUR)]
        found += Gaps(1, is_found(day, rows[day], profile), 1, is_found(day, kept, profile),
                      1 - len(kept) / max(len(rows[day]), 1))  # fmt: skip
    return found


def begins(day: date) -> float:
    """The first instant of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def times(day: date, expected: np.ndarray, draw: np.random.RandomState) -> np.ndarray:
    """When the rows of a day are, by the number expected in each hour."""
    counts = draw.poisson(expected * np.exp(draw.normal(0, NOISE)))
    at = [begins(day) + HOUR * (hour + draw.uniform(0, 1, n)) for hour, n in enumerate(counts)]
    return np.sort(np.concatenate(at))


def hours(at: np.ndarray) -> list[Hour]:
    """The same rows as a warehouse answers."""
    numbers = np.floor(at / HOUR).astype(int)
    found = []
    for number in sorted(set(numbers.tolist())):
        inside = at[numbers == number]
        found.append(Hour(number, len(inside), float(inside[0]), float(inside[-1])))
    return found


def is_found(day: date, at: np.ndarray, profile: Profile) -> bool:
    """Whether the check finds a gap."""
    (limit,) = KIND.warning or ()
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    there = hours(at)
    return bool(there) and any(
        one.seconds > limit.bound and profile.usual(one, day.weekday()) >= KIND.busy
        for one in stretches(there, begin, begin + timedelta(days=1))
    )
