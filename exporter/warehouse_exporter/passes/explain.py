"""The plan as text: every statement that a pass would run, its cost, and its checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.closures import days_before
from warehouse_exporter.core.errors import Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.wording import counted, listed
from warehouse_exporter.engines import connect
from warehouse_exporter.engines.base import Session
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading
from warehouse_exporter.passes.alike import hints
from warehouse_exporter.passes.closures import with_closures
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.reader import make_views, relations_of
from warehouse_exporter.plan import closures, late_rows
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.plan.fusion import Statement
from warehouse_exporter.plan.planner import Plan, make_plan
from warehouse_exporter.plan.shapes import SHAPES


def explain_plan(
    config: Config,
    as_of: datetime,
    only: str | None = None,
    *,
    steady: bool = False,
    costs: bool = False,
) -> str:
    """The statements for all checks, or for one (`dataset.check`); reads only the catalogue.

    `steady` shows the pass of an exporter that has read the closed days before. With `costs`, the
    engine's planner estimates each statement, and nothing is run. Raises UsageError for a check
    that does not exist, Unreachable without a warehouse.
    """
    checks = [check for check in config.checks if only in (None, str(check.id))]
    if not checks:
        known = ", ".join(str(check.id) for check in config.checks)
        raise UsageError(f"there is no check {only!r}; known: {known}")
    engine = connect(config.warehouse)
    with engine.snapshot() as session:
        relations = session.relations(relations_of(checks, config))
        views = make_views(config, relations, as_of)
        first = questions(checks, views, session, steady=steady, costs=costs)
        made = steady_plan(checks, views) if steady else make_plan(checks, views)
        parts = [
            described(
                statement,
                estimates(statement, session) if costs else (),
                spelled(statement, session),
            )
            for statement in made.statements
        ]
    parts = [*first, *parts]
    parts += [f"-- {check}: {error}\n" for check, error in made.unmeasured.items()]
    silent = {check.id for check in checks} - set(made.unmeasured)
    for statement in made.statements:
        silent -= set(statement.checks)
    parts += [f"-- {check}: the catalogue answers, no statement\n" for check in sorted(silent)]
    total = len(first) + len(made.statements)
    lacking = "".join(f"-- {one}\n" for one in engine.lacking)
    head = f"{lacking}-- {counted(total, 'statement')} for {counted(len(checks), 'check')}\n"
    return "\n".join([head, *parts])


def lacking(config: Config, as_of: datetime) -> tuple[list[str], tuple[str, ...]]:
    """What the warehouse lacks for the checks, a line each, and what its engine does differently.

    Only the catalogue is asked. Raises Unreachable.
    """
    engine = connect(config.warehouse)
    with engine.snapshot() as session:
        relations = session.relations(relations_of(config.checks, config))
        made = make_plan(config.checks, make_views(config, relations, as_of))
        found = {check: e for check, e in made.unmeasured.items() if isinstance(e, Unmeasured)}
        for statement in made.statements:
            try:
                session.spelled(statement.sql, written=statement.written is not None)
            except Unmeasured as error:
                found |= dict.fromkeys(statement.checks, error)
        gone = (own for own in config.datasets.values() if own.relation not in relations)
        meant = hints(gone, session)
    lines = [f"{check}: {meant.get(error.detail, error.detail)}" for check, error in found.items()]
    return lines, engine.lacking


def closed_weekdays(config: Config, as_of: datetime) -> list[str]:
    """On which weekdays nothing is expected of which datasets, and of which that is not known.

    It reads at most one row of each of the past days. Raises Unreachable.
    """
    found = Collected()
    with connect(config.warehouse).snapshot() as session:
        relations = session.relations(relations_of(config.checks, config))
        views = make_views(config, relations, as_of)
        with_closures(config.checks, views, session, found, None)
    alike: dict[str, list[str]] = {}
    for name, learned in found.closures.items():
        alike.setdefault(learned.told, []).append(name)
    return [f"{listed(names)}: {told}" for told, names in alike.items()]


def spelled(statement: Statement, session: Session) -> str:
    """A statement as the engine runs it, or ours if that is not known."""
    try:
        return session.spelled(statement.sql, written=statement.written is not None)
    except Unmeasured as error:
        return f"-- cannot be run: {error.detail}\n{statement.sql}"


def questions(
    checks: Sequence[Check],
    views: Mapping[str, DatasetView],
    session: Session,
    *,
    steady: bool,
    costs: bool,
) -> list[str]:
    """The first statements: which closed days have received rows since, and which have any.

    Those that got rows since are judged again; those without any teach which weekdays are closed.
    """
    found = [
        (f"{name}: closed days that got rows since", sql)
        for name, sql in late_rows.questions(checks, views).items()
    ]
    if not steady:
        found += closures_asked(checks, views)
    return [
        "\n".join(
            [
                f"-- {what}",
                *(estimated(session, sql) if costs else ()),
                f"{session.spelled(sql)};\n",
            ]
        )
        for what, sql in found
    ]


def closures_asked(
    checks: Sequence[Check], views: Mapping[str, DatasetView]
) -> Iterator[tuple[str, str]]:
    """What is asked once a day about the closed weekdays of each dataset."""
    for name in closures.wanted(checks, views):
        view = views[name]
        if not closures.why_not_asked(view):
            with suppress(Unmeasured):
                days = days_before(view.calendar.expected)
                yield f"{name}: which days have rows", closures.question(view, days)


def steady_plan(checks: Sequence[Check], views: Mapping[str, DatasetView]) -> Plan:
    """The plan of a pass that has the answers of closed days."""
    kept = ClosedDaysCache()
    for check, divisions in make_plan(checks, views, kept).divisions.items():
        for name, division in divisions.items():
            kept.keep(check, name, division.key, Reading({}))
    return make_plan(checks, views, kept)


def described(
    statement: Statement, estimate: Iterable[str] = (), spelled: str | None = None
) -> str:
    """One statement under a comment that describes it; `spelled` in the engine's dialect."""
    return "\n".join([*comments(statement), *estimate, f"{spelled or statement.sql};\n"])


def comments(statement: Statement) -> Iterator[str]:
    """The comment above the SQL."""
    yield f"-- {statement.dataset}: {SHAPES[statement.shape]}"
    if statement.days is not None:
        days = statement.days
        span = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
        yield f"-- days: {span}"
    if statement.note:
        yield f"-- note: {statement.note}"
    yield f"-- for: {', '.join(str(check) for check in statement.checks)}"


def estimates(statement: Statement, session: Session) -> list[str]:
    """The engine's estimate of a statement's cost."""
    written = statement.written
    if written is None:
        return estimated(session, statement.sql)
    return estimated(session, statement.sql, written.zone, written=True)


def estimated(session: Session, sql: str, zone: str = "UTC", *, written: bool = False) -> list[str]:
    """The engine's estimate of what a text costs."""
    try:
        return session.estimate(sql, zone, written=written)
    except Unreachable:
        raise
    except Unmeasured as error:
        return [f"-- cost: unknown ({error.detail})"]
