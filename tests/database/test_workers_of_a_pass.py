"""A pass of the exporter on the connections that its config allows."""

from __future__ import annotations

import threading

from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.chain.test_process import BACKENDS, SLOW, queries
from tests.conftest import execute
from tests.database.test_workers import LONG
from tests.support.serving import wait_for
from tests.support.warehouses import NOON, Warehouse, config_of

TOGETHER = """
CREATE TABLE orders (id int, ts timestamptz);
CREATE FUNCTION together(attempts int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint; BEGIN
  FOR attempt IN 1..attempts LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT count(*) INTO found FROM pg_stat_activity
    WHERE application_name = 'warehouse-exporter' AND datname = current_database();
    EXIT WHEN found > 1;
    PERFORM pg_sleep(0.02);
  END LOOP;
  RETURN found;
END $$;
CREATE VIEW patient AS SELECT together(100) AS n;
CREATE VIEW hasty AS SELECT together(40) AS n
"""
"""Views that wait for a second connection of ours, and say how many there are."""
OWN = """queries:
  - {name: one, sql: "select n from VIEW", critical: "< 0"}
  - {name: other, sql: "select n + 0 as n from VIEW", critical: "< 0"}
"""


def seen_by(warehouse: Warehouse, settings: str, view: str) -> float:
    """How many connections the statements of a pass have seen at once, at most."""
    written = config_of("", more=OWN.replace("VIEW", view)).replace(
        "timezone: UTC", f"timezone: UTC, {settings}"
    )
    found = [result.worst.sample for result in warehouse.run(written).results.values()]
    return max(s.values["warehouse_query_value"] for s in found if s is not None)


def test_a_pass_uses_the_connections_of_its_config(database: str) -> None:
    execute(database, TOGETHER)
    assert seen_by(Warehouse(database), "connections_per_pass: 2", "patient") == 2
    assert seen_by(Warehouse(database), "connections_per_pass: 1", "hasty") == 1
    assert seen_by(Warehouse(database), "connections: 1", "hasty") == 1


def test_a_pass_that_is_stopped_ends_on_all_of_its_connections(database: str) -> None:
    execute(database, "CREATE TABLE orders (id int, ts timestamptz)")
    own = queries(*(f"{SLOW} where {n} = {n}" for n in range(4)))
    config = parse(config_of("", more=own), "test.yml", {"WAREHOUSE_DSN": database})
    connector = Connector(config.warehouse)
    done: list[Pass] = []
    thread = threading.Thread(target=lambda: done.append(run_pass(config, connector, NOON)))
    thread.start()
    wait_for(lambda: str(execute(database, BACKENDS)).count("generate_series") == 2)
    connector.stop()
    thread.join(LONG)
    wait_for(lambda: execute(database, BACKENDS) == [])
    reasons = [result.worst.reason for result in done[0].results.values()]
    assert reasons == [Reason.CANCELED] * 4
