"""The `/metrics` of every incident that pages, and of some pairs, recorded from the shop."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Severity
from warehouse_exporter.demo.runner import CONFIG
from warehouse_exporter.engines import connect
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from labs.incidents.catalogue import INCIDENTS
from labs.incidents.chain import Chain
from labs.incidents.run import quiet_shop
from labs.incidents.shops import Shop, config_text, reader
from labs.incidents.unrelated import TOGETHER

FILE = Path(__file__).with_name("recorded.json")
SERIES = re.compile(r"^(warehouse_\w+\{.*\}) (\S+)$", re.MULTILINE)
TIME = re.compile(r"^warehouse_\w+_timestamp_seconds\{")
LEFT_OUT = re.compile(
    r"^warehouse_(check_cost|pass_|passes|statements|statement_failures|config_|rules_info|exporter_"
    r"|freshness_lag|dataset_info|check_limit|check_info|check_outcome|expected_day)"
)
"""What rules about data do not read, or what differs from pass to pass by itself."""
APART = ("lock-held", "database-down", "exporter-killed")
"""Incidents that are no page of metrics of their own, or take long to wait for."""
Page = dict[str, float]


@dataclass(frozen=True)
class Recorded:
    """Series and values of a healthy shop; of each incident those that differ (None: gone)."""

    at: float
    healthy: Page
    incidents: Mapping[str, Mapping[str, float | None]]
    together: Mapping[str, Mapping[str, float | None]]
    """The same of two that were caused in one shop, by the names of both."""


def names() -> list[str]:
    """The incidents that are recorded: those that page, and that the warehouse itself shows."""
    return [n for n, one in INCIDENTS.items() if one.told is Severity.CRITICAL and n not in APART]


def page(shop: Shop, dsn: str, now: datetime) -> Page:
    """What an exporter would show after a pass over a copy of the shop."""
    placed = parse(config_text(shop.timezone), str(CONFIG), {"WAREHOUSE_DSN": reader(dsn)})
    store = SnapshotStore(placed, now)
    store.publish(run_pass(placed, connect(placed.warehouse), now))
    text = Scrape(store, lambda: now).body("", zipped=False).content.decode()
    found = {series: float(value) for series, value in SERIES.findall(text)}
    return {series: value for series, value in found.items() if not LEFT_OUT.match(series)}


def differing(healthy: Page, broken: Page) -> dict[str, float | None]:
    """The series that are others than in a healthy shop."""
    changed = {s: value for s, value in broken.items() if healthy.get(s) != value}
    return {**changed, **dict.fromkeys(healthy.keys() - broken.keys())}


def both(pair: tuple[str, ...]) -> str:
    """The name of incidents that happen together."""
    return " + ".join(pair)


def record(tell: Callable[[str], None]) -> None:
    """Cause every incident on its own copy of one shop, and keep what it changes."""
    sets = [*((name,) for name in names()), *TOGETHER]
    with quiet_shop(0, tell) as shop:
        now = datetime.now(UTC)
        healthy = page(shop, shop.copy(), now)
        found: dict[str, Any] = {}
        for place, incidents in enumerate(sets, 1):
            copy = SimpleNamespace(dsn=shop.copy())
            for name in incidents:
                INCIDENTS[name].break_(cast(Chain, copy))
            found[both(incidents)] = differing(healthy, page(shop, copy.dsn, now))
            shop.drop(copy.dsn)
            changed = len(found[both(incidents)])
            tell(f"{place}/{len(sets)} {both(incidents)}: {changed} series differ")
    FILE.write_text(
        f'{{"at": {now.timestamp():.0f},\n"healthy": {json.dumps(healthy, sort_keys=True)},\n'
        f'"incidents": {lines(found, [both((name,)) for name in names()])},\n'
        f'"together": {lines(found, [both(pair) for pair in TOGETHER])}}}\n',
        encoding="utf-8",
    )


def lines(found: Mapping[str, Any], chosen: list[str]) -> str:
    """Some of what was found as JSON, a line each."""
    shown = [f"{json.dumps(name)}: {json.dumps(found[name], sort_keys=True)}" for name in chosen]
    return "{\n" + ",\n".join(shown) + "\n}"


def recorded() -> Recorded:
    """What was recorded."""
    return Recorded(**json.loads(FILE.read_text(encoding="utf-8")))
