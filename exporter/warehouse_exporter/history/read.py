"""Read and judge past days, each as the gate would have judged it on its morning, by today's rows.

The code is that of the backtest. What cannot be known of a past day is left out, and never told as
an outcome: a check that asks the same whatever the day, a catalogue that only has today's columns,
a statement that took too long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.questions import Morning
from warehouse_exporter.backtest.run import SINCE, read_past, unmoved
from warehouse_exporter.backtest.run import Past as Asked
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.model import CheckId, Result
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.changes import read_changes, unversioned
from warehouse_exporter.history.model import Judged, Past, decisive
from warehouse_exporter.history.mornings import Goes, Interrupted
from warehouse_exporter.history.points import judged_of
from warehouse_exporter.passes.closures import Views
from warehouse_exporter.passes.moment import first_rows, morning_of
from warehouse_exporter.passes.run import result

OF_THE_ROWS = (Reason.NO_ROWS, Reason.NO_VALUES, Reason.UNPARSABLE, Reason.NOT_FINITE)
"""Reasons for which a past day could not be measured either; the others are of today."""
TOO_LONG = (Reason.TIMEOUT, Reason.CANCELED, Reason.LOCK)
"""Reasons for which fewer days at once may help."""
SAME = "It asks the same whatever the day, so what it would have said earlier is not known."
HINDSIGHT = f"Its past is not known: {SINCE}."


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
    rest: Callable[[float], None] = lambda worked: None,
    unknown: Mapping[CheckId, str] | None = None,
) -> Past:
    """The given days, oldest first, as they are judged now.

    `unknown` has the checks whose past cannot be known, where that was found out before: of a
    single day it cannot be. `rest` hears after each day how many seconds that took. Raises
    Unreachable, and Interrupted where `goes_on` says so, or where it takes too long at once.
    """
    found = read_judged(config, engine, days, goes_on, rest, unknown)
    changes = read_changes(config, engine, days, goes_on)
    return replace(found, changes=changes, unversioned=unversioned(config))


def read_judged(
    config: Config,
    engine: Engine,
    days: Sequence[date],
    goes_on: Goes = lambda: True,
    rest: Callable[[float], None] = lambda worked: None,
    unknown: Mapping[CheckId, str] | None = None,
) -> Past:
    """The same without the numbers that changed since their days were judged."""
    instants = [morning_of(day, config) for day in days]
    checks = config.checks
    asked = read_past(config, engine, instants, checks, Attentive(goes_on))
    still = unmoved(asked.asked, [c for c in checks if not cannot_be_asked(c, asked, config)])
    lost = dict(unknown or dict.fromkeys(still, SAME))
    lost |= {check.id: HINDSIGHT for check in checks if not check.kind.in_hindsight}
    known = [check for check in checks if check.id not in lost]
    judged, closed = {}, {}
    for day, morning in zip(days, asked.asked, strict=True):
        if not goes_on():
            raise Interrupted
        started = time.monotonic()
        views = asked.views(config, morning.as_of)
        judged[day] = judged_on(asked, known, morning, views, whole=len(days) > 1)
        closed[day] = closed_on(day, views)
        rest(time.monotonic() - started)
    begins = first_days(config, engine, days[-1])
    return Past(tuple(days), judged, lost, instants[-1], begins=begins, closed=closed)


def closed_on(day: date, views: Views) -> dict[str, str]:
    """The datasets of which nothing was expected on a day, by what was learned before, and why."""
    calendars = {name: view.calendar for name, view in views.items()}
    return {name: one.why_not(day) for name, one in calendars.items() if one.closed(day)}


def cannot_be_asked(check: Check, asked: Asked, config: Config) -> bool:
    """Whether a check of days has no question on any of them, such as where a column is missing.

    It does not ask the same on every day: what it would have said is not known as long as that is.
    """
    dataset = config.datasets.get(check.id.dataset)
    refused = all(isinstance(m.unmeasured.get(check.id), Unmeasured) for m in asked.asked)
    return refused and dataset is not None and check.kind.window_of(dataset) != "all"


def first_days(config: Config, engine: Engine, day: date) -> dict[str, date]:
    """The day of the first row of each dataset with an objective, where that can be known.

    Raises Unreachable.
    """
    found: dict[str, date] = {}
    for name, dataset in config.watched.items():
        if dataset.objective is None:
            continue
        try:
            with engine.snapshot() as session:
                for _, at in first_rows(config, session, day, frozenset({name})):
                    local = None if at is None else at.astimezone(config.warehouse.timezone)
                    found[name] = date.max if local is None else local.date()
        except Unreachable:
            raise
        except Unmeasured:
            continue
    return found


def judged_on(
    asked: Asked, checks: Iterable[Check], morning: Morning, views: Views, *, whole: bool
) -> dict[CheckId, Judged]:
    """What the checks say on one morning, without what only says how the warehouse is today.

    Raises Interrupted where the `whole` must be there, and something took too long.
    """
    as_of = morning.as_of
    gathered = asked.history.on(morning, asked.inquiry)
    found = {}
    for check in checks:
        said = result(check, views, gathered, as_of)
        if whole and decisive(said).reason in TOO_LONG:
            raise Interrupted
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
        begins=new.begins,
        closed={day: said for day, said in {**old.closed, **new.closed}.items() if day in days},
    )
