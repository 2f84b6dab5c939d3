"""The catalogue's 46 measures: which check of full.yml gives each, or that none does so far.

A measure that has a check must have its value: `compared` holds it against what the catalogue's own
SQL says. Where our definition differs, the value is held against SQL of that definition, written by
hand (differs.sql), and the document says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FAILED = "rows_failed"
CHECKED = "rows_checked"
SUMS = 1e-9
"""How far sums and means by day may differ, relatively: they were added in another order.
Everything else is a count, a quotient of two, or an instant, and must be the same to the bit."""

Rows = Sequence[Sequence[Any]]
Gauges = Mapping[str, Mapping[str, float]]
"""What a pass gives: the gauges of each check, by its address, without `warehouse_`."""


@dataclass(frozen=True)
class Place:
    """One gauge of one check."""

    check: str
    gauge: str

    def value(self, gauges: Gauges) -> float | None:
        """What the pass gave; None where it gave nothing."""
        return gauges.get(self.check, {}).get(self.gauge)


@dataclass(frozen=True)
class Measure:
    """A measure: its number and name in the catalogue, and where ours is; no place: later.

    With `of`, the value is a ratio of two gauges. With `before`, the measure is a series by day:
    its last day is `at`, the mean of the days before it is `before`.
    """

    number: int
    name: str
    at: Place | None = None
    of: Place | None = None
    before: Place | None = None
    differs: str = ""

    def ours(self, gauges: Gauges) -> tuple[float | None, ...]:
        """Our numbers for the measure."""
        if self.at is None:
            return ()
        value = self.at.value(gauges)
        if self.before is not None:
            return value, self.before.value(gauges)
        if self.of is not None:
            below = self.of.value(gauges)
            return (value / below if value is not None and below else None,)
        return (value,)

    def theirs(self, rows: Rows) -> tuple[float | None, ...]:
        """The same numbers from the rows of the measure's SQL."""
        if self.before is None:
            return (rows[0][-1],)
        series = [float(value) for _, value in sorted(map(tuple, rows))]
        return series[-1], math.fsum(series[:-1]) / len(series[:-1])


def at(number: int, name: str, check: str, gauge: str = FAILED) -> Measure:
    """A measure that is one gauge."""
    return Measure(number, name, Place(check, gauge))


def nulls(number: int, dataset: str, column: str) -> Measure:
    """A null rate."""
    check = f"{dataset}.completeness_{column}"
    return at(number, f"{dataset}_null_rate_{column}", check, "column_null_ratio")


def series(number: int, dataset: str, metric: str) -> Measure:
    """A daily series, which ours keeps as the day judged and the mean of the days before it."""
    return Measure(
        number, f"daily_series_{metric}",
        Place(f"{dataset}.metric_{metric}", "metric_value"),
        before=Place(f"{dataset}.zscore_{metric}", "metric_expected"),
    )  # fmt: skip


NEWEST = "newest_row_timestamp_seconds"
MEASURES = (
    at(1, "events_freshness", "events.freshness", NEWEST),
    at(2, "sessions_freshness", "sessions.freshness", NEWEST),
    at(3, "orders_freshness", "orders.freshness", NEWEST),
    at(4, "events_rows_yesterday", "events.volume", "rows"),
    at(5, "sessions_rows_yesterday", "sessions.volume", "rows"),
    at(6, "orders_rows_yesterday", "orders.volume", "rows"),
    nulls(7, "events", "client_id"),
    nulls(8, "events", "page_url"),
    nulls(9, "events", "event_name"),
    nulls(10, "events", "event_ts"),
    nulls(11, "events", "referrer"),
    at(12, "events_invalid_name", "events.accepted_values_event_name"),
    at(13, "events_duplicate_transaction_id", "events.duplicates_transaction_id"),
    nulls(14, "sessions", "session_id"),
    nulls(15, "sessions", "user_id"),
    at(16, "sessions_orphan_user", "sessions.orphans_user_id"),
    at(17, "sessions_duplicate_id", "sessions.duplicates"),
    nulls(18, "orders", "order_id"),
    nulls(19, "orders", "client_id"),
    nulls(20, "orders", "revenue"),
    at(21, "orders_duplicate_id", "orders.duplicates"),
    at(22, "orders_negative_revenue", "orders.negative_revenue"),
    Measure(  # ours divides by the orders with revenue, the catalogue by all of them
        23, "orders_zero_revenue_share",
        Place("orders.zero_revenue", FAILED), Place("orders.completeness_revenue", CHECKED),
    ),
    at(24, "orders_orphan_session", "orders.orphans_session_id"),
    at(25, "orders_tracking_coverage", "orders.tracking_coverage", "tracking_coverage_ratio"),
    Measure(
        26, "orders_items_revenue_mismatch", Place("orders.reconciliation", FAILED),
        differs="of an order that is there twice, ours adds up both rows, the catalogue takes one",
    ),
    Measure(27, "orders_minus_events_revenue"),
    at(28, "items_orphan_order", "order_items.orphans_order_id"),
    Measure(29, "items_line_revenue_mismatch"),
    at(30, "items_negative_price", "order_items.negative_revenue_price"),
    Measure(31, "attribution_coverage_first_click"),
    Measure(32, "attribution_coverage_last_click"),
    Measure(33, "over_attribution_first_click"),
    Measure(34, "over_attribution_last_click"),
    Measure(35, "channel_revenue_share_yesterday"),
    at(36, "daily_metrics_yesterday_present", "daily_metrics.volume", "rows"),
    Measure(37, "daily_metrics_nulls"),
    Measure(38, "daily_metrics_negatives"),
    Measure(39, "daily_metrics_orders_minus_fct_yesterday"),
    Measure(40, "daily_metrics_revenue_minus_fct_yesterday"),
    at(41, "pipeline_log_today", "pipeline.pipeline_run", "pipeline_runs"),
    at(42, "pipeline_quarantine_rate", "pipeline.quarantine_rate", "quarantine_ratio"),
    series(43, "events", "events"),
    series(44, "sessions", "sessions"),
    series(45, "orders", "orders"),
    series(46, "orders", "revenue"),
)  # fmt: skip
COVERED = tuple(measure for measure in MEASURES if measure.at is not None)
LATER = tuple(measure for measure in MEASURES if measure.at is None)


def gauges_of(report: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The gauges of a gate's JSON report, by the check's address."""
    return {
        f"{entry['dataset']}.{entry['check']}": {
            name.removeprefix("warehouse_"): value for name, value in entry["values"].items()
        }
        for entry in report["checks"]
    }


def compared(
    gauges: Gauges, answers: Mapping[str, Rows], differing: Mapping[str, Rows]
) -> Iterator[str]:
    """What is wrong, measure by measure: nothing where every value is the SQL's."""
    for measure in COVERED:
        ours = measure.ours(gauges)
        theirs = measure.theirs((differing if measure.differs else answers)[measure.name])
        apart = SUMS if measure.before is not None else 0.0
        if not all(same(*pair, apart) for pair in zip(ours, theirs, strict=True)):
            yield f"{measure.number} {measure.name}: ours {ours}, its SQL {theirs}"


def same(ours: float | None, theirs: float | None, apart: float) -> bool:
    """Whether two values are equal, or `apart` at most; a missing one equals nothing."""
    if ours is None or theirs is None:
        return False
    return math.isclose(ours, theirs, rel_tol=apart)
