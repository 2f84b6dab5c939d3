"""Whether a text is JSON is answered as PostgreSQL would, and never with an error."""

from __future__ import annotations

import json
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.sql.documents import DEPTH, is_json, parsed
from warehouse_exporter.sql.words import column, render

ASK = f"SELECT {render(is_json(column('d')))}, pg_input_is_valid(d, 'jsonb') FROM"
CASTS = [
    f"SELECT {render(parsed(column('d'), None, version))} IS NOT NULL FROM"
    for version in (150000, 160000)
]
TEXTS = (
    st.none() | st.booleans() | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
)  # fmt: skip
DOCUMENTS = st.recursive(
    TEXTS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text('ab"\\\n{}[]:,é😀', max_size=4), below, max_size=3)
    ),
    max_leaves=8,
)
PIECES = st.sampled_from(
    [*'{}[]",:\\01eE.-+ \t\n', "true", "fals", "null", '""', '"a"', "\\u0000", "\\ud83d", "\\ude00",
     "\\u00e9", "\x01", '"\\n"', "9" * 120, "1e400000"]
)  # fmt: skip
often = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def connected(postgres: Postgres) -> Any:
    """A connection that may ask anything."""
    connection = psycopg2.connect(postgres.dsn)
    connection.autocommit = True
    yield connection
    connection.close()


def ask(connection: Connection, asked: str, text: str) -> tuple[Any, ...]:
    """The answer about one text."""
    with connection.cursor() as cursor:
        cursor.execute(f"{asked.replace('%', '%%')} (SELECT %s::text AS d OFFSET 0) AS t", [text])
        (row,) = cursor.fetchall()
    return row


@often
@given(DOCUMENTS, st.sampled_from([None, 1]), st.booleans())
def test_every_document_is_json(
    connected: Connection, value: Any, indent: int | None, escaped: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert ask(connected, ASK, text) == (True, True)


@often
@given(st.lists(PIECES, max_size=8).map("".join))
def test_pieces_are_json_only_where_postgres_says_so(connected: Connection, text: str) -> None:
    ours, theirs = ask(connected, ASK, text)
    assert theirs or not ours
    for cast in CASTS:
        ask(connected, cast, text)  # never an error


@often
@given(DOCUMENTS, st.data())
def test_a_document_that_is_damaged_is_no_error(
    connected: Connection, value: Any, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 2))
    text = text[:at] + data.draw(PIECES) + text[at + cut :]
    ours, theirs = ask(connected, ASK, text)
    assert theirs or not ours
    for cast in CASTS:
        ask(connected, cast, text)


@pytest.mark.parametrize(
    "text", ['"\t"', '"\n"', '""""', "0 0", "00", '"a" "b"', '[""\t"":0]', "{0:0}", '{"":0,}', ""]
)
def test_what_looks_like_a_mark_of_ours_is_not_taken_for_one(
    connected: Connection, text: str
) -> None:
    assert ask(connected, ASK, text) == (False, False)


def test_a_document_that_is_too_deep_is_none(connected: Connection) -> None:
    assert ask(connected, ASK, "[" * DEPTH + "]" * DEPTH) == (True, True)
    assert ask(connected, ASK, "[" * (DEPTH + 1) + "]" * (DEPTH + 1)) == (False, True)
