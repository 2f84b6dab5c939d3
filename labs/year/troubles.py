"""The small shop's year with troubles in it, of the kinds that a baseline has to remember.

Days that were flagged, series that moved for good, and a day that was repaired after it was judged:
what is said of a later day depends on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from warehouse_exporter.demo import live

from labs.year.rows import Rows, midnight
from labs.year.simulator import Sold, small_year

LEVELS = (
    (date(2025, 3, 5), date(2025, 3, 7), 0.1),
    (date(2025, 3, 13), date(2025, 3, 13), 0.2),
    (date(2025, 4, 8), date(2025, 6, 23), 2.0),
    (date(2025, 6, 24), date(2025, 6, 27), 0.2),
    (date(2025, 9, 10), date(2025, 12, 31), 2.0),
    (date(2025, 9, 24), date(2025, 9, 24), 0.3),
    (date(2025, 11, 4), date(2025, 11, 4), 3.0),
)
"""From when to when, and how many times as much as in the ordinary year; they multiply."""
LIVED = date(2025, 3, 4), date(2025, 4, 20)
"""The span that is lived through in rows: an outage, a day, a repair, and a shift of the level."""
REPAIRED = {date(2025, 3, 20): date(2025, 3, 23)}
"""Days of which most orders are lost at first, and the day in whose night they are loaded again."""
EARLY = time(6, 31, tzinfo=UTC)
"""When all of the day before is expected, and the first pass reads it."""
LOST = "demo.u(hashtext(order_id), 'lost') < .8"
TABLES = ("fct_orders", "fct_order_items", "fct_order_attribution")


def troubled_year() -> Mapping[date, Sold]:
    """What the small shop sold in that year."""
    return {day: times(sold, level_of(day)) for day, sold in small_year().items()}


def level_of(day: date) -> float:
    """How many times as much as in the ordinary year."""
    level = 1.0
    for first, last, factor in LEVELS:
        if first <= day <= last:
            level *= factor
    return level


def times(sold: Sold, level: float) -> Sold:
    """A day at another level."""
    return Sold(round(sold.sessions * level), round(sold.orders * level), sold.revenue * level)


def night_after(rows: Rows, day: date) -> datetime:
    """An early instant of the morning after a day: what is lost is lost, or loaded again."""
    early = rows.until(day, EARLY)
    with rows.connection, rows.connection.cursor() as cursor:
        if day in REPAIRED:
            for table in TABLES:
                live.remove(cursor, table, LOST, midnight(day))
        for lost, again in REPAIRED.items():
            if day == again:
                live.refill(cursor, TABLES, midnight(lost))
    return early
