"""The tests that dbt itself has, and those of dbt-utils: each as a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from warehouse_exporter.discover.dbt.calls import Call, Drawn, expression, literal
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart

Draw = Callable[[Call], Drawn]
UNITS = {"second": "s", "minute": "m", "hour": "h", "day": "d"}
"""The units of dbt that have a fixed length."""


def not_null(call: Call) -> Drawn:
    """Rows without a value."""
    call.only("row_condition")
    return Drawn("completeness", {"column": call.column(), **call.where()})


def unique(call: Call) -> Drawn:
    """Values that occur more than once."""
    call.only("row_condition")
    return Drawn("duplicates", {"key": call.column(), **call.where()})


def accepted_values(call: Call) -> Drawn:
    """Values outside a list: dbt counts them, and the check counts the rows that have them."""
    call.only("values", "quote")
    parameters = {"column": call.column(), "values": values_of(call, "values", "quote")}
    return Drawn("accepted_values", {**parameters, **call.where()}, counts=False)


def not_accepted_values(call: Call) -> Drawn:
    """Rows with a value that must not occur."""
    call.only("values", "quote")
    return Drawn(**vars(among(call, "values", "quote")) | {"counts": False})


def among(call: Call, key: str, quote: str) -> Drawn:
    """Rows with a value of a list."""
    quoted = call.given(quote, True)
    values = values_of(call, key, quote)
    listed = ", ".join(literal(str(one)) if quoted else str(one) for one in values)
    return failing(call, f"{call.sql()} in ({listed})")


def values_of(call: Call, key: str, quote: str) -> list[Any]:
    """A list of values; what dbt does not quote is a number, or true or false."""
    values = call.given(key)
    if not isinstance(values, list) or not values:
        raise NoCounterpart(f"`{key}` is no list of values")
    if not all(isinstance(one, str | int | float) for one in values):
        raise NoCounterpart(f"`{key}` has something else than text and numbers")
    if not call.given(quote, True) and not all(map(is_plain, values)):
        raise NoCounterpart(f"`{key}` has an expression among its values")
    return values


def is_plain(one: Any) -> bool:
    """Whether it is a number, or true or false."""
    try:
        return not isinstance(one, str) or Decimal(one).is_finite()
    except InvalidOperation:
        return str(one).lower() in ("true", "false")


def relationships(call: Call) -> Drawn:
    """Rows that refer to a row that is not there."""
    call.only("to", "field", "from_condition", "to_condition")
    references: dict[str, Any] = {"dataset": call.parent(), "column": call.column("field")}
    there = str(call.given("to_condition", "")).strip()
    if there not in ("", "1=1"):
        references["where"] = expression(there)
    here = call.where("from_condition")
    return Drawn("orphans", {"column": call.column(), "references": references, **here})


def unique_combination(call: Call) -> Drawn:
    """Combinations of columns that occur more than once."""
    call.only("combination_of_columns")
    return Drawn("duplicates", {"key": call.columns("combination_of_columns"), **call.where()})


def not_null_proportion(call: Call) -> Drawn:
    """The share of rows that must have a value."""
    call.only("at_least", "at_most")
    if call.given("at_most", 1) != 1:
        raise NoCounterpart("there is no limit on too many values (`at_most`)")
    share = (1 - call.number("at_least")) * 100
    parameters = {"column": call.column(), **call.where()}
    return Drawn("completeness", parameters, counts=False, limits=(f"> {plain(share)}%",))


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    return f"{number.normalize():f}"


def not_empty_string(call: Call) -> Drawn:
    """Text without a letter."""
    call.only("trim_whitespace")
    column = call.sql()
    trims = call.test.arguments.get("trim_whitespace") is not False
    return failing(call, f"{f'trim({column})' if trims else column} = ''")


def accepted_range(call: Call) -> Drawn:
    """Values outside two bounds, which are allowed themselves unless `inclusive` is false."""
    call.only("min_value", "max_value", "inclusive")
    return between(call, strictly=call.test.arguments.get("inclusive") is False)


def between(call: Call, *, strictly: bool) -> Drawn:
    """Values outside `min_value` and `max_value`, of which one may be missing."""
    bounds = {"min": call.given("min_value"), "max": call.given("max_value")}
    given = {key: bound for key, bound in bounds.items() if bound is not None}
    if not given:
        raise NoCounterpart("it has no bound")
    if not strictly and all(isinstance(one, int | float) for one in given.values()):
        return Drawn("range", {"column": call.column(), **given, **call.where()})
    column, equal = call.sql(), "=" if strictly else ""
    signs = {"min": f"<{equal}", "max": f">{equal}"}
    wrong = [f"{column} {signs[key]} {bound_of(bound)}" for key, bound in given.items()]
    return failing(call, " or ".join(wrong))


def bound_of(written: Any) -> str:
    """A bound as SQL: text is an expression."""
    return f"({written})" if isinstance(written, str) and " " in written else str(written)


def failing(call: Call, condition: str, key: str = "row_condition") -> Drawn:
    """Rows for which a condition holds that must not hold."""
    return Drawn("rows", {"failing": expression(condition), **call.where(key)})


def expression_is_true(call: Call) -> Drawn:
    """Rows for which an expression is false."""
    call.only("expression", "condition", "row_condition")
    written = str(call.given("expression", ""))
    if call.given("column_name") is not None:
        written = f"{call.sql()} {written}"
    key = "condition" if call.given("condition") else "row_condition"
    return failing(call, f"not ({written})", key)


def recency(call: Call) -> Drawn:
    """The age of the newest row."""
    call.only("field", "datepart", "interval")
    return aged(call, call.column("field"))


def aged(call: Call, column: str) -> Drawn:
    """The age of the newest row by a column, which is the dataset's time or that of arrival."""
    unit = UNITS.get(str(call.given("datepart")).lower())
    if unit is None:
        raise NoCounterpart(f"a {call.given('datepart')} has no fixed length: write days")
    by = "time" if column == call.time else "loaded" if column == call.loaded else None
    if by is None:
        raise NoCounterpart(f"{column} is not known to be the dataset's time")
    limit = f"> {plain(call.number('interval'))}{unit}"
    return Drawn("freshness", {"by": by, **call.where()}, counts=False, limits=(limit,))


def at_least_one(call: Call) -> Drawn:
    """A column that has a value in some row."""
    call.only()
    where = f"{call.sql()} is not null"
    if given := call.where().get("where"):
        where += f" and ({given})"
    return Drawn("volume", {"where": where}, counts=False, limits=("< 1",))


TESTS: Mapping[str, Draw] = {
    "not_null": not_null,
    "unique": unique,
    "accepted_values": accepted_values,
    "relationships": relationships,
    "dbt_utils.accepted_range": accepted_range,
    "dbt_utils.at_least_one": at_least_one,
    "dbt_utils.expression_is_true": expression_is_true,
    "dbt_utils.not_accepted_values": not_accepted_values,
    "dbt_utils.not_empty_string": not_empty_string,
    "dbt_utils.not_null_proportion": not_null_proportion,
    "dbt_utils.recency": recency,
    "dbt_utils.relationships_where": relationships,
    "dbt_utils.unique_combination_of_columns": unique_combination,
}
"""Tests by the names that dbt gives them."""
