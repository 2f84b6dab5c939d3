"""How the sample shop is broken for each alert, so that its runbook can be seen to show it."""

from __future__ import annotations

from warehouse_exporter.kinds import all_kinds

from tests.database.kinds.examples import TESTS

FAULT = {
    "WarehouseAttributionCoverageLow": "attribution-stops",
    "WarehouseChannelMixShift": "channel-gone",
    "WarehouseCheckUnmeasured": "no-pipeline-run",
    "WarehouseColumnAbsent": "null-referrers",
    "WarehouseColumnIncomplete": "null-client-ids",
    "WarehouseColumnTypeChanged": "text-revenue",
    "WarehouseColumnsAppeared": "new-column",
    "WarehouseDailyAggregatesFlawed": "daily-metrics-null",
    "WarehouseDataStale": "feed-stops",
    "WarehouseDaysMissing": "missing-day",
    "WarehouseDuplicateKeys": "duplicate-orders",
    "WarehouseFutureRows": "future-rows",
    "WarehouseLineRevenueMismatch": "line-revenue",
    "WarehouseMetricAnomaly": "traffic-drop",
    "WarehouseMetricOutOfBounds": "traffic-drop",
    "WarehouseNegativeRevenue": "negative-revenue",
    "WarehouseOrphanRows": "orphan-orders",
    "WarehouseOverAttribution": "over-attribution",
    "WarehousePipelineNotRun": "no-pipeline-run",
    "WarehouseQuarantineRateHigh": "quarantine-rate",
    "WarehouseRevenueIncomparable": "items-without-price",
    "WarehouseRevenueMismatch": "items-mismatch",
    "WarehouseRevenueMissing": "missing-revenue",
    "WarehouseRevenueTotalMismatch": "items-mismatch",
    "WarehouseSchemaDrift": "rename-column",
    "WarehouseTotalsDisagree": "daily-metrics-off",
    "WarehouseTrackingCoverageLow": "tracking-lost",
    "WarehouseUnacceptedValues": "unknown-event-name",
    "WarehouseVolumeOutOfBounds": "checkout-tag",
    "WarehouseZeroRevenue": "zero-revenue",
}
"""Alert -> the fault of the sample shop that it is about."""

THAT_DAY = "event_ts >= '{day}' AND event_ts < '{day}'::date + 1"
SQL = {
    "WarehouseDayBehind": "DELETE FROM analytics.fct_sessions"
    " WHERE session_start >= now() - interval '1 day'",
    "WarehouseDeadlineMissed": "DELETE FROM analytics.raw_events"
    " WHERE event_ts >= '{day}'::date + interval '15 hours'",
    "WarehouseFallsTogether": "DELETE FROM analytics.fct_sessions"
    " WHERE session_start >= '{day}'::date + interval '12 h'; DELETE FROM analytics.fct_orders"
    " WHERE order_ts >= '{day}'::date + interval '12 h'",
    "WarehouseImpossibleSequence": "DELETE FROM analytics.raw_events"
    f" WHERE event_name = 'checkout_started' AND {THAT_DAY}",
    "WarehouseJsonIncomplete": "UPDATE analytics.raw_events SET event_data = event_data - 'items'"
    f" WHERE event_name = 'checkout_completed' AND {THAT_DAY}",
    "WarehousePartitionMissing": "DELETE FROM analytics.raw_events WHERE event_ts >= '{day}'",
    "WarehouseQueryOutOfBounds": "DELETE FROM analytics.fct_orders"
    " WHERE order_ts >= '{day}' AND order_ts < '{day}'::date + 1",
    "WarehouseSilence": "DELETE FROM analytics.raw_events WHERE loaded_at > now() - interval '9 h'",
    "WarehouseTimestampsUnparsable": "ALTER TABLE analytics.raw_events ALTER loaded_at TYPE text;"
    f" UPDATE analytics.raw_events SET loaded_at = '31/12/2025' WHERE {THAT_DAY}",
    "WarehouseValuesOutOfRange": "UPDATE analytics.fct_order_items SET quantity = -quantity"
    " WHERE order_ts >= '{day}' AND order_ts < '{day}'::date + 1",
}
SQL |= {all_kinds()[k].alert: t.SHOWN for k, t in TESTS.items() if hasattr(t, "SHOWN")}
"""Alert -> what breaks the shop, where it has no fault of that name; or in the kind's own test."""

NOT_OF_DATA = (
    "WarehouseChecksMissing",
    "WarehouseConfigChecksLost",
    "WarehouseConfigReloadFailed",
    "WarehouseDbtModelsFailed",
    "WarehouseDbtResultsUnreadable",
    "WarehouseDbtRunOld",
    "WarehouseDbtTestsFailed",
    "WarehouseNotificationsFailing",
    "WarehouseRulesFailing",
    "WarehouseScrapeFailing",
    "WarehouseDown",
    "WarehouseExporterDown",
    "WarehouseHeartbeat",
    "WarehousePassStale",
    "WarehouseRulesOutOfDate",
    "WarehouseSeriesDropped",
)
"""Alerts about the exporter itself, and about dbt: no row of the shop shows them."""
