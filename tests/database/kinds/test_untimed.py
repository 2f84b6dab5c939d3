"""Rows that belong to no day: their time is NULL, infinite, or text that is not a time."""

from __future__ import annotations

import pytest

from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

CHECKS = """
    volume: {critical: '< 1'}
    freshness: {critical: '> 24h'}
    partition_freshness: {critical: '> 0'}
    deadline: {critical: '> 12h'}
    missing_days: {window: 3d, critical: '> 0'}
    completeness: {column: id, critical: '> 0'}
    duplicates: {window: 7d, critical: '> 0'}
    future_rows: {critical: '> 0'}
"""
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*', critical: '< 1'},"
    " sum: {dataset: orders, sum: id}, mean: {ratio: [sum, orders]}}\n"
    "anomalies: [{metrics: [mean], method: change, critical: {fall: 50%}}]"
)
VOLUME = "volume: {critical: '< 1'}"
ODD = "14/06/2018 10:00"
TEXT = "{relation: orders, time: ts, key: id}"


def table(warehouse: Warehouse, time_type: str = "text", indexed: bool = False) -> None:
    """A row a day, up to today."""
    warehouse.sql(f"CREATE TABLE orders (id int, ts {time_type})")
    warehouse.sql(
        f"INSERT INTO orders SELECT n, ('2026-02-28 12:00'::timestamp + n * interval '1 day')"
        f"::{time_type} FROM generate_series(1, 10) AS n"
    )
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")


@pytest.mark.parametrize("share", ["true", "id % 2 = 0", "id = 9"])
def test_times_that_cannot_be_read_leave_every_day_unmeasured(
    warehouse: Warehouse, share: str
) -> None:
    table(warehouse)
    checks = config_of(CHECKS, more=METRICS)
    assert "UNKNOWN" not in outcomes(warehouse.run(checks)).values()
    warehouse.sql(f"UPDATE orders SET ts = '{ODD}' WHERE {share}")
    done = warehouse.run(checks)
    assert set(outcomes(done).values()) == {"UNKNOWN"}
    assert {result.worst.reason for result in done.results.values()} == {"unparsable"}
    assert ODD not in str(done.results)


def test_it_says_how_many_and_what_to_do(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql(f"UPDATE orders SET ts = '{ODD}' WHERE id IN (3, 4)")
    assert warehouse.say(VOLUME) == (
        "UNKNOWN",
        "the ts of 2 of 10 rows is not an ISO 8601 time, so their day is unknown: correct them, or"
        " allow a share with `unparsable: 1%` on dataset orders (unparsable)",
    )


def test_the_owner_may_allow_a_share(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql(f"UPDATE orders SET ts = '{ODD}' WHERE id IN (3, 4)")
    lax = TEXT.replace("key", "unparsable: 20%, key")
    left_out = (
        "1 row on 2026-03-09; 2 of 10 rows left out, whose ts is not a time (limit at least 1)"
    )
    assert warehouse.say(VOLUME, orders=lax) == ("PASS", left_out)
    warehouse.sql(f"UPDATE orders SET ts = '{ODD}' WHERE id = 5")
    assert warehouse.say(VOLUME, orders=lax)[0] == "UNKNOWN"
    warehouse.sql("UPDATE orders SET ts = 'x'")
    assert warehouse.say(VOLUME, orders=lax.replace("20%", "100%"))[0] == "UNKNOWN", "nobody left"


@pytest.mark.parametrize("indexed", [False, True], ids=["a scan", "an index"])
@pytest.mark.parametrize("time_type", ["text", "timestamptz", "timestamp", "date"])
def test_no_times_at_all_are_not_an_empty_day(
    warehouse: Warehouse, time_type: str, indexed: bool
) -> None:
    table(warehouse, time_type, indexed)
    checks = config_of(CHECKS, more=METRICS)
    warehouse.sql("UPDATE orders SET ts = NULL")
    done = warehouse.run(checks)
    assert set(outcomes(done).values()) == {"UNKNOWN"}
    told = "no row of orders has a ts, so no day is known (10 rows) (no_values)"
    assert {result.worst.text for result in done.results.values()} == {told}


@pytest.mark.parametrize("indexed", [False, True], ids=["a scan", "an index"])
@pytest.mark.parametrize("time_type", ["text", "timestamptz", "date"])
def test_a_few_rows_without_a_time_are_said(
    warehouse: Warehouse, time_type: str, indexed: bool
) -> None:
    table(warehouse, time_type, indexed)
    warehouse.sql("UPDATE orders SET ts = NULL WHERE id IN (3, 4)")
    assert warehouse.say(VOLUME) == (
        "PASS",
        "1 row on 2026-03-09; 2 rows left out, without ts (limit at least 1)",
    )
    warehouse.sql("DELETE FROM orders WHERE ts IS NOT NULL AND id > 8")
    assert warehouse.say("completeness: {column: id, critical: '> 0'}") == (
        "SKIP",
        "nothing to divide by: 0 rows on 2026-03-09; 2 rows left out, without ts",
    )
    assert warehouse.say(VOLUME)[0] == "FAIL", "an empty day is an empty day"


def test_an_index_counts_no_further_than_it_must(warehouse: Warehouse) -> None:
    table(warehouse, "timestamptz", indexed=True)
    warehouse.sql("INSERT INTO orders SELECT n, NULL FROM generate_series(1, 3000) AS n; ANALYZE")
    text = "1 row on 2026-03-09; more than 1,000 rows left out, without ts (limit at least 1)"
    assert warehouse.say(VOLUME) == ("PASS", text)


@pytest.mark.parametrize("indexed", [False, True], ids=["a scan", "an index"])
@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date"])
@pytest.mark.parametrize("rows", ["true", "id = 9"])
def test_infinite_times_leave_every_day_unmeasured(
    warehouse: Warehouse, time_type: str, indexed: bool, rows: str
) -> None:
    table(warehouse, time_type, indexed)
    checks = config_of(CHECKS, more=METRICS)
    for end in ("infinity", "-infinity"):
        warehouse.sql(f"UPDATE orders SET ts = '{end}' WHERE {rows}")
        found = outcomes(warehouse.run(checks))
        future = found.pop("future_rows")
        assert set(found.values()) == {"UNKNOWN"}
        assert future == ("FAIL" if end == "infinity" else "PASS"), "it judges them"


@pytest.mark.parametrize("indexed", [False, True], ids=["a scan", "an index"])
def test_infinite_times_are_counted_and_said(warehouse: Warehouse, indexed: bool) -> None:
    table(warehouse, "timestamptz", indexed)
    warehouse.sql("UPDATE orders SET ts = '-infinity' WHERE id = 3")
    warehouse.sql("UPDATE orders SET ts = 'infinity' WHERE id = 4")
    assert warehouse.say(VOLUME) == (
        "UNKNOWN",
        "the ts of 2 rows is infinite, so their day is unknown: correct them, or allow a share"
        " with `unparsable: 1%` on dataset orders (unparsable)",
    )
    lax = TEXT.replace("key", "unparsable: 20%, key")
    left_out = "1 row on 2026-03-09; 2 of 10 rows left out, whose ts is infinite (limit at least 1)"
    assert warehouse.say(VOLUME, orders=lax) == ("PASS", left_out)
    warehouse.sql("UPDATE orders SET ts = 'infinity' WHERE id = 5")
    assert warehouse.say(VOLUME, orders=lax)[0] == "UNKNOWN"
    warehouse.sql("UPDATE orders SET ts = 'infinity'")
    assert warehouse.say(VOLUME, orders=lax.replace("20%", "100%"))[0] == "UNKNOWN", "nobody left"


def test_arrival_times_are_read_as_carefully(warehouse: Warehouse) -> None:
    table(warehouse, "timestamptz")
    warehouse.sql("ALTER TABLE orders ADD loaded text DEFAULT '2026-03-10 11:00Z'")
    loaded = TEXT.replace("key", "loaded: loaded, key")
    fresh = "freshness: {by: loaded, critical: '> 2h'}"
    assert warehouse.say(fresh, orders=loaded)[0] == "PASS"
    warehouse.sql(f"UPDATE orders SET loaded = '{ODD}' WHERE id < 3")
    word, text = warehouse.say(fresh, orders=loaded)
    assert (word, text[:45]) == ("UNKNOWN", "the loaded of 2 of 10 rows is not an ISO 8601")
    assert warehouse.say(VOLUME, orders=loaded)[0] == "PASS", "it does not look at arrivals"


def test_the_times_of_the_other_side_count_as_well(warehouse: Warehouse) -> None:
    table(warehouse, "timestamptz")
    warehouse.sql("CREATE TABLE facts AS SELECT id, ts::text FROM orders")
    agree = "agreement: {sum: id, against: {dataset: facts, sum: id}, critical: '> 0'}"
    facts = {"facts": "{relation: facts, time: ts, unparsable: 50%}"}
    assert warehouse.say(agree, facts)[0] == "PASS"
    warehouse.sql("UPDATE facts SET ts = 'soon' WHERE id = 1")
    assert "; 1 of 10 rows of facts left out" in warehouse.say(agree, facts)[1]
    strict = {"facts": "{relation: facts, time: ts}"}
    assert warehouse.say(agree, strict)[0] == "UNKNOWN"


def test_what_reads_no_day_is_measured_all_the_same(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql(f"UPDATE orders SET ts = '{ODD}'")
    assert warehouse.say("volume: {window: all, critical: '< 1'}")[0] == "PASS"
    assert warehouse.say("completeness: {column: ts, critical: '> 0'}")[0] == "PASS"
    assert warehouse.say("parsable_timestamps: {column: ts, critical: '> 0'}")[0] == "FAIL"


@pytest.mark.parametrize("share", ["1", "'1'", "101%", "-1%", "some"])
def test_a_share_is_written_in_per_cent(share: str) -> None:
    told = complaint(VOLUME, orders=TEXT.replace("key", f"unparsable: {share}, key"))
    assert "is not a share: write a number and %, such as 1%" in told
