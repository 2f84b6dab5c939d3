"""The plan in words: every statement a pass would run, what it costs, and whom it serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from exporter.config import Config
from exporter.errors import UsageError
from exporter.passes import make_targets
from exporter.plan import Statement, make_plan
from exporter.warehouse import Connector
from exporter.wording import counted

SHAPES = {
    "days": "one scan, by day",
    "table": "one scan of the whole table",
    "lookup": "single values",
    "probe": "a statement of its own",
}


def explain_plan(config: Config, as_of: datetime, only: str | None = None) -> str:
    """The statements for all checks, or for one (`dataset.check`); asks only the catalogue.

    Raises UsageError for a check that does not exist, Unreachable without a warehouse.
    """
    checks = [check for check in config.checks if only in (None, str(check.id))]
    if not checks:
        known = ", ".join(str(check.id) for check in config.checks)
        raise UsageError(f"there is no check {only!r}; known are {known}")
    with Connector(config.warehouse).snapshot() as session:
        relations = session.relations([d.relation for d in config.datasets.values()])
    made = make_plan(checks, make_targets(config, relations, as_of))
    parts = [described(statement) for statement in made.statements]
    parts += [f"-- {check}: {error}\n" for check, error in made.unmeasured.items()]
    silent = {check.id for check in checks} - set(made.unmeasured)
    for statement in made.statements:
        silent -= set(statement.checks)
    parts += [f"-- {check}: the catalogue answers, no statement\n" for check in sorted(silent)]
    head = f"-- {counted(len(made.statements), 'statement')} for {counted(len(checks), 'check')}\n"
    return "\n".join([head, *parts])


def described(statement: Statement) -> str:
    """One statement under a comment that says what it is."""
    return "\n".join([*comments(statement), f"{statement.sql};\n"])


def comments(statement: Statement) -> Iterator[str]:
    """What stands above the SQL."""
    yield f"-- {statement.dataset}: {SHAPES[statement.shape]}"
    if statement.days is not None:
        days = statement.days
        span = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
        yield f"-- days: {span}"
    if statement.note:
        yield f"-- note: {statement.note}"
    yield f"-- for: {', '.join(str(check) for check in statement.checks)}"
