"""Which incidents have nothing to do with each other: written by hand, from what each one changes.

Of each incident `REACH` says which columns it changes, or makes unreadable, and which columns the
check reads that names it. Two incidents touch if one changes what the check of the other reads. The
product's own relation of causes plays no part in this table: it is held against it.

`EXPECTED` says what somebody who knows the shop would take for a consequence although they do not
touch: where both begin at once, nobody could tell. This one is not independent of the rules: it was
written with the pairs at hand on which they disagree with `REACH`. All other pairs are unrelated.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Reach:
    """What an incident changes, what the check that names it reads, and why.

    Each is a list of `table.column`. `table.*` is all columns: rows come, go, or become unreadable.
    `table.NAMES` and `table.TYPES` are the names and the types of the columns in the catalogue.
    """

    changes: str
    reads: str
    because: str


EVERY_TABLE = "events.* sessions.* orders.* order_items.* attribution.* daily_metrics.* pipeline.*"
NIGHT = "daily_metrics.* pipeline.*"
"""What the nightly build makes again from a source that is wrong."""
REACH = {
    "feed-stops": Reach(
        f"events.* {NIGHT}", "events.event_ts",
        "events are missing since 30 hours ago, and the build of the night counted what was there"),
    "late-data": Reach(
        EVERY_TABLE, "events.event_ts", "the afternoon is missing in every table"),
    "half-load": Reach(
        "events.*", "events.* orders.*",
        "half of the day's events are missing; it is found because orders have no event"),
    "double-load": Reach(
        "events.*", "events.transaction_id", "the day's events are there twice"),
    "missing-day": Reach(
        "events.*", "events.event_ts", "the events of an earlier day are missing"),
    "traffic-drop": Reach(
        EVERY_TABLE, "events.* sessions.* orders.*",
        "visitors, and with them their sessions and orders, are missing in every table"),
    "truncate-orders": Reach(
        "orders.*", "orders.*", "no order is left"),
    "no-pipeline-run": Reach(
        NIGHT, "pipeline.*", "the build wrote neither its log nor its row"),
    "no-daily-metrics": Reach(
        "daily_metrics.*", "daily_metrics.*", "the row of the day is missing"),
    "stale-daily-metrics": Reach(
        "daily_metrics.*", "daily_metrics.orders orders.order_ts",
        "the row of the day has other totals; they are compared with the number of orders"),
    "quarantine-rate": Reach(
        "pipeline.rows_quarantined", "pipeline.*", "another number in the log of the build"),
    "rename-column": Reach(
        "orders.client_id orders.NAMES orders.TYPES", "orders.NAMES",
        "a declared column is missing, and with it its type"),
    "drop-column": Reach(
        "events.referrer events.NAMES events.TYPES", "events.NAMES",
        "a declared column is missing, and with it its type"),
    "text-revenue": Reach(
        "orders.revenue orders.TYPES", "orders.TYPES",
        "a column has another type, and nothing can calculate with it"),
    "null-column": Reach(
        "orders.client_id", "orders.client_id", "one column of orders is empty"),
    "null-referrers": Reach(
        "events.referrer", "events.referrer", "one column of events is empty"),
    "json-prices-null": Reach(
        "events.event_data", "events.event_data events.event_name",
        "the JSON of the purchases has no prices"),
    "unknown-event-name": Reach(
        "events.event_name", "events.event_name", "some page views have another name"),
    "duplicate-orders": Reach(
        "orders.*", "orders.order_id", "three orders are there twice"),
    "orders-without-items": Reach(
        "order_items.*", "order_items.* orders.order_id orders.revenue",
        "items are missing; it is found because their orders cannot be compared"),
    "orphan-sessions": Reach(
        "sessions.user_id", "sessions.user_id users.*", "some sessions name unknown users"),
    "orphan-orders": Reach(
        "orders.session_id", "orders.session_id sessions.session_id",
        "some orders name unknown sessions"),
    "checkout-tag": Reach(
        f"events.* orders.* order_items.* attribution.* {NIGHT}", "orders.*",
        "no purchase is in any table"),
    "revenue-in-cents": Reach(
        f"orders.revenue {NIGHT}", "orders.order_id orders.revenue order_items.*",
        "orders have other amounts than their items, and the build of the night added them up"),
    "signs-flipped": Reach(
        f"orders.revenue {NIGHT}", "orders.revenue",
        "orders have negative amounts, and the build of the night added them up"),
    "missing-revenue": Reach(
        "events.revenue orders.revenue", "events.revenue events.event_name",
        "three purchases have no amount, in both tables"),
    "items-mismatch": Reach(
        "orders.revenue", "orders.order_id orders.revenue order_items.*",
        "three orders have other amounts than their items"),
    "over-attribution": Reach(
        "attribution.*", "attribution.* orders.order_id orders.revenue",
        "orders are attributed twice, so more is attributed than they are worth"),
    "daily-metrics-off": Reach(
        "daily_metrics.orders daily_metrics.revenue", "daily_metrics.orders orders.order_ts",
        "the row of the day has other totals; they are compared with the number of orders"),
    "grants-revoked": Reach(
        "orders.* orders.NAMES orders.TYPES", "orders.*",
        "the exporter may not read the orders, so no check of them is measured"),
}  # fmt: skip
"""By incident: those that page, and whose effect on the metrics is recorded."""


def meet(changes: str, reads: str) -> bool:
    """Whether something that is read is changed."""
    return any(same(one, other) for one in changes.split() for other in reads.split())


def same(one: str, other: str) -> bool:
    """Whether two columns may be one: `*` stands for all data columns of the table."""
    (table, column), (other_table, other_column) = one.split("."), other.split(".")
    if table != other_table:
        return False
    return column == other_column or (
        "*" in (column, other_column) and not {column, other_column} & {"NAMES", "TYPES"}
    )


EXPECTED = {
    "feed-stops": (
        "tables that are built from events have no new rows either", "truncate-orders"),
    "missing-day": (
        "a day that is missing in the source is missing in what is built from it",
        "truncate-orders", "no-daily-metrics"),
    "truncate-orders": (
        "a table that is built from no orders has no row", "no-daily-metrics"),
    "no-pipeline-run": (
        "a build that has not run leaves days out", "missing-day", "truncate-orders"),
    "half-load": (
        "what is built from half of the events is incomplete, or does not match",
        "orders-without-items", "over-attribution", "stale-daily-metrics", "daily-metrics-off"),
    "drop-column": (
        "a build that has lost a column of its source makes other columns",
        "rename-column", "text-revenue"),
    "rename-column": (
        "what is computed from a table that has lost a column is wrong",
        "orders-without-items", "orphan-orders", "revenue-in-cents", "items-mismatch",
        "over-attribution", "stale-daily-metrics", "daily-metrics-off"),
    "text-revenue": (
        "what is computed from a column of another type is wrong",
        "orphan-orders", "stale-daily-metrics", "daily-metrics-off"),
    "items-mismatch": (
        "orders with wrong amounts make wrong days", "stale-daily-metrics", "daily-metrics-off"),
    "orders-without-items": (
        "orders that are incomplete make incomplete days, and wrong attribution",
        "over-attribution", "stale-daily-metrics", "daily-metrics-off"),
    "over-attribution": (
        "wrong attribution makes wrong days", "stale-daily-metrics", "daily-metrics-off"),
}  # fmt: skip
"""Incident -> why somebody would expect others after it, and which."""


def touch(one: str, other: str) -> bool:
    """Whether one incident changes what the check of the other reads."""
    first, second = REACH[one], REACH[other]
    return meet(first.changes, second.reads) or meet(second.changes, first.reads)


def expected(one: str, other: str) -> bool:
    """Whether somebody would take one for a consequence of the other."""
    return other in EXPECTED.get(one, ("",))[1:] or one in EXPECTED.get(other, ("",))[1:]


def unrelated_pairs() -> list[tuple[str, str]]:
    """All pairs that neither touch nor are expected, in the order of the table."""
    return [pair for pair in combinations(REACH, 2) if not touch(*pair) and not expected(*pair)]


def expected_pairs() -> list[tuple[str, str]]:
    """All pairs that do not touch, but are expected."""
    return [pair for pair in combinations(REACH, 2) if not touch(*pair) and expected(*pair)]


TOGETHER = {
    ("null-column", "checkout-tag"): "no order of the day is left that could be without a client",
    ("revenue-in-cents", "grants-revoked"): "nobody can see the amounts",
    ("signs-flipped", "grants-revoked"): "nobody can see the amounts",
    ("stale-daily-metrics", "grants-revoked"): "nobody can count the orders to compare with",
    ("truncate-orders", "grants-revoked"): "nobody can see that the table is empty",
    ("truncate-orders", "duplicate-orders"): "no order is left that could be there twice",
    ("half-load", "double-load"): "both change the rows of events",
    ("late-data", "no-daily-metrics"): "both change the row of the day",
    ("no-pipeline-run", "daily-metrics-off"): "there is no row of the day that could be wrong",
    ("signs-flipped", "revenue-in-cents"): "both change the amounts of orders",
    ("missing-revenue", "items-mismatch"): "both change the amounts of three orders",
    ("rename-column", "text-revenue"): "both change the columns of orders",
}
"""Pairs that touch, and why one may hide the finding of the other. They are caused in one shop,
because their metrics cannot be put together from those of each."""
