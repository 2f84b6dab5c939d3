"""What the statements of a pass may use: JIT, memory and workers, in every transaction of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.engines.postgres.connector import Connector

from tests.conftest import execute
from tests.database.test_warehouse import failure, session_on, warehouse_at

COSTS = (
    "SELECT current_setting('jit') AS jit, current_setting('work_mem') AS work_mem,"
    " current_setting('max_parallel_workers_per_gather') AS workers"
)


def test_it_holds_in_every_transaction_of_a_pass(database: str) -> None:
    execute(
        database,
        "ALTER DATABASE {0} SET jit = on; ALTER DATABASE {0} SET work_mem = '7MB';"
        "ALTER DATABASE {0} SET max_parallel_workers_per_gather = 3".format(
            database.rpartition("/")[2]
        ),
    )
    with session_on(database) as session:
        assert session.rows(COSTS) == [{"jit": "off", "work_mem": "7MB", "workers": "3"}]
    connector = Connector(warehouse_at(database, work_mem="96MB", parallel_workers=0))
    held = [{"jit": "off", "work_mem": "96MB", "workers": "0"}]
    with connector.snapshot() as session:
        assert session.rows(COSTS) == held
        name = session.export()
        assert name is not None
        with connector.beside(session, name) as other:
            assert other.rows(COSTS) == held
        failure(session, "SELECT 1 / 0")
        assert session.rows(COSTS) == held
        session._connection.execute("ROLLBACK", seconds=5)
        after = session._connection.execute(COSTS, seconds=5)
        assert after[1] == [("on", "7MB", "3")]


def test_a_transaction_that_begins_anew_has_its_settings(database: str) -> None:
    execute(
        database,
        "REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC;"
        "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN",
    )
    try:
        role = database.replace("postgres@", "reader@")
        with session_on(role, work_mem="96MB", parallel_workers=0) as session:
            assert session.export() is None
            assert session.rows(COSTS) == [{"jit": "off", "work_mem": "96MB", "workers": "0"}]
    finally:
        execute(database, "DROP OWNED BY reader; DROP ROLE reader")


MEDDLING = """
CREATE SCHEMA shop;
CREATE ROLE hidden_reader LOGIN; CREATE ROLE other; GRANT other TO hidden_reader;
CREATE FUNCTION shop.meddle() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN
  PERFORM set_config('row_security', 'on', true);
  PERFORM set_config('datestyle', 'SQL, DMY', true);
  PERFORM set_config('role', 'other', true);
  PERFORM set_config('work_mem', '64kB', true);
  PERFORM set_config('enable_indexscan', 'off', true);
  PERFORM set_config('quote_all_identifiers', 'on', false);
  PERFORM set_config('app.tenant', '2', true);
  RETURN 1; END $$;
CREATE VIEW shop.meddler AS SELECT shop.meddle() AS n;
CREATE TABLE shop.hidden (revenue int); INSERT INTO shop.hidden VALUES (-1), (1);
ALTER TABLE shop.hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY positive ON shop.hidden USING (revenue > 0);
GRANT USAGE ON SCHEMA shop TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA shop TO PUBLIC;
"""
OTHERS = (
    "SELECT current_user::text AS who, current_setting('work_mem') AS work_mem,"
    " current_setting('enable_indexscan') AS indexes, DATE '2026-03-09'::text AS day,"
    " quote_ident('plain') AS name, coalesce(current_setting('app.tenant', true), '') AS tenant"
)


@pytest.mark.parametrize("call", ["shop.meddle()", "n FROM shop.meddler"])
def test_what_a_function_sets_does_not_hold_for_the_next_statement(
    database: str, call: str
) -> None:
    execute(database, MEDDLING)
    try:
        with session_on(database.replace("postgres@", "hidden_reader@")) as session:
            before = session.rows(OTHERS)
            session.rows(f"SELECT {call}")
            assert "row-level security" in failure(session, "SELECT * FROM shop.hidden").detail
            session.rows_of(f"SELECT {call}", "UTC", 2)
            assert session.rows(OTHERS) == before
            session.rows(f"SELECT {call}")
            assert session.rewritten() == []
            assert session.relations([("shop", "hidden")])[("shop", "hidden")].columns
    finally:
        execute(database, "DROP OWNED BY hidden_reader; DROP ROLE hidden_reader, other")


def test_a_function_that_leaves_no_time_costs_its_own_statement_only(database: str) -> None:
    execute(
        database,
        "CREATE FUNCTION hasty() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM set_config('search_path', 'nowhere', true);"
        " PERFORM set_config('lock_timeout', '1', true);"
        " PERFORM set_config('statement_timeout', '1', true); RETURN 1; END $$",
    )
    with session_on(database) as session:
        for _ in range(3):
            with suppress(Unmeasured):
                session.rows("SELECT hasty() AS n")
            assert session.rows("SELECT 1 AS n") == [{"n": 1}]
