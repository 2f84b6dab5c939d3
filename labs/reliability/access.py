"""The warehouse refuses the exporter, or cannot be reached."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from warehouse_exporter.demo.postgres import TRUST, Postgres

from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, page, shown
from tests.support.serving import silent_server, wait_for

SECRET = "correct-horse"
CONFIG = """
warehouse: {dsn_file: dsn, connect_timeout: 2s}
datasets:
  orders:
    relation: orders
    key: id
    every: 1s
    checks:
      - volume: {critical: "< 1"}
      - duplicates: {critical: "> 0"}
"""
BY_PASSWORD = ("host all watcher 127.0.0.1/32 scram-sha-256", *TRUST)
BEGIN = "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)"


def seen(stage: Stage, dsn: str, told: str) -> str:
    """What the exporter and the gate say with a DSN; none of it holds the password."""
    (stage.folder / "dsn").write_text(dsn)
    stage.write(CONFIG)
    with stage.serving() as exporter:
        exporter.wait_ready()
        on_page = shown(exporter)
        up = exporter.metric("warehouse_up")
        public = page(exporter) + exporter.get("/metrics").text + exporter.log.read_text()
    gate = stage.gate()
    assert gate.said == on_page
    words = {str(one) for one in gate.said.values()}
    text = gate.said["orders.volume"].text
    assert told in text, text
    assert SECRET not in public + text
    return f"warehouse_up {up:g}; {', '.join(words)}, {told}; {gate}"


@scenario(
    "unreachable-host",
    fault="The host of the DSN has no address; on another host, nothing listens on the port.",
    bound="UNKNOWN with reason connection, never a PASS; the page and the log say why.",
)
def unreachable_host(stage: Stage) -> str:
    """A typo in the DSN is no crash."""
    names = seen(stage, "host=warehouse.invalid dbname=w", "could not translate host name")
    ports = seen(stage, "host=127.0.0.1 port=1 dbname=w", "Connection refused")
    return f"{names}\n{ports}"


@scenario(
    "wrong-password",
    fault="The password in the DSN file is wrong; then it is right, without a restart.",
    bound="UNKNOWN with reason connection, then PASS without help; the password is in no page, "
    "gauge or log.",
    long=True,
)
def wrong_password(stage: Stage) -> str:
    """The DSN file is read anew on every connect."""
    with Postgres(hba=BY_PASSWORD) as server:
        own = Stage(server, server.dsn, stage.folder)
        own.sql(f"CREATE ROLE watcher LOGIN PASSWORD '{SECRET}'; {BEGIN}")
        own.sql("GRANT SELECT ON orders TO watcher")
        right = own.dsn.replace("postgres@", f"watcher:{SECRET}@")
        wrong = right.replace(SECRET, f"{SECRET}x")
        refused = seen(own, wrong, "password authentication failed")
        with own.serving() as exporter:
            wait_for(lambda: exporter.metric("warehouse_up") == 0)
            (own.folder / "dsn").write_text(right)
            wait_for(lambda: exporter.metric("warehouse_up") == 1)
            assert {one.word for one in shown(exporter).values()} == {"PASS"}
            public = page(exporter) + exporter.get("/metrics").text + exporter.log.read_text()
    assert SECRET not in public
    return f"{refused}\nthe file is corrected: warehouse_up 1, PASS"


@scenario(
    "role-without-rights",
    fault="The role may log in, and nothing else.",
    bound="UNKNOWN with reason permission, which names the grant that is missing.",
)
def role_without_rights(stage: Stage) -> str:
    """What may not be read is not measured."""
    stage.sql(f"{BEGIN}; DROP ROLE IF EXISTS nobody_in_particular")
    stage.sql("CREATE ROLE nobody_in_particular LOGIN")
    try:
        dsn = stage.dsn.replace("postgres@", "nobody_in_particular@")
        return seen(stage, dsn, "no SELECT on orders")
    finally:
        stage.sql("DROP ROLE nobody_in_particular")


@contextmanager
def web_server() -> Iterator[int]:
    """A port where every client is told something in HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.recv(1000)
                        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@scenario(
    "server-says-nothing",
    fault="The port accepts connections and sends nothing; on another port, a web server answers.",
    bound="UNKNOWN with reason connection, within `connect_timeout`.",
    long=True,
)
def server_says_nothing(stage: Stage) -> str:
    """Not everything that listens is a warehouse."""
    with silent_server() as port:
        silent = seen(stage, f"host=127.0.0.1 port={port} dbname=w", "no connection within 2 s")
    with web_server() as port:
        other = seen(stage, f"host=127.0.0.1 port={port} dbname=w", "SSL")
    return f"{silent}\n{other}"


@scenario(
    "no-encryption",
    fault="The DSN says sslmode=require, and the server has no TLS.",
    bound="UNKNOWN with reason connection: nothing is sent in the clear.",
    long=True,
)
def no_encryption(stage: Stage) -> str:
    """What the DSN asks for is not given up silently."""
    stage.sql(BEGIN)
    return seen(stage, f"{stage.dsn}?sslmode=require", "SSL")


@scenario(
    "database-gone",
    fault="The database is dropped and created again; then the role may not log in, and then it "
    "may.",
    bound="UNKNOWN with reason connection in between, PASS again by itself.",
    long=True,
)
def database_gone(stage: Stage) -> str:
    """Nothing is remembered of a database that was there."""
    name = stage.dsn.rpartition("/")[2] + "_gone"
    own = Stage(stage.server, stage.server.create_database(name), stage.folder)
    stage.sql("DROP ROLE IF EXISTS watcher; CREATE ROLE watcher LOGIN")
    given = f"{BEGIN}; GRANT SELECT ON orders TO watcher"
    own.sql(given)
    (own.folder / "dsn").write_text(own.dsn.replace("postgres@", "watcher@"))
    own.write(CONFIG)
    try:
        with own.serving() as exporter:

            def up(value: float) -> None:
                wait_for(lambda: exporter.metric("warehouse_up") == value)
                words = {"PASS"} if value else {"UNKNOWN"}
                wait_for(lambda: {one.word for one in shown(exporter).values()} == words)

            up(1)
            stage.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
            up(0)
            stage.server.create_database(name)
            own.sql(given)
            up(1)
            stage.sql("ALTER ROLE watcher NOLOGIN")
            up(0)
            stage.sql("ALTER ROLE watcher LOGIN")
            up(1)
    finally:
        stage.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        stage.sql("DROP ROLE watcher")
    return "warehouse_up 1, 0, 1, 0, 1; UNKNOWN (connection) while it is 0, else PASS"
