"""T3, T5: orders are attributed, by each model and in the final mart."""

from __future__ import annotations

from warehouse_exporter.core.errors import Reason

from tests.database.kinds.attributions import AGGREGATE, ATTRIBUTION, shop
from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

EXAMPLE = Example(
    "against: {dataset: items, by: order_id}, warning: '< 10%'", "id", "SKIP", "UNKNOWN", "UNKNOWN"
)

LAST = (
    "attribution_coverage: {model: last_click, against: {dataset: attribution, by: order_id},"
    " warning: '< 30%'}"
)
DAILY = (
    "attribution_coverage: {model: last_click, of: orders, attributed: orders_last_click,"
    " warning: '< 10%'}"
)
MART = (
    "attribution_coverage: {against: {dataset: mart, by: order_id, where: channel is not null},"
    " warning: '< 90%'}"
)
GONE = (
    "DELETE FROM attribution WHERE model = 'last_click' AND ts >= '2026-03-09' AND ts <"
    " '2026-03-10'"
)


def test_a_model_that_stops_is_found_until_it_is_mended(warehouse: Warehouse) -> None:
    shop(warehouse)
    fine = "4 of 4 orders attributed in attribution by last_click on 2026-03-09"
    assert warehouse.say(LAST, ATTRIBUTION) == ("PASS", f"{fine} (100 %, limit at least 30 %)")
    warehouse.sql(f"{GONE} AND channel <> 'email'")
    broken = "1 of 4 orders attributed in attribution by last_click on 2026-03-09"
    assert warehouse.say(LAST, ATTRIBUTION) == ("WARN", f"{broken} (25 %, limit at least 30 %)")
    values = {"attribution_coverage_ratio": 0.25, "rows_failed": 3.0, "rows_checked": 4.0}
    assert warehouse.values(LAST, ATTRIBUTION) == values
    warehouse.sql(GONE)
    assert warehouse.say(LAST, ATTRIBUTION)[1].startswith("0 of 4 orders attributed")
    first = LAST.replace("last_click", "first_click")
    both = outcomes(warehouse.run(config_of(f"{LAST}\n{first}", ATTRIBUTION)))
    assert both["attribution_coverage_last_click"] == "WARN"
    assert both["attribution_coverage_first_click"] == "PASS"
    shop(warehouse)
    assert warehouse.say(LAST, ATTRIBUTION)[0] == "PASS"


def test_an_order_counts_once_and_without_orders_nothing_is_judged(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("INSERT INTO orders SELECT * FROM orders WHERE id % 10 = 1")
    warehouse.sql("INSERT INTO attribution SELECT * FROM attribution")
    assert warehouse.values(LAST, ATTRIBUTION)["rows_checked"] == 4
    warehouse.sql("UPDATE orders SET revenue = NULL")
    assert warehouse.values(LAST, ATTRIBUTION)["attribution_coverage_ratio"] == 1
    warehouse.sql("DELETE FROM orders WHERE ts::date = '2026-03-09'")
    assert warehouse.say(LAST, ATTRIBUTION) == ("SKIP", "no orders on 2026-03-09")


def test_an_order_that_the_final_mart_lacks_or_has_without_a_channel(warehouse: Warehouse) -> None:
    """T5: complete is an order that has a row, and in it a channel."""
    shop(warehouse)
    warehouse.sql(
        "CREATE TABLE mart AS SELECT order_id, channel, ts FROM attribution"
        " WHERE model = 'first_click'"
    )
    mart = {"mart": "{relation: mart, time: ts}"}
    fine = "4 of 4 orders attributed in mart on 2026-03-09 (100 %, limit at least 90 %)"
    assert warehouse.say(MART, mart) == ("PASS", fine)
    warehouse.sql("UPDATE mart SET channel = NULL WHERE order_id = 81")
    broken = "3 of 4 orders attributed in mart on 2026-03-09 (75 %, limit at least 90 %)"
    assert warehouse.say(MART, mart) == ("WARN", broken)
    warehouse.sql("DELETE FROM mart WHERE order_id IN (81, 82)")
    assert "2 of 4 orders" in warehouse.say(MART, mart)[1]
    warehouse.sql("INSERT INTO mart (order_id, channel) VALUES (81, 'email'), (82, 'email')")
    assert warehouse.say(MART, mart) == ("PASS", fine)
    near = MART.replace("order_id,", "order_id, within: 7d,")
    told = "2 of 4 orders attributed in mart within 7 days on 2026-03-09"
    assert told in warehouse.say(near, mart)[1]


def test_a_daily_aggregate_whose_coverage_collapses(warehouse: Warehouse) -> None:
    shop(warehouse)
    fine = "3 of 4 orders attributed by last_click on 2026-03-09 (75 %, limit at least 10 %)"
    assert warehouse.say(DAILY, orders=AGGREGATE) == ("PASS", fine)
    warehouse.sql("UPDATE daily SET orders_last_click = 0 WHERE day = '2026-03-09'")
    broken = "0 of 4 orders attributed by last_click on 2026-03-09 (0 %, limit at least 10 %)"
    assert warehouse.say(DAILY, orders=AGGREGATE) == ("WARN", broken)
    warehouse.sql("UPDATE daily SET orders = 0 WHERE day = '2026-03-09'")
    assert warehouse.say(DAILY, orders=AGGREGATE) == ("SKIP", "no orders on 2026-03-09")
    warehouse.sql("UPDATE daily SET orders = NULL WHERE day = '2026-03-09'")
    verdict = warehouse.verdict(DAILY, orders=AGGREGATE)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.NO_VALUES)
    warehouse.sql("DELETE FROM daily WHERE day = '2026-03-09'")
    assert warehouse.say(DAILY, orders=AGGREGATE)[0] == "SKIP"


def test_with_over_attribution_of_the_same_rows_it_is_one_statement(warehouse: Warehouse) -> None:
    shop(warehouse)
    rows = "of: revenue, against: {dataset: attribution, sum: attributed_revenue, by: order_id}"
    checks = (
        f"over_attribution: {{model: last_click, {rows}, critical: '> 0'}}\n"
        f"attribution_coverage: {{model: last_click, {rows}, warning: '< 10%'}}"
    )
    done = warehouse.run(config_of(checks, ATTRIBUTION))
    assert done.statements == 3, "two for the rows without a time"
    assert set(outcomes(done).values()) == {"PASS"}


def test_the_column_of_the_model_may_have_another_name(warehouse: Warehouse) -> None:
    shop(warehouse)
    verdict = warehouse.verdict(LAST.replace("order_id", "order_id, model_column: m"), ATTRIBUTION)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.MISSING_COLUMN)
    warehouse.sql("ALTER TABLE attribution RENAME model TO m")
    assert warehouse.say(LAST.replace("order_id", "order_id, model_column: m"), ATTRIBUTION)[0] == (
        "PASS"
    )


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert complaint(LAST, ATTRIBUTION) == complaint(DAILY, orders=AGGREGATE) == ""
    neither = "attribution_coverage: {warning: '< 10%'}"
    assert "attribution_coverage needs either `against:`" in complaint(neither)
    assert "'< 5' lacks a unit" in complaint(LAST.replace("< 30%", "< 5"), ATTRIBUTION)
