"""The schedule goes by a clock that is never set."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from warehouse_exporter.server import timer
from warehouse_exporter.server.timer import MonotonicScheduler

from tests.support.programs import require


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock; its one item is what it shows."""
    shown = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: shown[0])
    return shown


def test_a_job_begins_at_once_and_then_every_so_often(clock: list[float]) -> None:
    ran: list[float] = []
    jobs = MonotonicScheduler()
    jobs.repeat(5, lambda: ran.append(clock[0]))
    for _ in range(30):
        jobs.run_pending()
        clock[0] += 1
    assert ran == [1000.0, 1005.0, 1010.0, 1015.0, 1020.0, 1025.0]


def test_how_long_there_is_nothing_to_do(clock: list[float]) -> None:
    jobs = MonotonicScheduler()
    assert jobs.seconds_left(7) == 7
    jobs.repeat(300, lambda: None)
    jobs.repeat(2.4, lambda: None)
    assert jobs.seconds_left(7) == 0
    jobs.run_pending()
    assert jobs.seconds_left(7) == 2
    clock[0] += 50
    assert jobs.seconds_left(7) == 0
    jobs.run_pending()
    jobs.hurry()
    assert jobs.seconds_left(7) == 0


def test_what_is_asked_for_runs_at_once(clock: list[float]) -> None:
    ran: list[str] = []
    jobs = MonotonicScheduler()
    jobs.repeat(300, lambda: ran.append("slow"))
    jobs.run_pending()
    jobs.run_pending()
    jobs.hurry()
    jobs.run_pending()
    assert ran == ["slow", "slow"]


IN_THE_REPEATED_HOUR = """
import threading
import time
from datetime import datetime
from warehouse_exporter.server.timer import MonotonicScheduler
jobs, ran = MonotonicScheduler(), []
jobs.repeat(1, lambda: ran.append(datetime.now()))
ends = time.monotonic() + 60
while len(ran) < 4 and time.monotonic() < ends:
    jobs.run_pending()
    threading.Event().wait(0.05)
assert len(ran) == 4, ran
assert any(later < earlier for earlier, later in zip(ran, ran[1:])), ran
"""


def test_passes_go_on_while_the_clocks_go_back() -> None:
    """At 01:00 UTC on 2026-10-25 it is 03:00 in Berlin, and then 02:00 once more."""
    require("faketime")
    started = datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC).timestamp()
    command = ["faketime", "-f", f"@{started:.0f}", sys.executable, "-c", IN_THE_REPEATED_HOUR]
    env = {**os.environ, "TZ": "Europe/Berlin", "FAKETIME_FMT": "%s"}
    env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_clock_counts_real_seconds() -> None:
    before = timer.now()
    time.sleep(0.01)
    assert timedelta(0) < timer.now() - before
