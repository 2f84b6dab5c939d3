"""The embedded Postgres works, and nothing of it is left, however its owner ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from warehouse_exporter.demo import postgres as module
from warehouse_exporter.demo.postgres import Postgres, PostgresError

from tests.conftest import execute
from tests.support.serving import wait_for

OWNER = """
import time
from warehouse_exporter.demo.postgres import Postgres
server = Postgres()
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its user")


@pytest.fixture
def leftovers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """What there is, at the time of the call, of the servers of this test: files, processes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)

    def look() -> list[str]:
        return [path.name for path in folder.iterdir()] + [
            process.name
            for process in Path("/proc").glob("[0-9]*")
            if str(folder).encode() in read(process / "cmdline") + read(process / "environ")
        ]

    yield look
    shutil.rmtree(folder)


def read(path: Path) -> bytes:
    """A file of /proc, empty once its process has ended."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_every_version_answers_as_configured(postgres_version: int) -> None:
    with Postgres(postgres_version, settings={"work_mem": "3MB"}) as server:
        dsn = server.create_database("the shop")
        rows = execute(
            dsn,
            "SELECT current_setting('server_version_num')::int / 10000, current_database(),"
            " current_setting('timezone'), current_setting('server_encoding'),"
            " current_setting('work_mem'), current_setting('fsync'), lower('Ä')",
        )
        assert rows == [(postgres_version, "the shop", "UTC", "UTF8", "3MB", "off", "ä")]


def test_nothing_is_left_after_stop_and_stopping_twice_is_fine(
    leftovers: Callable[[], list[str]],
) -> None:
    server = Postgres()
    server.start()
    assert server.directory.name in leftovers()
    assert str(server.pid) in leftovers()
    server.stop()
    server.stop("immediate")
    assert leftovers() == []
    with pytest.raises(PostgresError, match=r"start\(\) it first"):
        _ = server.dsn


def test_nothing_is_left_when_the_block_fails(leftovers: Callable[[], list[str]]) -> None:
    with pytest.raises(ZeroDivisionError), Postgres():
        _ = 1 / 0
    assert leftovers() == []


def test_a_server_can_be_started_again_and_is_empty_then() -> None:
    server = Postgres()
    with server:
        server.create_database("shop")
    with server:
        assert execute(server.dsn, "SELECT FROM pg_database WHERE datname = 'shop'") == []


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_a_signal_ends_the_owner(
    leftovers: Callable[[], list[str]], signal_number: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().strip() in leftovers()
        owner.send_signal(signal_number)
    wait_for(lambda: leftovers() == [])


def test_nothing_is_left_when_the_owner_just_ends(leftovers: Callable[[], list[str]]) -> None:
    program = OWNER.replace("time.sleep(600)", "")
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    assert leftovers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal of Linux")
def test_nothing_is_left_when_the_keeper_is_killed(
    leftovers: Callable[[], list[str]],
) -> None:
    with Postgres() as server:
        pid = str(server.pid)
        keeper = int(Path(f"/proc/{pid}/stat").read_text().split()[3])
        os.kill(keeper, signal.SIGKILL)
        wait_for(lambda: pid not in leftovers())
        with pytest.raises(PostgresError, match="keeper of the server was killed"):
            server.restart()
    assert leftovers() == []


def test_a_start_that_fails_says_why_and_leaves_nothing(
    leftovers: Callable[[], list[str]],
) -> None:
    with pytest.raises(PostgresError, match=r"did not start: .*no_such_setting"):
        Postgres(settings={"no_such_setting": "1"}).start()
    assert leftovers() == []


def test_without_the_wheel_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(PostgresError, match=r"pip install 'warehouse-exporter\[demo\]'"):
        Postgres().start()


def test_a_version_that_the_wheel_does_not_have_is_refused() -> None:
    with pytest.raises(PostgresError, match=r"Postgres 9 is not in the wheel, only \[16, 18\]"):
        Postgres(9).start()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_an_outage_keeps_the_data_and_the_address(mode: module.Mode) -> None:
    with Postgres() as server:
        dsn = server.create_database("shop")
        execute(dsn, "CREATE TABLE orders AS SELECT 1 AS order_id; CHECKPOINT")
        with server.outage(mode), pytest.raises(psycopg2.OperationalError):
            execute(dsn, "SELECT 1")
        assert execute(dsn, "TABLE orders") == [(1,)]


def test_pg_hba_lines_make_a_role_show_its_password() -> None:
    lines = ["host all postgres 127.0.0.1/32 trust", "host all all 127.0.0.1/32 scram-sha-256"]
    with Postgres(hba=lines) as server:
        execute(server.dsn, "CREATE ROLE monitor LOGIN PASSWORD 'secret'")
        dsn = server.dsn.replace("postgres@", "monitor:{}@")
        assert execute(dsn.format("secret"), "SELECT current_user") == [("monitor",)]
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            execute(dsn.format("wrong"), "SELECT 1")


@as_root
def test_the_server_of_root_runs_as_somebody_else(postgres: Postgres) -> None:
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


@as_root
def test_programs_in_a_private_place_of_root_are_copied(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    postgres_version: int,
    leftovers: Callable[[], list[str]],
) -> None:
    wheel = module.installed(postgres_version).parent
    site = tmp_path / "private"
    site.mkdir(mode=0o700)
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(folder, site / folder.name, symlinks=True)
    private = site / wheel.name / module.INSTALLS[postgres_version]
    monkeypatch.setattr(module, "installed", lambda version: private)
    with Postgres(postgres_version) as server:
        assert execute(server.dsn, "SELECT 1") == [(1,)]
    assert leftovers() == []
