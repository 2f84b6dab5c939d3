"""Which days there are, when each is judged, and when work on them has to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.calendar import ONE_DAY, day_start, last_days, next_time

Goes = Callable[[], bool]
"""Asked between two parts of the work: whether to go on."""


class Interrupted(Exception):
    """Somebody else needs the warehouse or the machine; nothing is kept of what was read."""


def morning_of(day: date, config: Config) -> datetime:
    """When a day is judged: the first instant of the next day at which every dataset is due."""
    zone = config.warehouse.timezone
    begin = day_start(day + ONE_DAY, zone)
    return max(next_time(own.expect_by, begin, zone) for own in config.datasets.values())


def newest_day(now: datetime, config: Config) -> date:
    """The newest day whose morning is over."""
    day = now.astimezone(config.warehouse.timezone).date() - ONE_DAY
    while morning_of(day, config) > now:
        day -= ONE_DAY
    return day


def wanted_days(now: datetime, config: Config, count: int) -> tuple[date, ...]:
    """The days of a history of so many, oldest first."""
    return last_days(newest_day(now, config), count)
