"""All incidents: who is to be told of each, and what the title has to name."""

from __future__ import annotations

from warehouse_exporter.core.model import Severity

from labs.incidents.incident import Incident, of_fault
from labs.incidents.infrastructure import INFRASTRUCTURE

PAGE, TICKET, NOTE = Severity.CRITICAL, Severity.WARNING, Severity.INFO
GROUPS: dict[str, tuple[Incident, ...]] = {
    "Loads that do not come, come twice, or come late": (
        of_fault("feed-stops", PAGE, "events.(freshness|deadline):"),
        of_fault("late-data", PAGE, "events.day_ends_early_by_hours:"),
        of_fault("half-load", PAGE, "(events.seasonal_events|orders.incomparable_raw):"),
        of_fault("double-load", PAGE, "events.duplicates_transaction_id:"),
        of_fault("missing-day", PAGE, "events.missing_days:"),
        of_fault(
            "traffic-drop",
            PAGE,
            "(events|sessions|orders).seasonal_(events|sessions|orders|revenue):",
        ),
        of_fault("truncate-orders", PAGE, "orders.volume:"),
        of_fault("no-pipeline-run", PAGE, "pipeline.pipeline_run:"),
        of_fault("no-daily-metrics", PAGE, "daily_metrics.volume:"),
        of_fault("stale-daily-metrics", PAGE, "daily_metrics.agreement_orders:"),
        of_fault("quarantine-rate", PAGE, "pipeline.quarantine_rate:"),
        of_fault("timezone-shift", TICKET, "events.(future_rows|loaded_before_they_happened):"),
    ),
    "Tables and values that change": (
        of_fault("rename-column", PAGE, "orders.required_columns:"),
        of_fault("drop-column", PAGE, "events.required_columns:", slow=True),
        of_fault("new-column", NOTE, "orders.new_columns:"),
        of_fault("text-revenue", PAGE, "orders.column_types:", slow=True),
        of_fault("null-column", PAGE, "orders.completeness_client_id:"),
        of_fault("null-referrers", PAGE, "events.absent_day_referrer:"),
        of_fault("json-prices-null", PAGE, "events.json_completeness_event_data_items_item_price:"),
        of_fault("unknown-event-name", PAGE, "events.accepted_values_event_name:"),
        of_fault("duplicate-orders", PAGE, "orders.duplicates:"),
        of_fault("orders-without-items", PAGE, "orders.(incomparable_day|reconciliation):"),
        of_fault("orphan-sessions", PAGE, "sessions.orphans_user_id:"),
        of_fault("orphan-orders", PAGE, "orders.orphans_session_id:"),
    ),
    "Money and attribution": (
        of_fault("checkout-tag", PAGE, "orders.volume:"),
        of_fault("revenue-in-cents", PAGE, "orders.reconciliation:"),
        of_fault("signs-flipped", PAGE, "orders.negative_revenue:"),
        of_fault("missing-revenue", PAGE, "events.missing_revenue:"),
        of_fault("items-mismatch", PAGE, "orders.reconciliation:"),
        of_fault("click-ids-gone", TICKET, "sessions.absent_day_click_id:"),
        of_fault("referrer-jump", TICKET, "events.seasonal_referred:"),
        of_fault("tracking-lost", TICKET, "orders.tracking_coverage:"),
        of_fault("channel-gone", TICKET, "attribution.channel_mix:"),
        of_fault("attribution-stops", TICKET, "orders.attribution_coverage_last_click:"),
        of_fault("over-attribution", PAGE, "orders.over_attribution_last_click:"),
        of_fault("daily-metrics-off", PAGE, "daily_metrics.agreement_orders:"),
    ),
    "The warehouse and the exporter": INFRASTRUCTURE,
}
INCIDENTS = {one.name: one for group in GROUPS.values() for one in group}
