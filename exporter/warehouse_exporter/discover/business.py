"""Business numbers: orders, revenue, sessions and their ratios, the funnel, tracking, channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehouse_exporter.core.wording import per_cent
from warehouse_exporter.discover.columns import renamed_pairs
from warehouse_exporter.discover.daily_tables import is_daily_table
from warehouse_exporter.discover.document_checks import metrics as of_documents
from warehouse_exporter.discover.documents import Orders, event_column
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import level_of
from warehouse_exporter.discover.looks import in_words, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.money import is_orders, revenue_of
from warehouse_exporter.discover.sampling import Sample
from warehouse_exporter.sql import words
from warehouse_exporter.sql.statements import quoted
from warehouse_exporter.sql.words import render

SESSIONS = ("session", "visit")
TRACKED = (
    "click_id", "gclid", "fbclid", "msclkid", "gbraid", "wbraid", "ttclid", "dclid", "utm_source",
    "utm_medium", "utm_campaign",
)  # fmt: skip
CHANNELS = ("channel", "marketing_channel", "traffic_source", "acquisition_channel", "utm_source")
STEPS = (
    ("cart", ("add_to_cart", "added_to_cart", "cart_add", "addtocart", "basket_add")),
    ("checkouts", ("checkout_started", "begin_checkout", "start_checkout", "initiate_checkout",
                   "checkout_start")),
    ("purchases", ("checkout_completed", "purchase", "order_completed", "order_placed",
                   "completed_purchase", "transaction")),
)  # fmt: skip
"""Steps to a purchase, by parts of their names in the standard events of Shopify's web pixels, of
Google Analytics 4, of Segment and of Meta's pixel."""
CLIENTS = (
    "client_id", "visitor_id", "anonymous_id", "cookie_id", "device_id", "user_pseudo_id",
    "session_id", "user_id", "customer_id",
)  # fmt: skip
ENOUGH = 8
"""Days of history from which on a baseline says anything."""
UNTRACKED = "\0untracked"


def conditions(sample: Sample) -> dict[str, str]:
    """What to count on each day: rows without any sign of where they came from."""
    columns = tracked(sample)
    if not columns:
        return {}
    return {UNTRACKED: " AND ".join(f"{quoted(name)} IS NULL" for name in columns)}


def tracked(sample: Sample) -> list[str]:
    """The columns that say where somebody came from."""
    return [p.name for p in sample.profiles.values() if snake(p.name) in TRACKED and p.values]


def coverage(known: Known) -> Iterator[Proposed]:
    """Tracking coverage, from what it was on past days."""
    columns = tracked(known.sample)
    if not columns or not known.daily or known.past is None:
        return
    if UNTRACKED not in known.past.days[0].counts:
        return
    level = level_of(known.past.shares(UNTRACKED))
    if level is None or level.most > 0.9:
        return
    few = level.rows < 100
    least = 1 - level.most
    limit = max(int(least * (85 if few else 70)), 1)
    window = {"window": "7d"} if few else {}
    why = f"at least {per_cent(least, 1)} on {level.days} days"
    if level.changed is not None:
        why += f". FOUND: it fell to {per_cent(1 - level.after, 1)} on {level.changed}"
    yield Proposed(
        {"tracking_coverage": {"any_of": columns, **window, "warning": f"< {limit}%"}}, why
    )


def mix(known: Known) -> Iterator[Proposed]:
    """The share of each channel, where a table has channels and money."""
    revenue = revenue_of(known)
    by_name = {snake(profile.name): profile for profile in known.profiles.values()}
    channel = next((by_name[name] for name in CHANNELS if name in by_name), None)
    if revenue is None or channel is None or not known.daily or known.past is None:
        return
    if not 2 <= len(channel.counts) <= 60:
        return
    model: dict[str, object] = {"model": None}
    found = by_name.get("model") or by_name.get("attribution_model")
    if found is not None and "last_click" in found.counts:
        model = {} if found.name == "model" else {"model_column": found.name}
    column = {} if channel.name == "channel" else {"channel": channel.name}
    rows = sum(day.rows for day in known.past.days) / len(known.past.days)
    limits = {"beyond_chance": 3, "warning": ">= 15%"}
    yield Proposed(
        {"channel_mix": {**column, "sum": revenue.name, **model, **limits}},
        f"about {rows:,.0f} rows a day in {len(channel.counts)} channels",
    )


def funnel(known: Known) -> Iterator[Proposed]:
    """Purchases without the steps before them."""
    event, steps = event_column(known.sample), steps_of(known)
    client = client_of(known)
    if event is None or client is None or len(steps) < 3 or not known.daily:
        return
    names = {} if event.name == "event_name" else {"event": event.name}
    yield Proposed(
        {"impossible_sequence": {"funnel": "checkout", **names, "steps": list(steps.values()),
                                 "by": client, "warning": "> 20%"}},
        f"a step without the one before it, of the same {client}, within a day",
        guess=True,
    )  # fmt: skip


def steps_of(known: Known) -> dict[str, str]:
    """The steps to a purchase among the events, by the names of their metrics."""
    event = event_column(known.sample)
    found: dict[str, str] = {}
    for step, words_ in STEPS:
        for value in event.counts if event is not None else ():
            if any(word in snake(value) for word in words_) and value not in found.values():
                found.setdefault(step, value)
    return found


def client_of(known: Known) -> str | None:
    """The column with the visitor."""
    by_name = {snake(profile.name): profile for profile in known.profiles.values()}
    found = [by_name[name] for name in CLIENTS if name in by_name and by_name[name].values]
    return found[0].name if found else None


def visitor_expression(known: Known) -> str | None:
    """The visitor as an expression: of a column that was renamed, whichever has a value."""
    client = client_of(known)
    if client is None:
        return None
    for pair in renamed_pairs(known.sample):
        names = [profile.name for profile in pair]
        if client in names:
            return f"coalesce({', '.join(map(in_words, names))})"
    return in_words(client)


def metrics(tables: Sequence[Known], documents: Mapping[str, Orders]) -> dict[str, Proposed]:
    """The daily numbers of the business, each from the first table that has it."""
    found: dict[str, Proposed] = {}
    daily = [known for known in tables if known.time is not None and known.past is not None]
    facts = [known for known in daily if not is_daily_table(known)]
    for known in facts:
        revenue = revenue_of(known)
        if is_orders(known) and known.key is not None and "orders" not in found:
            found["orders"] = Proposed(
                {"dataset": known.name, "count": "*"}, f"rows of {known.name}"
            )
            if revenue is not None:
                found["revenue"] = Proposed(
                    {"dataset": known.name, "sum": in_words(revenue.name)},
                    f"the sum of {revenue.name}",
                )
    for known in facts:
        if "revenue" not in found and known.last_word == "payment" and revenue_of(known):
            revenue = revenue_of(known)
            assert revenue is not None
            found["revenue"] = Proposed(
                {"dataset": known.name, "sum": in_words(revenue.name)}, f"the sum of {revenue.name}"
            )
        if "sessions" not in found and known.last_word in SESSIONS:
            found["sessions"] = Proposed(
                {"dataset": known.name, "count": "*"}, f"rows of {known.name}"
            )
    for known in facts:
        found |= of_events(known, documents.get(known.name), found)
    return {**found, **ratios(found)}


def of_events(
    known: Known, orders: Orders | None, taken: Mapping[str, Proposed]
) -> dict[str, Proposed]:
    """The numbers of a table of events that no other table has."""
    found: dict[str, Proposed] = {}
    event = event_column(known.sample)
    if orders is not None:
        found |= {name: one for name, one in of_documents(known, orders) if name not in taken}
    if event is None:
        return found
    visitor = visitor_expression(known)
    if visitor is not None and "sessions" not in taken and "visitors" not in taken:
        found["visitors"] = Proposed(
            {"dataset": known.name, "distinct": visitor}, f"different {visitor} a day"
        )
    for step, value in steps_of(known).items():
        where = f"{in_words(event.name)} = {render(words.string(value))}"
        same = any(one.written.get("where") == where for one in found.values())
        if step not in taken and not same:
            found[step] = Proposed(
                {"dataset": known.name, "count": "*", "where": where}, "a step to a purchase"
            )
    return found


def ratios(found: Mapping[str, Proposed]) -> dict[str, Proposed]:
    """Ratios of the numbers that there are."""
    traffic = "sessions" if "sessions" in found else "visitors"
    bought = "purchases" if "purchases" in found else "orders"
    known = {
        "aov": ("revenue", "orders", "the mean value of an order"),
        "conversion": ("orders", traffic, f"orders by {traffic}"),
        "cart_rate": ("cart", traffic, f"carts by {traffic}"),
        "checkout_rate": ("checkouts", "cart", "checkouts by carts"),
        "purchase_rate": (bought, "checkouts", f"{bought} by checkouts"),
    }
    return {
        name: Proposed({"ratio": [above, below]}, why)
        for name, (above, below, why) in known.items()
        if above in found and below in found
    }


def anomalies(metrics_: Mapping[str, Proposed], tables: Sequence[Known]) -> Iterator[Proposed]:
    """A baseline for each of the numbers, one item each, as each has its own past."""
    by_name, made = {known.name: known for known in tables}, False
    for name, metric in metrics_.items():
        home = metric
        while "ratio" in home.written:
            home = metrics_[home.written["ratio"][0]]
        known = by_name[str(home.written["dataset"])]
        days = known.past.span if known.past is not None else 0
        unsure = ""
        if not known.daily:
            unsure = f"{known.name} gets no new rows, or not on most days"
        elif days < ENOUGH:
            unsure = f"{days} days of history are too few for a baseline"
        why = "" if made else "against the same weekdays before; the limits are those of `seasonal`"
        made = True
        guard = {"while": ["sessions"]} if "sessions" in metrics_ and name == "conversion" else {}
        yield Proposed({"metrics": [name], **guard}, why, unsure)
