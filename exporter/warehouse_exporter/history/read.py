"""Read and judge past days, each as the gate would have judged it on its morning, by today's rows.

The code is that of the backtest. What cannot be known of a past day is left out, and never told as
an outcome: a check that asks the same whatever the day, a catalogue that only has today's columns,
a statement that took too long.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.run import SINCE, read_past, unmoved
from warehouse_exporter.backtest.run import Past as Asked
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.calendar import ONE_DAY, day_start, last_days, next_time
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Result
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.model import Judged, Past, decisive
from warehouse_exporter.history.points import judged_of
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.passes.run import result

OF_THE_ROWS = (Reason.NO_ROWS, Reason.NO_VALUES, Reason.UNPARSABLE, Reason.NOT_FINITE)
"""Reasons for which a past day could not be measured either; the others are of today."""
SAME = "It asks the same whatever the day, so what it would have said earlier is not known."
HINDSIGHT = f"Its past is not known: {SINCE}."
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


@dataclass
class Attentive:
    """Lets a backtest go on only as long as nobody else needs what it uses."""

    goes_on: Goes
    left: int = 0

    def begin(self, step: Step, parts: int) -> None:
        """A step begins."""
        self.left = parts

    def ended(self, what: str) -> None:
        """One part has ended; from any thread. Raises Interrupted."""
        if not self.goes_on():
            raise Interrupted

    def stopped(self) -> bool:
        """Whether to do no more. Raises Interrupted."""
        if not self.goes_on():
            raise Interrupted
        return False


def read_days(
    config: Config,
    engine: Engine,
    days: Sequence[date],
    goes_on: Goes = lambda: True,
) -> Past:
    """The given days, oldest first, as they are judged now.

    Raises Unreachable, and Interrupted where `goes_on` says that it does not.
    """
    instants = [morning_of(day, config) for day in days]
    checks = config.checks
    asked = read_past(config, engine, instants, checks, Attentive(goes_on))
    unknown = {check: SAME for check in unmoved(asked.asked, checks)}
    unknown |= {check.id: HINDSIGHT for check in checks if not check.kind.in_hindsight}
    known = [check for check in checks if check.id not in unknown]
    judged = {}
    for day, morning in zip(days, asked.asked, strict=True):
        if not goes_on():
            raise Interrupted
        judged[day] = judged_on(config, asked, known, morning.as_of)
    return Past(tuple(days), judged, unknown, instants[-1])


def judged_on(
    config: Config, asked: Asked, checks: Iterable[Check], as_of: datetime
) -> dict[CheckId, Judged]:
    """What the checks say on one morning, without what only says how the warehouse is today."""
    views = make_views(config, asked.relations, as_of)
    morning = next(one for one in asked.asked if one.as_of == as_of)
    gathered = asked.history.on(morning, asked.inquiry)
    found = {}
    for check in checks:
        said = result(check, views, gathered, as_of)
        if is_of_the_day(said):
            found[check.id] = judged_of(check, said, as_of)
    return found


def is_of_the_day(said: Result) -> bool:
    """Whether a result tells of that day's rows, and not of the warehouse as it is now."""
    reason = decisive(said).reason
    return reason is None or reason in OF_THE_ROWS


def joined(old: Past, new: Past, days: Sequence[date]) -> Past:
    """Some days read anew, the others as they were; only the given ones are kept."""
    judged = {**old.judged, **new.judged}
    return replace(
        new,
        days=tuple(day for day in days if day in judged),
        judged={day: judged[day] for day in days if day in judged},
        unknown={**new.unknown, **old.unknown},
        changes=tuple(
            one
            for one in (*(c for c in old.changes if c.day not in new.judged), *new.changes)
            if one.day in days
        ),
        unversioned=new.unversioned,
    )


def wanted_days(now: datetime, config: Config, count: int) -> tuple[date, ...]:
    """The days of a history of so many, oldest first."""
    return last_days(newest_day(now, config), count)


def missing(past: Past, days: Collection[date]) -> list[date]:
    """The days that are not known yet, oldest first."""
    return sorted(day for day in days if day not in past.judged)
