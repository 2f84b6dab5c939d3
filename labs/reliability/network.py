"""The network, a pooler or a disk between the exporter and the warehouse fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from labs.reliability.pooler import pooler
from labs.reliability.proxy import Network
from labs.reliability.scenario import scenario
from labs.reliability.stage import OURS, Said, Stage, next_pass, scraped, shown
from tests.support.programs import require
from tests.support.serving import SOON, Serving, wait_for

TABLES = """
CREATE TABLE orders (id int, ts timestamptz);
INSERT INTO orders SELECT i, current_date - interval '12 h' FROM generate_series(1, 100) i;
CREATE TABLE nap (seconds float);
INSERT INTO nap VALUES (0);
CREATE VIEW slow AS SELECT seconds FROM nap WHERE pg_sleep(seconds) IS NOT NULL;
"""
CONFIG = """
warehouse:
  dsn: "${{WAREHOUSE_DSN}}"
  connections: {connections}
  connect_timeout: 1s
  statement_timeout: 1s
  pass_timeout: {pass_timeout}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: 1s
    expect_by: "00:00"
    checks: [volume: {{critical: "< 50"}}, duplicates: {{critical: "> 0"}}]
queries:
  - {{name: slow, sql: select count(*) from slow, critical: "< 1"}}
"""
PLAIN = CONFIG.format(connections=3, pass_timeout="4s")
SETTINGS = """
  - {name: settings, sql: select * from settings, critical: "> 0"}
"""
SHOWN = """
CREATE VIEW settings AS
SELECT 0 AS value,
CASE WHEN current_setting('statement_timeout')::interval BETWEEN '1 ms' AND '1 s'
    THEN 'at most 1s' END AS statement_timeout,
current_setting('lock_timeout') AS lock_timeout, current_setting('TimeZone') AS zone,
current_setting('transaction_read_only') AS read_only,
current_setting('transaction_isolation') AS isolation
"""
CAREFUL = {
    "statement_timeout": "at most 1s",
    "lock_timeout": "5s",
    "zone": "UTC",
    "read_only": "on",
    "isolation": "repeatable read",
}
CARELESS = """
SET statement_timeout = '1h'; SET lock_timeout = '1h'; SET timezone = 'Asia/Tokyo';
SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';
"""
LEFT = """
SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
current_setting('timezone'), current_setting('transaction_read_only')
"""
UNREACHED = "UNKNOWN (connection)"


def words(said: dict[str, Said]) -> set[str]:
    """The different words in what is said of all checks."""
    return {str(one) for one in said.values()}


def says(exporter: Serving, word: str) -> bool:
    """Whether it says the same one word of every check."""
    return words(shown(exporter)) == {word}


@contextmanager
def asleep(stage: Stage) -> Iterator[None]:
    """The slow view takes a minute; the block begins in the middle of a statement on it."""
    stage.sql("UPDATE nap SET seconds = 60")
    wait_for(lambda: stage.sql(f"SELECT 1 {OURS} AND wait_event = 'PgSleep'"))
    yield
    stage.sql("UPDATE nap SET seconds = 0")


def through(stage: Stage, port: int, config: str = PLAIN) -> None:
    """A config that reaches the database through another port."""
    dsn = stage.dsn.replace(f":{stage.server.port}/", f":{port}/")
    Stage(stage.server, dsn, stage.folder).write(config)


@scenario(
    "black-hole",
    fault="The network swallows everything in the middle of a statement; its sockets stay open.",
    bound="UNKNOWN by the deadline of the pass; /metrics answers 200 throughout; never more "
    "connections than `connections`; PASS again by itself.",
)
def black_hole(stage: Stage) -> str:
    """Nobody waits for ever for a network that says nothing."""
    stage.sql(TABLES)
    with Network(stage.server.port) as network:
        through(stage, network.port)
        with stage.serving() as exporter:
            wait_for(lambda: says(exporter, "PASS"))
            with asleep(stage):
                network.black_hole()
                began, most = time.monotonic(), 0
                while not says(exporter, UNREACHED):
                    assert scraped(exporter).values("warehouse_check_measured")
                    most = max(most, len(stage.running()))
                    assert time.monotonic() - began < 3 * SOON
                gate = stage.gate()
                most = max(most, len(stage.running()))
            wait_for(lambda: not stage.running())
            assert exporter.metric("warehouse_up") == 0
            network.heal()
            wait_for(lambda: says(exporter, "PASS"))
            assert max(most, len(stage.running())) <= 3
    assert (gate.code, words(gate.said)) == (3, {UNREACHED})
    stage.write(PLAIN)
    healed = stage.gate()
    assert words(healed.said) == {"PASS"}
    return (
        f"every check {UNREACHED}, /metrics 200; {gate}, every check {UNREACHED};\n"
        f"healed: every check PASS, no connection left over; {healed}"
    )


@scenario(
    "black-hole-end",
    fault="SIGTERM while the network swallows everything in the middle of a statement.",
    bound="The process ends with exit code 0 without waiting for the network; its statement ends "
    "by its own timeout.",
    long=True,
)
def black_hole_end(stage: Stage) -> str:
    """Nor does the end of the process."""
    stage.sql(TABLES)
    with Network(stage.server.port) as network:
        through(stage, network.port)
        with stage.serving() as exporter:
            wait_for(lambda: says(exporter, "PASS"))
            with asleep(stage):
                network.black_hole()
                code, seconds = exporter.end()
                assert (code, seconds < SOON) == (0, True), seconds
                assert "Traceback" not in exporter.log.read_text()
                wait_for(lambda: not stage.running(), 3 * SOON)
    return "exit code 0 at once; nothing of it runs in the warehouse"


@scenario(
    "pooler",
    fault="A pgbouncer in transaction mode, and another client of it that leaves its settings in "
    "the one session that it lends.",
    bound="Time-outs, time zone, read only and isolation are ours in every transaction, and "
    "the next client has its own again, in the same session.",
    long=True,
)
def shared_session(stage: Stage) -> str:
    """A setting of a session is worth nothing where sessions are shared."""
    require("pgbouncer")
    stage.sql(TABLES + SHOWN)
    stage.sql("UPDATE nap SET seconds = 60")
    database = stage.dsn.rpartition("/")[2]
    with pooler(stage.server, database) as port:
        through(stage, port, CONFIG.format(connections=3, pass_timeout="20s") + SETTINGS)
        careless = psycopg2.connect(host="127.0.0.1", port=port, dbname=database, user="any")
        careless.autocommit = True
        with stage.serving() as exporter, careless.cursor() as cursor:
            for _ in range(2):
                cursor.execute(CARELESS)
                found = next_pass(exporter, "queries")
                assert found.value("warehouse_query_value", check="settings", **CAREFUL) == 0
                cursor.execute(LEFT)
                assert cursor.fetchall() == [("1h", "1h", "Asia/Tokyo", "off")]
            on_page = shown(exporter)
            assert str(on_page["queries.slow"]) == "UNKNOWN (timeout)"
        careless.close()
        gate = stage.gate()
    assert gate.said == on_page
    settings = ", ".join(f"{name} {value}" for name, value in CAREFUL.items())
    return f"in each of 2 passes: {settings}; a slow query is UNKNOWN (timeout), {gate}"


@scenario(
    "connection-limit",
    fault="The role may have no more connections, and then exactly as many as `connections`.",
    bound="UNKNOWN (connection) while there is none; PASS by itself, and it stays so in every "
    "pass, with just as many as configured.",
    long=True,
)
def connection_limit(stage: Stage) -> str:
    """A warehouse that is full is out of reach, and the exporter takes no more than its share."""
    stage.sql(TABLES)
    stage.sql("CREATE ROLE guest LOGIN; GRANT SELECT ON orders, nap, slow TO guest")
    patient = CONFIG.format(connections=1, pass_timeout="20s").replace("timeout: 1s", "timeout: 9s")
    stage.write(patient, role="guest")
    try:
        with stage.serving() as exporter:
            wait_for(lambda: says(exporter, "PASS"))
            stage.sql("ALTER ROLE guest CONNECTION LIMIT 0")
            wait_for(lambda: says(exporter, UNREACHED))
            gate = stage.gate()
            assert (gate.code, words(gate.said)) == (3, {UNREACHED})
            stage.sql("ALTER ROLE guest CONNECTION LIMIT 1")
            wait_for(lambda: says(exporter, "PASS"))
            failed = failures(exporter)
            for _ in range(5):
                next_pass(exporter, "orders")
                assert says(exporter, "PASS")
            assert failures(exporter) == failed
    finally:
        stage.sql("DROP OWNED BY guest; DROP ROLE guest")
    return f"limit 0: every check {UNREACHED}, {gate}; limit 1 = `connections`: 5 passes, all PASS"


def failures(exporter: Serving) -> float:
    """How often it could not reach the warehouse."""
    name = "warehouse_statement_failures_total"
    return scraped(exporter).value(name, reason="connection") or 0
