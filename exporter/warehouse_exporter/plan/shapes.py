"""The shapes of statements in words, for the plan and for the page of a check."""

from __future__ import annotations

from warehouse_exporter.core.wording import counted
from warehouse_exporter.plan.fusion import Statement

SHAPES = {
    "days": "one scan, by day",
    "table": "one scan of the whole table",
    "closed": "one scan of all closed days",
    "open": "one scan of the open days",
    "untimed": "one scan for the rows of no day",
    "lookup": "single values",
    "probe": "a statement of its own",
}


def in_words(statement: Statement) -> str:
    """`orders: one scan, by day, 2026-11-28 to 2026-11-29; it serves 14 checks`."""
    days = statement.days or ()
    span = f", {days[0]}" if days else ""
    span += f" to {days[-1]}" if len(days) > 1 else ""
    number = len(statement.checks)
    serves = f"; it serves {counted(number, 'check')}" if number > 1 else ""
    return f"{statement.dataset}: {SHAPES[statement.shape]}{span}{serves}"
