"""Days of 23 and 25 hours, and loads in the middle of a pass."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, next_pass, shown

CLOCKS = """
CREATE TABLE visits AS
SELECT at, at AT TIME ZONE 'Europe/Berlin' AS local,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS written
FROM (VALUES ('2026-03-26'), ('2026-10-22')) AS days (day),
    generate_series(day::timestamptz, day::timestamptz + interval '6 days', '1 min') AS at
"""
BERLIN = """
warehouse: {dsn: "${WAREHOUSE_DSN}", timezone: Europe/Berlin}
datasets:
"""
VISITS = """
  KIND:
    relation: visits
    time: KIND
    expect_by: "02:30"
    checks:
      - volume: {critical: "< 1"}
"""
KINDS = {"at": "timestamptz", "local": "timestamp", "written": "text"}
MORNINGS = [
    ("2026-03-29T12:00", "2026-03-28", 24),
    ("2026-03-30T12:00", "2026-03-29", 23),
    ("2026-03-31T12:00", "2026-03-30", 24),
    ("2026-10-25T12:00", "2026-10-24", 24),
    ("2026-10-26T12:00", "2026-10-25", 25),
    ("2026-10-27T12:00", "2026-10-26", 24),
]
"""When it is judged (in Berlin), which day that is, and the hours it had."""
EDGES = [
    ("2026-03-29T01:29:59Z", "2026-03-27"),
    ("2026-03-29T01:30:00Z", "2026-03-28"),
    ("2026-10-25T00:29:59Z", "2026-10-23"),
    ("2026-10-25T00:30:00Z", "2026-10-24"),
    ("2026-10-25T01:29:59Z", "2026-10-24"),
]
"""Instants around `expect_by: 02:30`, which one night does not have and one has twice."""


@scenario(
    "daylight-saving",
    fault="The clocks change in Europe/Berlin: a day of 23 hours, a day of 25; one row a minute.",
    bound="Every day is counted from midnight to midnight there: 1,380 and 1,500 rows, 1,440 on"
    " the days beside, by timestamptz, timestamp and text alike; `expect_by` in an hour that does"
    " not exist, or exists twice, falls due once.",
    long=True,
)
def daylight_saving(stage: Stage) -> str:
    """A business day is as long as it is."""
    stage.sql(CLOCKS)
    stage.write(BERLIN + "".join(VISITS.replace("KIND", kind) for kind in KINDS))
    rows = []
    for as_of, day, hours in MORNINGS:
        said = stage.gate(f"--as-of={as_of}").said
        text = f"{hours * 60:,} rows on {day} (limit at least 1)"
        assert {check: one.text for check, one in said.items()} == {
            f"{kind}.volume": text for kind in KINDS
        }
        rows.append(f"{day} {hours * 60:,}")
    for as_of, day in EDGES:
        text = stage.gate(f"--as-of={as_of}", "--dataset=at").said["at.volume"].text
        assert f" on {day} " in text, (as_of, text)
    days = f"rows of the day: {', '.join(rows)}, the same by {', '.join(KINDS.values())}"
    return f"{days}\n(the gate alone, which can be asked of any instant)"


SHOP = """
CREATE TABLE orders_ (id int, ts timestamptz, revenue numeric);
CREATE TABLE items (order_id int, ts timestamptz, price numeric);
CREATE FUNCTION slowly(seconds float) RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
CREATE VIEW orders AS SELECT id, ts, revenue FROM orders_, slowly(0.3);
"""
ORDER = """
INSERT INTO orders_ VALUES (%(id)s, current_date - interval '12 h', 30);
INSERT INTO items SELECT %(id)s, current_date - interval '12 h', 10 FROM generate_series(1, 3);
"""
TOGETHER = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: 1s
    expect_by: "00:00"
    checks:
      - volume: {critical: "< 1"}
      - reconciliation:
          {sum: revenue, against: {dataset: items, sum: price, by: order_id}, critical: "> 0"}
  items:
    relation: items
    time: ts
    every: 1s
    expect_by: "00:00"
    checks:
      - volume: {critical: "< 1"}
      - orphans: {column: order_id, references: {dataset: orders}, critical: "> 0"}
"""


@scenario(
    "load-during-pass",
    fault="Orders and their three items are committed all the time, also in the middle of a pass"
    " (which pg_sleep draws out).",
    bound="Orders and items never disagree: 3 items an order, no mismatch, no orphan, every pass.",
    long=True,
)
def load_during_pass(stage: Stage) -> str:
    """All numbers of a pass are of one instant."""
    stage.sql(SHOP)
    stage.write(TOGETHER)
    with loading(stage, ORDER), stage.serving() as exporter:
        exporter.wait_ready()
        counts = []
        for _ in range(3):
            after = next_pass(exporter, "orders")
            orders = after.value("warehouse_rows", dataset="orders") or 0
            assert after.value("warehouse_rows", dataset="items") == 3 * orders
            assert after.values("warehouse_rows_failed") == [0, 0]
            assert {one.word for one in shown(exporter).values()} == {"PASS"}
            counts.append(orders)
        gate = stage.gate()
    assert counts[0] < counts[1] < counts[2], "the load went on"
    assert {one.word for one in gate.said.values()} == {"PASS"}
    return f"3 passes, each with more orders and 3 items for each; no mismatch, no orphan; {gate}"


@contextmanager
def loading(stage: Stage, load_once: str, pause: float = 0.01) -> Iterator[None]:
    """Somebody who commits a load again and again, each with the next id."""
    done = threading.Event()

    def load() -> None:
        connection = psycopg2.connect(stage.dsn)
        number = 0
        while not done.wait(pause):
            number += 1
            with connection, connection.cursor() as cursor:
                cursor.execute(load_once, {"id": number})
        connection.close()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


FULL = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric);
CREATE TABLE items (order_id int, ts timestamptz, price numeric);
INSERT INTO orders SELECT n, current_date - interval '12 h', 30 FROM generate_series(1, 100) AS n;
INSERT INTO items SELECT id, ts, 10 FROM orders, generate_series(1, 3);
CREATE FUNCTION slowly(seconds float) RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
CREATE VIEW audit AS SELECT slowly(0.3) AS n;
"""
REFRESH = """
CREATE TEMP TABLE loaded ON COMMIT DROP AS TABLE orders;
TRUNCATE orders;
INSERT INTO orders TABLE loaded;
"""
AUDITED = TOGETHER.replace(
    "datasets:\n",
    """datasets:
  audit:
    relation: audit
    every: 1s
    checks:
      - volume: {critical: "< 1"}
      - orphans: {column: n, references: {dataset: orders, column: id}, critical: "> 0"}
""",
)


@scenario(
    "full-refresh",
    fault="A table is truncated and filled anew in one transaction, again and again, so that passes"
    " (which pg_sleep draws out) read it after the refresh, in a snapshot from before it.",
    bound="Never FAIL, and never a number that the table has never had: a table that was refreshed"
    " since the snapshot is read once more, and is UNKNOWN (rewritten) if it was refreshed again.",
    long=True,
)
def full_refresh(stage: Stage) -> str:
    """What an older snapshot sees of a truncated table is no row, and no finding."""
    stage.sql(FULL)
    stage.write(AUDITED)
    seen: set[str] = set()
    with loading(stage, REFRESH, 0.7), stage.serving() as exporter:
        exporter.wait_ready()
        for _ in range(3):
            after = next_pass(exporter, "orders")
            assert set(after.values("warehouse_rows", dataset="orders")) <= {100}
            assert not any(after.values("warehouse_rows_failed"))
            seen |= {str(one) for one in shown(exporter).values()}
        seen |= {str(one) for _ in range(2) for one in stage.gate().said.values()}
    assert seen <= {"PASS", "UNKNOWN (rewritten)"}, seen
    assert "PASS" in seen
    return "3 passes and 2 runs of the gate: never FAIL; 100 orders wherever there is a number"
