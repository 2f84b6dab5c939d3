"""C5: how much of a value inside JSON documents is missing."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: document, path: [items, price], critical: '> 0'", "document",
                  "SKIP", "UNKNOWN", "FAIL")  # fmt: skip

PRICES = "json_completeness: {column: event_data, path: [items, item_price], critical: '> 5%'}"
TYPES = ["jsonb", "json", "text", "varchar(500)"]
WAY = "without event_data -> items -> item_price on 2026-03-09"


def table(warehouse: Warehouse, data_type: str = "jsonb") -> None:
    """Ten purchases of the expected day, each with two items that have a price."""
    warehouse.sql(
        f"CREATE TABLE orders (id int, ts timestamptz, event_data {data_type}, state text);"
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00',"
        ' \'{"items": [{"item_id": "a", "item_price": 9.9}, {"item_id": "b", "item_price": 0}]}\''
        " FROM generate_series(1, 10) n"
    )


def put(warehouse: Warehouse, document: str, row: int = 1) -> None:
    warehouse.sql(f"UPDATE orders SET event_data = {document} WHERE id = {row}")


@pytest.mark.parametrize("data_type", TYPES)
def test_prices_that_are_missing_are_seen_until_they_are_there(
    warehouse: Warehouse, data_type: str
) -> None:
    table(warehouse, data_type)
    fine = ("PASS", f"0 of 20 values {WAY} (0 %, limit 5 %)")
    assert warehouse.say(PRICES) == fine
    put(warehouse, '\'{"items": [{"item_id": "a"}, {"item_id": "b", "item_price": null}]}\'')
    assert warehouse.say(PRICES) == ("FAIL", f"2 of 20 values {WAY} (10 %, limit 5 %)")
    values = {"json_null_ratio": 0.1, "rows_failed": 2.0, "rows_checked": 20.0}
    assert warehouse.values(PRICES) == values
    put(warehouse, '\'{"items": [{"item_price": 1}, {"item_price": 2}]}\'')
    assert warehouse.say(PRICES) == fine


@pytest.mark.parametrize("data_type", TYPES)
@pytest.mark.parametrize(
    ("document", "failed", "checked"),
    [
        ("NULL", 1, 19),
        ("'null'", 1, 19),
        ("'{}'", 1, 19),
        ("'[]'", 1, 19),
        ("'7'", 1, 19),
        ("'{\"items\": null}'", 1, 19),
        ("'{\"items\": []}'", 1, 19),
        ('\'{"items": "two"}\'', 1, 19),
        ('\'{"items": {"item_price": 3}}\'', 0, 19),
        ('\'{"items": [null, {"item_price": 3}]}\'', 0, 19),
        ('\'{"items": [{"item_price": []}, {"item_price": [1, 2]}]}\'', 1, 20),
        ('\'[{"items": [{"item_price": 1}]}, {"other": 2}]\'', 1, 20),
    ],
)
def test_where_the_way_ends_early_one_value_is_missing(
    warehouse: Warehouse, data_type: str, document: str, failed: int, checked: int
) -> None:
    table(warehouse, data_type)
    put(warehouse, document)
    values = warehouse.values(PRICES)
    assert (values["rows_failed"], values["rows_checked"]) == (failed, checked)


@pytest.mark.parametrize(
    "document",
    ["", "n/a", '{"items": [{"item_price": 9.9}', "{'items': 1}", '{"items": tru}',
     '{"items": [{"item_price": 9.9},]}', '{"a": "line\nend"}', '{"a": "\\u0000"}',
     '{"a": "\\ud800"}', '{"a": 1e999999}', '{"a": 01}', '{"a" 1}', '{} {}'],
)  # fmt: skip
def test_a_text_that_is_no_json_costs_its_row_and_not_the_check(
    warehouse: Warehouse, document: str
) -> None:
    table(warehouse, "text")
    put(warehouse, f"'{document.replace(chr(39), chr(39) * 2)}'")
    told = f"1 of 19 values {WAY}, 1 document is no JSON (5.26 %, limit 5 %)"
    assert warehouse.say(PRICES) == ("FAIL", told)
    put(warehouse, "'None'", row=2)
    told = f"2 of 18 values {WAY}, 2 documents are no JSON (11.11 %, limit 5 %)"
    assert warehouse.say(PRICES) == ("FAIL", told)
    later = PRICES.replace("critical", "where: id > 2, critical")
    assert warehouse.say(later) == ("PASS", f"0 of 16 values {WAY} (0 %, limit 5 %)")


def test_what_json_allows_and_jsonb_does_not_costs_its_row(warehouse: Warehouse) -> None:
    table(warehouse, "json")
    put(warehouse, '\'{"items": [{"item_price": 1, "name": "\\u0000"}]}\'')
    assert warehouse.values(PRICES)["rows_failed"] == 1


def test_a_path_may_be_short_or_long_and_hold_any_key(warehouse: Warehouse) -> None:
    table(warehouse)
    put(warehouse, '\'{"Größe \\"x\\".*": 1, "o": [{"i": [{"p": 1}, {}]}, {}, {"i": []}]}\'')
    other = '\'{"Größe \\"x\\".*": null, "o": {"i": {"p": 0}}}\''
    warehouse.sql("DELETE FROM orders WHERE id > 2")
    put(warehouse, other, 2)
    short = "json_completeness: {column: event_data, path: ['Größe \"x\".*'], critical: '> 0'}"
    assert warehouse.values(short)["rows_failed"] == 1
    assert warehouse.values(short)["rows_checked"] == 2
    deep = "json_completeness: {column: event_data, path: [o, i, p], critical: '> 0'}"
    assert warehouse.values(deep) == {"json_null_ratio": 0.6, "rows_failed": 3, "rows_checked": 5}


def test_where_and_window_say_which_documents(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (11, '2026-03-09 10:00+00', NULL, 'view')")
    warehouse.sql("INSERT INTO orders VALUES (12, '2026-03-08 10:00+00', NULL)")
    bought = PRICES.replace("critical", "where: state is null, critical")
    assert warehouse.values(bought)["rows_checked"] == 20
    week = bought.replace("critical", "window: 7d, critical")
    assert warehouse.values(week)["rows_failed"] == 1
    today = PRICES.replace("critical", "window: today, critical")
    assert warehouse.say(today) == ("SKIP", "nothing to divide by: 0 rows on 2026-03-10")


def test_two_paths_of_a_column_are_two_checks(warehouse: Warehouse) -> None:
    names = PRICES.replace("item_price", "item_name")
    assert complaint(f"{PRICES}\n{names}") == ""
    assert "is already on line" in complaint(f"{PRICES}\n{PRICES}")
    assert complaint(PRICES.replace("[items, item_price]", "[]"))


def test_a_column_of_another_type_is_not_measured(warehouse: Warehouse) -> None:
    table(warehouse)
    said = warehouse.say("json_completeness: {column: id, path: [a], critical: '> 0'}")
    assert said == ("UNKNOWN", "column id is integer: it must be JSON or text (column_type)")
