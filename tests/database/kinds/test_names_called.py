"""Every function and operator of our statements is PostgreSQL's own, whoever has one like it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.engines.postgres.settings import CALLED, COMPARING, RECKONING
from warehouse_exporter.sql.lexer import Sort, Token, tokens
from warehouse_exporter.sql.queries import arguments
from warehouse_exporter.sql.trees import is_called
from warehouse_exporter.sql.vocabulary import SYNTAX, TYPES

from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.warehouses import Warehouse

GRAMMAR = SYNTAX | TYPES | {
    "coalesce", "nullif", "greatest", "least", "over", "distinct", "on", "by", "materialized",
    "then", "else", "when", "not", "from", "join", "lateral", "select", "union", "where",
}  # fmt: skip
"""Words before a parenthesis that are no function; their operators are in the list of those."""
EXACT = {("round", 2), ("left", 2), ("floor", 1)}
"""What we call with just the types that PostgreSQL's own take: a numeric or a text and an integer,
and the hours of a time, which are numeric (double precision before PostgreSQL 14)."""


def called(found: tuple[Token, ...]) -> Iterator[tuple[str, int]]:
    """The functions that a statement calls by a plain name, with the number of arguments."""
    for number, token in enumerate(found):
        behind_dot = number and found[number - 1].text == "."
        aliased = number and found[number - 1].value in ("as", "with")
        if is_called(number, found) and token.sort is Sort.WORD and not behind_dot | aliased:
            empty = found[number + 2].text == ")"
            yield token.value, 0 if empty else arguments(number, found)


@pytest.fixture
def sent(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All statements that the kinds ask, over times of every type."""
    written: list[str] = []
    rows = Session.rows

    def noted(session: Session, sql: str, *rest: float) -> object:
        written.append(sql)
        return rows(session, sql, *rest)

    monkeypatch.setattr(Session, "rows", noted)
    build(warehouse)
    config = config_with(list(EXAMPLES.values()))
    for column in ("timestamptz", "timestamp", "date", "varchar"):
        warehouse.sql(f"ALTER TABLE orders ALTER ts TYPE {column} USING ts::text::{column}")
        warehouse.run(config)
    assert len(written) > 40
    return written


def test_no_function_or_operator_of_somebody_elses_takes_their_place(sent: list[str]) -> None:
    functions, operators = set(), set()
    for sql in sent:
        found = tokens(sql)
        functions |= set(called(found))
        operators |= {token.text for token in found if token.sort is Sort.OPERATOR}
    covered = {(name, 1) for name in CALLED} | EXACT
    assert {f for f in functions - covered if f[0] not in GRAMMAR and f[1]} == set()
    assert operators <= {*COMPARING, *RECKONING}
    assert {"count", "sum", "max"} <= {name for name, _ in functions}
