"""A1: values outside the list of accepted ones."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(
    "column: event, values: [view], critical: '> 0'", "event", "SKIP", "UNKNOWN", "UNKNOWN"
)

ID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
EVENTS = "accepted_values: {column: event, values: [view, cart, purchase], critical: '> 0'}"


def table(warehouse: Warehouse, values: str, column_type: str = "text") -> None:
    warehouse.sql(
        f"CREATE TABLE orders (id serial, ts timestamptz, event {column_type}, site text)"
    )
    warehouse.sql(
        "INSERT INTO orders (ts, event, site) SELECT '2026-03-09 12:00+00', value, 'de'"
        f" FROM unnest(ARRAY[{values}]::{column_type}[]) AS value"
    )


def test_a_value_outside_the_list_is_found_until_it_is_repaired(warehouse: Warehouse) -> None:
    table(warehouse, "'view', 'view', 'cart', 'purchase'")
    fine = "0 of 4 values of event not accepted on 2026-03-09 (limit 0)"
    assert warehouse.say(EVENTS) == ("PASS", fine)
    warehouse.sql("UPDATE orders SET event = 'View' WHERE id = 1")
    broken = "1 of 4 values of event not accepted on 2026-03-09, such as View (limit 0)"
    assert warehouse.say(EVENTS) == ("FAIL", broken)
    values = {"unaccepted_value_ratio": 0.25, "rows_failed": 1.0, "rows_checked": 4.0}
    assert warehouse.values(EVENTS) == values
    warehouse.sql("UPDATE orders SET event = 'view' WHERE id = 1")
    assert warehouse.say(EVENTS) == ("PASS", fine)


def test_no_value_is_no_wrong_value(warehouse: Warehouse) -> None:
    table(warehouse, "'view', NULL, ''")
    assert warehouse.values(EVENTS) == {
        "unaccepted_value_ratio": 0.5,
        "rows_failed": 1.0,
        "rows_checked": 2.0,
    }
    warehouse.sql("UPDATE orders SET event = NULL")
    word, text = warehouse.say(EVENTS)
    assert word == "UNKNOWN"
    assert text.endswith("none has event (no_values)")


@pytest.mark.parametrize(
    ("column_type", "values", "listed"),
    [
        ("boolean", "true, false", "[true]"),
        ("boolean", "true, false", "[yes]"),
        ("int", "1, 7", "[1, 2]"),
        ("int", "7, 8", "[7.00, x]"),
        ("numeric", "1.5, 7", "[1.5]"),
        ("numeric(4,2)", "19, 20", "[7, 19]"),
        ("numeric(4,2)", "19, 20", "[19.00]"),
        ("numeric(4,2)", "19, 20", "[1.9e1]"),
        ("real", "1.1, 1.2", "[1.10]"),
        ("double precision", "0.1, 0.2", "[0.10]"),
        ("text", "'it''s', 'x'", '["it\'s"]'),
        ("text", "'%', 'x'", "['%']"),
        ("text", "'01067', '1067'", "[01067]"),
        ("text", "'1.10', '1.1'", "[1.10]"),
        ("text", "'1e3', '1000.0'", "[1e3]"),
        ("text", "'0x1F', '31'", "[0x1F]"),
        ("text", "'True', 'true'", "[True]"),
        ("text", "'NO', 'false'", "[NO]"),
        ("text", "'1_000', '1000'", "[1_000]"),
        ("char(5)", "'ab', 'b'", "[ab]"),
        ("bigint", "9007199254740993, 9007199254740992", "[9_007_199_254_740_993]"),
        ("inet", "'10.0.0.1', '10.0.0.2'", "[10.0.0.1/32, nowhere]"),
        ("inet", "'10.0.0.1/8', '10.0.0.1'", "[10.0.0.1]"),
        ("cidr", "'10.0.0.0/8', '10.0.0.0/9'", "[10.0.0.0/8]"),
        ("uuid", f"'{ID}', '{ID.replace('a', 'b')}'", f"[{ID.upper()}, x]"),
        ("date", "'2026-03-09', '2026-03-08'", "[20260309, 09/03/2026]"),
        ("time", "'08:00', '09:00'", "['08:00', noon]"),
        ("timestamp", "'2026-03-09 08:00', '2026-03-09'", "[2026-03-09T08:00, soon]"),
        ("timestamptz", "'2026-03-09 08:00+00', '2026-03-09'", "[2026-03-09T09:00+01:00]"),
        ("timestamptz", "'infinity', '2026-03-09'", "[infinity]"),
    ],
)
def test_values_are_compared_as_they_are_written_and_as_the_column_has_them(
    warehouse: Warehouse, column_type: str, values: str, listed: str
) -> None:
    table(warehouse, values, column_type)
    text = f"accepted_values: {{column: event, values: {listed}, warning: '> 49%'}}"
    word, told = warehouse.say(text)
    assert word == "WARN"
    assert told.startswith("1 of 2 values of event not accepted on 2026-03-09")
    assert told.endswith("(50 %, limit 49 %)")


@pytest.mark.parametrize("column_type", ["interval", "bytea", "jsonb", "int[]"])
def test_a_type_with_several_spellings_is_refused(warehouse: Warehouse, column_type: str) -> None:
    table(warehouse, "")
    warehouse.sql(f"ALTER TABLE orders DROP event, ADD event {column_type}")
    word, text = warehouse.say(EVENTS)
    assert word == "UNKNOWN"
    assert "whose values can be written in several ways: judge it by a condition" in text


def test_what_no_value_of_the_column_can_be_accepts_none(warehouse: Warehouse) -> None:
    table(warehouse, "1, 2", "int")
    text = "accepted_values: {column: event, values: [one, two], warning: '> 49%'}"
    assert warehouse.say(text)[1].startswith("2 of 2 values of event not accepted")


@pytest.mark.parametrize(
    ("column_type", "value", "named"),
    [
        ("text", "'purchse'", ", such as purchse"),
        ("numeric", "20.5", ", such as 20.5"),
        ("text", "'anna@example.org'", ""),
        ("text", "'Anna Schmidt'", ""),
        ("text", "'4915112345678'", ""),
        ("bigint", "4915112345678", ""),
        ("text", "repeat('x', 50)", ""),
    ],
)
def test_a_value_is_named_where_it_can_be_nothing_personal(
    warehouse: Warehouse, column_type: str, value: str, named: str
) -> None:
    table(warehouse, value, column_type)
    text = "accepted_values: {column: event, values: [view, 7], critical: '> 0'}"
    told = f"1 of 1 value of event not accepted on 2026-03-09{named} (limit 0)"
    assert warehouse.say(text) == ("FAIL", told)


def test_where_and_window_choose_the_rows(warehouse: Warehouse) -> None:
    table(warehouse, "'view', 'bogus'")
    warehouse.sql("UPDATE orders SET site = 'test' WHERE event = 'bogus'")
    warehouse.sql("INSERT INTO orders (ts, event, site) VALUES ('2026-03-10', 'other', 'de')")
    own = EVENTS.replace("critical", "where: \"site = 'de'\", critical")
    assert warehouse.values(own)["rows_failed"] == 0
    today = own.replace("critical", "window: today, critical")
    assert warehouse.say(today)[1].startswith("1 of 1 value of event not accepted on 2026-03-10")
    whole = own.replace("critical", "window: all, critical")
    assert warehouse.say(whole)[1].startswith("1 of 2 values of event not accepted in the whole")


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "'> 5' lacks a unit" in complaint(EVENTS.replace("> 0", "> 5"))
    empty = complaint("accepted_values: {column: event, values: [], critical: '> 0'}")
    assert "values" in empty


@pytest.mark.parametrize(
    ("window", "ends"), [("day", "the list, such as View, on Mon 9 Mar"), ("all", "such as View")]
)
def test_the_sentence_has_a_comma_only_where_a_day_follows(
    warehouse: Warehouse, window: str, ends: str
) -> None:
    table(warehouse, "'View', 'view'")
    sentence = warehouse.verdict(EVENTS.replace("}", f", window: {window}}}")).sentence
    assert sentence.startswith("orders: 1 of 2 values of event not in the list")
    assert sentence.partition(" (")[0].endswith(ends)
