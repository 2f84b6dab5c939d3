"""Clocks jump, go back, or stop."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labs.reliability.judged import ORDERS, judged, orders, told
from labs.reliability.network import PLAIN, TABLES, says
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, next_pass, scraped
from tests.support.programs import require
from tests.support.serving import Serving, wait_for

RARELY = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets: {orders: {relation: orders, time: ts, key: id, every: 1h}}
queries:
  - {name: orders, sql: select count(*) from orders, critical: "< 100"}
"""
ALWAYS = orders("volume: {window: all, critical: '< 1'}").replace("key: id", "every: 1s")
BACK = datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC)
"""Two seconds before three o'clock becomes two in Berlin."""


def faked(exporter: Serving, clock: Path) -> Serving:
    """The same, but its wall clock is off by what the file says; the monotonic one is not."""
    said = subprocess.run(
        ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    exporter.command[:0] = [
        "env", f"LD_PRELOAD={said.stdout.strip()}", f"FAKETIME_TIMESTAMP_FILE={clock}",
        "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ]  # fmt: skip
    return exporter


@scenario(
    "clock-jumps",
    fault="The clock of the machine jumps 6 hours ahead, and then 12 hours back; every: 1h.",
    bound="A pass follows each jump at once with the time of the new clock; then nothing is "
    "expired.",
    long=True,
)
def clock_jumps(stage: Stage) -> str:
    """A schedule that goes by the wall clock must notice when that is set."""
    require("faketime")
    stage.sql(TABLES)
    stage.write(RARELY)
    clock = stage.folder / "clock"
    clock.write_text("+0")
    with faked(stage.serving(), clock) as exporter:
        wait_for(lambda: says(exporter, "PASS"))
        for hours in (6, -6):
            clock.write_text(f"{hours:+}h")
            offset = timedelta(hours=hours).total_seconds()
            began = time.time() + offset

            def passed(began: float = began) -> bool:
                return 0 <= scraped(exporter).passed("queries") - began < 60

            wait_for(passed)
            assert says(exporter, "PASS")
    return "6 h ahead: a pass of that time, every check PASS; 6 h behind: the same"


@scenario(
    "clocks-go-back",
    fault="In Europe/Berlin three o'clock becomes two, under a running exporter; every: 1s.",
    bound="Passes go on, second by second.",
    long=True,
)
def clocks_go_back(stage: Stage) -> str:
    """A schedule that goes by the wall clock would wait for an hour."""
    require("faketime")
    stage.sql(ORDERS)
    stage.write(ALWAYS)
    clock = stage.folder / "clock"
    clock.write_text("+0")
    exporter = faked(stage.serving(), clock)
    exporter.command.insert(1, "TZ=Europe/Berlin")
    with exporter:
        wait_for(lambda: says(exporter, "PASS"))
        offset = BACK.timestamp() - time.time()
        clock.write_text(f"{offset:+.0f}")
        counted = "warehouse_passes_total"

        def after() -> bool:
            return 10 < scraped(exporter).passed("orders") - BACK.timestamp() < 1000

        before = exporter.metric(counted) or 0
        wait_for(after)
        passes = (exporter.metric(counted) or 0) - before
        assert says(exporter, "PASS")
    assert passes >= 3, "in twelve seconds, on a busy machine"
    return "passes before, in and after the second; every check PASS"


OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
AND pid <> pg_backend_pid()
"""


def stops_between_passes(exporter: Serving, stage: Stage) -> bool:
    """Stop it, but let it go on while it is connected: the server ends what stands still."""
    exporter.send(signal.SIGSTOP)
    if stage.sql(OTHERS) == [(0,)]:
        return True
    exporter.send(signal.SIGCONT)
    return False


@scenario(
    "stopped-and-continued",
    fault="The process is stopped (SIGSTOP) for longer than its values are valid, and continues.",
    bound="Nothing old is shown as new; PASS again by itself.",
    long=True,
)
def stopped_and_continued(stage: Stage) -> str:
    """As a machine that was suspended does it."""
    stage.sql(TABLES)
    stage.write(PLAIN)
    with stage.serving() as exporter:
        wait_for(lambda: says(exporter, "PASS"))
        wait_for(lambda: stops_between_passes(exporter, stage))
        time.sleep(9)
        continued = time.time()
        exporter.send(signal.SIGCONT)
        assert next_pass(exporter, "orders").passed("orders") > continued
        wait_for(lambda: says(exporter, "PASS"))
        failed = scraped(exporter).value("warehouse_statement_failures_total", reason="connection")
    assert not failed
    return "a pass at once, every check PASS; no connection was taken for lost"


@scenario(
    "hour-twice",
    fault="Times without a zone in Europe/Berlin, one row a minute, judged in the hour that its"
    " clocks repeat.",
    bound="No row is from the future, no age is below zero, and a load that stopped is seen later.",
    long=True,
)
def hour_twice(stage: Stage) -> str:
    """A time on the wall may be either of two."""
    tables = """
    CREATE TABLE orders (id int, ts timestamp);
    INSERT INTO orders SELECT row_number() OVER (), t AT TIME ZONE 'Europe/Berlin'
    FROM generate_series(timestamptz '2026-10-23 00:00+00', '2026-10-25 01:10+00', '1 min') t;
    """
    config = orders("freshness: {critical: '> 2h'}", "future_rows: {critical: '> 0'}")
    config = config.replace("warehouse: {", "warehouse: {timezone: Europe/Berlin, ")
    within = judged(stage, tables, config, "--as-of=2026-10-25T01:02:00Z")
    again = stage.gate("--as-of=2026-10-25T01:10:00Z")
    later = stage.gate("--as-of=2026-10-25T05:00:00Z")
    for gate in (within, again, later):
        assert "(-" not in str(gate.said), "an age below zero"
        assert gate.said["orders.future_rows"].word == "PASS", gate.said
    assert again.said["orders.freshness"].word == "PASS"
    expected = {"orders.freshness": "FAIL", "orders.future_rows": "PASS"}
    return f"in that hour PASS, later {told(later, expected, 1)}"


@scenario(
    "wrong-time-zone",
    fault="The machine's own zone (TZ) is Asia/Tokyo, or one that does not exist.",
    bound="The same verdicts and texts: days are those of the warehouse's zone.",
    long=True,
)
def wrong_time_zone(stage: Stage) -> str:
    """What the machine takes for noon is nothing to us."""
    stage.sql(ORDERS)
    stage.write(orders("volume: {critical: '< 1'}", "freshness: {critical: '> 48h'}"))
    options = ("--as-of=2026-03-10T12:00:00", "--format=json")
    texts = set()
    for zone in ("UTC", "Asia/Tokyo", "Nowhere/At_All"):
        done = subprocess.run(
            ["env", f"TZ={zone}", *stage.command("check", *options)],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1
    return "3 zones, one answer; exit code 0"
