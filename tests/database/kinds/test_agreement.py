"""X1, X2: a daily aggregate has the totals of the facts it is made from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.errors import Reason

from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "sum: revenue, against: {dataset: items, sum: quantity * price}, window: all,"
    " critical: '> 0.01'",
    "revenue",
    "FAIL",
    "UNKNOWN",
    "UNKNOWN",
    whole=True,
)

COUNT = "agreement: {sum: orders, against: {dataset: facts, count: '*'}, critical: '> 0'}"
SUM = "agreement: {sum: revenue, against: {dataset: facts, sum: revenue}, critical: '> 0.01'}"
DAILY = "{relation: daily, time: day}"
FACTS = {"facts": "{relation: facts, time: ts}"}


def tables(warehouse: Warehouse, amount_type: str = "numeric(12,2)") -> None:
    """Facts of nine days up to today, as many on a day as its number, and the aggregate of all."""
    warehouse.sql(
        f"CREATE TABLE facts (ts timestamptz, revenue {amount_type}, state text);"
        f"CREATE TABLE daily (day date, orders bigint, revenue {amount_type});"
        "INSERT INTO facts SELECT '2026-03-01'::date + d, 10.1 * d, 'paid'"
        " FROM generate_series(1, 9) AS d, generate_series(1, d) AS n;"
        "INSERT INTO daily SELECT ts::date, count(*), sum(revenue) FROM facts"
        " WHERE ts < '2026-03-10' GROUP BY 1"
    )


def say(warehouse: Warehouse, check: str, as_of: datetime = NOON) -> tuple[str, str]:
    """The word and the reason."""
    return warehouse.say(check, FACTS, as_of, orders=DAILY)


@pytest.mark.parametrize("amount_type", ["numeric(12,2)", "float8"])
def test_an_aggregate_that_is_off_is_found_until_it_is_mended(
    warehouse: Warehouse, amount_type: str
) -> None:
    tables(warehouse, amount_type)
    fine = "orders 8 in orders, 8 in facts: difference 0 on 2026-03-09 (limit > 0)"
    assert say(warehouse, COUNT) == ("PASS", fine)
    assert say(warehouse, SUM)[0] == "PASS"
    warehouse.sql("UPDATE daily SET orders = orders + 1, revenue = revenue - 10")
    broken = "orders 9 in orders, 8 in facts: difference +1 on 2026-03-09 (limit > 0)"
    assert say(warehouse, COUNT) == ("FAIL", broken)
    less = "revenue 636.40 in orders, 646.40 in facts: difference -10 on 2026-03-09 (limit > 0.01)"
    assert say(warehouse, SUM) == ("FAIL", less)
    values = warehouse.values(SUM, FACTS, orders=DAILY)
    assert values["totals_difference"] == -10
    assert values["totals_difference_ratio"] == pytest.approx(-10 / 646.4)
    warehouse.sql("UPDATE daily SET orders = orders - 1, revenue = revenue + 10")
    assert say(warehouse, COUNT) == ("PASS", fine)


@pytest.mark.parametrize(("by", "word"), [("0.01", "PASS"), ("0.02", "FAIL"), ("-0.02", "FAIL")])
@pytest.mark.parametrize("amount_type", ["numeric(12,2)", "float8"])
def test_the_limit_is_what_is_no_more_tolerated(
    warehouse: Warehouse, amount_type: str, by: str, word: str
) -> None:
    tables(warehouse, amount_type)
    warehouse.sql(f"UPDATE daily SET revenue = revenue + {by}")
    assert say(warehouse, SUM)[0] == word


def test_each_day_of_a_window_is_judged(warehouse: Warehouse) -> None:
    tables(warehouse)
    week = COUNT.replace("critical", "window: 7d, critical")
    zero = "orders 2 in orders, 2 in facts: difference 0 on 2026-03-03 (0 of 7 days differ)"
    assert say(warehouse, week) == ("PASS", f"{zero} (limit > 0)")
    # Two errors of opposite sign: the total of the week agrees, the days do not.
    warehouse.sql("UPDATE daily SET orders = orders + 3 WHERE day = '2026-03-05'")
    warehouse.sql("UPDATE daily SET orders = orders - 3 WHERE day = '2026-03-07'")
    told = "orders 7 in orders, 4 in facts: difference +3 on 2026-03-05 (2 of 7 days differ)"
    assert say(warehouse, week) == ("FAIL", f"{told} (limit > 0)")
    assert say(warehouse, COUNT)[0] == "PASS"
    whole = COUNT.replace("critical", "window: all, critical")
    told = "orders 36 in orders, 45 in facts: difference -9 in the whole table"
    assert say(warehouse, whole) == ("FAIL", f"{told} (limit > 0)"), "today is in one of them"


def test_nothing_is_no_zero(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("UPDATE daily SET revenue = NULL WHERE day = '2026-03-09'")
    verdict = warehouse.verdict(SUM, FACTS, orders=DAILY)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.NO_VALUES)
    assert verdict.text == "1 row of orders without a value on 2026-03-09 (no_values)"
    warehouse.sql("DELETE FROM daily WHERE day = '2026-03-09'")
    told = "orders missing in orders, 8 in facts: difference -8 on 2026-03-09 (limit > 0)"
    assert say(warehouse, COUNT) == ("FAIL", told), "what is absent is a difference"
    told = "revenue missing in orders, 646.40 in facts: difference -646.40 on 2026-03-09"
    assert say(warehouse, SUM) == ("FAIL", f"{told} (limit > 0.01)")
    values = warehouse.values(SUM, FACTS, orders=DAILY)
    assert values["totals_difference_ratio"] == -1
    warehouse.sql("DELETE FROM facts; UPDATE daily SET orders = 5 WHERE day = '2026-03-08'")
    assert say(warehouse, COUNT) == ("SKIP", "neither side has a value on 2026-03-09")
    before = datetime(2026, 3, 10, 3, tzinfo=UTC)
    told = "orders 5 in orders, 0 in facts: difference +5 on 2026-03-08 (limit > 0)"
    assert say(warehouse, COUNT, before) == ("FAIL", told), "no facts are an honest 0"
    told = "revenue 494.90 in orders, missing in facts: difference +494.90 on 2026-03-08"
    assert say(warehouse, SUM, before) == ("FAIL", f"{told} (limit > 0.01)")
    warehouse.sql("UPDATE daily SET revenue = 0")
    assert say(warehouse, SUM, before)[0] == "SKIP", "a quiet day"


def test_one_day_that_is_absent_or_unknown_does_not_hide_the_others(warehouse: Warehouse) -> None:
    tables(warehouse)
    week = SUM.replace("critical", "window: 7d, critical")
    warehouse.sql("DELETE FROM daily WHERE day = '2026-03-05'")
    told = (
        "revenue missing in orders, 161.60 in facts: difference -161.60 on 2026-03-05 (1 of 7 days"
    )
    assert say(warehouse, week) == ("FAIL", f"{told} differs) (limit > 0.01)")
    warehouse.sql("UPDATE facts SET revenue = NULL WHERE ts = '2026-03-07'")
    unknown = "6 rows of facts without a value on 2026-03-07"
    told = told.replace("7 days", "6 days")
    assert say(warehouse, week) == ("FAIL", f"{told} differs); {unknown} (limit > 0.01)")
    warehouse.sql("DELETE FROM facts WHERE ts = '2026-03-05'")
    assert say(warehouse, week) == ("UNKNOWN", f"{unknown} (no_values)")
    warehouse.sql("DELETE FROM facts")
    assert say(warehouse, week)[0] == "FAIL"
    warehouse.sql("DELETE FROM daily")
    assert say(warehouse, week)[0] == "SKIP", "nothing on either side"


def test_where_on_either_side_and_a_share_as_limit(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("INSERT INTO facts VALUES ('2026-03-09', 5, 'test'), ('2026-03-09', 5, NULL)")
    warehouse.sql("INSERT INTO daily VALUES ('2026-03-09', 100, 0)")
    paid = COUNT.replace("'*'", "'*', where: state = 'paid'")
    assert "8 in facts: difference +100" in say(warehouse, paid)[1]
    one = paid.replace("critical", "where: orders < 100, critical")
    assert say(warehouse, one)[0] == "PASS"
    known = one.replace("'*', where: state = 'paid'", "state")
    assert "9 in facts: difference -1" in say(warehouse, known)[1]
    share = known.replace("> 0", "> 12%")
    assert say(warehouse, share)[0] == "PASS"
    assert say(warehouse, share.replace("12%", "11%"))[1].endswith("(11.11 %, limit > 11%)")


def test_both_totals_come_with_the_other_aggregates_of_their_day(warehouse: Warehouse) -> None:
    tables(warehouse)
    facts = "{relation: facts, time: ts, checks: [{volume: {critical: '< 1'}}]}"
    checks = f"{COUNT}\n{SUM}\nvolume: {{critical: '< 1'}}"
    done = warehouse.run(config_of(checks, {"facts": facts}, orders=DAILY))
    assert done.statements == 4, "of each side a scan, and whether any row has a time"
    assert {result.worst.outcome.shown for result in done.results.values()} == {"PASS"}


def test_what_is_wrong_is_said_before_any_pass() -> None:
    def told(check: str, facts: str = FACTS["facts"]) -> str:
        return complaint(check, {"facts": facts}, orders=DAILY)

    assert told(COUNT) == ""
    assert "there is no dataset `facts`" in complaint(COUNT, orders=DAILY)
    assert 'write either `count: "*"` or `sum: revenue`' in told(COUNT.replace(", count: '*'", ""))
    both = COUNT.replace("count: '*'", "count: '*', sum: revenue")
    assert 'write either `count: "*"` or `sum: revenue`' in told(both)
    assert "window: day needs a time column on dataset facts, too" in told(
        COUNT, "{relation: facts}"
    )
    for window in ("open", "today"):
        given = COUNT.replace("critical", f"window: {window}, critical")
        assert f"window: {window} has a day that is not complete" in told(given)
    assert "write a difference such as '> 0.01'" in told(COUNT.replace("> 0", "> 5 rows"))


def test_half_of_a_load_is_less_than_its_log_has_counted(warehouse: Warehouse) -> None:
    """A run at three in the night has read the day before: docs/how-to/datasets.md."""
    tables(warehouse)
    warehouse.sql(
        "CREATE TABLE log (ran timestamptz, rows_read int, refused int);"
        "INSERT INTO log SELECT '2026-03-02 03:00+00'::timestamptz + d * interval '1 day',"
        " d + 2, 2 FROM generate_series(1, 8) AS d"
    )
    kept = "select ran - interval '1 day' as day, rows_read - refused as kept from log"
    loads = f'{{query: "{kept}", time: day}}'
    counted = "agreement: {sum: kept, against: {dataset: facts, count: '*'}, critical: '> 0'}"
    assert warehouse.say(counted, FACTS, orders=loads)[0] == "PASS"
    warehouse.sql(
        "DELETE FROM facts WHERE ctid IN (SELECT ctid FROM facts"
        " WHERE ts >= '2026-03-09' AND ts < '2026-03-10' LIMIT 4)"
    )
    outcome, text = warehouse.say(counted, FACTS, orders=loads)
    assert outcome == "FAIL"
    assert text == "kept 8 in orders, 4 in facts: difference +4 on 2026-03-09 (limit > 0)"
