"""Which days there are, when each is judged, and when work on them has to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.calendar import ONE_DAY, last_days
from warehouse_exporter.passes.moment import morning_of

Goes = Callable[[], bool]
"""Asked between two parts of the work: whether to go on."""


class Interrupted(Exception):
    """Somebody else needs the warehouse or the machine; nothing is kept of what was read."""


def newest_day(now: datetime, config: Config) -> date:
    """The newest day whose morning is over."""
    day = now.astimezone(config.warehouse.timezone).date() - ONE_DAY
    while morning_of(day, config) > now:
        day -= ONE_DAY
    return day


def wanted_days(now: datetime, config: Config, count: int) -> tuple[date, ...]:
    """The days of a history of so many, oldest first."""
    return last_days(newest_day(now, config), count)
