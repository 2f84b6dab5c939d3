"""A statement of the owner's own: one SELECT that reads, and neither waits nor asks the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql.queries import parse_query

from tests.conftest import execute

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
INSTANTS = {"as_of": datetime(2026, 3, 2, 6, 30, tzinfo=UTC), "day_start": START, "day_end": END}

REFUSED = [
    ("", "write one SELECT, and nothing else"),
    ("-- nothing", "write one SELECT"),
    ("select 1; select 2", "write one SELECT"),
    ("insert into t values (1)", "write one SELECT"),
    ("update t set a = 1", "write one SELECT"),
    ("delete from t", "write one SELECT"),
    ("truncate t", "write one SELECT"),
    ("create table t as select 1", "write one SELECT"),
    ("copy t to '/tmp/x'", "write one SELECT"),
    ("set role other", "write one SELECT"),
    ("explain analyze select 1", "write one SELECT"),
    ("call p()", "write one SELECT"),
    ("do $$ begin end $$", "write one SELECT"),
    ("lock table t", "write one SELECT"),
    ("select", "selects nothing"),
    ("select from t", "selects nothing"),
    ("select (", r"\( is never closed \(line 1, column 8\)"),
    ("select 1 +", "cannot be parsed: something is missing"),
    ("select " + "(" * 2000 + "1" + ")" * 2000, "nested too deeply"),
    ("with d as (delete from t returning 1) select * from d", "a query only reads: DELETE"),
    ("with d as (insert into t values (1) returning 1) select 1 from d", "only reads: INSERT"),
    ("select 1 into t", "only reads: INTO"),
    ("select * from t for update", "only reads: LOCK"),
    ("select pg_sleep(1)", r"function pg_sleep\(\) is not allowed"),
    ('select pg_catalog."pg_sleep"(1)', r"function pg_sleep\(\)"),
    ("select 1 where pg_sleep_for('1 s') is null", r"function pg_sleep_for\(\)"),
    ("select pg_terminate_backend(1)", "is not allowed"),
    ("select pg_advisory_lock(1)", "is not allowed"),
    ("select pg_notify('a', 'b')", "is not allowed"),
    ("select query_to_xml('select pg_sleep(9)', true, true, '')", "is not allowed"),
    ("select * from dblink('x', 'y') as t(a int)", "is not allowed"),
    ("select nextval('s')", "is not allowed"),
    ("select set_config('a', 'b', false)", "is not allowed"),
    ("select now()", "write :as_of instead of now()"),
    ("select pg_catalog.now()", "write :as_of instead of now()"),
    ("select 1 where clock_timestamp() > t", "write :as_of"),
    ("select current_date", "write :as_of"),
    ("select date 'today'", "write :as_of instead of 'today'"),
    ("select 'now'::timestamptz", "write :as_of instead of 'now'"),
    ("select age(t) from x", r"write age\(:as_of, ...\)"),
    ("select :yesterday", ":yesterday is not known: use :as_of, :day_start or :day_end"),
    ("select $1", "there are no parameters"),
    ("select %s", "a bare placeholder is not known"),
    ("select ?", "a bare placeholder is not known"),
    ("select 1_000", r"1_000 without _, 0x, 0o or 0b: .* 13 and 14 .* \(line 1, column 8\)"),
    ("select 0x1F", "13 and 14 read 0 and a name"),
    ("select 1 as a\n where\v true", r"the character '\\x0b' .* \(line 2, column 7\)"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_what_does_more_than_read_is_refused(written: str, why: str) -> None:
    with pytest.raises(SqlRefused, match=why) as refused:
        parse_query(written)
    assert re.search(r"\(line [0-9]+, column [0-9]+\)$", str(refused.value))


@pytest.mark.parametrize(
    "written",
    [
        "select count(*) from shop.orders",
        "select 1 as value;",
        "(select 1) union all select 2",
        "with d as (select 1 as a) select sum(a) filter (where a > 0) over () from d",
        "select a->>'x', count(*) from t where b ilike '%x%' group by 1",
        "select count(*) from t, lateral (select 1) as l",
        "select extract(epoch from age(:as_of, t)) from x",
    ],
)
def test_a_select_is_accepted(written: str) -> None:
    parse_query(written)


def test_instants_are_filled_in_and_text_that_looks_like_them_is_left_alone(database: str) -> None:
    sql = parse_query(
        "select :day_start, :day_end, :as_of::text, ':as_of', '12:30'::time::text -- :as_of"
    ).at(INSTANTS)
    [row] = execute(database, sql)
    assert row == (START, END, "2026-03-02 06:30:00+00", ":as_of", "12:30:00")
