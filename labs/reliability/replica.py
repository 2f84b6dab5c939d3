"""The warehouse is a streaming replica."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse_exporter.demo.postgres import TRUST, Postgres, installed

from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, next_pass, shown
from tests.support.serving import wait_for

REPLICATION = ("host replication all 127.0.0.1/32 trust", *TRUST)
AT_ONCE = {"max_standby_streaming_delay": "0"}
TABLES = """
CREATE TABLE orders (id int);
CREATE FUNCTION slowly(seconds float) RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
CREATE VIEW slow AS SELECT id FROM orders, slowly(0.7);
INSERT INTO orders SELECT generate_series(1, 9);
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  slow: {relation: slow, every: 1s, checks: [{volume: {critical: "< 1"}}]}
"""


@contextmanager
def replicated() -> Iterator[tuple[Postgres, Postgres]]:
    """A server, and a replica of it that gives way to replication at once."""
    with Postgres(hba=REPLICATION) as primary, Postgres(settings=AT_ONCE) as replica:
        with replica.outage():
            data = replica.directory / "data"
            owner = data.stat()
            shutil.rmtree(data)
            program = str(installed(16) / "bin" / "pg_basebackup")
            copy = [program, "-D", str(data), "-d", primary.dsn]
            subprocess.run([*copy, "-R", "-c", "fast"], check=True, capture_output=True, timeout=60)
            for path in (data, *data.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid)
        yield primary, replica


@scenario(
    "replica-conflict",
    fault="On a replica: the primary removes rows that a pass can still see (SQLSTATE 40001).",
    bound="UNKNOWN for that pass, never a PASS; measured again by the next one, without help.",
    long=True,
)
def replica_conflict(stage: Stage) -> str:
    """PostgreSQL ends the connection here, because the statement is in a savepoint."""
    with replicated() as (primary, replica):
        first = Stage(primary, primary.dsn, stage.folder)
        second = Stage(replica, replica.dsn, stage.folder)
        first.sql(TABLES)
        wait_for(lambda: second.sql("SELECT 1 FROM pg_class WHERE relname = 'slow'"))
        assert second.sql("SELECT pg_is_in_recovery()") == [(True,)]
        second.write(CONFIG)
        with second.serving() as exporter:
            assert next_pass(exporter, "slow").value("warehouse_rows") == 9

            def disturbed() -> bool:
                first.sql("UPDATE orders SET id = id")
                first.sql("VACUUM orders")
                return exporter.metric("warehouse_check_measured") == 0

            wait_for(disturbed)
            during = shown(exporter)["slow.volume"]
            after = next_pass(exporter, "slow")
            assert after.value("warehouse_check_measured") == 1
        gate = second.gate()
    assert gate.said["slow.volume"].word == "PASS"
    assert during.word == "UNKNOWN"
    return f"UNKNOWN in that pass; then PASS; {gate}"
