"""The connection to a real server: read-only, one instant, bounded in time, and discreet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from warehouse_exporter.config import Warehouse
from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.engines.postgres.connection import Connection
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session

from tests.conftest import execute

SLOW = (
    "CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql AS"
    " 'BEGIN PERFORM pg_sleep(60); RETURN 1; END';"
    "CREATE VIEW slow AS SELECT slow() AS n"
)
OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'warehouse-exporter'"


def warehouse_at(dsn: str | None, **settings: Any) -> Warehouse:
    """The warehouse of a config, with short limits."""
    usual = Warehouse(
        dsn=dsn, dsn_file=None, timezone=ZoneInfo("UTC"), statement_timeout=10.0,
        lock_timeout=5.0, pass_timeout=30.0, connect_timeout=2.0, connections=3,
    )  # fmt: skip
    return replace(usual, **settings)


@pytest.fixture
def rows_of_one(database: str) -> str:
    """A database with a table of one row, and a view that takes a minute."""
    execute(database, f"CREATE TABLE t (a int); INSERT INTO t VALUES (1); {SLOW}")
    return database


@contextmanager
def session_on(dsn: str, **settings: Any) -> Iterator[Session]:
    """A snapshot."""
    with Connector(warehouse_at(dsn, **settings)).snapshot() as session:
        yield session


def failure(session: Session, sql: str) -> Unmeasured:
    """Why a statement is not measured."""
    with pytest.raises(Unmeasured) as failed:
        session.rows(sql)
    return failed.value


@contextmanager
def within(seconds: float, condition: Callable[[], bool], pause: threading.Event) -> Iterator[None]:
    """Wait until a condition holds, at most so long."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            yield
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")


def test_the_server_refuses_to_write_and_the_next_statement_still_reads(rows_of_one: str) -> None:
    with session_on(rows_of_one) as session:
        for write in (
            "INSERT INTO t VALUES (2) RETURNING a",
            "WITH d AS (DELETE FROM t RETURNING a) SELECT * FROM d",
            "CREATE TABLE u (a int)",
        ):
            error = failure(session, write)
            assert error.reason == Reason.STATEMENT
            assert "read-only transaction (25006)" in error.detail
        assert session.rows("SELECT a FROM t") == [{"a": 1}]
    assert execute(rows_of_one, "SELECT a FROM t") == [(1,)]


def test_what_others_commit_in_the_middle_of_a_pass_is_not_seen(rows_of_one: str) -> None:
    with session_on(rows_of_one) as session:
        assert session.rows("SELECT count(*) AS n FROM t") == [{"n": 1}]
        execute(rows_of_one, "INSERT INTO t VALUES (2)")
        failure(session, "SELECT 1 / 0")
        assert session.rows("SELECT count(*) AS n FROM t") == [{"n": 1}]
    with session_on(rows_of_one) as session:
        assert session.rows("SELECT count(*) AS n FROM t") == [{"n": 2}]


FAILING = [
    ("SELECT * FROM nowhere", Reason.MISSING_RELATION, "relation nowhere does not exist (42P01)"),
    ("SELECT * FROM no.where_", Reason.MISSING_RELATION, "does not exist"),
    ("SELECT b FROM t", Reason.MISSING_COLUMN, "column b does not exist (42703)"),
    ("SELECT a || a FROM t", Reason.COLUMN_TYPE, "operator does not exist"),
    ("SELECT 'private'::int", Reason.COLUMN_TYPE, "a value cannot be read as the type"),
    ("SELECT 1 / (a - 1) FROM t", Reason.STATEMENT, "division by zero"),
    ("SELEC 1", Reason.STATEMENT, "syntax error"),
    ("SELECT '12000-01-01'::date", Reason.RESULT, "an answer cannot be read"),
]


@pytest.mark.parametrize(("sql", "reason", "detail"), FAILING)
def test_a_failing_statement_says_why_and_harms_no_other(
    rows_of_one: str, sql: str, reason: Reason, detail: str
) -> None:
    with session_on(rows_of_one) as session:
        error = failure(session, sql)
        assert error.reason == reason
        assert detail in error.detail
        assert "private" not in error.detail, "values of rows stay where they are"
        assert session.rows("SELECT a FROM t") == [{"a": 1}]


def test_a_column_and_a_table_without_a_grant_are_permissions(rows_of_one: str) -> None:
    execute(rows_of_one, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN")
    execute(rows_of_one, "CREATE TABLE u (a int, b int); GRANT SELECT (a) ON u TO reader")
    try:
        with session_on(rows_of_one.replace("postgres@", "reader@")) as session:
            assert failure(session, "SELECT a FROM t").reason == Reason.PERMISSION
            assert failure(session, "SELECT b FROM u").reason == Reason.PERMISSION
            assert session.rows("SELECT a FROM u") == []
            found = session.relations([("t",), ("u",), ("nowhere",)])
            assert not found["t",].readable
            assert found["u",].readable
            assert [c.readable for c in found["u",].columns.values()] == [True, False]
            assert ("nowhere",) not in found
    finally:
        execute(rows_of_one, "DROP OWNED BY reader; DROP ROLE reader")


def test_a_slow_statement_is_ended_by_the_server(rows_of_one: str) -> None:
    with session_on(rows_of_one, statement_timeout=0.3) as session:
        error = failure(session, "SELECT * FROM slow")
        assert error.reason == Reason.TIMEOUT
        assert error.detail == "canceled after 0.3 s (statement_timeout)"
        [(running,)] = execute(rows_of_one, f"{OURS} AND state = 'active'")
        assert running == 0
        assert session.rows("SELECT a FROM t") == [{"a": 1}]
    with within(5, lambda: execute(rows_of_one, OURS) == [(0,)], threading.Event()):
        pass


def test_a_locked_table_costs_the_lock_timeout_and_no_more(rows_of_one: str) -> None:
    holder = psycopg2.connect(rows_of_one)
    try:
        holder.cursor().execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with session_on(rows_of_one, lock_timeout=0.2) as session:
            assert failure(session, "SELECT a FROM t").reason == Reason.LOCK
            assert session.rows("SELECT 1 AS n") == [{"n": 1}]
    finally:
        holder.close()


def test_a_pass_that_took_too_long_begins_nothing_more(rows_of_one: str) -> None:
    with session_on(rows_of_one, pass_timeout=0.4) as session:
        error = failure(session, "SELECT * FROM slow")
        assert error.reason == Reason.TIMEOUT
        error = failure(session, "SELECT a FROM t")
        assert error.detail == "not begun: the pass took longer than 0.4 s"
        assert session.statements == 1


def test_an_administrator_who_cancels_is_no_timeout(rows_of_one: str) -> None:
    pause = threading.Event()
    cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query ~ 'FROM slow$'"

    def end_it() -> None:
        with within(10, lambda: bool(execute(rows_of_one, cancel)), pause):
            pass

    thread = threading.Thread(target=end_it)
    with session_on(rows_of_one) as session:
        thread.start()
        error = failure(session, "SELECT * FROM slow")
        thread.join()
    assert error.reason == Reason.CANCELED


def test_a_connection_that_is_cut_is_unreachable(rows_of_one: str) -> None:
    with session_on(rows_of_one) as session:
        execute(
            rows_of_one,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'warehouse-exporter'",
        )
        error = failure(session, "SELECT a FROM t")
        assert isinstance(error, Unreachable)
        assert error.detail == "terminating connection due to administrator command"
        assert isinstance(failure(session, "SELECT a FROM t"), Unreachable)


def test_shutting_down_ends_what_runs_and_lets_nothing_begin(rows_of_one: str) -> None:
    connector = Connector(warehouse_at(rows_of_one))
    running = "SELECT 1 FROM pg_stat_activity WHERE query ~ 'FROM slow$' AND state = 'active'"

    def end_it() -> None:
        with within(10, lambda: bool(execute(rows_of_one, running)), threading.Event()):
            connector.stop()

    thread = threading.Thread(target=end_it)
    thread.start()
    with connector.snapshot() as session:
        error = failure(session, "SELECT * FROM slow")
        thread.join()
        assert error.reason == Reason.CANCELED
        assert "not begun" in failure(session, "SELECT a FROM t").detail
    with pytest.raises(Unreachable, match="shutting down"), connector.snapshot():
        pass


def test_settings_are_made_in_the_transaction_and_end_with_it(rows_of_one: str) -> None:
    with session_on(rows_of_one, lock_timeout=1.5, statement_timeout=7) as session:
        [found] = session.rows(
            "SELECT current_setting('lock_timeout') AS lock,"
            " current_setting('statement_timeout') AS statement,"
            " current_setting('idle_in_transaction_session_timeout') AS idle,"
            " current_setting('application_name') AS name, current_setting('timezone') AS zone,"
            " current_setting('transaction_isolation') AS level,"
            " current_setting('transaction_read_only') AS read_only"
        )
        assert found == {
            "lock": "1500ms", "statement": "7s", "idle": "30s", "name": "warehouse-exporter",
            "zone": "UTC", "level": "repeatable read", "read_only": "on",
        }  # fmt: skip
        session._connection.execute("ROLLBACK", seconds=5)
        after = session._connection.execute(
            "SELECT current_setting('statement_timeout')", seconds=5
        )
        assert after[1] == [("0",)]


SECRET = "hunter2"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/w",
        f"postgresql://me:{SECRET}@nowhere.invalid/w",
        f"host=127.0.0.1 port=1 password={SECRET}",
        f"host=127.0.0.1 port=1 pasword={SECRET}",
        f"postgresql://me:{SECRET}@127.0.0.1:99999/w",
        f"postgresql://me:{SECRET}@127.0.0.1:port/w",
        f"{SECRET}",
        f"host='127.0.0.1 password={SECRET}",
        f"postgresql://me:{SECRET}@[::1/w",
        f"postgresql://me:%zz{SECRET}@127.0.0.1:1/w",
        f"host=127.0.0.1 password={SECRET}\0",
        f"postgresql://shop:abc@{SECRET}@warehouse.internal:5432/shop",
        f"postgresql://localhost:{SECRET}/more@localhost/shop",
        f"postgresql://localhost:a@{SECRET}/b@localhost/shop",
        f"postgresql://localhost:a/{SECRET}@b@localhost/shop",
        f"postgresql://shop:a@localhost?{SECRET}=1@localhost/shop",
        f"postgresql://127.0.0.1?user=shop&password=abc@{SECRET}Tail",
        f"postgresql://localhost?password=abc@{SECRET}:1",
        f"postgresql://localhost:1/shop?password=abc@{SECRET}",
        f"postgresql://127.0.0.1:1/shop?password=abc&user={SECRET}",
        f"postgresql://localhost:{SECRET}",
        f"postgresql://localhost:{SECRET}/shop",
        f"host=127.0.0.1 port={SECRET}",
        f"host=127.0.0.1 port=1 sslmode={SECRET}",
        f"host=127.0.0.1 port=1 channel_binding={SECRET}",
        f"host=127.0.0.1 port=1 connect_timeout={SECRET}",
        f"host=127.0.0.1 port=1 sslmode=verify-full sslrootcert={SECRET}",
        f"host=127.0.0.1 service={SECRET}",
        f"host={SECRET}!x port=1",
    ],
)
def test_a_warehouse_out_of_reach_is_told_without_its_password(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []

    def nobody(*asked: object, **options: object) -> list[object]:
        looked_up.append(asked)
        raise OSError("no such host")

    if "127.0.0.1" not in dsn:
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(Unreachable) as failed, session_on(dsn):
        pass
    assert failed.value.reason == Reason.CONNECTION
    assert SECRET not in f"{failed.value} {looked_up}"
    assert len(str(failed.value)) < 250


def test_an_ambiguous_dsn_is_told_what_to_do() -> None:
    for dsn, said in (
        ("postgresql://shop:abc@tail@warehouse/shop", "the DSN has more than one @"),
        ("postgresql://shop:abc/tail@warehouse/shop", "the DSN has a / before its @"),
        ("postgresql://host?password=abc@tail", "the DSN has a [?] before its @"),
    ):
        with pytest.raises(Unreachable, match=f"{said}: percent-encode the password"):
            Connection(dsn, 1, threading.Event())


def test_a_refused_connection_names_what_the_owner_has_named(rows_of_one: str) -> None:
    nowhere = rows_of_one.rpartition("/")[0]
    for dsn, said in (
        (f"{nowhere}/nothing", 'database "nothing" does not exist'),
        (rows_of_one.replace("postgres@", "nobody_here@"), 'role "nobody_here" does not exist'),
        (f"{nowhere}/{'x' * 70}", "database does not exist"),
    ):
        with pytest.raises(Unreachable) as failed:
            Connection(dsn, 5, threading.Event())
        assert failed.value.detail == said


def test_a_transaction_that_the_server_refuses_is_not_out_of_reach(rows_of_one: str) -> None:
    connector = Connector(warehouse_at(rows_of_one, work_mem="1kB"))
    with pytest.raises(Unreachable) as failed, connector.snapshot():
        pass
    assert failed.value.reason is Reason.STATEMENT
    assert failed.value.detail.startswith("the server refuses the transaction: ")
    assert failed.value.detail.endswith("(22023)")


def test_a_dsn_file_is_read_anew_on_every_connect(rows_of_one: str, tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    connector = Connector(warehouse_at(None, dsn_file=file))
    with pytest.raises(Unreachable, match="dsn: No such file"), connector.snapshot():
        pass
    file.write_text(f"{rows_of_one}\n")
    with connector.snapshot() as session:
        assert session.rows("SELECT a FROM t") == [{"a": 1}]
    for written, said in ((b"\xff\xfe", "not UTF-8"), (b"\n", "the DSN is empty")):
        file.write_bytes(written)
        with pytest.raises(Unreachable, match=said), connector.snapshot():
            pass


def test_the_catalogue_knows_types_and_indexes_of_every_kind_of_relation(database: str) -> None:
    execute(
        database,
        "CREATE SCHEMA shop; CREATE DOMAIN money_ AS numeric(12,2);"
        'CREATE TABLE shop."Or.ders" (id bigint PRIMARY KEY, "At" timestamptz, m money_, n text,'
        ' gone int, s varchar(9)); ALTER TABLE shop."Or.ders" DROP COLUMN gone;'
        'CREATE INDEX ON shop."Or.ders" ("At"); CREATE INDEX ON shop."Or.ders" (n, m);'
        "CREATE TABLE parts (at date, hour int) PARTITION BY RANGE (at);"
        "CREATE TABLE brin (at date, p date, h date); CREATE INDEX ON brin USING brin (at);"
        "CREATE INDEX ON brin (p) WHERE p > '2026-01-01'; CREATE INDEX ON brin USING hash (h);"
        "CREATE VIEW v AS SELECT 1 AS x; CREATE MATERIALIZED VIEW mv AS SELECT 1 AS y",
    )
    names = [("shop", "Or.ders"), ("parts",), ("brin",), ("v",), ("mv",), ("Or.ders",)]
    with session_on(database) as session:
        found = session.relations(names)
    orders = found["shop", "Or.ders"]
    assert {c.name: c.type for c in orders.columns.values()} == {
        "id": "bigint", "At": "timestamp with time zone", "m": "numeric", "n": "text",
        "s": "character varying",
    }  # fmt: skip
    assert orders.indexed == {"id", "At", "n"}
    assert [found[name].indexed for name in names[1:3]] == [{"at"}, {"at"}]
    assert [found[name].singly for name in names[:3]] == [{"id", "At", "n"}, set(), set()]
    assert (found["v",].kind, found["mv",].kind) == ("v", "m")
    assert ("Or.ders",) not in found, "not in the search path"
