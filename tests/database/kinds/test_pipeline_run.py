"""F5: the pipeline logged a run, and it read something."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from warehouse_exporter import UsageError, check
from warehouse_exporter.config.load import parse

from tests.database.kinds.example import Example
from tests.support.duckdb_copy import copy
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

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


BY_ID = "{relation: orders, time: ts, expect_day: today, run: job}"
BY_TIME = "{relation: orders, time: ts, expect_day: today, run: ts}"
FIRST_READ = "('2026-03-10 04:00+00', 100, '1'), ('2026-03-10 04:01+00', 50, '1')"


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
@pytest.mark.parametrize("log", [BY_ID, BY_TIME], ids=["by id", "by time"])
def test_a_second_run_that_read_nothing_is_a_finding(
    warehouse: Warehouse, indexed: bool, log: str
) -> None:
    table(warehouse, FIRST_READ, indexed)
    passed = "the newest run logged on 2026-03-10 read rows (limit at least 1)"
    assert warehouse.say(RUN, orders=log) == ("PASS", passed)
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 11:00+00', 0, '2')")
    assert warehouse.say(RUN, orders=LOG)[0] == "PASS"
    failed = "the newest run logged on 2026-03-10 read no rows (limit at least 1)"
    assert warehouse.say(RUN, orders=log) == ("FAIL", failed)
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 11:30+00', 7, '3')")
    assert warehouse.say(RUN, orders=log)[0] == "PASS"


def test_the_newest_run_is_that_of_the_expected_day_and_not_from_the_future(
    warehouse: Warehouse,
) -> None:
    table(warehouse, f"{FIRST_READ}, ('2026-03-09 05:00+00', 0, '0')")
    early = datetime(2026, 3, 10, 5, tzinfo=UTC)
    assert warehouse.say(RUN, as_of=early, orders=BY_ID)[0] == "FAIL"
    assert warehouse.say(RUN, orders=BY_ID)[0] == "PASS"
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 20:00+00', 0, '2')")
    assert warehouse.say(RUN, orders=BY_ID)[0] == "PASS"
    assert warehouse.say(RUN, as_of=early.replace(hour=21), orders=BY_ID)[0] == "FAIL"


def test_a_day_without_a_run_fails_whatever_tells_runs_apart(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-09 04:00+00', 100, '1')")
    said = warehouse.verdict(RUN, orders=BY_ID)
    assert said.sentence == "orders: no run was logged on Tue 10 Mar (at least 1)"
    of_a_job = "pipeline_run: {where: \"job <> '2'\", critical: '< 1'}"
    warehouse.sql(f"INSERT INTO orders VALUES {FIRST_READ}, ('2026-03-10 05:00+00', 0, '2')")
    assert warehouse.say(of_a_job, orders=BY_ID)[0] == "PASS"


def test_a_newest_run_without_an_id_is_not_measured(warehouse: Warehouse) -> None:
    table(warehouse, f"{FIRST_READ}, ('2026-03-10 05:00+00', 7, NULL)")
    told = "the newest run logged on 2026-03-10 has no job (no_values)"
    assert warehouse.say(RUN, orders=BY_ID) == ("UNKNOWN", told)
    gone = BY_ID.replace("job", "run_id")
    assert warehouse.say(RUN, orders=gone)[0] == "UNKNOWN"


def test_the_gate_may_name_the_run(warehouse: Warehouse) -> None:
    """Whenever it was logged; the log may be of any day."""
    table(warehouse, f"{FIRST_READ}, ('2026-03-10 05:00+00', 0, '2'), ('2026-02-01', 3, 'old')")
    config = parse(config_of(RUN, orders=BY_ID), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})

    def judged(run: str) -> tuple[str, str]:
        (result,) = check(config, as_of=NOON, run=run).results.values()
        return result.worst.outcome.shown, result.worst.sentence

    assert judged("1") == ("PASS", "orders: run 1 read rows (at least 1)")
    assert judged("old")[0] == "PASS"
    assert judged("2") == ("FAIL", "orders: run 2 read no rows (at least 1)")
    assert judged("it's") == ("FAIL", "orders: run it's is not in the log (at least 1)")


@pytest.mark.parametrize(
    ("log", "said"), [(LOG, "no dataset has `run:`"), (BY_TIME, "orders tells runs apart by their")]
)
def test_a_run_that_nothing_tells_apart_is_refused(log: str, said: str) -> None:
    config = parse(config_of(RUN, orders=log), "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})
    with pytest.raises(UsageError, match=said):
        check(config, run="1")


def test_runs_need_a_time_and_are_one() -> None:
    assert "the newest run is found by `time:`" in complaint(orders="{relation: orders, run: job}")
    assert "a limit above 1 is always in breach" in complaint(
        "pipeline_run: {critical: '< 2'}", orders=BY_ID
    )


def test_both_engines_say_the_same_of_the_newest_run(warehouse: Warehouse, tmp_path: Path) -> None:
    ties = "('2026-03-10 05:00+00', 0, '2'), ('2026-03-10 05:00+00', 9, '1')"
    table(warehouse, f"{FIRST_READ}, {ties}")
    warehouse.sql("ALTER TABLE orders ADD rows_quarantined int DEFAULT 0")
    file = copy(warehouse.dsn, tmp_path / "copy.duckdb")
    of_one = """pipeline_run: {name: b, where: "job = '1'", critical: '< 1'}"""
    both = f"{RUN}\nquarantine_rate: {{critical: '> 5%'}}\n{of_one}"
    for log in (BY_ID, BY_TIME):
        seen = warehouse.run(config_of(both, orders=log)).results
        text = config_of(both, orders=log).replace("dsn: '${WAREHOUSE_DSN}'", f"duckdb: '{file}'")
        other = check(parse(text, "test.yml", {}), as_of=NOON).results
        assert {k: r.verdicts for k, r in other.items()} == {k: r.verdicts for k, r in seen.items()}
        assert {r.worst.outcome.shown for r in seen.values()} >= {"PASS"}
    together = warehouse.run(config_of(both, orders=LOG))
    assert warehouse.run(config_of(both, orders=BY_ID)).statements == together.statements
