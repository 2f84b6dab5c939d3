"""The instant at which a given day is judged, and whether the warehouse goes back that far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.calendar import ONE_DAY, day_start, next_time
from warehouse_exporter.core.errors import Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.states import Newest
from warehouse_exporter.engines.base import Engine, Session
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.plan.prepared import with_parents
from warehouse_exporter.sql import statements


def morning_of(day: date, config: Config) -> datetime:
    """When a day is judged: the first instant of the next day at which every dataset is due."""
    zone = config.warehouse.timezone
    begin = day_start(day + ONE_DAY, zone)
    return max(next_time(own.expect_by, begin, zone) for own in config.datasets.values())


def instant_of(day: date, config: Config, now: datetime) -> datetime:
    """When the gate judges a day that it is given: now for yesterday, else on the day's morning.

    Yesterday is judged with all that has arrived until now, as right after a build. Raises
    UsageError for a day that is not over in the warehouse's time zone.
    """
    zone = config.warehouse.timezone
    yesterday = now.astimezone(zone).date() - ONE_DAY
    if day > yesterday:
        raise UsageError(f"{day} is not over in {zone.key}: the newest day to judge is {yesterday}")
    return now if day == yesterday else morning_of(day, config)


def refuse_earlier(
    day: date, config: Config, engine: Engine, datasets: frozenset[str] | None
) -> None:
    """Raise UsageError for a day before the first row of every dataset: a typing error, probably.

    It is not refused where the first row of a dataset is not known: the verdicts say why.
    """
    try:
        with engine.snapshot() as session:
            first = dict(first_rows(config, session, day, datasets))
    except (Unreachable, Unmeasured):
        return
    seen = {name: at for name, at in first.items() if at is not None}
    ends = {name: end_of(day, name, config) for name in seen}
    if seen and all(at >= ends[name] for name, at in seen.items()):
        name = min(seen, key=lambda one: seen[one])
        begin = seen[name].astimezone(config.warehouse.timezone).date()
        raise UsageError(f"no dataset has rows of {day} or earlier: {name} begins on {begin}")


def end_of(day: date, dataset: str, config: Config) -> datetime:
    """Up to when rows of a dataset belong to a day; a log of runs is written on the day after."""
    logged = config.datasets[dataset].expect_day == "today"
    return day_start(day + ONE_DAY * (2 if logged else 1), config.warehouse.timezone)


def first_rows(
    config: Config, session: Session, day: date, datasets: frozenset[str] | None
) -> Iterator[tuple[str, datetime | None]]:
    """When the first row of each dataset with a time is; None for a table without any.

    Raises Unmeasured for a dataset of which that cannot be known.
    """
    timed = [
        name
        for name, own in config.datasets.items()
        if own.time is not None and (datasets is None or name in datasets)
    ]
    read = with_parents(timed, config.datasets.get)
    relations = session.relations([config.datasets[name].relation for name in read])
    views = make_views(config, relations, morning_of(day, config))
    for name in timed:
        yield name, first_row(views[name], session)


def first_row(view: DatasetView, session: Session) -> datetime | None:
    """When the first row of a dataset is. Raises Unmeasured."""
    clock = view.clock()
    (row,) = session.rows(statements.select([clock.oldest], *borrowed.oldest(view, clock, None)))
    at = Newest.of(tuple(row.values())).at
    if at is None:
        return None
    with suppress(OverflowError, ValueError):
        return datetime.fromtimestamp(at, UTC)
    return datetime.min.replace(tzinfo=UTC)
