"""The snapshots of a pass: what is read in each, and when another one is needed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.calendar import MIDNIGHT, Calendar, expected_day
from warehouse_exporter.core.errors import Lost, Reason, Unmeasured, Unreachable
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.model import CheckId, Dataset
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.engines.base import Engine, Rewritten, Session
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.closures import with_closures
from warehouse_exporter.passes.collect import Collected, collect
from warehouse_exporter.plan import late_rows
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.plan.planner import Plan, make_plan
from warehouse_exporter.plan.prepared import datasets_read

log = logging.getLogger(__name__)
TABLES = ("r", "p", "m")
"""Kinds of relations that are read themselves; a materialized view is one."""


@dataclass(frozen=True)
class SnapshotView:
    """What a snapshot contains of the datasets, and what was not read as of that instant."""

    views: Mapping[str, DatasetView]
    rewritten: tuple[Rewritten, ...] = ()
    deadline: float = 0.0
    lost: Lost | None = None

    def misled(self, check: Check, config: Config, collected: Collected) -> bool:
        """Whether a check has an answer that may be of a relation that had been rewritten.

        A view and a query may read anything; so may every dataset, where a relation is none of
        theirs.
        """
        if not self.rewritten or not collected.answered[check.id]:
            return False
        known = {number for view in self.views.values() if (number := table_of(view))}
        if not all(found.oids & known for found in self.rewritten):
            return True
        read = [table_of(self.views[name]) for name in read_by(check, config)]
        return any(
            number is None or any(number in found.oids for found in self.rewritten)
            for number in read
        )


def table_of(view: DatasetView) -> int | None:
    """The number of a dataset's table in the catalogue; None where it is no table."""
    relation = view.relation
    return None if relation is None or relation.kind not in TABLES else relation.file[0]


def read_by(check: Check, config: Config) -> set[str]:
    """The datasets that a check is computed from: its own, and those it is compared with.

    Among them those from which these have their time.
    """
    return datasets_read(check, config.metrics, config.datasets.get)


def datasets_of(checks: Iterable[Check], config: Config) -> list[str]:
    """The datasets that some checks are computed from, in an order that is always the same."""
    return list(dict.fromkeys(name for check in checks for name in sorted(read_by(check, config))))


def relations_of(checks: Iterable[Check], config: Config) -> list[tuple[str, ...]]:
    """The relations of the datasets that some checks are computed from."""
    named = (config.datasets.get(name) for name in datasets_of(checks, config))
    return [found.relation for found in named if found is not None]


@dataclass
class SnapshotReader:
    """The snapshots of one pass: mostly one."""

    config: Config
    connector: Engine
    as_of: datetime
    kept: ClosedDaysCache | None
    collected: Collected
    reconnected: bool = False

    def over(self, checks: Sequence[Check]) -> dict[CheckId, SnapshotView]:
        """What is seen of each check, at the last look at it."""
        sight = self.look(checks)
        seen = {check.id: sight for check in checks}
        again = self.left_by(sight, checks) if sight.lost else self.misled(sight, checks)
        while again or sight.lost:
            sight = self.look(again, sight.deadline)
            seen |= {check.id: sight for check in again}
            again = self.left_by(sight, again) if sight.lost else []
        return seen

    def misled(self, sight: SnapshotView, checks: Sequence[Check]) -> list[Check]:
        """The checks whose answers may be of a relation that had been rewritten: forgotten."""
        misled = [check for check in checks if sight.misled(check, self.config, self.collected)]
        again = [check for check in misled if check.id not in self.collected.errors]
        self.collected.forget({check.id for check in misled})
        if again:
            names = ", ".join(sorted({found.name for found in sight.rewritten}))
            event(log, logging.INFO, "rewritten while read", relations=names, checks=len(again))
        return again

    def left_by(self, sight: SnapshotView, checks: Sequence[Check]) -> list[Check]:
        """The checks to ask anew, now that the connection is lost; all answers are forgotten.

        What ran when it went may be what has ended it, and is not sent again.
        """
        collected, self.reconnected = self.collected, True
        assert sight.lost is not None
        why = sight.lost.detail
        collected.failures[sight.lost.reason] += 1
        event(log, logging.WARNING, "connection lost", error=why)
        text = f"the connection was lost while it ran, so it was not sent again: {why}"
        for check in {check for cut in collected.cut_off.values() for check in cut}:
            collected.errors.setdefault(check, Unreachable(text))
        collected.forget({check.id for check in checks})
        return [check for check in checks if check.id not in collected.errors]

    def look(self, checks: Sequence[Check], deadline: float | None = None) -> SnapshotView:
        """Read what some checks ask in one snapshot.

        With a deadline it is another look: each of its statements asks for itself whether it has
        read something rewritten. The first asks at its end; without an answer it knows nothing.
        """
        read = datasets_of(checks, self.config)
        sight = SnapshotView(make_views(self.config, {}, self.as_of, read))
        careful = deadline is not None
        until = deadline or time.monotonic() + self.connector.warehouse.pass_timeout
        try:
            with self.connector.snapshot() as session:
                session.deadline, session.careful = deadline or session.deadline, careful
                sight, plan = self.planned(checks, session)
                until = session.deadline
                collect(plan, session, self.connector, sight.views, self.collected)
                if plan.statements and not careful:
                    found = found_rewritten(session, checks, self.collected)
                    sight = replace(sight, rewritten=found)
        except Unreachable as error:
            again = not (self.reconnected or self.connector.stopped or time.monotonic() > until)
            if isinstance(error, Lost) and again:
                return replace(sight, lost=error, deadline=until)
            if not careful:
                doubt(checks, error, self.collected)
            give_up(checks, error, self.collected)
        return replace(sight, deadline=until)

    def planned(self, checks: Sequence[Check], session: Session) -> tuple[SnapshotView, Plan]:
        """What the catalogue shows, and what is to be asked. Raises Unreachable."""
        relations = session.relations(relations_of(checks, self.config))
        read = datasets_of(checks, self.config)
        views = make_views(self.config, relations, self.as_of, read)
        views = with_late_rows(checks, views, session, self.collected)
        views = with_closures(checks, views, session, self.collected, self.kept)
        with session.planning():
            return SnapshotView(views), make_plan(checks, views, self.kept)


def with_late_rows(
    checks: Iterable[Check],
    views: Mapping[str, DatasetView],
    session: Session,
    collected: Collected,
) -> dict[str, DatasetView]:
    """The datasets with the closed days that have got rows since. Raises Unreachable."""
    questions = late_rows.questions(checks, views)
    found: dict[str, DatasetView] = {}
    for name, view in views.items():
        sql = questions.get(name)
        known = view if sql is None else look_for_late_rows(sql, view, session, collected)
        found[name] = replace(known, others=found)
    return found


def look_for_late_rows(
    sql: str, view: DatasetView, session: Session, collected: Collected
) -> DatasetView:
    """One dataset with the closed days that have got rows since, or why they are not known."""
    try:
        return late_rows.answered(session.rows(sql), view)
    except Unreachable:
        raise
    except Unmeasured as error:
        collected.failures[error.reason] += 1
        event(
            log, logging.WARNING, "late rows not found", dataset=view.dataset.name,
            reason=error.reason, error=error.detail,
        )  # fmt: skip
        return replace(view, unseen=f"{late_rows.UNKNOWN} ({error.reason})")


def found_rewritten(
    session: Session, checks: Iterable[Check], collected: Collected
) -> tuple[Rewritten, ...]:
    """What the session has read too late. Raises Unreachable; any other failure costs the answers.

    The connection still being good, what was said without reading anything is still true.
    """
    try:
        return tuple(session.rewritten())
    except Unreachable:
        raise
    except Unmeasured as error:
        collected.failures[error.reason] += 1
        if error.reason is not Reason.CANCELED:  # whoever ends the pass knows
            event(log, logging.ERROR, "answers in doubt", reason=error.reason, error=error.detail)
        doubt(checks, error, collected)
        return ()


def doubt(checks: Iterable[Check], error: Unmeasured, collected: Collected) -> None:
    """What was read, and may have been rewritten before, is not measured; nothing is kept of it."""
    read = {check.id for check in checks if collected.answered[check.id]}
    for check in read:
        collected.errors.setdefault(check, error)
    collected.forget(read)


def make_views(
    config: Config,
    relations: Mapping[tuple[str, ...], Relation],
    as_of: datetime,
    names: Iterable[str] | None = None,
) -> dict[str, DatasetView]:
    """Every dataset as its checks see it, or those of some names."""
    views: dict[str, DatasetView] = {}
    own = Dataset(QUERIES, (QUERIES,), time_zone=config.warehouse.timezone)
    wanted = config.datasets if names is None else names
    found = [config.datasets[name] for name in wanted if name in config.datasets]
    day_of = cache(expected_day)  # of hundreds of datasets, most expect the same day
    for dataset in (*found, own):
        zone = config.warehouse.timezone
        by = MIDNIGHT if config.built else dataset.expect_by
        day = day_of(as_of, zone, by, dataset.expect_day)
        excluding = tuple(event for event in config.events if event.excludes(dataset.name))
        calendar = Calendar(as_of, zone, day, config.events, config.built, excluding)
        relation = relations.get(dataset.relation)
        views[dataset.name] = DatasetView(dataset, relation, calendar, views, config.metrics)
    return views


def give_up(checks: Iterable[Check], error: Unreachable, collected: Collected) -> None:
    """Nothing more can be read: what lacks one of its answers is not measured."""
    collected.up = False
    collected.failures[error.reason] += 1
    reached = error.reason is not Reason.CONNECTION
    told = "nothing can be read" if reached else "warehouse not reachable"
    event(log, logging.ERROR, told, reason=error.reason, error=error.detail)
    needed = collected.needed()
    for check in checks:
        answered = collected.answered[check.id]
        if not answered or answered < needed[check.id]:
            collected.errors.setdefault(check.id, error)
