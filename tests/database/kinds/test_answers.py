"""Every answer is checked against its question: what does not fit it is no number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.states import Count, Counted, Hits
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.measures.requests import Lookup, Need, Probe, Reading, Scan
from warehouse_exporter.plan.closed_days import Division, Part
from warehouse_exporter.plan.decode import Row, fit
from warehouse_exporter.plan.fusion import CheckNeed, Slot, Statement
from warehouse_exporter.sql import words

from tests.database.kinds.sales import AGAINST, ITEMS, sales
from tests.support.warehouses import Warehouse, config_of

DAYS = (date(2026, 3, 8), date(2026, 3, 9))
CHECK = CheckId("orders", "check")
SCAN = Scan("orders", None, Hits, (words.count(), words.sum_of(words.column("x"))))
BY_DAY = Scan("orders", DAYS, Count, (words.count(),))
LOOKUP = Lookup("orders", Count, ("SELECT count(*) FROM orders",))
PROBE = Probe("orders", "SELECT ...", Counted)
ROWS = Probe("orders", "SELECT ...", columns=("step", "total"), each=("step",))
ANYTHING = Probe("orders", "SELECT ...")


def statement(need: Need, *cells: bool, days: tuple[date, ...] | None = None) -> Statement:
    """A statement for one need."""
    slot = Slot(CheckNeed(CHECK, "rows", need), tuple(range(len(cells))), days)
    return Statement("orders", "shape", "SELECT ...", (slot,), days, cells=cells or None)


STATEMENTS = {
    "scan": statement(SCAN, True, False),
    "days": statement(BY_DAY, True, days=DAYS),
    "lookup": statement(LOOKUP, False),
    "probe": statement(PROBE),
    "rows": statement(ROWS),
    "query": statement(ANYTHING),
}
FITTING: list[tuple[str, list[Row]]] = [
    ("scan", [{"c0": 0, "c1": None}]),
    ("days", [{"day": 1, "c0": 5}, {"day": 0, "c0": 0}]),
    ("lookup", [{"c0": None}]),
    ("probe", [{"c0": 1, "c1": 2}]),
    ("rows", []),
    ("rows", [{"step": 2, "total": 3}, {"step": None, "total": 4}]),
    ("query", []),
    ("query", [{"x": 1}, {"x": 1}]),
]
OTHERS: list[tuple[str, list[Row], str]] = [
    ("scan", [], "0 rows instead of one"),
    ("scan", [{"c0": 1, "c1": 2}] * 32, "32 rows instead of one"),
    ("scan", [{"c0": 1}], "1 column instead of 2"),
    ("scan", [{"c0": 1, "c1": 2, "c2": 3}], "3 columns instead of 2"),
    ("scan", [{"c0": 1, "other": 2}], "2 columns instead of 2"),
    ("scan", [{"c0": None, "c1": 2}], "NULL where a count was asked for"),
    ("days", [], "0 rows for 2026-03-08 instead of one"),
    ("days", [{"day": 0, "c0": 1}], "0 rows for 2026-03-09 instead of one"),
    ("days", [{"day": 0, "c0": 1}, *[{"day": 1, "c0": 1}] * 32],
     "32 rows for 2026-03-09 instead of one"),
    ("days", [{"day": n, "c0": 1} for n in range(3)], "rows for days that were not asked"),
    ("days", [{"day": None, "c0": 1}, {"day": 0, "c0": 1}], "0 rows for 2026-03-09"),
    ("days", [{"day": 0}, {"day": 1}], "1 column instead of 2"),
    ("days", [{"day": 0, "c0": 1}, {"day": 1, "c0": None}], "NULL where a count was asked for"),
    ("lookup", [], "0 rows instead of one"),
    ("lookup", [{"c0": 1}, {"c0": 1}], "2 rows instead of one"),
    ("lookup", [{"c0": 1, "c1": 1}], "2 columns instead of 1"),
    ("probe", [], "0 rows instead of one"),
    ("probe", [{"c0": 1, "c1": 2}] * 2, "2 rows instead of one"),
    ("rows", [{"step": 2, "total": 3}] * 2, "several rows for one step"),
    ("rows", [{"step": 2}], "1 column instead of 2"),
    ("rows", [{"step": 2, "total": None}], "NULL where a count was asked for"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "rows"), FITTING)
def test_an_answer_that_fits_is_taken(shape: str, rows: list[Row]) -> None:
    fit(STATEMENTS[shape], rows)


@pytest.mark.parametrize(("shape", "rows", "told"), OTHERS)
def test_any_other_answer_is_not_measured(shape: str, rows: list[Row], told: str) -> None:
    with pytest.raises(Unmeasured) as found:
        fit(STATEMENTS[shape], rows)
    assert found.value.reason is Reason.RESULT
    assert told in found.value.detail


@pytest.mark.parametrize("rows", [[], [{"c0": 1, "c1": 2, "c2": 3, "c3": 4}] * 2, [{"c0": 1}]])
def test_a_probe_in_parts_answers_one_row_with_the_cells_twice(rows: list[Row]) -> None:
    division = Division(PROBE, {Part.BOTH: ANYTHING})
    with pytest.raises(Unmeasured) as found:
        division.answer({Part.BOTH: Reading({}, tuple(rows))})
    assert found.value.reason is Reason.RESULT


LIES: dict[str, Callable[[list[Any]], Sequence[Any]]] = {
    "once for every shard": lambda rows: rows * 32,
    "nothing": lambda rows: [],
    "another column": lambda rows: [{**row, "more": 1} for row in rows],
    "NULL": lambda rows: [dict.fromkeys(row) for row in rows],
}
CHECKS = """
volume: {critical: '< 1'}
completeness: {column: revenue, window: 7d, critical: '> 5%'}
completeness: {name: all, column: revenue, window: all, critical: '> 5%'}
duplicates: {critical: '> 0'}
orphans: {column: id, references: {dataset: items, column: order_id}, critical: '> 0'}

"""


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("indexed", [True, False])
def test_a_database_that_answers_what_nobody_asked_is_not_believed(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, lie: str, indexed: bool
) -> None:
    sales(warehouse)
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    checks = f"{CHECKS}reconciliation: {{{AGAINST}, critical: '> 0'}}"
    config = config_of(checks, ITEMS)
    assert {r.worst.outcome.shown for r in warehouse.run(config).results.values()} == {"PASS"}
    true = Session.rows
    monkeypatch.setattr(Session, "rows", lambda self, *asked: LIES[lie](true(self, *asked)))
    done = warehouse.run(config)
    for check, result in done.results.items():
        assert result.worst.outcome.shown == "UNKNOWN", check
        assert result.worst.reason is Reason.RESULT, (check, result.worst.text)
