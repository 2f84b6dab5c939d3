"""What the server answers to a text of the corpus, and to what we send, is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import pytest
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
Case = TypeVar("Case")
PLACE = re.compile(r"\(line [0-9]+, column [0-9]+\)$")
NAMES = re.compile(":(as_of|day_start|day_end)\\b(?!')")
every_text = pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.campaign)], ids=["half", "all"]
)
"""`make test` asks each text of one version of Postgres, the campaign of both."""
REFUSED_AT_MOST = 0.08
"""The share of the corpus that may be refused: the rest has to run. Most of it are numbers such as
1_000, which versions 13 and 14 read otherwise."""


def taken(parse: Callable[[str], P], text: str) -> P | None:
    """What is made of a text; None where it is refused, which is said with its place."""
    try:
        return parse(text)
    except SqlRefused as refused:
        if not PLACE.search(str(refused)):
            raise
        return None


def share(cases: Sequence[Case], both: Both, whole: bool) -> Sequence[Case]:
    """All cases, or the half that is this version's: 16 has one half and 18 the other."""
    return cases if whole else cases[both.version // 2 % 2 :: 2]


def test_the_corpus_is_large() -> None:
    assert len(texts()) > 2500


@every_text
def test_a_query_answers_what_its_text_answers(both: Both, whole: bool) -> None:
    refusals: Counter[str] = Counter()
    asked_here = share(texts(), both, whole)
    for family, text in asked_here:
        query = taken(parse_query, text)
        if query is None:
            refusals[family] += 1
            continue
        plain = NAMES.sub(lambda name: f"timestamptz '{INSTANTS[name[1]].isoformat()}'", text)
        asked, sent = both.direct(plain), both.sent(query.at(INSTANTS))
        told = sent if isinstance(sent, list) or len(sent) == 5 else None
        assert told is None or told == asked, text
        assert told is not None or isinstance(asked, list), (text, sent)
    assert sum(refusals.values()) < REFUSED_AT_MOST * len(asked_here), refusals


@every_text
def test_an_expression_says_in_a_statement_of_ours_what_it_says_alone(
    both: Both, whole: bool
) -> None:
    """It stands in the middle of other text: before it, behind it, and twice."""
    number = 0
    every = list(dict.fromkeys(text for family in EXPRESSIONS.values() for text in family))
    for text in share(every, both, whole):
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
    assert number > (1000 if whole else 500)
