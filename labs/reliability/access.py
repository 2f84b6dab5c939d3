"""The warehouse lets us in no more, or never did."""

from __future__ import annotations

from warehouse_exporter.demo.postgres import TRUST, Postgres

from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, page, shown
from tests.support.serving import wait_for

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
    fault="The host of the DSN has no address; on another, nobody listens.",
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
    bound="UNKNOWN with reason connection, then PASS unaided; the password is in no page, gauge"
    " or log.",
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
