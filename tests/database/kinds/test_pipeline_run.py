"""F5: the pipeline logged a run, and it read something."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '< 1'", "rows_read", "FAIL", "UNKNOWN", "UNKNOWN")

RUN = "pipeline_run: {critical: '< 1'}"
LOG = "{relation: orders, time: ts, expect_day: today, expect_by: '05:00'}"


def table(warehouse: Warehouse, runs: str, indexed: bool = False) -> None:
    warehouse.sql("CREATE TABLE orders (ts timestamptz, rows_read int, job text)")
    if runs:
        warehouse.sql(f"INSERT INTO orders VALUES {runs}")
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_a_day_without_a_run_speaks_until_it_ran(warehouse: Warehouse, indexed: bool) -> None:
    table(warehouse, "('2026-03-09 04:00+00', 100, 'load')", indexed)
    nothing = "0 of 0 runs logged on 2026-03-10 read rows (limit at least 1)"
    assert warehouse.say(RUN, orders=LOG) == ("FAIL", nothing)
    assert warehouse.values(RUN, orders=LOG) == {"pipeline_runs": 0.0}
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 11:00+00', 1, 'load')")
    ran = "1 of 1 run logged on 2026-03-10 read rows (limit at least 1)"
    assert warehouse.say(RUN, orders=LOG) == ("PASS", ran)


def test_a_run_that_read_nothing_is_no_run(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10 04:00+00', 0, 'load'), ('2026-03-10 04:10+00', NULL, 'load')")
    nothing = "0 of 2 runs logged on 2026-03-10 read rows (limit at least 1)"
    assert warehouse.say(RUN, orders=LOG) == ("FAIL", nothing)
    warehouse.sql("DELETE FROM orders WHERE rows_read = 0")
    told = "1 row on 2026-03-10: it has no rows_read (no_values)"
    assert warehouse.say(RUN, orders=LOG) == ("UNKNOWN", told)


def test_before_its_deadline_the_run_of_the_day_before_is_judged(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-09 04:00+00', 100, 'load')")
    at_four, at_five = (datetime(2026, 3, 10, hour, tzinfo=UTC) for hour in (4, 5))
    assert warehouse.say(RUN, as_of=at_four, orders=LOG)[0] == "PASS"
    assert warehouse.say(RUN, as_of=at_five, orders=LOG)[0] == "FAIL"


def test_where_chooses_the_job_and_the_column_may_be_an_expression(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10', 100, 'load'), ('2026-03-10', 0, 'model')")
    model = "pipeline_run: {where: \"job = 'model'\", critical: '< 1'}"
    assert warehouse.say(model, orders=LOG)[0] == "FAIL"
    plus = "pipeline_run: {rows_read: 'coalesce(rows_read, 0) + 1', critical: '< 2'}"
    assert warehouse.say(plus, orders=LOG)[0] == "PASS"


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "write no unit" in complaint("pipeline_run: {critical: '< 1 rows'}")
    assert "needs `time:` on dataset orders" in complaint(RUN, orders="{relation: orders}")
