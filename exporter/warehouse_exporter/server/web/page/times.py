"""Days and instants as people read them: in the warehouse's zone, with UTC beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from warehouse_exporter.core.calendar import ONE_DAY, weekday
from warehouse_exporter.core.wording import duration

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_name(day: date) -> str:
    """`Sun 29 Nov`, whatever the locale."""
    return f"{weekday(day)[:3]} {day.day} {MONTHS[day.month - 1]}"


@dataclass(frozen=True)
class Times:
    """How a page at `now` writes times of a zone."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The business day that is still open."""
        return self.now.astimezone(self.zone).date()

    def day(self, day: date) -> str:
        """`Yesterday, Sun 29 Nov`, `Fri 27 Nov`."""
        name = day_name(day)
        if day == self.today - ONE_DAY:
            return f"Yesterday, {name}"
        return f"Today, {name}" if day == self.today else name

    def at(self, instant: datetime) -> str:
        """`Mon 30 Nov 06:31 CET (05:31 UTC)`; the day only where it is not today."""
        local = instant.astimezone(self.zone)
        day = "" if local.date() == self.today else f"{day_name(local.date())} "
        text = f"{day}{local:%H:%M} {local.tzname()}"
        utc = instant.astimezone(UTC)
        if local.utcoffset() == utc.utcoffset():
            return f"{day}{utc:%H:%M} UTC"
        other = "" if utc.date() == local.date() else f"{day_name(utc.date())} "
        return f"{text} ({other}{utc:%H:%M} UTC)"

    def ago(self, instant: datetime) -> str:
        """`5 min 3 s ago`."""
        seconds = (self.now - instant).total_seconds()
        return f"{duration(seconds)} ago" if seconds >= 0 else f"{duration(-seconds)} ahead"
