"""Words of other tools are answered with ours, and a list where one is taken with what to write."""

from __future__ import annotations

from typing import Any

import pytest
from warehouse_exporter.config.complaints import names_at
from warehouse_exporter.config.spec import config_spec
from warehouse_exporter.config.synonyms import KEYS, KINDS
from warehouse_exporter.kinds import all_kinds, kinds_in

from tests.support.warehouses import complaint

WORDS = {
    "not_null": "completeness", "unique": "duplicates", "relationships": "orphans",
    "row_count": "volume", "expect_column_values_to_be_between": "range",
    "dbt_utils.expression_is_true": "rows",
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_kind_of_another_tool_is_answered_with_ours(word: str) -> None:
    told = complaint(f"{word}: {{column: x, critical: '> 0'}}")
    assert f"unknown kind of check `{word}`: write `{WORDS[word]}`" in told


def test_a_test_that_is_only_a_name_is_answered() -> None:
    told = complaint(datasets={"other": "{relation: o, key: id, checks: [not_null]}"})
    assert "an item of `checks` is one kind" in told
    assert "`not_null` is `completeness` here" in told


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"more": "tables: {}"}, "unknown key `tables`: write `datasets`"),
        ({"orders": "{relation: o, primary_key: id}"}, "unknown key `primary_key`: write `key`"),
        ({"orders": "{relation: o, tests: []}"}, "unknown key `tests`: write `checks`"),
        ({"checks": "volume: {error_if: '< 3'}"}, "unknown key `error_if`: write `critical`"),
        ({"checks": "range: {field: x, max: 3, critical: '> 0'}"}, "`field`: write `column`"),
    ],
)
def test_a_key_of_another_tool_is_answered_with_ours(options: dict[str, Any], answer: str) -> None:
    assert answer in complaint(**options)


def test_a_list_where_one_is_taken_says_what_to_write() -> None:
    told = complaint("completeness: {column: [a, b], critical: '> 0'}")
    assert "column: takes one, not a list: write a check for each of a, b" in told
    told = complaint(orders="{relation: orders, time: [a, b], key: id}")
    assert "time: takes one, not a list: write one of a, b" in told


def test_every_answer_is_a_name_that_there_is() -> None:
    assert set(KINDS.values()) <= set(kinds_in("checks"))
    assert not set(KINDS) & set(kinds_in("checks"))
    model = config_spec()
    known = {
        name for path in ((), ("warehouse",), ("datasets", "x")) for name in names_at(model, path)
    }
    for kind in all_kinds().values():
        known |= {field.alias or name for name, field in kind.as_written().model_fields.items()}
    assert {one for many in KEYS.values() for one in many} <= known
