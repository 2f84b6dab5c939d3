"""The catalogue's 46 measures, and which check of full.yml gives each.

Every measure must have its value: `compared` holds it against what the catalogue's own SQL says.
Where our definition differs, the value is held against SQL of that definition, written by hand
(differs.sql), and the document says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

FAILED = "rows_failed"
CHECKED = "rows_checked"
SUMS = 1e-9
"""How far means by day and shares may differ, relatively: they were added in another order.
Everything else is a count, a sum, a quotient of two, or an instant, and must be the same to the
bit."""
LAST, BEFORE = "last day", "mean before"

Rows = Sequence[Sequence[Any]]
Gauges = Mapping[str, Mapping[str, float]]
"""What a pass gives: the gauges of each check, by its address, without `warehouse_`; one that there
is for each channel has the channel's name in braces behind its own."""
Values = Mapping[str, float | None]
"""The numbers of a measure, by their names."""


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
    """A measure: its number and name in the catalogue, and where ours is: one number, unless ..."""

    number: int
    name: str
    at: Place
    differs: str = ""
    apart: ClassVar[float] = 0.0

    @property
    def places(self) -> tuple[Place, ...]:
        """The gauges it is made of."""
        return (self.at,)

    def ours(self, gauges: Gauges) -> Values:
        """Our numbers for the measure."""
        return {"": self.at.value(gauges)}

    def theirs(self, rows: Rows) -> Values:
        """The same numbers from the rows of the measure's SQL."""
        return {"": rows[0][-1]}

    def agrees(self, ours: Values, theirs: Values) -> bool:
        """Whether both have the same numbers."""
        return ours.keys() == theirs.keys() and all(
            same(ours[name], theirs[name], self.apart) for name in theirs
        )


@dataclass(frozen=True)
class Ratio(Measure):
    """... it is a ratio of two gauges, ..."""

    of: Place = field(kw_only=True)

    @property
    def places(self) -> tuple[Place, ...]:
        return self.at, self.of

    def ours(self, gauges: Gauges) -> Values:
        value, below = self.at.value(gauges), self.of.value(gauges)
        return {"": value / below if value is not None and below else None}


@dataclass(frozen=True)
class Series(Measure):
    """... or a series by day: the last day, and the mean of the days before it, ..."""

    before: Place = field(kw_only=True)
    apart: ClassVar[float] = SUMS

    @property
    def places(self) -> tuple[Place, ...]:
        return self.at, self.before

    def ours(self, gauges: Gauges) -> Values:
        return {LAST: self.at.value(gauges), BEFORE: self.before.value(gauges)}

    def theirs(self, rows: Rows) -> Values:
        *before, last = [float(value) for _, value in sorted(map(tuple, rows))]
        return {LAST: last, BEFORE: math.fsum(before) / len(before)}


@dataclass(frozen=True)
class Shares(Measure):
    """... or a share for each channel; one of nothing (the rest, a channel of before) is none."""

    apart: ClassVar[float] = SUMS

    def ours(self, gauges: Gauges) -> Values:
        named = re.compile(re.escape(self.at.gauge) + r"\{(.*)\}")
        every = gauges.get(self.at.check, {}).items()
        found = {match[1]: value for name, value in every if (match := named.fullmatch(name))}
        return {name: value for name, value in found.items() if value}

    def theirs(self, rows: Rows) -> Values:
        return {channel: float(value) for channel, value in rows if value}


def at(number: int, name: str, check: str, gauge: str = FAILED, *, differs: str = "") -> Measure:
    """A measure that is one gauge."""
    return Measure(number, name, Place(check, gauge), differs)


def nulls(number: int, dataset: str, column: str) -> Measure:
    """A null rate."""
    check = f"{dataset}.completeness_{column}"
    return at(number, f"{dataset}_null_rate_{column}", check, "column_null_ratio")


def attributed(
    number: int, kind: str, model: str, gauge: str = FAILED, differs: str = ""
) -> Measure:
    """A measure of a model of attribution."""
    return at(number, f"{kind}_{model}", f"orders.{kind}_{model}", gauge, differs=differs)


def series(number: int, dataset: str, metric: str) -> Measure:
    """A daily series, which ours keeps as the day judged and the mean of the days before it."""
    return Series(
        number, f"daily_series_{metric}", Place(f"{dataset}.metric_{metric}", "metric_value"),
        before=Place(f"{dataset}.zscore_{metric}", "metric_expected"),
    )  # fmt: skip


NEWEST = "newest_row_timestamp_seconds"
APART = "totals_difference"
COVERAGE = "attribution_coverage_ratio"
KNOWN = "ours counts attributed orders that exist, the catalogue also what belongs to a lost order"
VALUES = (
    "ours counts the values that are empty or negative, the catalogue the rows with one that is"
)
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
    Ratio(  # ours divides by the orders with revenue, the catalogue by all of them
        23, "orders_zero_revenue_share", Place("orders.zero_revenue", FAILED),
        of=Place("orders.completeness_revenue", CHECKED),
    ),
    at(24, "orders_orphan_session", "orders.orphans_session_id"),
    at(25, "orders_tracking_coverage", "orders.tracking_coverage", "tracking_coverage_ratio"),
    at(
        26, "orders_items_revenue_mismatch", "orders.reconciliation",
        differs="of an order that is there twice, ours adds up both rows, the catalogue takes one",
    ),
    at(27, "orders_minus_events_revenue", "orders.agreement_revenue", APART),
    at(28, "items_orphan_order", "order_items.orphans_order_id"),
    at(29, "items_line_revenue_mismatch", "order_items.line_revenue"),
    at(30, "items_negative_price", "order_items.negative_revenue_price"),
    attributed(31, "attribution_coverage", "first_click", COVERAGE, KNOWN),
    attributed(32, "attribution_coverage", "last_click", COVERAGE, KNOWN),
    attributed(33, "over_attribution", "first_click"),
    attributed(34, "over_attribution", "last_click"),
    Shares(
        35, "channel_revenue_share_yesterday",
        Place("attribution.channel_mix", "channel_share_ratio"),
    ),
    at(36, "daily_metrics_yesterday_present", "daily_metrics.volume", "rows"),
    at(37, "daily_metrics_nulls", "daily_metrics.daily_aggregates", differs=VALUES),
    at(38, "daily_metrics_negatives", "daily_metrics.daily_aggregates", differs=VALUES),
    at(39, "daily_metrics_orders_minus_fct_yesterday", "daily_metrics.agreement_orders", APART),
    at(40, "daily_metrics_revenue_minus_fct_yesterday", "daily_metrics.agreement_revenue", APART),
    at(41, "pipeline_log_today", "pipeline.pipeline_run", "pipeline_runs"),
    at(42, "pipeline_quarantine_rate", "pipeline.quarantine_rate", "quarantine_ratio"),
    series(43, "events", "events"),
    series(44, "sessions", "sessions"),
    series(45, "orders", "orders"),
    series(46, "orders", "revenue"),
)  # fmt: skip


def gauges_of(report: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The gauges of a gate's JSON report, by the check's address."""
    found: dict[str, dict[str, float]] = {}
    for entry in report["checks"]:
        channel = entry["labels"].get("channel")
        of = "" if channel is None else f"{{{channel}}}"
        gauges = found.setdefault(f"{entry['dataset']}.{entry['check']}", {})
        for name, value in entry["values"].items():
            gauges[f"{name.removeprefix('warehouse_')}{of}"] = value
    return found


def compared(
    gauges: Gauges, answers: Mapping[str, Rows], differing: Mapping[str, Rows]
) -> Iterator[str]:
    """What is wrong, measure by measure: nothing where every value is the SQL's."""
    for measure in MEASURES:
        ours = measure.ours(gauges)
        theirs = measure.theirs((differing if measure.differs else answers)[measure.name])
        if not measure.agrees(ours, theirs):
            yield f"{measure.number} {measure.name}: ours {told(ours)}, its SQL {told(theirs)}"


def told(values: Values) -> str:
    """The numbers of a measure in a line; one that has no name without it."""
    return ", ".join(f"{name} {value}".strip() for name, value in values.items())


def same(ours: float | None, theirs: float | None, apart: float) -> bool:
    """Whether two values are equal, or `apart` at most; a missing one equals nothing."""
    if ours is None or theirs is None:
        return False
    return math.isclose(ours, theirs, rel_tol=apart)
