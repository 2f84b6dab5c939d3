"""A DuckDB file or folder that is missing, locked, replaced, or asked for what it may not do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError, Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.engines import connect
from warehouse_exporter.engines.duckdb.connection import Connection
from warehouse_exporter.engines.duckdb.connector import Connector
from warehouse_exporter.engines.duckdb.session import Session
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.server.scheduler import Exporter

from tests.support.warehouses import outcomes
from tests.unit.test_cli import ask

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLE = "SELECT 1 AS id, timestamptz '2026-03-09 10:00+00' AS ts, 'secret' AS note"
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
CHECKS = "volume: {critical: '< 1'}"
SLOW = "SELECT count(*) FROM range(100000000000) AS a(n) WHERE a.n % 7 = 3"


def config(place: Path | str, checks: str = CHECKS, more: str = "") -> Config:
    """A config over table `orders` of a file or folder."""
    listed = ", ".join(f"{{{line.strip()}}}" for line in checks.splitlines())
    return parse(
        f"warehouse: {{duckdb: '{place}', lock_timeout: 0.3s}}\ndatasets:\n"
        f"  orders: {{relation: orders, time: ts, key: id, checks: [{listed}]}}\n{more}",
        "shop.yml",
        {},
    )


def texts(config: Config) -> dict[str, str]:
    """What one pass says of each check."""
    done = run_pass(config, connect(config.warehouse), NOON)
    return {check.name: result.worst.text for check, result in done.results.items()}


def words(config: Config) -> dict[str, str]:
    """The outcome of each check in one pass."""
    return outcomes(run_pass(config, connect(config.warehouse), NOON))


@contextmanager
def opened(config: Config) -> Iterator[Session]:
    """A session on a config's warehouse."""
    with connect(config.warehouse).snapshot() as session:
        assert isinstance(session, Session)
        yield session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file with one order."""
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute(f"CREATE TABLE orders AS {TABLE}")
    return tmp_path / "shop.duckdb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one Parquet file of one order."""
    write(tmp_path / "lake" / "orders.parquet")
    return tmp_path / "lake"


def write(file: Path, sql: str = TABLE) -> None:
    """A Parquet file in the place of what was there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({sql}) TO '{file}.new' (FORMAT parquet)")
    file.with_suffix(".parquet.new").rename(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = texts(config(tmp_path / "gone.duckdb"))["volume"]
    assert "gone.duckdb: no such file or directory" in found


def test_a_file_of_another_kind_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop.duckdb").write_text("id,ts\n" * 1000)
    assert "shop.duckdb is not a DuckDB file" in texts(config(tmp_path / "shop.duckdb"))["volume"]
    os.mkfifo(tmp_path / "pipe")
    found = texts(config(tmp_path / "pipe"))["volume"]
    assert "pipe is neither a DuckDB file nor a folder of Parquet files" in found


def test_a_file_that_a_load_has_open_is_locked_and_free_after_a_pass(file: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        shop = config(file)
        done = run_pass(shop, connect(shop.warehouse), NOON)
        (result,) = done.results.values()
        assert result.worst.reason is Reason.LOCK
        assert f"is open for writing in another process (process {holder.pid})" in (
            result.worst.text
        )
        assert not done.up
    finally:
        holder.communicate(b"\n")
    assert words(config(file)) == {"volume": "PASS"}
    with duckdb.connect(str(file)) as writer:
        writer.execute("DELETE FROM orders")
    assert words(config(file)) == {"volume": "FAIL"}


def test_without_the_package_it_says_how_to_install_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"pip install 'warehouse-exporter\[duckdb\]'"):
        connect(config(file).warehouse)


def test_one_place_is_written_and_a_relative_one_is_next_to_the_config() -> None:
    text = "datasets:\n  orders: {relation: orders}\n"
    found = parse(f"warehouse: {{duckdb: shop.duckdb}}\n{text}", "/etc/shop/shop.yml", {})
    assert found.warehouse.location == "/etc/shop/shop.duckdb"
    with pytest.raises(ConfigError, match=r"`dsn_file: /path/to/file` or `duckdb: ...`"):
        parse(f"warehouse: {{duckdb: shop.duckdb, dsn: dbname=x}}\n{text}", "shop.yml", {})


def test_a_message_has_no_value_of_a_row(file: Path) -> None:
    checks = "rows: {name: read, failing: 'note::int > 3', critical: '> 0'}\nvolume: {info: '< 1'}"
    found = texts(config(file, checks))
    assert "a value cannot be read as the type that the statement expects" in found["read"]
    assert "secret" not in found["read"]
    assert words(config(file, checks)) == {"read": "UNKNOWN", "volume": "PASS"}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT count(*) FROM read_text('/etc/passwd')", "function read_text"),
        ("SELECT count(*) FROM '/etc/passwd'", "relation /etc/passwd does not exist"),
        ("SELECT extract(epoch FROM today())", "write :as_of instead of today"),
        ("COPY orders TO '/tmp/orders.csv'", "one SELECT, and nothing else"),
        ("SELECT 1; SELECT 2", "one SELECT, and nothing else"),
        ("SELEC 1", "syntax error"),
    ],
)
def test_a_query_reads_tables_alone(file: Path, folder: Path, sql: str, said: str) -> None:
    for place in (file, folder):
        with opened(config(place)) as session:
            session.relations([("orders",)])
            with pytest.raises(Unmeasured) as refused:
                session.rows_of(sql, "UTC", 10)
            assert said in str(refused.value)
            assert session.rows("SELECT count(*) AS n FROM orders") == [{"n": 1}]


def test_a_query_may_name_every_table_of_a_folder(folder: Path) -> None:
    write(folder / "stock" / "items.parquet", "SELECT 1 AS id")
    sql = "select count(*) from stock.items join orders using (id)"
    more = f"queries: [{{name: joined, sql: '{sql}', critical: '< 1'}}]"
    assert words(config(folder, more=more)) == {"volume": "PASS", "joined": "PASS"}


def test_partitions_are_matched_by_the_names_of_columns(folder: Path) -> None:
    (folder / "orders.parquet").unlink()
    write(folder / "orders" / "day=2026-03-09" / "a.parquet")
    write(folder / "orders" / "day=2026-03-08" / "a.parquet", f"SELECT 2 AS id, ts FROM ({TABLE})")
    checks = "completeness: {column: note, window: all, critical: '> 40%'}"
    assert "1 of 2 rows" in texts(config(folder, checks))["completeness_note"]


def test_a_file_that_is_no_parquet_costs_its_own_table(folder: Path) -> None:
    (folder / "stock.parquet").write_text("id")
    more = "  stock: {relation: stock, checks: [volume: {critical: '< 1', window: all}]}"
    done = run_pass(found := config(folder, more=more), connect(found.warehouse), NOON)
    said = {check.dataset: result.worst for check, result in done.results.items()}
    assert said["orders"].outcome.shown == "PASS"
    assert said["stock"].outcome.shown == "UNKNOWN"
    assert "its Parquet files" in said["stock"].text


def test_a_file_that_is_replaced_during_a_pass_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, done = Session.rows, threading.Event()

    def and_load(session: Session, sql: str, budget: float = 1e9) -> object:
        answer = rows(session, sql, budget)
        if not done.is_set():
            done.set()
            write(folder / "orders.parquet", f"{TABLE} UNION ALL {TABLE}")
        return answer

    monkeypatch.setattr(Session, "rows", and_load)
    assert "2 rows on 2026-03-09" in texts(config(folder, "volume: {critical: '< 2'}"))["volume"]


def test_a_new_file_is_another_state_of_the_table(folder: Path) -> None:
    def state() -> tuple[int, int]:
        with opened(config(folder)) as session:
            return session.relations([("orders",)])["orders",].file

    before = state()
    assert state() == before
    write(folder / "orders.parquet")
    assert state() != before
    assert state()[0] == before[0]


def test_a_running_statement_ends_when_the_exporter_stops(file: Path) -> None:
    engine = connect(config(file).warehouse)
    with engine.snapshot() as session:
        threading.Timer(0.2, engine.stop).start()
        with pytest.raises(Unmeasured, match="the exporter is shutting down"):
            session.rows_of(SLOW, "UTC", 10)
    with pytest.raises(Unreachable, match="shutting down"), engine.snapshot():
        pass


def test_what_has_no_translation_is_said_by_every_command(file: Path, tmp_path: Path) -> None:
    written = tmp_path / "shop.yml"
    written.write_text(
        "warehouse: {duckdb: shop.duckdb}\ndatasets:\n  orders:\n    relation: orders\n"
        "    time: ts\n    checks:\n"
        "      - rows: {name: alike, failing: note similar to 'a', critical: '> 0'}\n"
    )
    validated = ask("validate", "--connect", "--config.file", str(written))
    assert validated.exit_code == 2
    assert "orders.alike: SIMILAR TO is not available on DuckDB" in validated.stderr
    assert "note: on DuckDB a file is closed to writers" in validated.stdout
    planned = ask("plan", "--config.file", str(written), "--as-of", "2026-03-10T12:00")
    assert "-- cannot be run: SIMILAR TO is not available on DuckDB" in planned.stdout
    written.write_text(written.read_text().replace("similar to", "="))
    assert ask("validate", "--connect", "--config.file", str(written)).exit_code == 0
    planned = ask("plan", "--config.file", str(written), "--explain", "--as-of", "2026-03-10T12:00")
    assert "--   reads shop.main.orders, about 1 row" in planned.stdout


def test_a_reload_may_name_another_engine(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "shop.yml"
    datasets = (
        "datasets: {orders: {relation: orders, checks: [volume: {critical: '< 1', window: all}]}}\n"
    )
    there, elsewhere = f"warehouse: {{duckdb: '{file}'}}\n", "warehouse: {dsn: dbname=nowhere}\n"
    written.write_text(elsewhere + datasets)
    exporter = Exporter(str(written))
    try:
        postgres = exporter._connector
        written.write_text(there + datasets)
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "duckdb", None)
            with pytest.raises(ConfigError, match="pip install"):
                exporter.reload()
        assert exporter._connector is postgres
        exporter.reload()
        assert isinstance(exporter._connector, Connector)
        assert postgres.stopped
        assert not exporter._connector.stopped
    finally:
        exporter.stop()
    assert exporter._connector.stopped


def test_a_statement_that_begins_after_it_was_cancelled_ends_too() -> None:
    stop = threading.Event()
    connection = Connection(duckdb.connect(), stop)

    def begin_late() -> None:
        with connection.timed(600):
            stop.set()
            connection.cancel()
            connection.begin(SLOW)

    with pytest.raises(Unmeasured, match="shutting down"):
        begin_late()
