"""A real pgbouncer in front of the warehouse: who reuses a session finds what others left in it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.supervisor import unprivileged

from tests.support.serving import free_port, wait_for

SETTINGS = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
server_reset_query =
"""


@contextmanager
def pooler(server: Postgres, database: str, size: int = 1) -> Iterator[int]:
    """A pgbouncer on this port: one connection, or some, for all clients, lent per transaction."""
    port = free_port()
    with bouncing(SETTINGS.format(server=server.port, port=port, size=size), port, database):
        yield port


@contextmanager
def bouncing(settings: str, port: int, database: str) -> Iterator[None]:
    """A pgbouncer with these settings, once it lends a connection to a database."""
    program = shutil.which("pgbouncer")
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder, "pgbouncer.ini")
        file.write_text(settings, encoding="utf-8")
        quiet = subprocess.DEVNULL
        running = subprocess.Popen(
            [program, "-q", str(file)], stdout=quiet, stderr=quiet, **unprivileged()
        )
        try:
            wait_for(lambda: listens(port, database) or running.poll() is not None)
            yield
        finally:
            running.kill()
            running.wait()


def listens(port: int, database: str) -> bool:
    """Whether it lends its connection already."""
    try:
        psycopg2.connect(host="127.0.0.1", port=port, dbname=database, user="any").close()
    except psycopg2.OperationalError:
        return False
    return True
