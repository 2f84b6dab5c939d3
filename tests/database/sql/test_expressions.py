"""Expressions of the config: what may stand in them, and how names are spelt for PostgreSQL."""

from __future__ import annotations

import re

import pytest
from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.words import render

from tests.conftest import execute

ACCEPTED = [
    ("Revenue > 0 and not Deleted", "(Revenue > 0 and not Deleted)"),
    ('"Revenue" is null', '("Revenue" is null)'),
    ("event_name <> 'test'", "(event_name <> 'test')"),
    ("a in (1, 2) or b between 1 and 2", "(a in (1, 2) or b between 1 and 2)"),
    ("Quantity", '"quantity"'),
    ("mod(a + 1, 2) = 0", "(mod(a + 1, 2) = 0)"),
    ("coalesce(nullif(trim(a), ''), b)", "(coalesce(nullif(trim(a), ''), b))"),
    ("case when a then 1 else 2 end", "(case when a then 1 else 2 end)"),
    ("data -> 'items' -> 0 ->> 'price'", "(data -> 'items' -> 0 ->> 'price')"),
    ("data ->> ''", "(data ->> '')"),
    ("a::numeric(12,2) > 1.5", "(a::numeric(12,2) > 1.5)"),
    ("a + '3 days'::interval < b", "(a + '3 days'::interval < b)"),
    ("a < b - interval '1 day 12:00'", "(a < b - interval '1 day 12:00')"),
    ("a > 1_000 or a = 0o17", "(a > 1_000 or a = 0o17)"),
    ("left(a, 2) || right(a, 2)", "(left(a, 2) || right(a, 2))"),
    ("note ilike 'today'", "(note ilike 'today')"),
    ("note = 'buy it now'", "(note = 'buy it now')"),
    ("$$x$$ = a", "($$x$$ = a)"),
    ("a -- ; drop table t", '"a"'),
    ("a /* ) or true */ > 1 -- )", "(a > 1)"),
    ("a > 1 -- )\nand b", "(a > 1 and b)"),
    ("\"user\" = 'x'", "(\"user\" = 'x')"),
    ("extract(epoch from b - a) > 60", "(extract(epoch from b - a) > 60)"),
    ("1", "1"),
    ("'x'", "'x'"),
]


@pytest.mark.parametrize(("written", "sql"), ACCEPTED)
def test_what_one_row_says_is_sent_as_it_is_written(written: str, sql: str) -> None:
    assert render(expressions.parse(written).node) == sql


PLACE = re.compile(r"\(line [0-9]+, column [0-9]+\)$")
REFUSED = [
    ("", "is empty"),
    ("  ", "is empty"),
    ("pg_sleep(10) is null", r"function pg_sleep\(\) is not in the list"),
    ("current_setting('x') = ''", r"function current_setting\(\) is not in the list"),
    ("nextval('s') > 1", r"function nextval\(\)"),
    ("shop.secret(a)", r"function secret\(\) is not|without a schema"),
    ("current_user = 'x'", "is not allowed"),
    ("random() > 1", r"function random\(\) is not in the list"),
    ("a in (select b from t)", "sub-select is not allowed here: use `queries`"),
    ("exists (select 1)", "sub-select"),
    ("(select 1) = a", "sub-select"),
    ("count(*) > 1", "no aggregate is allowed"),
    ("sum(a) over () > 1", "no aggregate is allowed"),
    ("lag(a) > 1", "no aggregate is allowed"),
    ("now() > a", "the clock may not be read"),
    ("a < current_date", "the clock may not be read"),
    ("localtimestamp > a", "the clock may not be read"),
    ("clock_timestamp() > a", "the clock may not be read"),
    ("a < 'now'", "'now' is the clock"),
    ("a < ' Today 10:00'", "is the clock"),
    ("a > 'yesterday'::date", "'yesterday' is the clock"),
    ("timestamptz 'tomorrow' > a", "'tomorrow' is the clock"),
    ("t.a > 1", "write the column without a table"),
    ("shop.t.a > 1", "write the column without a table"),
    ("t.*", "without a table"),
    ("*", "is not one SQL expression"),
    ("$1 > a", r"there are no parameters \(line 1, column 1\)"),
    ("a = %s", "is not one SQL expression"),
    ("a = %(x)s", "is not one SQL expression"),
    ("a = :x", ":x is not allowed here: only a query knows instants"),
    ("a = ?", "is not one SQL expression"),
    ("a; drop table t", r"; is not allowed here \(line 1, column 2\)"),
    ("a) or (true", r"\) closes nothing \(line 1, column 2\)"),
    ("(a", r"\( is never closed \(line 1, column 1\)"),
    ("a\n = 'x", r"the quote is never closed \(line 2, column 4\)"),
    ("a /* x", r"the comment has no end \(line 1, column 3\)"),
    ("a = 'x' 'y'", "two strings follow each other"),
    ("a = 'x'\n'y'", r"two strings follow each other.*\(line 2, column 1\)"),
    ("user = 'x'", """'user' is not allowed.*write "user" """),
    ("a operator(pg_catalog.=) b", r"operator\(\) is not"),
    ("a @@@ b", "the operator @@@ is not allowed"),
    ('"lower"(a) = b', r"function lower\(\) is not in the list"),
    ("var_map('a')", r"function var_map\(\) is not in the list"),
    ("a as b", r"it cannot go on at 'as' \(line 1, column 3\)"),
    ("cast(regclass as regclass) = a", "regclass is not a type of plain data"),
    ("cast(a as mood) = b", "mood is not a type of plain data"),
    ("select 1", "sub-select"),
    ("delete from t", "is not one SQL expression"),
    ("a is null or", r"something is missing at 'or'"),
    ("'pg_class'::regclass = a", "regclass is not a type of plain data"),
    ("a::regproc is null", "regproc is not a type"),
    ("a::oid > 1", "oid is not a type"),
    ("a::shop.money > 1", "shop is not a type"),
    ("a::mood > 'ok'", "mood is not a type"),
    ("a::text[] = b", "arrays are not allowed"),
    ("a::xml is null", "xml is not a type"),
    ("try_cast(a as int) > 1", r"function try_cast\(\)"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_everything_else_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(SqlRefused, match=why) as refused:
        expressions.parse(written)
    assert PLACE.search(str(refused.value))


@pytest.mark.parametrize("text", ["(" * 2000 + "a" + ")" * 2000, "not " * 2000 + "a"])
def test_what_is_nested_too_deeply_is_refused_and_crashes_nothing(text: str) -> None:
    with pytest.raises(SqlRefused, match="nested too deeply") as refused:
        expressions.parse(text)
    assert len(str(refused.value)) < 200


def test_a_long_expression_is_not_a_deep_one() -> None:
    found = expressions.parse("a" + " + a" * 5000)
    assert render(found.node).count("a") == 5001
    assert found.columns == ("a",)


def test_columns_are_named_once() -> None:
    assert expressions.parse("A > b or a is null").columns == ("a", "b")


@pytest.mark.parametrize("written", ["Menge", "ÄRGER", "Größe", '"Größe X"', "É_Total", '"a""B"'])
def test_names_are_folded_as_the_server_folds_them(database: str, written: str) -> None:
    execute(database, f"CREATE TABLE t ({written} int)")
    [(spelt,)] = execute(
        database, "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum = 1"
    )
    assert expressions.parse(f"{written} > 1").columns == (spelt,)
    execute(database, f"SELECT count(*) FROM t WHERE {render(expressions.parse(written).node)} > 1")


@pytest.mark.parametrize("text", ["it's", 'a"b', "a\\b", "%s", "100%", "$$", "Ü\n"])
def test_literals_arrive_as_they_are_written(database: str, text: str) -> None:
    literal = expressions.parse("'" + text.replace("'", "''") + "'")
    [(same,)] = execute(database, f"SELECT {render(literal.node)}")
    assert same == text
