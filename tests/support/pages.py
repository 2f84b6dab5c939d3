"""The pages of a shop that never was: the config of the sample shop, and passes made by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import uvicorn
from warehouse_exporter import profiles
from warehouse_exporter.baselines.base import EXPECTED, LOWER, UPPER
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import load
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Result, Sample, Verdict
from warehouse_exporter.history.model import NO_PAST, Change, Judged, Past, Point, State
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.process import Server
from warehouse_exporter.server.web.app import make_app

from tests.support.made import SEVERITY
from tests.support.serving import free_port, wait_for

AT = datetime(2026, 3, 10, 8, 12, tzinfo=UTC)
"""A Tuesday morning."""
YESTERDAY = date(2026, 3, 9)
Wrong = Mapping[str, tuple[Outcome, str]]
ONE: Wrong = {
    "orders.zero_revenue": (Outcome.WARNING, "6 of 42 rows with zero revenue (limit 5 %)")
}
MANY: Wrong = {
    "events.freshness": (Outcome.CRITICAL, "newest row 30 h 5 min old (limit 24 h)"),
    "events.deadline": (Outcome.CRITICAL, "the day ended at noon (limit 1 h)"),
    "events.volume": (Outcome.CRITICAL, "312 rows on 2026-03-09 (limit at least 1,000)"),
    "orders.volume": (Outcome.CRITICAL, "2 rows on 2026-03-09 (limit at least 5)"),
    "orders.duplicates": (Outcome.CRITICAL, "3 of 2,184 keys (order_id) occur more than once"),
    "orders.completeness_client_id": (Outcome.UNMEASURED, "column client_id does not exist"),
    "orders.seasonal_revenue": (Outcome.WARNING, "revenue 1,130 vs expected 2,067 to 4,767"),
    "sessions.absent_day_click_id": (Outcome.SKIPPED, "nothing to divide by: 0 rows"),
}


@dataclass
class Still:
    """An exporter that does nothing but show a store."""

    store: SnapshotStore
    ready: bool = True

    def reload(self) -> None:
        """Nothing to read again."""

    def collect(self, *, full: bool = False) -> None:
        """Nothing to measure."""


@dataclass(frozen=True)
class Shown:
    """What a site shows."""

    store: SnapshotStore
    past: Past = NO_PAST
    at: datetime = AT


def shop_config() -> Config:
    """The config of the sample shop."""
    return load(profiles.file_of(profiles.DEFAULT), {"WAREHOUSE_DSN": "dbname=nowhere"})


def verdict_of(check: Check, wrong: Wrong) -> Verdict:
    """What is said of a check: that it passes, unless it is said to be wrong."""
    outcome, text = wrong.get(str(check.id), (Outcome.PASS, "0 of 42 rows (limit 0)"))
    if outcome is Outcome.UNMEASURED:
        return Verdict(outcome, text, reason=Reason.MISSING_COLUMN)
    values = {check.kind.metric.name: 42.0}
    if check.kind.kind == "anomaly":
        values |= {EXPECTED.name: 40.0, LOWER.name: 30.0, UPPER.name: 50.0}
    if check.worst_severity is None and str(check.id) not in wrong:
        outcome = Outcome.SKIPPED
    return Verdict(outcome, text, Sample(values, text), SEVERITY.get(outcome))


def pass_over(config: Config, wrong: Wrong) -> Pass:
    """A pass over a config in which some checks are wrong."""
    results = {c.id: Result(c.id, (verdict_of(c, wrong),), AT) for c in config.checks}
    names = frozenset(check.id.dataset for check in config.checks)
    return Pass(AT, results, names, True, 0.42, 51, costs=dict.fromkeys(results, 0.01))


def past_of(config: Config, wrong: Wrong, count: int = 30) -> Past:
    """Past days on which all was well, but for some of them."""
    days, judged = last_days(YESTERDAY, count), {}
    for place, day in enumerate(days):
        value = 40.0 + place % 7
        on: dict[CheckId, Judged] = {}
        for check in config.checks:
            band = (30.0, 50.0) if check.kind.kind == "anomaly" else (None, None)
            bad = str(check.id) in wrong and place % 11 == 10
            state = State(wrong[str(check.id)][0].value) if bad else State.PASS
            point = Point((), value, 40.0, *band)
            on[check.id] = Judged(state, "as it was that morning" if bad else "", (point,))
        judged[day] = on
    changes = [Change("orders", CheckId("orders", "metric_orders"), days[-3], 40.0, 44.0)]
    return Past(days, judged, {}, AT, changes=tuple(changes if wrong else ()))


def shown(wrong: Wrong) -> Shown:
    """The sample shop, in which some checks are wrong."""
    config = shop_config()
    store = SnapshotStore(config, AT)
    store.publish(pass_over(config, wrong))
    return Shown(store, past_of(config, wrong))


@contextmanager
def served(what: Shown) -> Iterator[str]:
    """The address of a site that shows it, for as long as the block lasts."""
    port, scrape = free_port(), Scrape(what.store, lambda: what.at)
    app = make_app(
        Still(what.store), scrape, lambda: what.at, lifecycle=False, past=lambda: what.past
    )
    server = Server(
        uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()
