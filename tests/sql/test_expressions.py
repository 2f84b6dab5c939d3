"""Expressions of the config: what may stand in them, and how names are spelt for PostgreSQL."""

from __future__ import annotations

import pytest

from exporter.errors import SqlRefused
from exporter.sql import expressions
from exporter.sql.words import render
from tests.conftest import execute

ACCEPTED = [
    ("Revenue > 0 and not Deleted", '"revenue" > 0 AND NOT "deleted"'),
    ('"Revenue" is null', '"Revenue" IS NULL'),
    ("event_name <> 'test'", "\"event_name\" <> 'test'"),
    ("a in (1, 2) or b between 1 and 2", '"a" IN (1, 2) OR "b" BETWEEN 1 AND 2'),
    ("quantity * price", '"quantity" * "price"'),
    ("mod(a + 1, 2) = 0", '("a" + 1) % 2 = 0'),
    ("coalesce(nullif(trim(a), ''), b)", 'COALESCE(NULLIF(TRIM("a"), \'\'), "b")'),
    ("case when a then 1 else 2 end", 'CASE WHEN "a" THEN 1 ELSE 2 END'),
    ("data -> 'items' -> 0 ->> 'price'", "\"data\" -> 'items' -> 0 ->> 'price'"),
    ("a::numeric(12,2) > 1.5", 'CAST("a" AS DECIMAL(12, 2)) > 1.5'),
    ("a + '3 days'::interval < b", '"a" + CAST(\'3 days\' AS INTERVAL) < "b"'),
    ("left(a, 2) || right(a, 2)", 'LEFT("a", 2) || RIGHT("a", 2)'),
    ("note ilike 'today'", "\"note\" ILIKE 'today'"),
    ("note = 'buy it now'", "\"note\" = 'buy it now'"),
    ("a -- ; drop table t", '"a"'),
    ("a /* ) or true */ > 1", '"a" > 1'),
    ("user = 'x'", "\"user\" = 'x'"),
]


@pytest.mark.parametrize(("written", "sql"), ACCEPTED)
def test_what_one_row_says_is_accepted_with_its_names_quoted(written: str, sql: str) -> None:
    assert render(expressions.parse(written)) == sql


REFUSED = [
    ("", "is empty"),
    ("  ", "is empty"),
    ("pg_sleep(10) is null", r"function pg_sleep\(\) is not in the list"),
    ("current_setting('x') = ''", r"function current_setting\(\) is not in the list"),
    ("nextval('s') > 1", r"function nextval\(\)"),
    ("shop.secret(a)", "is not allowed"),
    ("current_user = 'x'", "is not allowed"),
    ("random() > 1", "is not allowed"),
    ("a in (select b from t)", "sub-select is not allowed here: use `queries`"),
    ("exists (select 1)", "sub-select"),
    ("(select 1) = a", "sub-select"),
    ("count(*) > 1", "no aggregate is allowed"),
    ("sum(a) over () > 1", "no aggregate is allowed"),
    ("lag(a) > 1", "no aggregate is allowed"),
    ("now() > a", "the clock may not be read"),
    ("a < current_date", "the clock may not be read"),
    ("localtimestamp > a", "the clock may not be read"),
    ("clock_timestamp() > a", "not in the list"),
    ("a < 'now'", "'now' is the clock"),
    ("a < ' Today 10:00'", "is the clock"),
    ("a > 'yesterday'::date", "'yesterday' is the clock"),
    ("timestamptz 'tomorrow' > a", "'tomorrow' is the clock"),
    ("t.a > 1", "t.a: write the column without a table"),
    ("shop.t.a > 1", "write the column without a table"),
    ("t.*", "without a table"),
    ("*", "is not allowed"),
    ("$1 > a", "is not allowed"),
    ("a = %s", "is not allowed"),
    ("a = %(x)s", "is not allowed"),
    ("a = :x", "is not allowed"),
    ("a = ?", "is not allowed"),
    ("a; drop table t", r"is not one SQL expression \(it cannot go on at 'drop'\)"),
    ("a) or (true", "is not one SQL expression"),
    ("a as b", r"it cannot go on at 'as'"),
    ("select 1", "is not one SQL expression"),
    ("delete from t", "is not one SQL expression"),
    ("a is null or", r"something is missing at 'or'"),
    ("a = 'x", "is not one SQL expression"),
    ("'pg_class'::regclass = a", "regclass is not a type of plain data"),
    ("a::regproc is null", "regproc is not a type"),
    ("a::oid > 1", "oid is not a type"),
    ("a::shop.money > 1", "is not a type"),
    ("a::mood > 'ok'", "mood is not a type"),
    ("a::text[] = b", r"text\[\] is not a type"),
    ("a::xml is null", "xml is not a type"),
    ("try_cast(a as int) > 1", "TryCast"),
    ("a > interval '1 day'", "write an interval as a cast"),
    ("$$x$$ = a", "is not allowed"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_everything_else_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(SqlRefused, match=why):
        expressions.parse(written)


@pytest.mark.parametrize("text", ["(" * 2000 + "a" + ")" * 2000, "not " * 2000 + "a"])
def test_what_is_nested_too_deeply_is_refused_and_crashes_nothing(text: str) -> None:
    with pytest.raises(SqlRefused, match="nested too deeply") as refused:
        expressions.parse(text)
    assert len(str(refused.value)) < 200


def test_a_long_expression_is_not_a_deep_one() -> None:
    tree = expressions.parse("a" + " + a" * 5000)
    assert render(tree).count('"a"') == 5001
    assert expressions.columns_in(tree) == ("a",)


def test_columns_are_named_once() -> None:
    assert expressions.columns_in(expressions.parse("A > b or a is null")) == ("a", "b")


@pytest.mark.parametrize("written", ["Menge", "ÄRGER", "Größe", '"Größe X"', "É_Total", '"a""B"'])
def test_names_are_folded_as_the_server_folds_them(database: str, written: str) -> None:
    execute(database, f"CREATE TABLE t ({written} int)")
    [(spelt,)] = execute(
        database, "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum = 1"
    )
    assert expressions.columns_in(expressions.parse(f"{written} > 1")) == (spelt,)
    execute(database, f"SELECT count(*) FROM t WHERE {render(expressions.parse(written))} > 1")


@pytest.mark.parametrize("text", ["it's", 'a"b', "a\\b", "%s", "100%", "$$", "Ü\n"])
def test_literals_arrive_as_they_are_written(database: str, text: str) -> None:
    literal = expressions.parse("'" + text.replace("'", "''") + "'")
    [(same,)] = execute(database, f"SELECT {render(literal)}")
    assert same == text
