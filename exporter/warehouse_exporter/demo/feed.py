"""The sample shop in a Postgres that somebody else runs: built once, then kept alive.

`python -m warehouse_exporter.demo.feed` is what a container of the shop runs. Where the database
is comes from the environment, passwords from files: SHOP_DSN and SHOP_PASSWORD_FILE of its owner,
and EXPORTER_SERVICE_FILE, the libpq service file with which the exporter logs in.
"""

from __future__ import annotations

import configparser
import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql

from warehouse_exporter.demo import live, shop
from warehouse_exporter.demo.runner import BEAT, GRANTS, ROLE

SESSIONS_PER_DAY = 1500
BEATEN = Path("/tmp/beat")
"""Touched after every arrival: whoever watches the container sees by its age that it works."""


def password_of_exporter(file: Path) -> str:
    """The password in a service file of libpq, which is an INI file."""
    service = configparser.ConfigParser(interpolation=None)
    service.read_string(file.read_text(encoding="utf-8"))
    return service["warehouse"]["password"]


def prepare(connection: extensions.connection, password: str) -> None:
    """The shop, unless it is there already, and the role that can only read it."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('demo') IS NOT NULL")
        [(built,)] = cursor.fetchall()
    if not built:
        shop.build(connection, as_of=datetime.now(UTC), sessions_per_day=SESSIONS_PER_DAY)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchall():
            cursor.execute(GRANTS)
        # Hashed here: a statement with the password itself could end in the server's log.
        hashed = extensions.encrypt_password(password, ROLE, connection, "scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        cursor.execute(statement.format(sql.Identifier(ROLE), sql.Literal(hashed)))


def main() -> None:
    """Let new events arrive until SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    owner = Path(os.environ["SHOP_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()
    connection = psycopg2.connect(os.environ["SHOP_DSN"], password=owner)
    try:
        prepare(connection, password_of_exporter(Path(os.environ["EXPORTER_SERVICE_FILE"])))
        while not ended.is_set():
            live.advance(connection, datetime.now(UTC))
            BEATEN.touch()
            ended.wait(BEAT)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
