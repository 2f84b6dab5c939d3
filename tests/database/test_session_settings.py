"""What the statements of a pass may use: JIT, memory and workers, in every transaction of it."""

from __future__ import annotations

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
        session._wire.execute("ROLLBACK", seconds=5)
        after = session._wire.execute(COSTS, seconds=5)
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
