"""What a break of the sample shop is, and the shop's config with the checks that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.config import Config
from warehouse_exporter.config.document import read
from warehouse_exporter.config.load import parse
from warehouse_exporter.demo.runner import CONFIG

from tests.chain.demo.shops import FRIDAY

OVERLAY = Path(__file__).with_name("more.yml")
"""Checks of ids that the shop's own config does without, or judges by another method."""
EARLY = datetime(2026, 3, 20, 6, 30, tzinfo=UTC)
"""Half an hour after yesterday was due."""

DAY = "event_date = '2026-03-19'"
EVENTS = "event_ts >= '2026-03-19Z' AND event_ts < '2026-03-20Z'"
ORDERS = "order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z'"
SESSIONS = "session_start >= '2026-03-19Z' AND session_start < '2026-03-20Z'"
"""The rows of the expected day, by the time column of their table."""
FEW = f"(SELECT order_id FROM analytics.fct_orders WHERE {ORDERS} ORDER BY order_id LIMIT 3)"
"""The ids of three orders of the day, few enough to be overlooked by a total."""


@dataclass(frozen=True)
class Break:
    """What is done to tables of the shop, and the checks that turn: these and no other.

    `turns` are the checks that the damage is about. `beside` has those that truly depend on it,
    each with the reason. A break of rows of closed days is seen when they are read again.
    """

    sql: str
    turns: str
    tables: str
    beside: Mapping[str, str] = field(default_factory=dict)
    undo: str = ""
    closed: bool = False
    as_of: datetime = FRIDAY

    @property
    def expected(self) -> set[str]:
        """The addresses of all checks that are not fine."""
        return {*self.turns.split(), *self.beside}


def data_of(file: Path) -> dict[str, Any]:
    """What stands in a YAML, as the config's own reader takes it: `no` is a word there."""
    kept = {"WAREHOUSE_DSN": "${WAREHOUSE_DSN}"}
    data: dict[str, Any] = read(file.read_text(encoding="utf-8"), str(file), kept).data
    return data


@cache
def written() -> str:
    """The shop's config and the checks beside it, as one YAML."""
    whole, more = data_of(CONFIG), data_of(OVERLAY)
    for name, checks in more["checks"].items():
        whole["datasets"][name]["checks"] += checks
    whole["metrics"] |= more["metrics"]
    whole["anomalies"] += more["anomalies"]
    return yaml.safe_dump(whole, sort_keys=False)


@cache
def config_on(dsn: str) -> Config:
    """The same, on a database."""
    return parse(written(), "turns.yml", {"WAREHOUSE_DSN": dsn})
