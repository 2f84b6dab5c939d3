"""The hour that clocks repeat, or skip: its wall times name two instants, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

BACK = timedelta(days=1)
"""A clock change longer ago is far away for everything that is judged by the hour."""
AHEAD = timedelta(hours=3)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class ClockChange:
    """Clocks in a zone are put back, or forward, by `shift` at the instant `at`.

    Wall times from `low` to before `high` are shown twice (`repeats`), or never. Without a zone,
    such a time may be either of two instants, `shift` apart. It is read as the earlier of them: the
    one that has surely passed.
    """

    at: datetime
    shift: timedelta
    low: datetime
    repeats: bool
    offset: timedelta

    @property
    def high(self) -> datetime:
        """The first wall time that is no longer in doubt."""
        return self.low + self.shift

    @property
    def over(self) -> datetime:
        """The instant at which the hour has been shown twice."""
        return self.at + self.shift

    def shows_again(self, instant: datetime) -> bool:
        """Whether clocks show the hour for the second time."""
        return self.repeats and self.at <= instant < self.over

    def latest(self, instant: datetime, now: datetime) -> datetime:
        """The latest that a row may be of, whose time was read as `instant`."""
        if not self.repeats or now < self.at or not self.at - self.shift <= instant < self.at:
            return instant
        return max(instant, min(now, instant + self.shift))


@lru_cache(maxsize=256)
def change_near(now: datetime, zone: ZoneInfo) -> ClockChange | None:
    """The clock change of a zone in the day before `now`, or just ahead of it; usually None."""
    start = now.astimezone(UTC).replace(microsecond=0) - BACK
    hours = [start + HOUR * n for n in range((BACK + AHEAD) // HOUR + 1)]
    found = None
    for low, high in pairwise(hours):
        if offset(low, zone) != offset(high, zone):
            found = between(low, high, zone)
    return found


def between(low: datetime, high: datetime, zone: ZoneInfo) -> ClockChange:
    """The clock change between two instants of whole seconds."""
    before, after = offset(low, zone), offset(high, zone)
    while high - low > SECOND:
        middle = low + (high - low) // SECOND // 2 * SECOND
        low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
    wall = high.replace(tzinfo=None) + min(before, after)
    return ClockChange(high, abs(before - after), wall, after < before, max(before, after))


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    """How far the clocks of a zone are ahead of UTC."""
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found
