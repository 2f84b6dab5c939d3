"""T2: a model attributes no more than there is, order by order and in the daily aggregate."""

from __future__ import annotations

import pytest
from warehouse_exporter.core.errors import Reason

from tests.database.kinds.attributions import AGGREGATE, ATTRIBUTION, MODELS, shop
from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

EXAMPLE = Example(
    "of: revenue, against: {dataset: items, sum: quantity * price, by: order_id}, critical: '> 0'",
    "revenue",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
)

ROWS = "against: {dataset: attribution, sum: attributed_revenue, by: order_id}"
LAST = f"over_attribution: {{model: last_click, of: revenue, {ROWS}, critical: '> 0'}}"
FIRST = LAST.replace("last_click", "first_click")
DAILY = (
    "over_attribution: {model: last_click, of: revenue, attributed: revenue_last_click,"
    " critical: '> 0'}"
)


def test_an_order_that_is_given_away_twice_is_found_until_it_is_mended(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    fine = "0 of 4 attributed orders have more than their revenue attributed by last_click"
    assert warehouse.say(LAST, ATTRIBUTION) == (
        "PASS",
        f"{fine}, 0.00 too much together (100.00 of 100.00), on 2026-03-09 (limit 0)",
    )
    warehouse.sql(
        "INSERT INTO attribution SELECT * FROM attribution WHERE model = 'last_click'"
        " AND order_id IN (SELECT id FROM orders WHERE ts::date = '2026-03-09' AND revenue = 10)"
    )
    # The total of the day would not show it: another order has lost as much.
    warehouse.sql(
        "UPDATE attribution SET attributed_revenue = 30 WHERE model = 'last_click'"
        " AND order_id IN (SELECT id FROM orders WHERE ts::date = '2026-03-09' AND revenue = 40)"
    )
    broken = "1 of 4 attributed orders has more than its revenue attributed by last_click"
    assert warehouse.say(LAST, ATTRIBUTION) == (
        "FAIL",
        f"{broken}, 10.00 too much together (100.00 of 100.00), on 2026-03-09 (limit 0)",
    )
    assert warehouse.values(LAST, ATTRIBUTION) == {
        "over_attributed_ratio": 0.25,
        "over_attributed_amount": 10.0,
        "rows_failed": 1.0,
        "rows_checked": 4.0,
    }
    both = outcomes(warehouse.run(config_of(f"{LAST}\n{FIRST}", ATTRIBUTION)))
    assert both == {"over_attribution_last_click": "FAIL", "over_attribution_first_click": "PASS"}
    verdict = warehouse.verdict(LAST, ATTRIBUTION)
    assert verdict.sample is not None
    assert verdict.sample.labels == {"model": "last_click"}
    shop(warehouse)
    assert warehouse.say(LAST, ATTRIBUTION)[0] == "PASS"


@pytest.mark.parametrize(("by", "word"), [("0.01", "PASS"), ("0.02", "FAIL"), ("-5", "PASS")])
@pytest.mark.parametrize("amount_type", ["numeric(12,2)", "float8"])
def test_a_cent_is_rounding_and_less_is_no_fault(
    warehouse: Warehouse, amount_type: str, by: str, word: str
) -> None:
    shop(warehouse, amount_type)
    warehouse.sql(f"UPDATE attribution SET attributed_revenue = attributed_revenue + {by}")
    warehouse.sql(f"UPDATE daily SET revenue_last_click = revenue + {by}")
    assert warehouse.say(LAST, ATTRIBUTION)[0] == word
    assert warehouse.say(DAILY, orders=AGGREGATE)[0] == word


def test_an_order_that_is_there_twice_has_its_revenue_once(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("INSERT INTO orders SELECT * FROM orders; INSERT INTO attribution"
                  " SELECT * FROM attribution")  # fmt: skip
    assert warehouse.values(LAST, ATTRIBUTION)["rows_failed"] == 4


def test_the_parts_of_an_order_are_added_up(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE attribution SET attributed_revenue = attributed_revenue / 2")
    warehouse.sql("INSERT INTO attribution SELECT * FROM attribution")
    assert warehouse.say(LAST, ATTRIBUTION)[0] == "PASS"
    any_model = LAST.replace("model: last_click, ", "")
    assert warehouse.values(any_model, ATTRIBUTION)["rows_failed"] == 4, "of both models together"
    one = any_model.replace("order_id}", "order_id, where: model = 'last_click'}")
    assert warehouse.values(one, ATTRIBUTION)["rows_failed"] == 0


def test_orders_without_a_value_are_not_compared(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE revenue = 10")
    warehouse.sql("DELETE FROM attribution WHERE order_id IN (SELECT id FROM orders"
                  " WHERE revenue = 20)")  # fmt: skip
    assert "0 of 2 attributed orders have" in warehouse.say(LAST, ATTRIBUTION)[1]
    assert "attributed by last_click (1 lack a value), 0.00" in warehouse.say(LAST, ATTRIBUTION)[1]
    warehouse.sql("UPDATE orders SET revenue = NULL")
    why = "3 with a value missing, 1 without a row in attribution (no_values)"
    told = f"none of 4 orders can be compared on 2026-03-09: {why}"
    assert warehouse.say(LAST, ATTRIBUTION) == ("UNKNOWN", told)


def test_attributions_that_are_gone_are_not_fine(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("DELETE FROM attribution WHERE model = 'last_click' AND ts >= '2026-03-09'")
    told = "no order is attributed by last_click on 2026-03-09"
    assert warehouse.say(LAST, ATTRIBUTION) == ("SKIP", told), "that is for attribution_coverage"
    warehouse.sql("DELETE FROM attribution")
    word, text = warehouse.say(LAST, ATTRIBUTION)
    assert word == "UNKNOWN"
    assert "none of 4 orders can be compared on 2026-03-09: 4 without a row in attr" in text


def test_a_daily_aggregate_with_more_than_there_is_is_found_until_it_is_mended(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    fine = "0 of 1 day have revenue_last_click above revenue, 0.00 too much together (90.00 of"
    assert warehouse.say(DAILY, orders=AGGREGATE) == (
        "PASS",
        f"{fine} 100.00), on 2026-03-09 (limit 0)",
    )
    warehouse.sql("UPDATE daily SET revenue_last_click = 112 WHERE day = '2026-03-09'")
    broken = "1 of 1 day has revenue_last_click above revenue, 12.00 too much together (112.00 of"
    assert warehouse.say(DAILY, orders=AGGREGATE) == (
        "FAIL",
        f"{broken} 100.00), on 2026-03-09 (limit 0)",
    )
    every = "\n".join(
        f"over_attribution: {{model: {model}, of: {of}, attributed: {of}_{model}, critical: '> 0'}}"
        for model in MODELS
        for of in ("orders", "revenue")
    )
    done = warehouse.run(config_of(every, orders=AGGREGATE))
    assert done.statements == 2, "a scan, and whether any row has a time"
    said = outcomes(done)
    assert said.pop("over_attribution_revenue_last_click") == "FAIL"
    assert set(said.values()) == {"PASS"}
    warehouse.sql("UPDATE daily SET revenue_last_click = 100")
    assert warehouse.say(DAILY, orders=AGGREGATE)[0] == "PASS"


def test_a_daily_aggregate_without_a_value_is_not_fine(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE daily SET revenue_last_click = NULL WHERE day = '2026-03-09'")
    verdict = warehouse.verdict(DAILY, orders=AGGREGATE)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.NO_VALUES)
    assert "1 row without revenue_last_click or revenue on 2026-03-09" in verdict.text
    warehouse.sql("DELETE FROM daily")
    assert warehouse.say(DAILY, orders=AGGREGATE) == ("SKIP", "no orders on 2026-03-09")


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert complaint(LAST, ATTRIBUTION) == complaint(DAILY, orders=AGGREGATE) == ""
    assert "there is no dataset `attribution`" in complaint(LAST)
    neither = "over_attribution: {of: revenue, critical: '> 0'}"
    assert "over_attribution needs either `against:`" in complaint(neither)
    both = LAST.replace("critical", "attributed: revenue, critical")
    assert "over_attribution needs either `against:`" in complaint(both, ATTRIBUTION)
    assert "`attributed` is compared with `of`" in complaint(DAILY.replace("of: revenue, ", ""))
    keyless = complaint(LAST, ATTRIBUTION, orders="{relation: orders, time: ts}")
    assert "over_attribution needs `by:` (dataset orders has no key)" in keyless
    timeless = {"attribution": "{relation: attribution}"}
    near = LAST.replace("by: order_id", "by: order_id, within: 7d")
    assert "within: 7d needs a time column on dataset attribution" in complaint(near, timeless)
    assert complaint(near, ATTRIBUTION) == ""
