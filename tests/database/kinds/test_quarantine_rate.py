"""P1: share of the rows read that the pipeline put into quarantine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 6%'", "rows_quarantined", "SKIP", "UNKNOWN", "UNKNOWN")

RATE = "quarantine_rate: {warning: '> 5%', critical: '> 6%'}"
LOG = "{relation: orders, time: ts, expect_day: today, expect_by: '05:00'}"


def table(warehouse: Warehouse, runs: str) -> None:
    warehouse.sql("CREATE TABLE orders (ts timestamptz, rows_read int, rows_quarantined int)")
    warehouse.sql(f"INSERT INTO orders VALUES {runs}")


@pytest.mark.parametrize(
    ("quarantined", "said"),
    [
        (0, ("PASS", "0 of 1,000 rows quarantined by runs logged on 2026-03-10 (0 %, limit 5 %)")),
        (
            50,
            ("PASS", "50 of 1,000 rows quarantined by runs logged on 2026-03-10 (5 %, limit 5 %)"),
        ),
        (
            60,
            ("WARN", "60 of 1,000 rows quarantined by runs logged on 2026-03-10 (6 %, limit 5 %)"),
        ),
        (
            61,
            (
                "FAIL",
                "61 of 1,000 rows quarantined by runs logged on 2026-03-10 (6.1 %, limit 6 %)",
            ),
        ),
    ],
)
def test_each_severity_speaks_past_its_own_share(
    warehouse: Warehouse, quarantined: int, said: tuple[str, str]
) -> None:
    first = f"('2026-03-10 04:00+00', 900, {quarantined})"
    table(warehouse, f"{first}, ('2026-03-10 04:30+00', 100, 0), ('2026-03-09 04:00+00', 9, 9)")
    assert warehouse.say(RATE, orders=LOG) == said


def test_it_falls_silent_with_a_good_run_and_exports_the_evidence(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10 04:00+00', 100, 10)")
    values = {"quarantine_ratio": 0.1, "rows_failed": 10.0, "rows_checked": 100.0}
    assert warehouse.values(RATE, orders=LOG) == values
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 10:00+00', 900, 0)")
    assert warehouse.say(RATE, orders=LOG)[0] == "PASS"


def test_runs_that_lack_either_number_are_left_out(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10', 100, 1), ('2026-03-10', NULL, 0), ('2026-03-10', 5000, NULL)")
    assert warehouse.values(RATE, orders=LOG)["quarantine_ratio"] == 0.01
    assert "; 2 runs without a number left out (1 %" in warehouse.say(RATE, orders=LOG)[1]
    warehouse.sql("DELETE FROM orders WHERE rows_read = 100")
    told = (
        "2 runs logged on 2026-03-10 without rows_quarantined or rows_read, and none that read rows"
    )
    assert warehouse.say(RATE, orders=LOG) == ("UNKNOWN", f"{told} (no_values)")


@pytest.mark.parametrize("run", ["-100, 50", "100, -1", "-100, -100"])
def test_a_log_with_less_than_nothing_is_not_fine(warehouse: Warehouse, run: str) -> None:
    table(warehouse, f"('2026-03-10', {run})")
    word, text = warehouse.say(RATE, orders=LOG)
    assert word == "UNKNOWN"
    assert "on 2026-03-10: no log has fewer than 0 (result)" in text


def test_a_run_that_read_nothing_has_no_rate(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10', 0, 0)")
    said = warehouse.say(RATE, orders=LOG)
    assert said == ("SKIP", "1 run logged on 2026-03-10: it read 0 rows")
    warehouse.sql("DELETE FROM orders")
    said = warehouse.say(RATE, orders=LOG)
    assert said == ("SKIP", "nothing to divide by: 0 rows on 2026-03-10")


@pytest.mark.parametrize("odd", ["0, 50", "NULL, 50", "10, 11"])
@pytest.mark.parametrize("others", ["", ", ('2026-03-10', 5000, 0)"])
def test_a_run_cannot_reject_more_than_it_read(warehouse: Warehouse, odd: str, others: str) -> None:
    table(warehouse, f"('2026-03-10', {odd}), ('2026-03-10', 0, 0){others}")
    told = "1 run logged on 2026-03-10 with more rows quarantined than read"
    assert warehouse.say(RATE, orders=LOG) == (
        "UNKNOWN",
        f"{told}: the log contradicts itself (result)",
    )


def test_expressions_windows_where_and_the_deadline(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10 04:00+00', 90, 10), ('2026-03-09 04:00+00', 100, 0)")
    accepted = "quarantine_rate: {read: rows_read + rows_quarantined, warning: '> 9%'}"
    assert warehouse.values(accepted, orders=LOG)["quarantine_ratio"] == 0.1
    at_four = datetime(2026, 3, 10, 4, tzinfo=UTC)
    assert warehouse.say(RATE, as_of=at_four, orders=LOG)[1].startswith("0 of 100 rows")
    two_days = "quarantine_rate: {window: 2d, critical: '> 50%'}"
    assert warehouse.say(two_days, orders=LOG)[1].startswith("10 of 190 rows")
    bad = "quarantine_rate: {where: rows_quarantined > 0, window: all, critical: '> 11%'}"
    assert warehouse.say(bad, orders=LOG) == (
        "FAIL",
        "10 of 90 rows quarantined in the whole table (11.11 %, limit 11 %)",
    )


def test_only_a_log_of_todays_runs_tells_the_day_of_the_run(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-09', 100, 10)")
    assert warehouse.say(RATE)[1].startswith("10 of 100 rows quarantined on 2026-03-09 (")
    two_days = "quarantine_rate: {window: 2d, critical: '> 50%'}"
    told = "10 of 100 rows quarantined by runs logged from 2026-03-09 to 2026-03-10 ("
    assert warehouse.say(two_days, orders=LOG)[1].startswith(told)


def test_other_units_are_refused() -> None:
    assert "'> 5' lacks a unit" in complaint("quarantine_rate: {critical: '> 5'}")


def test_the_newest_run_of_a_day_is_judged_and_of_more_days_all(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10 04:00+00', 900, 0), ('2026-03-10 04:30+00', 100, 10)")
    by_run = LOG.replace("expect_by", "run: ts, expect_by")
    assert warehouse.say(RATE, orders=by_run) == (
        "FAIL",
        "10 of 100 rows quarantined by runs logged on 2026-03-10, the newest run alone"
        " (10 %, limit 6 %)",
    )
    assert warehouse.say(RATE, orders=LOG)[0] == "PASS"
    week = "quarantine_rate: {window: 7d, critical: '> 6%'}"
    assert warehouse.say(week, orders=by_run)[1].startswith("10 of 1,000 rows")
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 05:00+00', 0, 0)")
    read_nothing = ("SKIP", "1 run logged on 2026-03-10: it read 0 rows")
    assert warehouse.say(RATE, orders=by_run) == read_nothing
