"""What the server answers to a text of the corpus, and to what we send, is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.queries import parse_query
from warehouse_exporter.sql.words import render

from tests.database.sql.conftest import Both
from tests.database.sql.corpus import EXPRESSIONS, texts

INSTANTS = {
    "as_of": datetime(2026, 3, 2, 6, 30, tzinfo=UTC),
    "day_start": datetime(2026, 3, 1, tzinfo=UTC),
    "day_end": datetime(2026, 3, 2, tzinfo=UTC),
}
P = TypeVar("P")
PLACE = re.compile(r"\(line [0-9]+, column [0-9]+\)$")
NAMES = re.compile(":(as_of|day_start|day_end)\\b(?!')")
REFUSED_AT_MOST = 0.05
"""The share of the corpus that may be refused: the rest has to run."""


def taken(parse: Callable[[str], P], text: str) -> P | None:
    """What is made of a text; None where it is refused, which is said with its place."""
    try:
        return parse(text)
    except SqlRefused as refused:
        if not PLACE.search(str(refused)):
            raise
        return None


def test_the_corpus_is_large() -> None:
    assert len(texts()) > 2500


def test_a_query_answers_what_its_text_answers(both: Both) -> None:
    refusals: Counter[str] = Counter()
    for family, text in texts():
        query = taken(parse_query, text)
        if query is None:
            refusals[family] += 1
            continue
        plain = NAMES.sub(lambda name: f"timestamptz '{INSTANTS[name[1]].isoformat()}'", text)
        asked, sent = both.direct(plain), both.sent(query.at(INSTANTS))
        told = sent if isinstance(sent, list) or len(sent) == 5 else None
        assert told is None or told == asked, text
        assert told is not None or isinstance(asked, list), (text, sent)
    assert sum(refusals.values()) < REFUSED_AT_MOST * len(texts()), refusals


def test_an_expression_says_in_a_statement_of_ours_what_it_says_alone(both: Both) -> None:
    """It stands in the middle of other text: before it, behind it, and twice."""
    number = 0
    for text in dict.fromkeys(text for family in EXPRESSIONS.values() for text in family):
        expression = taken(expressions.parse, text)
        if expression is None:
            continue
        number += 1
        ours = render(expression.node)
        asked = both.direct(
            f"select (\n{text}\n) as a, 1 as b, (\n{text}\n)is null as c from t order by id"
        )
        sent = both.sent(f"select {ours} as a, 1 as b, {ours} is null as c from t order by id")
        assert sent == asked, text
    assert number > 1000
