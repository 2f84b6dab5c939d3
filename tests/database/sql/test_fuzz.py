"""Damaged literals before a real server: never a second statement, never another meaning."""

from __future__ import annotations

from contextlib import suppress

import pytest
from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.queries import parse_query
from warehouse_exporter.sql.words import render

from tests.database.sql.conftest import Both
from tests.database.sql.mutations import SEED, expression_mutations, mutations
from tests.database.sql.test_corpus import INSTANTS

TWO_STATEMENTS = "34000"
"""What the server says of a text that a cursor does not take."""


def hold(both: Both, number: int, seed: int) -> int:
    """Ask the server for so many queries and expressions in both ways; how many ran."""
    ran = 0
    for text in mutations(number, seed):
        with suppress(SqlRefused):
            query = parse_query(text)
            sent = both.sent(query.at(INSTANTS))
            assert sent != TWO_STATEMENTS, text
            if query.at(INSTANTS) == query.text:
                assert sent == both.direct(text), text
            ran += isinstance(sent, list)
    for text in expression_mutations(number, seed):
        with suppress(SqlRefused):
            ours = render(expressions.parse(text).node)
            sent = both.sent(f"select 1 as a, {ours} as b, {ours} is null as c")
            assert sent != TWO_STATEMENTS, text
            asked = both.direct(f"select 1 as a, (\n{text}\n) as b, (\n{text}\n) is null as c")
            assert sent == asked, text
            ran += isinstance(sent, list)
    return ran


def test_some_damaged_literals(both: Both) -> None:
    assert hold(both, 400, SEED) > 100


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_damaged_literals(both: Both) -> None:
    assert hold(both, 50_000, SEED + 1) > 10_000
