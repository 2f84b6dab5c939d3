"""What things are called and when they happened: the only place that may be changed about a copy.

The same pipeline runs on a copy whose schema, tables and columns have other names and whose
dates are moved, so that a test can show that nothing depends on either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

_TOKENS = re.compile(
    r"""'(?:[^']|'')*' | --[^\n]* | %\(\w+\)s | \{\{.*?}} | "([^"]+)" | \b([A-Za-z_]\w*)\b""", re.X
)
_WORDS = re.compile(r"\b[A-Za-z_]\w*\b")
_ORDER_DATE = re.compile(r"(?<=ORD-)\d{8}(?=-)")


@dataclass(frozen=True)
class Names:
    """A renaming of identifiers and a shift of all dates; the default changes nothing.

    `words` maps an identifier (the schema, a table or a column) to its new name. Every
    occurrence is renamed, so one word that names a table and a column gets one new name.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    shift_days: int = 0

    def of(self, word: str) -> str:
        """The name of one identifier, unquoted."""
        return self.words.get(word, word)

    def sql(self, statement: str) -> str:
        """The statement with its identifiers renamed; strings, comments and parameters stay."""
        return _TOKENS.sub(self._token, statement)

    def plain(self, text: str) -> str:
        """Any other text (a config file) with every word that is an identifier renamed."""
        return _WORDS.sub(lambda match: self.of(match.group()), text)

    def day(self, original: date) -> date:
        """The date on which a day of the original happens in this copy."""
        return original + timedelta(days=self.shift_days)

    def timestamp(self, text: str) -> str:
        """An ISO 8601 time as text, moved; what is not one is left for the models to stumble on."""
        try:
            moved = self.day(date.fromisoformat(text[:10]))
        except ValueError:
            return text
        return f"{moved}{text[10:]}"

    def event_data(self, text: str) -> str:
        """The JSON of an event, with the date inside an order id moved."""
        return _ORDER_DATE.sub(self._compact_date, text)

    def _compact_date(self, match: re.Match[str]) -> str:
        return f"{self.day(datetime.strptime(match.group(), '%Y%m%d').date()):%Y%m%d}"

    def _token(self, match: re.Match[str]) -> str:
        word = match.group(1) or match.group(2)
        return f'"{self.words[word]}"' if word in self.words else match.group()


ORIGINAL = Names()
"""The shop as it is."""

COPY = Names(
    words={
        "shop": "store",
        "analytics": "reporting",
        "raw_events": "landing",
        "stg_events": "actions",
        "quarantine": "rejected",
        "dim_users": "visitors",
        "fct_sessions": "visits",
        "fct_orders": "sales",
        "fct_order_items": "sale_lines",
        "fct_order_attribution": "sale_sources",
        "daily_metrics": "day_totals",
        "pipeline_logs": "runs",
        "client_id": "visitor_ref",
        "clientId": "visitorRef",
        "page_url": "location",
        "referrer": "came_from",
        "timestamp": "happened",
        "event_name": "action",
        "event_data": "payload",
        "user_agent": "browser",
        "event_id": "row_number_of_day",
        "source_file": "file_of_day",
        "loaded_at": "arrived_at",
        "event_ts": "acted_at",
        "event_date": "calendar_day",
        "session_id": "visit_ref",
        "session_start": "visit_began",
        "session_end": "visit_ended",
        "order_key": "sale_ref",
        "order_id": "sale_number",
        "order_ts": "sold_at",
        "revenue": "paid_amount",
        "quantity": "how_many",
        "item_price": "line_amount",
        "channel": "traffic_from",
        "first_click_channel": "first_source",
        "last_click_channel": "last_source",
        "events": "action_count",
        "users": "visitor_count",
        "sessions": "visit_count",
        "orders": "sale_count",
        "run_timestamp": "ran_at",
        "rows_read": "lines_in",
        "rows_quarantined": "lines_refused",
        "add_to_cart_users": "visitors_with_basket",
        "checkout_users": "visitors_at_till",
        "purchase_users": "visitors_who_paid",
        "attributed_orders_first_click": "first_source_sale_count",
        "attributed_revenue_first_click": "first_source_paid_amount",
        "attributed_orders_last_click": "last_source_sale_count",
        "attributed_revenue_last_click": "last_source_paid_amount",
        "transaction_id": "receipt_number",
        "user_id": "visitor_number",
        "created_at": "began_at",
        "utm_source": "campaign_mark",
        "click_id": "click_mark",
        "price": "asked_amount",
        "line_revenue": "line_total",
        "model": "credit_rule",
        "attributed_revenue": "credited_amount",
    },
    shift_days=60 * 7,
)
"""The same shop under other names and sixty weeks later, weekdays kept."""
