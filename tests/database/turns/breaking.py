"""What a break of the sample shop is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.chain.demo.shops import FRIDAY

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
