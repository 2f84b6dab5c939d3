"""The server is slow, locked, stopped, or cancels our statements."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from labs.reliability.scenario import scenario
from labs.reliability.stage import OURS, Stage, next_pass, scraped, shown
from tests.support.serving import SOON, Serving, wait_for

TABLES = """
CREATE TABLE fast (id int); INSERT INTO fast SELECT generate_series(1, 7);
CREATE FUNCTION slowly(seconds float) RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
CREATE VIEW slow AS SELECT slowly(60) AS id;
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}", statement_timeout: 2s, lock_timeout: LOCK, connections: 2}
datasets:
  fast: {relation: fast, every: 1s, checks: [{volume: {critical: "< 1"}}]}
"""
ANOTHER = '  {0}: {{relation: {0}, every: {1}, checks: [{{volume: {{critical: "< 1"}}}}]}}\n'


def config(others: dict[str, str], lock: str = "1s") -> str:
    """A fast dataset and others with their intervals, on two connections."""
    return CONFIG.replace("LOCK", lock) + "".join(ANOTHER.format(*one) for one in others.items())


@scenario(
    "slow-view",
    fault="A view takes a minute (pg_sleep), beside a fast table; SIGTERM in the middle of it.",
    bound="The fast table has its passes meanwhile; the slow statement is gone from"
    " pg_stat_activity after its deadline of 2 s, and everything of ours after SIGTERM.",
    long=True,
)
def slow_view(stage: Stage) -> str:
    """A slow statement holds up nobody and outlives nothing."""
    stage.sql(TABLES)
    stage.write(config({"slow": "1h"}))
    slow = f"SELECT extract(epoch FROM clock_timestamp() - query_start) {OURS} AND query LIKE "
    slow += "'%\"slow\"%' AND state = 'active'"
    ages: list[float] = []
    passes: set[float] = set()
    with stage.serving("--web.enable-lifecycle") as exporter:
        wait_for(lambda: stage.sql(slow))
        while running := stage.sql(slow):
            ages.append(float(running[0][0]))
            passes.add(scraped(exporter).passed("fast"))
        assert max(ages) < SOON, ages[-1]
        assert passes - {0}, "in 2 s, at an interval of 1 s"
        wait_for(lambda: exporter.metric("warehouse_check_measured", dataset="slow") == 0)
        wait_for(lambda: str(shown(exporter)["slow.volume"]) == "UNKNOWN (timeout)")
        exporter.post("/-/collect")
        wait_for(lambda: stage.sql(slow))
        exporter.send(signal.SIGTERM)
        terminated = time.monotonic()
        wait_for(lambda: not stage.running())
        assert time.monotonic() - terminated < SOON
        exporter.process.wait(10)
    gate = stage.gate()
    assert str(gate.said["slow.volume"]) == "UNKNOWN (timeout)"
    assert gate.said["fast.volume"].word == "PASS"
    return f"slow: UNKNOWN (timeout); fast: PASS, meanwhile; nothing left running; {gate}"


@scenario(
    "postgres-stops",
    fault="Postgres is stopped at once, and started again.",
    bound="/metrics answers 200, every time; warehouse_up is 0, then 1, without help.",
)
def postgres_stops(stage: Stage) -> str:
    """A scrape never waits for the warehouse."""
    stage.sql(TABLES)
    stage.write(config({}))
    with stage.serving() as exporter:
        exporter.wait_ready()
        with scraping(exporter):
            with stage.server.outage("immediate"):
                wait_for(lambda: exporter.metric("warehouse_up") == 0)
                time_of_outage = scraped(exporter)
                gate = stage.gate()
            wait_for(lambda: exporter.metric("warehouse_up") == 1)
        after = scraped(exporter)
    assert str(gate.said["fast.volume"]) == "UNKNOWN (connection)"
    assert time_of_outage.value("warehouse_check_measured", dataset="fast") == 0
    assert after.value("warehouse_check_measured", dataset="fast") == 1
    return f"warehouse_up 0, the check UNKNOWN (connection), then 1 and PASS; meanwhile {gate}"


@contextmanager
def scraping(exporter: Serving) -> Iterator[None]:
    """Scrapes one after the other all the while, over one connection; each is answered with 200."""
    answers: list[int] = []
    done = threading.Event()
    connection = http.client.HTTPConnection(exporter.address, timeout=SOON)

    def scrape() -> None:
        while not done.wait(0.02):
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            answer.read()
            answers.append(answer.status)

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        connection.close()
    assert set(answers) == {200}


@scenario(
    "locked-tables",
    fault="An ACCESS EXCLUSIVE lock is held on three tables, pass after pass; the cap is two"
    " connections.",
    bound="Never more connections than the cap; the table that is free is measured all the while.",
    long=True,
)
def locked_tables(stage: Stage) -> str:
    """No pile of connections behind a lock."""
    locked = ["one", "two", "three"]
    stage.sql(TABLES + "".join(f"CREATE TABLE {name} (id int);" for name in locked))
    stage.write(config(dict.fromkeys(locked, "1s"), lock="0.3s"))
    holder = psycopg2.connect(stage.dsn)
    most = 0
    try:
        holder.cursor().execute(f"LOCK TABLE {', '.join(locked)} IN ACCESS EXCLUSIVE MODE")
        with stage.serving() as exporter:
            passes: set[float] = set()
            while len(passes - {0}) < 5:
                most = max(most, len(stage.running()))
                passes.add(scraped(exporter).passed("fast"))
            on_page = {check: str(one) for check, one in shown(exporter).items()}
            failures = exporter.metric("warehouse_statement_failures_total", reason="lock")
        gate = stage.gate()
    finally:
        holder.close()
    expected = {f"{name}.volume": "UNKNOWN (lock)" for name in locked} | {"fast.volume": "PASS"}
    assert {check: str(one) for check, one in gate.said.items()} == on_page == expected
    assert failures is not None
    assert failures >= 5
    assert most == 2, most
    return f"at most 2 connections; locked: UNKNOWN (lock) each; free: PASS, 5 passes; {gate}"


@scenario(
    "canceled",
    fault="Somebody cancels all our statements (pg_cancel_backend, again and again).",
    bound="UNKNOWN with reason canceled; the exporter continues, and the first pass after it "
    "measures again.",
    long=True,
)
def canceled(stage: Stage) -> str:
    """A cancel costs one statement."""
    stage.sql(TABLES)
    stage.sql("CREATE OR REPLACE VIEW slow AS SELECT slowly(0.5) AS id")
    stage.write(config({"slow": "1s"}))
    cancel = (
        f"SELECT pg_cancel_backend(pid) {OURS} AND query LIKE '%\"slow\"%' AND state = 'active'"
    )
    with stage.serving() as exporter:
        exporter.wait_ready()
        done = threading.Event()
        canceler = threading.Thread(target=again_and_again, args=(stage, cancel, done))
        canceler.start()
        try:
            for _ in range(2):
                next_pass(exporter, "slow")
                assert str(shown(exporter)["slow.volume"]) == "UNKNOWN (canceled)"
                assert str(shown(exporter)["fast.volume"]) == "PASS"
            gate = stage.gate()
        finally:
            done.set()
            canceler.join()
        assert next_pass(exporter, "slow").value("warehouse_check_measured", dataset="slow") == 1
    assert str(gate.said["slow.volume"]) == "UNKNOWN (canceled)"
    return f"UNKNOWN (canceled), the other table PASS, {gate}; then PASS"


def again_and_again(stage: Stage, statement: str, done: threading.Event) -> None:
    """Run a statement until told to stop."""
    connection = psycopg2.connect(stage.dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        while not done.wait(0.01):
            cursor.execute(statement)
    connection.close()
