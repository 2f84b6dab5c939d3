"""What is refused by name is what the servers' own catalogues say acts, waits or is the clock."""

from __future__ import annotations

import pytest
from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.clock_words import ABBREVIATIONS, reads_clock
from warehouse_exporter.sql.queries import parse_query
from warehouse_exporter.sql.refusals import CLOCKS, harmful
from warehouse_exporter.sql.vocabulary import AGGREGATES, FUNCTIONS, RESERVED

from tests.database.sql.conftest import Both

CALLABLE = """
SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
AND prorettype NOT IN ('trigger'::regtype, 'internal'::regtype, 'event_trigger'::regtype,
    'language_handler'::regtype, 'index_am_handler'::regtype, 'table_am_handler'::regtype,
    'tsm_handler'::regtype, 'fdw_handler'::regtype)
"""
SIZES = {"pg_relation_size", "pg_total_relation_size", "pg_table_size", "pg_indexes_size"}
SIZES |= {"pg_database_size", "pg_tablespace_size"}
"""Volatile, because a table grows; to watch that is what a query may be for."""
UNCALLABLE = {"amvalidate", "plpgsql_validator"}
"""They look at the catalogue of operators and functions, and change nothing."""


def asked(both: Both, text: str) -> set[str]:
    """The first column of an answer."""
    both.cursor.execute(text)
    return {row[0] for row in both.cursor.fetchall()}


def test_every_function_that_acts_is_refused(both: Both) -> None:
    volatile = asked(both, f"{CALLABLE} AND provolatile = 'v'") - SIZES - UNCALLABLE
    assert len(volatile) > 150
    assert [name for name in sorted(volatile - CLOCKS) if not harmful(name)] == []
    assert [name for name in sorted(SIZES) if harmful(name)] == []


def test_every_function_that_takes_sql_as_text_or_names_is_refused(both: Both) -> None:
    named = f"{CALLABLE} AND proname ~ '_to_xml|^dblink|^ts_stat|advisory|^lo_|setting|^txid|sleep'"
    assert [name for name in sorted(asked(both, named)) if not harmful(name)] == []


def test_what_an_expression_may_call_neither_acts_nor_reads_a_clock(both: Both) -> None:
    names = ", ".join(f"'{name}'" for name in FUNCTIONS)
    changing = asked(both, f"{CALLABLE} AND proname IN ({names}) AND provolatile = 'v'")
    assert changing == set()
    gathering = asked(both, f"{CALLABLE} AND proname IN ({names}) AND prokind IN ('a', 'w')")
    assert gathering == set()
    assert FUNCTIONS.isdisjoint(AGGREGATES | CLOCKS)


def test_reserved_words_are_those_of_the_server(both: Both) -> None:
    words = asked(both, "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")
    assert words == RESERVED


def test_abbreviations_of_time_zones_are_those_of_the_server(both: Both) -> None:
    assert asked(both, "SELECT lower(abbrev) FROM pg_timezone_abbrevs") <= ABBREVIATIONS


CLOCK_TEXTS = (
    "now", " Today 10:00", "yesterday", "tomorrow", "NOW,", "(now)", "today utc", "mon today",
    "today europe/berlin", "today at 10:00", "[today,tomorrow)", "yesterday allballs",
    "today foo3", "yesterday XYZ-5", "today foo/bar3", "tomorrow QQ+3:30",
    "today est5edt", "today turkey", "{today}", "today +02", "today z", "now\n",
)  # fmt: skip


@pytest.mark.parametrize("text", CLOCK_TEXTS)
def test_text_that_the_server_takes_for_the_clock_is_refused(text: str) -> None:
    for spelling in (f"'{text}'", f"E'{text}'", f"$${text}$$", f"U&'{text}'"):
        for query in (
            f"select {spelling}::timestamptz",
            f"select date {spelling}",
            f"select count(*) from t where at >= {spelling}",
            f"select count(*) from t where at between :day_start and {spelling}",
            f"select cast({spelling} as timestamp)",
            f"select {spelling}::text::date",
        ):
            with pytest.raises(SqlRefused, match=r"write :as_of instead of .*line 1"):
                parse_query(query)
        with pytest.raises(SqlRefused, match="is the clock"):
            expressions.parse(f"at > {spelling}")


@pytest.mark.parametrize(
    "text", ["buy it now", "not now", "today we sell", "nowhere", "epoch", "infinity", "known", ""]
)
def test_other_text_is_no_clock(both: Both, text: str) -> None:
    assert not reads_clock(text)
    parse_query(f"select count(*) from t where name = '{text}'")
    if text not in ("epoch", "infinity"):
        assert both.direct(f"select '{text}'::timestamptz") == "22007"


@pytest.mark.parametrize(
    "query",
    ["select 'today'::text as when_", "select 1 where 'x' like 'now'", "select 'a' ~ 'now'"],
)
def test_a_word_of_the_clock_may_be_text(query: str) -> None:
    parse_query(query)


MADE = (
    "('to'||'day')::date",
    "concat('to', 'day')::date",
    "reverse('won')::date",
    "('{\"k\":\"now\"}'::jsonb ->> 'k')::date",
    "('{\"k\":\"\\u006eow\"}'::jsonb #>> '{k}')::date",
    "cast('to' || 'day' as timestamp with time zone)",
    "date('to' || left(name, 0) || 'DAY')",
    "'nowx'::varchar(3)::date",
    "cast(cast('nowx' as char(3)) as timestamp)",
    "replace('noXw', 'X', '')::text::timestamptz(3)",
    "(case when true then lower('NO' || 'W') end)::time",
)
MADE_OF_CASTS = (
    "('now'::text)::date",
    "cast('now'::text as date)",
    "(('today'::varchar))::timestamptz",
    "('now'::text)::pg_catalog.date",
    "('[now,)'::text)::tstzrange",
    "cast((select 'now'::text) as date)",
    "chr(110)||chr(111)||chr(119)::date",
    "(chr(110)||chr(111)||chr(119))::date",
)
HONEST = (
    "(name || ' 10:00')::timestamp",
    "(payload ->> 'downloaded_at')::timestamptz",
    "at::date",
    "(at at time zone 'America/New_York')::date",
    "date_trunc('day', at)::date",
    "left(name, 10)::date",
    "cast(split_part(name, '_', 2) as date)",
    "(name || ' UTC')::timestamptz",
    "replace(name, '/', '-')::date",
    "(at - interval '1 day')::date",
    "name::text::date",
)


def test_a_time_that_is_made_of_text_may_not_spell_a_clock() -> None:
    for made in MADE + MADE_OF_CASTS:
        with pytest.raises(SqlRefused, match=r"may spell now or today.* \(line 1, column"):
            parse_query(f"select count(*) from t where {made} > at")
    for made in MADE:
        with pytest.raises(SqlRefused, match="may spell now or today"):
            expressions.parse(f"at > {made}")
    for honest in HONEST:
        parse_query(f"select {honest} as date from t where {honest} > :as_of")
        expressions.parse(f"at > {honest}")


def test_a_sample_of_a_table_is_the_same_each_time() -> None:
    parse_query("select count(*) from t tablesample system (1) repeatable (7) where id > 0")
    for rest in ("", " where id > 0", " r", ", u tablesample system (1) repeatable (1)"):
        with pytest.raises(SqlRefused, match=r"write REPEATABLE \(1\) behind it"):
            parse_query(f"select count(*) from t tablesample bernoulli (1){rest}")


SPELLINGS = (
    "pg_sleep(1)", "PG_SLEEP (1)", "pg_catalog.pg_sleep(1)", "\"pg_sleep\"(1)",
    "pg_catalog . \"pg_sleep\"(1)", "pg_catalog/**/./**/pg_sleep -- x\n (1)",
    "U&\"pg\\005fsleep\"(1)", "u&\"\\0070g_sleep\"(1)", "ts_stat('select 1')",
    "query_to_xml('select 1', true, true, '')", "cursor_to_xml('c', 1, true, true, '')",
    "table_to_xml('t', true, true, '')", "database_to_xml(true, true, '')", "dblink('x', 'y')",
    "public.dblink_exec('x', 'y')", "pg_try_advisory_lock(1)", "pg_advisory_xact_lock_shared(1)",
    "pg_read_file('x')", "pg_ls_dir('.')", "lo_import('x')", "lowrite(1, 'x')",
    "set_config('a', 'b', true)", "current_setting('x')", "pg_export_snapshot()", "nextval('s')",
    "currval('s')", "txid_current()", "pg_current_xact_id()", "random()", "gen_random_uuid()",
    "clock_timestamp()", "pg_catalog.now()", "\"now\"()", "timeofday()", "statement_timestamp()",
    "pg_catalog.\"clock_timestamp\"()", "current_date", "CURRENT_TIMESTAMP", "current_time(3)",
    "localtime", "localtimestamp(0)", "age(at)", "age((at, 1))", "aws_lambda.invoke('x', 'y')",
    "cron.schedule('x', 'y')", "ts_rewrite('a', 'select 1')", "normal_rand(1, 0, 1)",
    "gen_random_bytes(4)", "gen_salt('md5')",
)  # fmt: skip


@pytest.mark.parametrize("call", SPELLINGS)
def test_a_name_is_refused_in_every_spelling_and_place(call: str) -> None:
    for query in (
        f"select {call}",
        f"select count(*) from t where {call} is null",
        f"select 1 from t order by {call}",
        f"with x as (select {call}) select 1 from x",
        f"select sum(id) filter (where {call} is null) over () from t",
        f"select 1 from {call} as x",
        f"select case when id > 0 then {call} end from t",
    ):
        with pytest.raises(SqlRefused, match=r"\(line [12], column [0-9]+\)$"):
            parse_query(query)
    with pytest.raises(SqlRefused, match=r"\(line [12], column [0-9]+\)$"):
        expressions.parse(f"{call} is null")


def test_a_reserved_word_may_be_the_name_of_a_column() -> None:
    parse_query('select t.current_date, "current_date", 1 as localtime from t')
