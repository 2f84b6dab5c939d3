"""What a fault of the sample shop is: how it is made, and how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2.extensions

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.demo import live

DUE = timedelta(hours=6)
"""Faults of "the day" hit the newest day that a monitor expects: yesterday, from 06:00 on."""

ALWAYS = "timestamptz '2000-01-01Z'"
"""SQL for an instant before the shop: all its rows are affected."""

DAY = "event_date = (SELECT day FROM demo.days(%(as_of)s) WHERE starts = %(starts)s)"
EVENTS = "event_ts >= %(starts)s AND event_ts < %(ends)s"
ORDERS = "order_ts >= %(starts)s AND order_ts < %(ends)s"
SESSIONS = "session_start >= %(starts)s AND session_start < %(ends)s"
"""SQL conditions for the rows of the day, by the time column of their table."""

FEW = f"(SELECT order_id FROM analytics.fct_orders WHERE {ORDERS} ORDER BY order_id LIMIT 3)"
"""SQL for the ids of three orders of the day: few enough to be overlooked by a total."""

ONE_IN_FIVE = (
    "(SELECT order_id FROM (SELECT order_id, row_number() OVER (ORDER BY order_id) AS n"
    f" FROM analytics.fct_orders WHERE {ORDERS}) o WHERE mod(n, 5) = 1)"
)
"""SQL for the ids of every fifth order of the day, the first among them: a small shop has one."""

LAST_RUN = "run_timestamp = (SELECT max(run_timestamp) FROM analytics.pipeline_logs)"
"""SQL condition for the newest log row of the pipeline."""


@dataclass(frozen=True)
class Fault:
    """One way in which the shop's data can be wrong.

    SQL in here may use the parameters as_of, starts, noon and ends (of the day), past_starts and
    past_ends (of the day three days before).
    """

    name: str
    meaning: str
    shows: tuple[str, ...]
    """Ids of the check catalogue that have to notice."""
    tables: tuple[str, ...]
    """The tables that are different afterwards."""
    breaks: str = ""
    """SQL that does the damage."""
    holds: Mapping[str, str] = field(default_factory=dict)
    """Table -> condition on its rows: these are missing, and go on not to arrive."""
    undo: str = ""
    """SQL that gives the tables their shape back; their rows come from the generator."""
    since: str = "%(starts)s"
    """SQL for the instant after which rows that arrived are affected."""
    nightly: bool = False
    """Whether the builds of the nights since then have seen the damage, too."""

    def break_(self, connection: psycopg2.extensions.connection, as_of: datetime) -> None:
        """Fill the shop up to `as_of` and do the damage; UsageError when it is done already."""
        with connection, connection.cursor() as cursor:
            live.fill(cursor, as_of)
            values = _values(cursor, as_of)
            cursor.execute(
                f"INSERT INTO demo.broken VALUES (%(name)s, {self.since})"
                " ON CONFLICT DO NOTHING RETURNING since",
                {**values, "name": self.name},
            )
            for (since,) in cursor.fetchall():
                self._damage(cursor, values, since)
                return
        raise UsageError(f"{self.name} is already active: repair it first")

    def repair(self, connection: psycopg2.extensions.connection, as_of: datetime) -> None:
        """Make the shop what it would be at `as_of` without the fault; nothing if it has none.

        Rows come from the generator, so another fault in the same rows may be repaired with it.
        """
        with connection, connection.cursor() as cursor:
            live.fill(cursor, as_of)
            cursor.execute("DELETE FROM demo.held WHERE fault = %s", [self.name])
            cursor.execute("DELETE FROM demo.broken WHERE fault = %s RETURNING since", [self.name])
            for (since,) in cursor.fetchall():
                if self.undo:
                    cursor.execute(self.undo)
                live.refill(cursor, (*self.tables, *live.DAILY), since)

    def _damage(self, cursor: live.Cursor, values: Mapping[str, datetime], since: datetime) -> None:
        for table, rows in self.holds.items():
            cursor.execute(
                "INSERT INTO demo.held VALUES (%s, %s, %s, %s)", [self.name, table, rows, since]
            )
            live.remove(cursor, table, rows, since)
        if self.breaks:
            cursor.execute(self.breaks, values)
        if self.nightly:
            live.refill(cursor, live.DAILY, since)


def _values(cursor: live.Cursor, as_of: datetime) -> dict[str, datetime]:
    """The parameters of a fault at `as_of`."""
    cursor.execute("SELECT timezone, first_day FROM demo.settings")
    [(timezone, first_day)] = cursor.fetchall()
    zone = ZoneInfo(timezone)
    day = (as_of - DUE).astimezone(zone).date() - timedelta(days=1)
    if day - timedelta(days=3) < first_day:
        raise UsageError(f"the shop is too young to break: it has to be 5 days old at {as_of}")

    def midnight(date: date) -> datetime:
        return datetime(date.year, date.month, date.day, tzinfo=zone)

    return {
        "as_of": as_of,
        "starts": midnight(day),
        "noon": midnight(day).replace(hour=12),
        "ends": midnight(day + timedelta(days=1)),
        "past_starts": midnight(day - timedelta(days=3)),
        "past_ends": midnight(day - timedelta(days=2)),
    }
