"""Tests of dbt as checks: what each becomes, and what has no counterpart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.dbt_project import case, import_of, manifest, node, source

ORDERS, USERS = "model.shop.orders", "model.shop.users"
FAILS = {"critical": "> 0"}
Expected = dict[str, dict[str, Any]]


def written(folder: Path, *tests: Any, **more: Any) -> tuple[list[Any], list[str]]:
    """The checks of the dataset orders as they are written, and what is left out."""
    nodes = more.pop("nodes", {ORDERS: node("orders", USERS), USERS: node("users")})
    _, found, _ = import_of(folder, manifest(*tests, nodes=nodes, **more))
    (orders,) = (one for one in found.proposal.datasets if one.name == "orders")
    return [dict(one.written) for one in orders.checks], [str(one) for one in found.left_out]


def rows(name: str, failing: str, **more: Any) -> Expected:
    return {"rows": {"name": name, "failing": failing, **more, **FAILS}}


KNOWN: list[tuple[str, dict[str, Any], Expected]] = [
    ("not_null", {"column_name": "Client_ID"}, {"completeness": {"column": "client_id", **FAILS}}),
    ("not_null", {"column_name": '"Client"'}, {"completeness": {"column": "Client", **FAILS}}),
    ("unique", {"column_name": "id"}, {"duplicates": FAILS}),
    (
        "accepted_values",
        {"column_name": "kind", "values": ["01067", 7, True]},
        {"accepted_values": {"column": "kind", "values": ["01067", 7, True], **FAILS}},
    ),
    (
        "dbt_utils.unique_combination_of_columns",
        {"combination_of_columns": ["id", '"Line"']},
        {"duplicates": {"key": ["id", "Line"], **FAILS}},
    ),
    (
        "dbt_utils.not_null_proportion",
        {"column_name": "c", "at_least": 0.995},
        {"completeness": {"column": "c", "critical": "> 0.5%"}},
    ),
    (
        "dbt_utils.accepted_range",
        {"column_name": "n", "min_value": 0, "max_value": 10.5},
        {"range": {"column": "n", "min": 0, "max": 10.5, **FAILS}},
    ),
    (
        "dbt_utils.accepted_range",
        {"column_name": "n", "min_value": 0, "inclusive": False},
        rows("accepted_range_n", "n <= 0"),
    ),
    (
        "dbt_utils.accepted_range",
        {"column_name": "n", "max_value": "price * 2"},
        rows("accepted_range_n", "n > (price * 2)"),
    ),
    (
        "dbt_utils.expression_is_true",
        {"expression": "price >= 0"},
        rows("expression_is_true", "not (price >= 0)"),
    ),
    (
        "dbt_utils.expression_is_true",
        {"expression": ">= 0", "column_name": "price"},
        rows("expression_is_true_price", "not (price >= 0)"),
    ),
    (
        "dbt_utils.not_empty_string",
        {"column_name": "c"},
        rows("not_empty_string_c", "trim(c) = ''"),
    ),
    (
        "dbt_utils.not_accepted_values",
        {"column_name": "c", "values": ["a'b"]},
        rows("not_accepted_values_c", "c in ('a''b')"),
    ),
    (
        "dbt_utils.recency",
        {"field": "seen_at", "datepart": "day", "interval": 2},
        {"freshness": {"by": "loaded", "critical": "> 2d"}},
    ),
    (
        "dbt_utils.at_least_one",
        {"column_name": "c"},
        {"volume": {"where": "c is not null", "critical": "< 1"}},
    ),
    (
        "dbt_expectations.expect_column_values_to_match_regex",
        {"column_name": "c", "regex": "^o'_[0-9]+$"},
        rows("values_to_match_regex_c", "coalesce(c !~ '^o''_[0-9]+$', true)"),
    ),
    (
        "dbt_expectations.expect_column_values_to_not_match_like_pattern",
        {"column_name": "c", "like_pattern": "test%"},
        rows("values_to_not_match_like_pattern_c", "c like 'test%'"),
    ),
    (
        "dbt_expectations.expect_column_value_lengths_to_be_between",
        {"column_name": "c", "min_value": 2, "max_value": 8, "row_condition": "id > 3"},
        rows("value_lengths_to_be_between_c", "length(c) < 2 or length(c) > 8", where="id > 3"),
    ),
    (
        "dbt_expectations.expect_column_pair_values_A_to_be_greater_than_B",
        {"column_A": "paid_at", "column_B": "made_at", "or_equal": True},
        rows("pair_values_A_to_be_greater_than_B", "paid_at < made_at"),
    ),
    (
        "dbt_expectations.expect_table_row_count_to_be_between",
        {"min_value": 10, "max_value": 99},
        {"volume": {"critical": ["< 10", "> 99"]}},
    ),
    ("dbt_expectations.expect_column_to_exist", {"column_name": "c"}, {"required_columns": FAILS}),
    (
        "dbt_expectations.expect_column_values_to_be_of_type",
        {"column_name": "c", "column_type": "NUMERIC"},
        {"column_types": FAILS},
    ),
]


@pytest.mark.parametrize(("what", "arguments", "expected"), KNOWN, ids=[one[0] for one in KNOWN])
def test_a_test_becomes_a_check(
    tmp_path: Path, what: str, arguments: dict[str, Any], expected: Expected
) -> None:
    checks, left_out = written(tmp_path, case(what, ORDERS, **arguments))
    assert checks == [expected]
    assert left_out == []


@pytest.mark.parametrize("to", ["ref('users')", "{{ ref('shop', 'users') }}", "who knows"])
def test_a_relationship_becomes_orphans(tmp_path: Path, to: str) -> None:
    test = case("relationships", USERS, ORDERS, column_name="user_id", to=to, field="ID")
    checks, _ = written(tmp_path, test)
    references = {"dataset": "users", "column": "id"}
    assert checks == [{"orphans": {"column": "user_id", "references": references, **FAILS}}]


def test_a_set_of_values_excludes_null_in_dbt_expectations(tmp_path: Path) -> None:
    what = "dbt_expectations.expect_column_values_to_be_in_set"
    checks, _ = written(tmp_path, case(what, ORDERS, column_name="c", value_set=["a"]))
    assert [list(one) for one in checks] == [["accepted_values"], ["completeness"]]


@pytest.mark.parametrize(
    ("config", "limits"),
    [
        ({"severity": "warn"}, {"warning": "> 0"}),
        ({"error_if": ">1000", "warn_if": "!= 0"}, {"warning": "> 0", "critical": "> 1000 rows"}),
        ({"error_if": ">= 10", "warn_if": ">=10"}, {"critical": ">= 10 rows"}),
        ({"error_if": "> 5", "warn_if": "> 50"}, {"critical": "> 5 rows"}),
        ({"severity": "warn", "warn_if": "<>0", "error_if": "> 7"}, {"warning": "> 0"}),
        ({"where": "ts > '2026-01-01'"}, {"where": "ts > '2026-01-01'", "critical": "> 0"}),
    ],
)
def test_severities_and_thresholds_become_limits(
    tmp_path: Path, config: dict[str, Any], limits: dict[str, str]
) -> None:
    checks, _ = written(tmp_path, case("not_null", ORDERS, config=config, column_name="c"))
    assert checks == [{"completeness": {"column": "c", **limits}}]


NOT_KNOWN: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("acme.is_nice", {"column_name": "c"}, {}, "there is no kind of check for it"),
    ("not_null", {"column_name": "lower(c)"}, {}, "'lower(c)' is an expression, and no column"),
    ("not_null", {"column_name": "c"}, {"where": "ts > now()"}, "the clock may not be read"),
    ("not_null", {"column_name": "c"}, {"where": "x in (select 1)"}, "a sub-select is not allowed"),
    ("not_null", {"column_name": "c"}, {"where": "{{ x }}"}, "`{{ x }}` cannot be used"),
    ("not_null", {"column_name": "c"}, {"error_if": "between 1 and 5"}, "`error_if: between 1"),
    ("not_null", {"column_name": "c"}, {"fail_calc": "sum(n)"}, "`fail_calc: sum(n)`"),
    ("not_null", {"column_name": "c", "group_by": ["x"]}, {}, "its argument `group_by`"),
    ("accepted_values", {"column_name": "c", "values": ["a"]}, {"error_if": "> 3"}, "`> 3 rows`"),
    ("accepted_values", {"column_name": "c", "values": "a"}, {}, "is no list of values"),
    (
        "accepted_values",
        {"column_name": "c", "values": ["a + b"], "quote": False},
        {},
        "has an expression among its values",
    ),
    ("relationships", {"column_name": "c", "to": "ref('gone')", "field": "id"}, {}, "no dataset"),
    (
        "dbt_utils.expression_is_true",
        {"expression": "sum(price) > 0"},
        {},
        "no aggregate is allowed here",
    ),
    (
        "dbt_utils.recency",
        {"field": "t", "datepart": "month", "interval": 1},
        {},
        "a month has no fixed length",
    ),
    ("dbt_utils.accepted_range", {"column_name": "n"}, {}, "it has no bound"),
    (
        "dbt_utils.accepted_range",
        {"column_name": "n", "min_value": 5, "max_value": 1},
        {},
        "min 5 is above max 1",
    ),
]


@pytest.mark.parametrize(("what", "arguments", "config", "why"), NOT_KNOWN)
def test_what_has_no_counterpart_is_listed_with_the_reason(
    tmp_path: Path, what: str, arguments: dict[str, Any], config: dict[str, Any], why: str
) -> None:
    checks, left_out = written(tmp_path, case(what, ORDERS, config=config, **arguments))
    assert checks == []
    (told,) = left_out
    assert told.startswith("orders")
    assert why in told


SINGULAR = {"test_metadata": None, "attached_node": None, "name": "totals agree"}


def test_a_statement_of_its_own_becomes_a_query(tmp_path: Path) -> None:
    config = {"error_if": "> 5", "warn_if": "> 2"}
    test = case("x", ORDERS, config=config) | SINGULAR | {"compiled_code": "-- mine\nselect 1 ;\n"}
    loaded, found, _ = import_of(tmp_path, manifest(test, test))
    written_as = {
        "name": "totals_agree",
        "dataset": "orders",
        "sql": "select count(*) as failures\nfrom (\n-- mine\nselect 1\n) as found",
        "critical": "> 5",
        "warning": "> 2",
    }
    assert [dict(one.written) for one in found.proposal.queries] == [
        written_as,
        written_as | {"name": "totals_agree_2"},
    ]
    assert found.left_out == ()
    assert [check.id.name for check in loaded.checks] == ["totals_agree", "totals_agree_2"]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (None, "it is a statement of its own: run `dbt compile`, and it becomes a query"),
        ("delete from x", "query does not take it"),
        ("select 1; select 2", "query does not take it"),
        ("select '" + "x" * 20_000 + "'", "its statement has more than 20,000 characters"),
    ],
)
def test_a_statement_that_cannot_be_a_query_is_listed(
    tmp_path: Path, statement: str | None, why: str
) -> None:
    _, found, _ = import_of(
        tmp_path, manifest(case("x", ORDERS) | SINGULAR | {"compiled_code": statement})
    )
    assert found.proposal.queries == ()
    (told,) = map(str, found.left_out)
    assert why in told


def test_the_statement_of_an_unknown_test_is_only_suggested(tmp_path: Path) -> None:
    test = case("acme.is_nice", ORDERS) | {"compiled_code": "select 1"}
    loaded, found, text = import_of(tmp_path, manifest(test))
    assert loaded.checks == ()
    assert [one.unsure for one in found.proposal.queries] == ["there is no kind of check for it"]
    assert "# - name: is_nice_of_orders" in text
    assert len(found.left_out) == 1


def test_checks_of_one_kind_and_column_get_names(tmp_path: Path) -> None:
    old = case("not_null", ORDERS, config={"where": "id < 9"}, column_name="c")
    new = case("not_null", ORDERS, config={"where": "id > 8"}, column_name="c")
    checks, _ = written(tmp_path, old, new, new)
    assert [one["completeness"].get("name") for one in checks] == [None, "completeness_c_2"]


def test_with_a_time_column_the_whole_table_is_judged_as_dbt_does(tmp_path: Path) -> None:
    timed = node("orders", config={"materialized": "table", "event_time": "ts"})
    tests = (case("not_null", ORDERS, column_name="c"), case("unique", ORDERS, column_name="c"))
    checks, _ = written(tmp_path, *tests, nodes={ORDERS: timed})
    assert checks[0] == {"completeness": {"column": "c", "window": "all", **FAILS}}
    assert checks[1] == {"duplicates": FAILS}


def test_the_test_of_a_source_knows_it_by_its_model(tmp_path: Path) -> None:
    on = "source.shop.raw.orders"
    test = case(
        "not_null", on, column_name="c", model="{{ get_where_subquery(source('raw', 'orders')) }}"
    )
    checks, _ = written(
        tmp_path, test | {"attached_node": None}, nodes={}, sources={on: source("orders")}
    )
    assert checks == [{"completeness": {"column": "c", **FAILS}}]
