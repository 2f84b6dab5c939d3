"""The tests of dbt-expectations that have a kind: each as a check."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from warehouse_exporter.dbt.artifacts import valid
from warehouse_exporter.discover.dbt.calls import Call, Drawn, literal
from warehouse_exporter.discover.dbt.generic import (
    Draw,
    aged,
    among,
    between,
    expression_is_true,
    failing,
    not_null,
    plain,
    unique,
    values_of,
)
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart

PACKAGE = "dbt_expectations"


def in_set(call: Call) -> Drawn:
    """Rows with a value outside a list; a row without a value fails as well."""
    call.only("value_set", "quote_values", "row_condition")
    column, where = {"column": call.column()}, call.where()
    values = {"values": values_of(call, "value_set", "quote_values")}
    empty = Drawn("completeness", {**column, **where})
    return Drawn("accepted_values", {**column, **values, **where}, beside=(empty,))


def not_in_set(call: Call) -> Drawn:
    """Rows with a value that must not occur."""
    call.only("value_set", "quote_values", "row_condition")
    return among(call, "value_set", "quote_values")


def values_between(call: Call) -> Drawn:
    """Values outside two bounds."""
    call.only("min_value", "max_value", "row_condition", "strictly")
    return between(call, strictly=call.given("strictly") is True)


def outside(call: Call, measured: str) -> tuple[str, ...]:
    """Comparisons that say that a number is outside `min_value` and `max_value`."""
    equal = "=" if call.given("strictly") is True else ""
    found = tuple(
        f"{measured}{sign}{equal} {plain(call.number(key))}"
        for key, sign in (("min_value", "<"), ("max_value", ">"))
        if call.given(key) is not None
    )
    if not found:
        raise NoCounterpart("it has no bound")
    return found


def lengths_between(call: Call) -> Drawn:
    """Text that is too short or too long."""
    call.only("min_value", "max_value", "row_condition", "strictly")
    return failing(call, " or ".join(outside(call, f"length({call.sql()}) ")))


def length_equal(call: Call) -> Drawn:
    """Text of another length."""
    call.only("value", "row_condition")
    return failing(call, f"length({call.sql()}) <> {plain(call.number('value'))}")


def matching(call: Call, key: str, sign: str) -> Drawn:
    """Text that is like a pattern, or not."""
    call.only(key, "row_condition", "is_raw")
    written = valid(call.given(key))
    if not written:
        raise NoCounterpart(f"it has no `{key}`")
    return failing(call, f"{call.sql()} {sign} {literal(written)}")


def unlike_regex(call: Call) -> Drawn:
    """Text that does not match; a row without text does not match either."""
    found = matching(call, "regex", "!~")
    condition = f"coalesce({found.parameters['failing']}, true)"
    return Drawn("rows", {**found.parameters, "failing": condition})


def pair_greater(call: Call) -> Drawn:
    """Rows in which one column is not greater than another one."""
    call.only("column_A", "column_B", "or_equal", "row_condition")
    sign = "<" if call.given("or_equal") is True else "<="
    return failing(call, f"{call.sql('column_A')} {sign} {call.sql('column_B')}")


def pair_equal(call: Call) -> Drawn:
    """Rows in which two columns differ."""
    call.only("column_A", "column_B", "row_condition")
    return failing(call, f"{call.sql('column_A')} <> {call.sql('column_B')}")


def compound_unique(call: Call) -> Drawn:
    """Combinations of columns that occur more than once."""
    call.only("column_list", "ignore_row_if", "row_condition")
    if call.given("ignore_row_if") == "never":
        raise NoCounterpart("rows without a key are never duplicates here (`ignore_row_if`)")
    return Drawn("duplicates", {"key": call.columns("column_list"), **call.where()})


def row_count_between(call: Call) -> Drawn:
    """The number of rows, within bounds."""
    call.only("min_value", "max_value", "row_condition", "strictly")
    return Drawn("volume", call.where(), counts=False, limits=outside(call, ""))


def row_count_equal(call: Call) -> Drawn:
    """An exact number of rows."""
    call.only("value", "row_condition")
    limits = (f"!= {plain(call.number('value'))}",)
    return Drawn("volume", call.where(), counts=False, limits=limits)


def recent(call: Call) -> Drawn:
    """The age of the newest row."""
    call.only("datepart", "interval", "row_condition")
    return aged(call, call.column())


def column_exists(call: Call) -> Drawn:
    """A column that must be there."""
    call.only("transform")
    return declared("required_columns", {call.column(): None})


def columns_listed(call: Call) -> Drawn:
    """Columns that must be there."""
    call.only("column_list", "transform")
    return declared("required_columns", dict.fromkeys(call.columns("column_list")))


def of_type(call: Call) -> Drawn:
    """A column that must have a type."""
    call.only("column_type")
    return declared("column_types", {call.column(): valid(call.given("column_type")).lower()})


def declared(kind: str, columns: Mapping[str, Any]) -> Drawn:
    """A check on the columns that a dataset declares."""
    return Drawn(kind, {}, counts=False, declares=columns)


DRAWN: Mapping[str, Draw] = {
    "expect_column_pair_values_A_to_be_greater_than_B": pair_greater,
    "expect_column_pair_values_to_be_equal": pair_equal,
    "expect_column_to_exist": column_exists,
    "expect_column_value_lengths_to_be_between": lengths_between,
    "expect_column_value_lengths_to_equal": length_equal,
    "expect_column_values_to_be_between": values_between,
    "expect_column_values_to_be_in_set": in_set,
    "expect_column_values_to_be_of_type": of_type,
    "expect_column_values_to_be_unique": unique,
    "expect_column_values_to_match_like_pattern": partial(
        matching, key="like_pattern", sign="not like"
    ),
    "expect_column_values_to_match_regex": unlike_regex,
    "expect_column_values_to_not_be_in_set": not_in_set,
    "expect_column_values_to_not_be_null": not_null,
    "expect_column_values_to_not_match_like_pattern": partial(
        matching, key="like_pattern", sign="like"
    ),
    "expect_column_values_to_not_match_regex": partial(matching, key="regex", sign="~"),
    "expect_compound_columns_to_be_unique": compound_unique,
    "expect_row_values_to_have_recent_data": recent,
    "expect_table_columns_to_contain_set": columns_listed,
    "expect_table_row_count_to_be_between": row_count_between,
    "expect_table_row_count_to_equal": row_count_equal,
    "expression_is_true": expression_is_true,
}
TESTS: Mapping[str, Draw] = {f"{PACKAGE}.{name}": draw for name, draw in DRAWN.items()}
"""Tests by the names that dbt gives them."""
