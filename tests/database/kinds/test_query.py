"""O12: a check of the owner's own, from one read-only SELECT."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.bounds import EVIDENCE, LABEL
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import CheckId, Verdict
from warehouse_exporter.engines import fetching
from warehouse_exporter.engines.postgres.connector import Connector

from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "name: own, sql: select sum(revenue) from orders, critical: '< 1'",
    "revenue",
    "UNKNOWN",
    "UNKNOWN",
    "UNKNOWN",
    "queries",
    whole=True,
)


def judge(
    warehouse: Warehouse, sql: str, options: str = "critical: '> 0'", as_of: datetime = NOON
) -> tuple[Verdict, ...]:
    """What is said of every row of a query."""
    config = config_of(more=f'queries: [{{name: own, sql: "{sql}", {options}}}]')
    return warehouse.run(config, as_of).results[CheckId("queries", "own")].verdicts


def test_one_number_is_judged_and_turns_back(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE refunds (id int, state text)")
    stuck = "select count(*) from refunds where state = 'stuck'"
    assert judge(warehouse, stuck)[0].text == "own 0 (limit 0)"
    warehouse.sql("INSERT INTO refunds SELECT n, 'stuck' FROM generate_series(1, 1200) AS n")
    (verdict,) = judge(warehouse, stuck)
    assert (verdict.outcome.shown, verdict.text) == ("FAIL", "own 1,200 (limit 0)")
    assert verdict.sample is not None
    assert verdict.sample.values == {"warehouse_query_value": 1200.0}
    warehouse.sql("DELETE FROM refunds")
    assert judge(warehouse, stuck)[0].outcome.shown == "PASS"


def test_every_row_is_a_series_with_its_labels(warehouse: Warehouse) -> None:
    rows = "select 'de' as shop, 5 as value union all select null, 0 order by 2 desc"
    first, second = judge(warehouse, rows)
    assert (first.outcome.shown, first.text) == ("FAIL", "own 5 for shop=de (limit 0)")
    assert (second.outcome.shown, second.text) == ("PASS", "own 0 for shop= (limit 0)")
    named = judge(warehouse, "select 2 as n, 'x' as shop", "value: n, critical: '> 1'")
    assert named[0].text == "own 2 for shop=x (limit 1)"


def test_a_value_of_any_size_and_kind_is_a_label_of_one_line(warehouse: Warehouse) -> None:
    steering = "chr(155) || '2J' || chr(8238) || chr(27) || 'x' || chr(10)"
    sql = f"select 1 as value, {steering} || repeat('long', 300000) as shop, repeat('y', 5000) as b"
    (verdict,) = judge(warehouse, sql)
    assert verdict.sample is not None
    shop = verdict.sample.labels["shop"]
    assert shop.startswith("\ufffd2J\ufffd\ufffdx\ufffdlonglong")
    assert [len(text) for text in verdict.sample.labels.values()] == [LABEL, LABEL]
    assert len(verdict.sample.evidence) <= EVIDENCE
    assert verdict.text.endswith("(limit 0)")
    assert verdict.text.isprintable()


def test_a_query_whose_rows_are_huge_is_not_measured(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_READ", 100_000)
    sql = "select n as value, repeat('x', 1000) as shop from generate_series(1, 1000) as n"
    (verdict,) = judge(warehouse, sql)
    assert verdict.reason is Reason.RESULT
    assert verdict.text == "the query's rows are larger than 100,000 characters (result)"
    assert len(judge(warehouse, f"{sql} where n < 50")) == 49


def test_no_offender_left_can_be_good_news(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE refunds (country text, closed timestamptz)")
    open_ones = "select country, count(*) as value from refunds where closed is null group by 1"
    listed = "no_rows: pass, warning: '> 1', critical: '> 2'"
    warehouse.sql("INSERT INTO refunds VALUES ('DE', NULL), ('DE', NULL), ('DE', NULL)")
    (verdict,) = judge(warehouse, open_ones, listed)
    assert verdict.outcome.shown == "FAIL"
    warehouse.sql("UPDATE refunds SET closed = '2026-03-09'")
    (verdict,) = judge(warehouse, open_ones, listed)
    told = "own gave no row, which is as it should be (limit 1)"
    assert (verdict.outcome.shown, verdict.text) == ("PASS", told)
    assert verdict.sample is not None
    assert verdict.sample.values == {}, "its series is gone, so the alert resolves"
    (verdict,) = judge(warehouse, open_ones)
    assert verdict.reason is Reason.NO_ROWS
    assert "write `no_rows: pass`" in verdict.text


def test_no_row_of_a_missing_table_is_no_good_news(warehouse: Warehouse) -> None:
    (verdict,) = judge(warehouse, "select n from nowhere", "no_rows: pass, critical: '> 0'")
    assert verdict.outcome.shown == "UNKNOWN"


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("select extract(epoch from interval '1 day 12:00')", 129600),
        ("select extract(epoch from '2 days ago'::interval)", -172800),
        ("select date_part('hour', timestamp '2026-03-01 07:00') as value", 7),
        ('select length(jsonb \'{\\"\\": \\"abc\\", \\"b\\": 1}\' ->> \'\')', 3),
        ("select length(E'a\\\\'b') + length($a$''$a$) /* ; /* ' */ */ -- '", 5),
    ],
)
def test_text_runs_as_it_is_written(warehouse: Warehouse, sql: str, number: float) -> None:
    (verdict,) = judge(warehouse, sql)
    assert verdict.sample is not None, verdict.text
    assert verdict.sample.values == {"warehouse_query_value": float(number)}


def test_the_server_itself_takes_one_statement_only(warehouse: Warehouse) -> None:
    """Even if a text came through that is two statements."""
    loaded = parse(config_of(), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    with Connector(loaded.warehouse).snapshot() as session:
        for text in ("select 1; select 2", "select 1; commit; create table t ()", "commit"):
            with pytest.raises(Unmeasured, match="as cursor"):
                session.rows_of(text, "UTC", 2)
        assert session.rows_of("select 1 as a", "UTC", 2) == [{"a": 1}]
        explained = session.rows_of("EXPLAIN (FORMAT JSON) select 1 as a", "UTC", 2)
        assert len(explained) == 1
        many = "select generate_series(1, 100000000) as a"
        assert [row["a"] for row in session.rows_of(many, "UTC", 3)] == [1, 2, 3]
        assert session.rows("SHOW transaction_read_only") == [{"transaction_read_only": "on"}]


def test_planning_and_running_have_one_time_out_together(warehouse: Warehouse) -> None:
    """A query that is planned for long is canceled in time, and the connection stays."""
    body = "AS 'BEGIN PERFORM pg_sleep({}); RETURN 1; END'"
    warehouse.sql(
        f"CREATE FUNCTION planned() RETURNS int IMMUTABLE LANGUAGE plpgsql {body.format(1.3)};"
        f"CREATE FUNCTION run() RETURNS int VOLATILE LANGUAGE plpgsql {body.format(1)}"
    )
    loaded = parse(config_of(), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn}).warehouse
    with Connector(replace(loaded, statement_timeout=1.6)).snapshot() as session:
        with pytest.raises(Unmeasured, match=r"canceled after 1\.6 s") as ended:
            session.rows_of("select planned() + run() as value", "UTC", 2)
        assert ended.value.reason is Reason.TIMEOUT
        assert session.rows("SELECT 1 AS a") == [{"a": 1}]


def test_a_crafted_literal_stays_one(warehouse: Warehouse) -> None:
    crafted = "a from now()); commit; create table stolen (); select (1"
    (verdict,) = judge(warehouse, f"select date_part('{crafted}', timestamp '2026-03-01') as value")
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.STATEMENT)
    warehouse.sql("CREATE TABLE stolen ()")


BERLIN = "Europe/Berlin"


def test_instants_compare_with_times_of_every_type(warehouse: Warehouse) -> None:
    """The naive times of a warehouse are those of its zone, and so are days."""
    warehouse.sql(
        "CREATE TABLE sales (at timestamptz, wall timestamp);"
        "INSERT INTO sales SELECT t, t AT TIME ZONE 'Europe/Berlin' FROM generate_series("
        "timestamptz '2026-03-08 00:30 Europe/Berlin', '2026-03-11', '1 hour') AS t"
    )
    queries = {
        "at": "select count(*) from sales where at >= :day_start and at < :day_end",
        "wall": "select count(*) from sales where wall >= :day_start and wall < :day_end",
        "day": "select count(*) from sales where at::date = :day_start::date",
    }
    listed = ", ".join(
        f"{{name: {name}, sql: '{sql}', critical: '> 24'}}" for name, sql in queries.items()
    )
    done = warehouse.run(config_of(more=f"queries: [{listed}]", zone=BERLIN))
    for name in queries:
        (verdict,) = done.results[CheckId("queries", name)].verdicts
        assert verdict.text == f"{name} 24 (limit 24)"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ('select 1 as \\"x y\\", 2 as \\"x-y\\", 3 as value', "'x y' and 'x-y'"),
        ("select 1 as a, 2 as A, 3 as value", "'a' and 'a'"),
        ('select t.day, t.\\"day\\", 3 as value from t', "'day' and 'day'"),
    ],
)
def test_columns_that_collide_are_named(sql: str, told: str) -> None:
    found = complaint(more=f'queries: [{{name: own, sql: "{sql}", critical: "> 0"}}]')
    assert f"columns {told} of the query both become the label" in found


def test_columns_that_collide_only_in_the_answer_are_named(warehouse: Warehouse) -> None:
    warehouse.sql('CREATE TABLE t ("x y" int, "x-y" int, value int); INSERT INTO t VALUES (1,2,3)')
    (verdict,) = judge(warehouse, "select * from t")
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.RESULT)
    assert "columns 'x y' and 'x-y' of the query both become the label x_y" in verdict.text
    (verdict,) = judge(warehouse, "select a.value, b.* from t as a, t as b")
    assert "several columns are called value" in verdict.text


def test_a_large_number_is_told_in_full(warehouse: Warehouse) -> None:
    rows = "select 'email' as channel, {} as value"
    assert judge(warehouse, rows.format(1234567))[0].text == (
        "own 1,234,567 for channel=email (limit 0)"
    )
    assert judge(warehouse, rows.format("0.00001234"))[0].text.startswith("own 0.00001234 for ")


def test_instants_are_filled_in_and_follow_the_expected_day(warehouse: Warehouse) -> None:
    bounds = "select extract(epoch from {})"
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    for name, at in (
        (":as_of", at_three),
        (":day_start", datetime(2026, 3, 8, tzinfo=UTC)),
        (":day_end", datetime(2026, 3, 9, tzinfo=UTC)),
    ):
        (verdict,) = judge(warehouse, bounds.format(name), as_of=at_three)
        assert verdict.sample is not None
        assert verdict.sample.values == {"warehouse_query_value": at.timestamp()}


def test_it_may_belong_to_a_dataset_and_its_expected_day(warehouse: Warehouse) -> None:
    sql = "select extract(day from cast(:day_start as timestamptz))"
    log = "{relation: orders, time: ts, expect_day: today}"
    query = f'queries: [{{name: own, dataset: orders, sql: "{sql}", warning: "> 31"}}]'
    done = warehouse.run(config_of(orders=log, more=query))
    assert done.results[CheckId("orders", "own")].worst.text == "own 10 (limit 31)"


@pytest.mark.parametrize(
    ("sql", "reason", "text"),
    [
        ("select 1 where false", Reason.NO_ROWS, "the query gave no row"),
        ("select null::int", Reason.NO_VALUES, "column int4 of the query is NULL"),
        ("select max(n) as m from generate_series(1, 0) n", Reason.NO_VALUES, "column m"),
        ("select 'NaN'::float8 as v", Reason.NOT_FINITE, "NaN or infinity"),
        ("select '1' as v", Reason.RESULT, "is not a number but str"),
        ("select 1 as a, 2 as b", Reason.RESULT, "has no column value but a, b: name one"),
        ("select n from generate_series(1, 1001) n", Reason.RESULT, "more than 1,000 rows"),
        ("select count(*) from nowhere", Reason.MISSING_RELATION, "nowhere"),
        ("select nothing from pg_class", Reason.MISSING_COLUMN, "nothing"),
        ("select 1 / 0", Reason.STATEMENT, "division by zero"),
    ],
)
def test_what_is_no_number_is_not_measured(
    warehouse: Warehouse, sql: str, reason: Reason, text: str
) -> None:
    (verdict,) = judge(warehouse, sql)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", reason)
    assert text in verdict.text


def test_a_broken_query_costs_itself_alone(warehouse: Warehouse) -> None:
    queries = (
        "queries: [{name: broken, sql: select nope from nowhere, critical: '> 0'},"
        " {name: fine, sql: select 0, critical: '> 0'}]"
    )
    done = warehouse.run(config_of(more=queries))
    shown = {check.name: result.worst.outcome.shown for check, result in done.results.items()}
    assert shown == {"broken": "UNKNOWN", "fine": "PASS"}


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("delete from orders", "write one SELECT"),
        ("select 1; select 2", "write one SELECT"),
        ("select 1 for update", "LOCK is not allowed"),
        ("select pg_sleep(10)", "pg_sleep() is not allowed"),
        ("select count(*) from orders where ts > now()", "write :as_of instead of now()"),
        ("select count(*) from orders where ts > :yesterday", ":yesterday is not known"),
        ("with x as (delete from orders returning 1) select count(*) from x", "only reads"),
        ("selct 1", "it begins with 'selct'"),
    ],
)
def test_what_does_more_than_read_is_refused(sql: str, told: str) -> None:
    found = complaint(more=f'queries: [{{name: own, sql: "{sql}", critical: "> 0"}}]')
    assert "queries[0]" in found
    assert told in found


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("critical: '> 5%'", "query is a plain number, write no unit"),
        ("critical: '> 0', window: 7d", "a query says itself which rows it reads"),
        ("critical: '> 0', dataset: order", "there is no dataset `order`"),
        ("owner: x", "query needs a limit"),
    ],
)
def test_what_is_wrong_is_said_before_any_pass(options: str, told: str) -> None:
    assert told in complaint(more=f"queries: [{{name: own, sql: select 1, {options}}}]")


def test_a_count_over_an_empty_table_is_an_honest_0_and_a_sum_is_not(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, revenue numeric)")

    def said(sql: str) -> list[tuple[str, str]]:
        queries = f"queries: [{{name: n, sql: '{sql}', critical: '> 0'}}]"
        results = warehouse.run(config_of(more=queries)).results.values()
        return [(result.worst.outcome.shown, result.worst.text) for result in results]

    honest = [("PASS", "n 0 (limit 0)")]
    assert said("select count(*) from orders where revenue < 0") == honest
    assert said("select count(distinct id) as ids from orders") == honest
    assert said("select sum(revenue) as total from orders")[0][0] == "UNKNOWN"
