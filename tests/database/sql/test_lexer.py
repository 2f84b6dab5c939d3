"""Tokens are those of PostgreSQL's scanner, and no damaged literal becomes anything else."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import expressions, words
from warehouse_exporter.sql.lexer import Sort, Token, tokens
from warehouse_exporter.sql.queries import parse_query
from warehouse_exporter.sql.trees import KNOWN
from warehouse_exporter.sql.words import render

from tests.database.sql.corpus import texts
from tests.database.sql.mutations import PIECES, mutations
from tests.database.sql.scanner import Unfinished, spans

PREFIX: dict[object, str] = {parse_query: "", expressions.parse: "select "}
SORTS = {Sort.BITS: "bits", Sort.STRING: "string", Sort.NAME: "name", Sort.WORD: "word"}
SORTS |= {Sort.NUMBER: "number", Sort.OPERATOR: "operator", Sort.SIGN: "sign"}


def read(text: str) -> list[tuple[str, str]] | None:
    """The tokens of a text in the words of the other reading; None where it is refused."""
    try:
        found = tokens(text)
    except SqlRefused:
        return None
    return [part for token in found for part in parts(token)]


def parts(token: Token) -> list[tuple[str, str]]:
    """An instant is a colon and a word to the scanner."""
    if token.sort is Sort.INSTANT:
        return [("sign", ":"), ("word", token.text[1:])]
    return [(SORTS[token.sort], token.text)]


def alike(text: str) -> bool | None:
    """Whether both readings agree on a text that we take; None where we refuse it."""
    ours = read(text)
    return None if ours is None else ours == spans(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a<-1 b->-1 c@-1", ["a", "<", "-", "1", "b", "->", "-", "1", "c", "@-", "1"]),
        ("1_000 0x1F .5e1 5.", ["1_000", "0x1F", ".5e1", "5."]),
        ("a--b\n+/*c/*d*/;*/-1", ["a", "+", "-", "1"]),
        ("$$a;$$||$ä1$b$$$ä1$", ["$$a;$$", "||", "$ä1$b$$$ä1$"]),
        ("E'\\'' '\\' U&'\\0041' \"a\"\"b\"", None),
        ("x || E'\\''||'\\'", ["x", "||", "E'\\''", "||", "'\\'"]),
        (":as_of::date a:=1", [":as_of", "::", "date", "a", ":=", "1"]),
        ("a\u00a0b '\uff07'", ["a\u00a0b", "'\uff07'"]),
    ],
)
def test_tokens_are_those_of_the_server(text: str, told: list[str] | None) -> None:
    if told is None:
        with pytest.raises(SqlRefused, match="two strings follow each other"):
            tokens(text)
    else:
        assert [token.text for token in tokens(text)] == told


def test_both_readings_agree_on_the_corpus() -> None:
    agreed = [alike(text) for _, text in texts()]
    assert False not in agreed
    assert agreed.count(True) > 0.99 * len(agreed)


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.campaign)])
def test_a_damaged_literal_is_refused_or_read_as_the_server_reads_it(count: int) -> None:
    """A text that is taken has no second statement in it."""
    taken = 0
    for text in mutations(count):
        ours = read(text)
        if ours is None:
            continue
        taken += 1
        try:
            assert ours == spans(text), text
        except Unfinished:
            pytest.fail(f"taken, although it does not end: {text!r}")
    assert taken > 0.3 * count


def test_nothing_that_is_written_is_a_traceback() -> None:
    for text in mutations(600, seed=7):
        for parse in (parse_query, expressions.parse):
            for written in (text, text.removeprefix("select "), text[: len(text) // 2]):
                with suppress(SqlRefused):
                    parse(written)


def test_no_function_of_another_database_is_a_traceback() -> None:
    """The parser has functions with arguments of its own for every name that it knows."""
    for name in sorted(KNOWN | {"var_map", "struct", "if", "case", "convert", "try_cast"}):
        for arguments in ("", "'a'", "a", "*", "a, 'b', 1", "distinct a order by b", "a => 1"):
            for parse in (parse_query, expressions.parse):
                with suppress(SqlRefused):
                    parse(f"select {name}({arguments})".removeprefix(PREFIX[parse]))


def test_what_we_quote_stays_one_string_and_one_name() -> None:
    """Values and names of the config, such as steps of a funnel, are quoted by us."""
    random = Random(1)
    for _ in range(5000):
        value = "".join(random.choice(PIECES) for _ in range(random.randrange(6)))
        (token,) = tokens(render(words.string(value)))
        assert (token.sort, token.value) == (Sort.STRING, value)
        if value:
            (token,) = tokens(render(words.name(value)))
            assert (token.sort, token.value) == (Sort.NAME, value)


def test_many_signs_in_a_row_cost_no_time_and_are_refused() -> None:
    assert [token.text for token in tokens("a +-+-" + "/* " + "+-" * 5000 + " */ 1")][1:-1] == [
        *"+-+-"
    ]
    with pytest.raises(
        SqlRefused, match=r"more than 63 signs of operators in a row \(line 1, column 3\)"
    ):
        tokens("a " + "+-" * 40_000 + " a")


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(SqlRefused, match=r"the text has more than 100,000 characters"):
        tokens("a " * 60_000)
