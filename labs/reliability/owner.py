"""The owner's SQL tries more than it should, or could be misread."""

from __future__ import annotations

import json
import subprocess

from labs.reliability.commands import VOLUME, ended, refused
from labs.reliability.judged import NOON, ORDERS, judged, orders, told
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage

CRAFTED = (
    r"select date_part('day'); commit; create table taken (id int); delete from orders; --', ts)"
    " from orders limit 1",
    r"select date_part(E'day\'); commit; create table taken (id int); --', ts) from orders",
    "select date_part($$day'); commit; create table taken (id int); --$$, ts) from orders limit 1",
    "select count(*) from orders; commit; create table taken (id int)",
    "select count(*) from orders /* ' */; create table taken (id int) --'",
)
ACTS = (
    "query_to_xml('delete from orders', true, true, '')", "ts_stat('select 1')", "dblink('x', 'y')",
    "pg_advisory_lock(1)", "pg_terminate_backend(1)", "pg_sleep(1)", "lo_import('/etc/passwd')",
    "pg_read_file('PG_VERSION')", "set_config('statement_timeout', '0', false)",
    "pg_catalog.pg_sleep(1)", '"pg_sleep"(1)', "nextval('s')", "txid_current()",
)  # fmt: skip
CLOCKS = ("'now'::timestamptz", "date 'yesterday'", "timestamptz 'today'", "now()", "current_date")


def queries(*texts: str, limit: str = "critical: '< 0'") -> str:
    """A config with a query of its own for each text."""
    lines = [f"  - {{name: q{n}, sql: {json.dumps(t)}, {limit}}}" for n, t in enumerate(texts)]
    return orders(VOLUME) + "queries:\n" + "\n".join(lines) + "\n"


@scenario(
    "crafted-literal",
    fault="Queries with a second statement in or behind a literal or a comment (commit; create"
    " table; delete), for a role that may write; also through `plan --explain`.",
    bound="Refused, or plain text: nothing is created, nothing deleted.",
    long=True,
)
def crafted_literal(stage: Stage) -> str:
    """What is text stays text."""
    stage.sql(ORDERS)
    seen = []
    for text in CRAFTED:
        stage.write(queries(text))
        code, _ = ended(stage, "check", NOON, stdout=subprocess.DEVNULL)
        ended(stage, "plan", "--explain", stdout=subprocess.DEVNULL)
        assert stage.sql("SELECT to_regclass('taken') IS NULL, count(*) FROM orders") == [
            (True, 100)
        ], text
        assert code in (2, 3), text
        seen.append(str(code))
    return f"exit codes {', '.join(seen)}; no table was created, no row is gone"


@scenario(
    "functions-that-act",
    fault="Queries that call functions which run SQL given as text, lock, wait, end sessions, read"
    " files or change settings, also with a schema and in quotes.",
    bound="Refused by name when the config is read, each with its line.",
    long=True,
)
def functions_that_act(stage: Stage) -> str:
    """A read-only transaction does not keep a function from acting."""
    texts = [f"select count(*) from orders where {act} is not null" for act in ACTS]
    places = [f"config.yml:{11 + n}: queries[{n}].sql" for n in range(len(ACTS))]
    return f"{len(ACTS)} functions, each with its place; {refused(stage, queries(*texts), *places)}"


@scenario(
    "words-of-the-clock",
    fault="Queries and conditions that ask the server's clock, also as text: 'now', 'yesterday'.",
    bound="Refused: every verdict is as of a given instant.",
    long=True,
)
def words_of_the_clock(stage: Stage) -> str:
    """A gate for last week must not judge by today."""
    texts = [f"select count(*) from orders where ts < {clock}" for clock in CLOCKS]
    conditions = [json.dumps(f"ts < {clock}") for clock in CLOCKS]
    places = [f"queries[{n}].sql" for n in range(len(CLOCKS))]
    refused(stage, queries(*texts), *places)
    checks = [
        f"volume: {{name: v{n}, where: {condition}, critical: '< 1'}}"
        for n, condition in enumerate(conditions)
    ]
    places = [f"checks[{n}].volume.where" for n in range(len(CLOCKS))]
    seen = refused(stage, orders(*checks), *places)
    return f"{len(CLOCKS)} words, each in a query and in a condition; {seen}"


@scenario(
    "written-is-run",
    fault="Texts that another reading of SQL would change: interval '1 day 12:00', '2 days ago',"
    " nested comments, dollar quotes, E'' and U&'' texts, an operator beside a comment.",
    bound="The number is what the server returns for the text as it is written.",
    long=True,
)
def written_is_run(stage: Stage) -> str:
    """The server's answer to the text is the answer."""
    stage.sql(ORDERS + "UPDATE orders SET ts = ts - id * interval '1 hour'")
    since = "select count(*) from orders where ts > timestamptz '2026-03-09 12:00+00' - "
    texts = (
        f"{since}interval '1 day 12:00'",
        f"{since}interval '2 days ago' * -1",
        f"{since}'1 day'::interval /* a /* nested */ 'comment' */ * 1.5",
        f"{since}($t$1 day$t$)::interval",
        "select count(*) from orders where client > E'c\\x35'",
        "select count(*) from orders where client > U&'c\\0035'",
        "select count(*) from orders where id =--'\n 7",
        "select count(*) from orders where client like 'c1%' and client !~ '^c1\\d$'",
    )
    expected = [int(stage.sql(text)[0][0]) for text in texts]
    stage.write(queries(*texts))
    said = stage.gate(NOON).said
    got = [int(said[f"queries.q{n}"].text.split()[1].replace(",", "")) for n in range(len(texts))]
    assert got == expected
    return f"{len(texts)} texts: {', '.join(map(str, got))}, as the server says"


@scenario(
    "columns-collide",
    fault='A query names its columns "x y" and "x-y": the same label, once cleaned.',
    bound="Refused with both names; never one instead of the other.",
    long=True,
)
def columns_collide(stage: Stage) -> str:
    """Two columns are two labels."""
    text = 'select client as "x y", client as "x-y", 1 as value from orders limit 3'
    return refused(stage, queries(text), "'x y' and 'x-y'")


@scenario(
    "query-that-writes",
    fault="A query calls a function of the warehouse that inserts; another that sets the"
    " time-out to nothing and then takes a minute.",
    bound="Nothing is written (25006), and the time-out holds: UNKNOWN each.",
    long=True,
)
def query_that_writes(stage: Stage) -> str:
    """What no list can know is stopped by the server."""
    tables = f"""{ORDERS}
    CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql AS
        'BEGIN INSERT INTO orders VALUES (0); RETURN 1; END';
    CREATE FUNCTION lingers() RETURNS int LANGUAGE plpgsql AS
        'BEGIN SET statement_timeout = 0; PERFORM pg_sleep(60); RETURN 1; END';
    """
    config = queries("select writes()", "select lingers()")
    config = config.replace("warehouse: {", "warehouse: {statement_timeout: 1s, pass_timeout: 5s, ")
    gate = judged(stage, tables, config)
    assert {gate.said[f"queries.q{n}"].word for n in (0, 1)} == {"UNKNOWN"}
    assert stage.sql("SELECT count(*) FROM orders") == [(100,)]
    assert stage.running() == []
    seen = "; ".join(f"{check} {one}" for check, one in sorted(gate.said.items()))
    return f"{seen}; {gate}; no row more"


@scenario(
    "endless-query",
    fault="Queries without end: a recursion, and a join of everything with everything.",
    bound="UNKNOWN (timeout) for each; the others are judged.",
    long=True,
)
def endless_query(stage: Stage) -> str:
    """A query costs its time-out at most."""
    texts = (
        "with recursive n as (select 1 as i union all select i + 1 from n) select max(i) from n",
        "select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b",
    )
    config = queries(*texts).replace("warehouse: {", "warehouse: {statement_timeout: 1s, ")
    expected = {f"queries.q{n}": "UNKNOWN (timeout)" for n in range(2)}
    return told(judged(stage, ORDERS, config), {**expected, "orders.volume": "PASS"}, 3)


@scenario(
    "many-rows",
    fault="A query gives two million rows where one number is meant.",
    bound="UNKNOWN (result), with how many there may be.",
    long=True,
)
def many_rows(stage: Stage) -> str:
    """No list of everything in memory."""
    text = "select i as n, 1 as value from generate_series(1, 2000000) i"
    gate = judged(stage, ORDERS, queries(text))
    assert "more than 1,000 rows" in gate.said["queries.q0"].text
    return told(gate, {"orders.volume": "PASS", "queries.q0": "UNKNOWN (result)"}, 3)
