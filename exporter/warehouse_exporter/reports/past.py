"""Since when: the past days of what was found and of the daily numbers, read for a report.

They are recomputed from the warehouse, as the status page does it. It is the only reading after the
verdict; the verdict never waits for it, and never depends on it.
"""

from __future__ import annotations

import time
from dataclasses import replace

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.calendar import ONE_DAY, last_days
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.model import Past
from warehouse_exporter.history.mornings import Interrupted
from warehouse_exporter.history.read import read_judged
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.reports.made import view_of
from warehouse_exporter.server.web.lines import View

SECONDS = 30.0
"""Seconds that the past may take; a report without it is better than a gate that is late."""
DAYS = 14
"""Days before the one judged that are read at most."""
OFF = "No past days were read: the config says `history: off`."
DOWN = "No past days were read: the warehouse could not be reached."
SLOW = f"No past days were read: that would have taken more than {SECONDS:g} s."
FAILED = "No past days could be read."


def read_past_of(config: Config, done: Pass, engine: Engine, seconds: float = SECONDS) -> Past:
    """The days before the one judged; empty, with the reason as its status, where there is none."""
    if not config.history_days:
        return Past(status=OFF)
    if not done.up:
        return Past(status=DOWN)
    view = view_of(config, done)
    wanted = tuple(check for check in view.config.checks if is_told(view, check))
    if not wanted:
        return Past(status="")
    days = last_days(view.day - ONE_DAY, min(DAYS, config.history_days))
    until = time.monotonic() + seconds
    try:
        some = replace(config, checks=wanted)
        return read_judged(some, engine, days, lambda: time.monotonic() < until)
    except Interrupted:
        return Past(status=SLOW)
    except Unmeasured:
        return Past(status=FAILED)


def is_told(view: View, check: Check) -> bool:
    """Whether a report tells of the past of a check: a finding, or a daily number."""
    found = view.by_id.get(check.id)
    speaks = found is not None and found.state.speaks
    return speaks or isinstance(check.kind, Metric | Anomaly)
