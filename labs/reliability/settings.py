"""Other people's rights and settings would change what is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from warehouse_exporter.demo.postgres import Postgres

from labs.reliability.judged import NOON, ORDERS, judged, orders, told, words
from labs.reliability.pooler import pooler
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage
from tests.support.programs import require

NEGATIVE = "negative_revenue: {critical: '> 0'}"
VOLUME = "volume: {critical: '< 100'}"
HIDDEN = f"""{ORDERS}
UPDATE orders SET revenue = -1 WHERE id > 50;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY half ON orders USING (id <= 50);
"""


@contextmanager
def role(stage: Stage, name: str, *given: str) -> Iterator[None]:
    """A role that may read all tables; `given` are more statements about it."""
    stage.sql(f"DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN")
    stage.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    for statement in given:
        stage.sql(statement)
    try:
        yield
    finally:
        stage.sql(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


def gate_of(stage: Stage, name: str, config: str) -> dict[str, str]:
    """What the gate says as a role."""
    stage.write(config, role=name)
    return words(stage.gate(NOON))


@scenario(
    "row-security",
    fault="A policy of row-level security lets the role see 50 of 100 orders; the bad ones are the"
    " others.",
    bound="UNKNOWN (permission): some of the rows are never taken for all.",
)
def row_security(stage: Stage) -> str:
    """What may not be seen is not measured."""
    stage.sql(HIDDEN)
    with role(stage, "watcher"):
        seen = gate_of(stage, "watcher", orders(VOLUME, NEGATIVE))
    assert set(seen.values()) == {"UNKNOWN (permission)"}
    with role(stage, "watcher", "ALTER ROLE watcher BYPASSRLS"):
        all_ = gate_of(stage, "watcher", orders(VOLUME, NEGATIVE))
    assert all_ == {"orders.negative_revenue": "FAIL", "orders.volume": "PASS"}
    return "UNKNOWN (permission); with BYPASSRLS: FAIL: negative_revenue"


@scenario(
    "settings-of-the-role",
    fault="The role has settings of its own: standard_conforming_strings off, DateStyle SQL, DMY,"
    " another time zone, transform_null_equals, and a time-out of idle transactions.",
    bound="The same numbers as without them.",
    long=True,
)
def settings_of_the_role(stage: Stage) -> str:
    """Nobody's habits change what a text means."""
    stage.sql(ORDERS + r"UPDATE orders SET client = 'a\b' WHERE id <= 40")
    config = orders(
        VOLUME,
        r"""volume: {name: slashes, where: "client = 'a\\b'", critical: '< 40'}""",
        """volume: {name: dates, where: "ts < timestamptz '2026-03-10'", critical: '< 100'}""",
        """volume: {name: nulls, where: "revenue = null", critical: '> 0'}""",
    )
    habits = {
        "standard_conforming_strings": "off",
        "DateStyle": "'SQL, DMY'",
        "TimeZone": "'Asia/Tokyo'",
        "transform_null_equals": "on",
        "IntervalStyle": "'iso_8601'",
        "extra_float_digits": "-15",
        "idle_in_transaction_session_timeout": "'1s'",
        "default_transaction_isolation": "'serializable'",
    }
    given = [f"ALTER ROLE watcher SET {name} = {value}" for name, value in habits.items()]
    with role(stage, "watcher"):
        plain = gate_of(stage, "watcher", config)
    with role(stage, "watcher", *given):
        peculiar = gate_of(stage, "watcher", config)
    assert plain == peculiar
    assert set(plain.values()) == {"PASS"}
    return f"{len(habits)} settings: {len(plain)} checks PASS, with them and without"


@scenario(
    "search-path-left-behind",
    fault="Behind a pgbouncer in transaction mode: another client leaves `search_path = staging`,"
    " and `row_security`, in the session that it lends; staging has tables of the same names.",
    bound="The orders of the schema that role and database name, never those of staging.",
    long=True,
)
def search_path_left_behind(stage: Stage) -> str:
    """What is read does not depend on who was here before."""
    require("pgbouncer")
    stage.sql(f"CREATE SCHEMA staging; {ORDERS} CREATE TABLE staging.orders AS TABLE orders")
    stage.sql("UPDATE orders SET revenue = -1")
    config = orders(VOLUME, NEGATIVE)
    database = stage.dsn.rpartition("/")[2]
    with pooler(stage.server, database) as port:
        dsn = stage.dsn.replace(f":{stage.server.port}/", f":{port}/")
        other = psycopg2.connect(host="127.0.0.1", port=port, dbname=database, user="any")
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute("SET search_path = staging; SET row_security = off")
            through = Stage(stage.server, dsn, stage.folder)
            through.write(config)
            gate = through.gate(NOON)
        other.close()
    return told(gate, {"orders.negative_revenue": "FAIL", "orders.volume": "PASS"}, 1)


@scenario(
    "shadowed-functions",
    fault="The role's search_path puts a schema before pg_catalog, in which somebody has put a"
    " function `count(integer)`, another that PostgreSQL has, too, and a table pg_class.",
    bound="The numbers are PostgreSQL's, or nothing is measured and the message has the name.",
    long=True,
)
def shadowed_functions(stage: Stage) -> str:
    """Nobody answers in the place of the server."""
    shadows = f"""{ORDERS} UPDATE orders SET revenue = -1;
    CREATE SCHEMA evil;
    CREATE TABLE evil.pg_class AS SELECT 1 AS oid;
    CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
    GRANT USAGE ON SCHEMA evil TO PUBLIC; GRANT SELECT ON evil.pg_class TO PUBLIC;
    """
    aggregate = """
    CREATE FUNCTION evil.one(bigint, integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
    CREATE AGGREGATE evil.count(integer) (SFUNC = evil.one, STYPE = bigint, INITCOND = '1');
    """
    path = "ALTER ROLE watcher SET search_path = evil, pg_catalog, public"
    stage.sql(shadows)
    with role(stage, "watcher", path):
        table = gate_of(stage, "watcher", orders(VOLUME, NEGATIVE))
        stage.sql(aggregate)
        stage.write(orders(VOLUME, NEGATIVE), role="watcher")
        gate = stage.gate(NOON)
    assert table == {"orders.negative_revenue": "FAIL", "orders.volume": "PASS"}
    assert {one.word for one in gate.said.values()} <= {"UNKNOWN", "FAIL"}
    assert all("evil.count" in one.text for one in gate.said.values() if one.word == "UNKNOWN")
    seen = ", ".join(sorted(set(words(gate).values())))
    return f"table and function: as ever; count(integer): {seen}; {gate}"


@scenario(
    "transaction-timeout",
    fault="PostgreSQL 18, and a role with transaction_timeout = 1s; a pass takes longer.",
    bound="Measured: only our own deadline ends a pass.",
    long=True,
)
def transaction_timeout(stage: Stage) -> str:
    """A time-out that ends the session would look like a warehouse that is down."""
    with Postgres(18) as server:
        own = Stage(server, server.create_database("shop"), stage.folder)
        slow = """
        CREATE FUNCTION slowly() RETURNS int LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(1.5); RETURN 1; END';
        CREATE VIEW slow AS SELECT slowly() AS id;
        """
        config = f"{orders(VOLUME)}  slow: {{relation: slow, checks: [{{{VOLUME}}}]}}\n"
        own.sql("ALTER ROLE postgres SET transaction_timeout = '1s'")
        gate = judged(own, ORDERS + slow, config.replace("< 100'}}]", "< 1'}}]"))
    return told(gate, {"orders.volume": "PASS", "slow.volume": "PASS"}, 0)
