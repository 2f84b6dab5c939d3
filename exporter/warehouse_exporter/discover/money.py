"""Checks of revenue: its sign, lines against quantity and price, orders against their items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.wording import per_cent
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import above, level_of
from warehouse_exporter.discover.limits import per_cent as written
from warehouse_exporter.discover.looks import in_words, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.references import Reference
from warehouse_exporter.discover.sampling import Profile, Sample
from warehouse_exporter.engines.base import Session
from warehouse_exporter.sql import words
from warehouse_exporter.sql.statements import quoted, table
from warehouse_exporter.sql.words import render

REVENUE = (
    "revenue", "order_revenue", "net_revenue", "gross_revenue", "order_total", "total_amount",
    "grand_total", "total_price", "total", "order_value", "sale_amount", "sales_amount", "sales",
    "amount_total", "amount", "order_amount", "payment_amount", "attributed_revenue",
    "line_revenue", "line_total", "subtotal", "turnover",
)  # fmt: skip
LINES = (
    "line_revenue", "line_total", "line_amount", "extended_price", "subtotal", "item_total",
    "total_price", "total", "amount", "revenue",
)  # fmt: skip
PRICES = ("price", "unit_price", "item_price", "price_each", "list_price", "sale_price")
QUANTITIES = ("quantity", "qty", "quantity_ordered", "units", "pieces", "count")
DISCOUNTS = ("discount", "discount_rate", "discount_pct", "discount_percent")
ORDERS = ("order", "purchase", "sale", "invoice", "transaction", "checkout", "booking", "rental")
PARTS = ("item", "line", "detail", "position", "payment", "entry")
KEYS = 300
SECONDS = 15.0
CENT = Decimal("0.01")
SURE, MAYBE = 0.85, 0.5
MOST = 5_000_000
"""Rows up to which a check of what must never happen reads the whole table."""


def first_named(sample: Sample, names: Sequence[str], *, numbers: bool = True) -> Profile | None:
    """The first column of one of these names that holds numbers."""
    by_name = {snake(profile.name): profile for profile in sample.profiles.values()}
    for name in names:
        profile = by_name.get(name)
        if profile is not None and (profile.is_number or not numbers):
            return profile
    return None


def revenue_of(known: Known) -> Profile | None:
    """The column with the money of a row."""
    return first_named(known.sample, REVENUE)


def is_orders(known: Known) -> bool:
    """Whether a row is an order."""
    return known.thing.split("_")[-1] in ORDERS


def is_part(known: Known) -> bool:
    """Whether a row is a part of an order: an item, or a payment."""
    return known.thing.split("_")[-1] in PARTS


def conditions(sample: Sample) -> dict[str, str]:
    """What to count on each day: rows with a revenue of zero."""
    found = first_named(sample, REVENUE)
    return {} if found is None else {zero(found): f"{quoted(found.name)} = 0"}


def zero(profile: Profile) -> str:
    """The name of that count."""
    return f"{profile.name}\0=0"


def number(text: str | None) -> Decimal | None:
    """A number in a sample."""
    try:
        found = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None


def checks(known: Known) -> Iterator[Proposed]:
    """The checks of a table's own money."""
    window = {"window": "all"} if known.rows < MOST else known.window
    whole = {**window, **known.usual}
    revenue = revenue_of(known)
    if revenue is not None and (is_orders(known) or is_part(known) or revenue_like(revenue)):
        yield from signs(known, revenue, whole)
    yield from lines(known, whole)
    for names, least in ((QUANTITIES, 0), (PRICES, 0)):
        profile = first_named(known.sample, names)
        values = (
            [] if profile is None else [v for v in map(number, profile.values) if v is not None]
        )
        if profile is not None and values and min(values) >= least:
            yield Proposed(
                {"range": {"column": profile.name, "min": least, **whole, "critical": "> 0"}},
                f"from {min(values):,} to {max(values):,} in {len(values):,} sampled rows",
            )


def revenue_like(profile: Profile) -> bool:
    """Whether a column says by its name alone that it is money."""
    return "revenue" in snake(profile.name)


def signs(known: Known, revenue: Profile, whole: dict[str, Any]) -> Iterator[Proposed]:
    """Negative revenue, and zero revenue."""
    values = [v for v in map(number, revenue.values) if v is not None]
    if not values:
        return
    column = {} if revenue.name == "revenue" else {"column": revenue.name}
    below = sum(value < 0 for value in values)
    share = below / len(values)
    yield Proposed(
        {"negative_revenue": {**column, **whole, "critical": "> 0"}},
        f"{below or 'none'} of {len(values):,} sampled rows are below zero",
        "negative amounts are ordinary here: refunds?" if share > 0.01 else "",
    )
    level = None
    if known.past is not None and known.past.days and zero(revenue) in known.past.days[0].counts:
        level = level_of(known.past.shares(zero(revenue)))
    if level is None or above(level) > MAYBE:
        return
    few = level.rows < 50
    window = {"window": "7d"} if few and known.daily else known.window
    most = f"at most {per_cent(level.most, 1)} are zero" if level.most else "never zero"
    why = f"{most} on {level.days} days"
    if level.changed is not None:
        why += f". FOUND: it rose to {per_cent(level.after, 1)} on {level.changed}"
    yield Proposed(
        {"zero_revenue": {**column, **window, "warning": f"> {written(max(above(level), 0.02))}"}},
        why,
    )


def lines(known: Known, whole: dict[str, Any]) -> Iterator[Proposed]:
    """A line's revenue against its quantity and price."""
    line, price = first_named(known.sample, LINES), first_named(known.sample, PRICES)
    quantity = first_named(known.sample, QUANTITIES)
    if line is None or price is None or quantity is None or line is price:
        return
    same = compared = 0
    for cells in known.sample.pairs((line.name, quantity.name, price.name)):
        total, pieces, each = map(number, cells)
        if total is not None and pieces is not None and each is not None:
            compared += 1
            same += abs(total - pieces * each) <= CENT
    if compared < 20 or same < MAYBE * compared:
        return
    product = f"{in_words(quantity.name)} * {in_words(price.name)}"
    parameters = {} if line.name == "line_revenue" else {"column": line.name}
    if product != "quantity * price":
        parameters["equals"] = product
    differ = compared - same
    yield Proposed(
        {"line_revenue": {**parameters, **whole, "critical": "> 0"}},
        f"{line.name} is {product} in {same:,} of {compared:,} sampled rows"
        + (f". FOUND: {differ:,} differ" if differ else ""),
        "" if same >= SURE * compared else "too many differ: is something else in it?",
    )


@dataclass(frozen=True)
class Sums:
    """An order's column, the expression over its parts that comes to it, and how often it does."""

    orders: str
    column: str
    parts: str
    expression: str
    own: str
    by: str
    same: int
    compared: int


def sums(session: Session, tables: Sequence[Known], found: Sequence[Reference]) -> list[Sums]:
    """What agrees among orders and their parts. Raises Unreachable."""
    by_name = {known.name: known for known in tables}
    made = []
    for one in found:
        orders, parts = by_name[one.parent], by_name[one.child]
        if not is_orders(orders) or not is_part(parts) or len(one.columns) != 1:
            continue
        try:
            best = best_sum(session, orders, parts, one)
        except Unmeasured:
            continue
        if best is not None and best.compared >= 10 and best.same >= MAYBE * best.compared:
            made.append(best)
    return made


def best_sum(session: Session, orders: Known, parts: Known, one: Reference) -> Sums | None:
    """The pair of column and expression that agrees most often, over some sampled orders."""
    columns = [p.name for p in orders.profiles.values() if p.is_number and is_money(p)]
    expressions = list(products(parts))
    keys = sorted(orders.profiles[one.to[0]].counts)[:KEYS]
    if not columns or not expressions or not keys:
        return None
    kind = orders.relation.columns[one.to[0]].type
    listed = ", ".join(f"{render(words.string(key))}::{kind}" for key in keys)
    pairs = [(column, place) for column in columns for place in range(len(expressions))]
    cells = ", ".join(
        f"count(*) FILTER (WHERE abs(o.{quoted(column)} - i.e{place}) <= 0.01) AS s{n},"
        f" count(o.{quoted(column)} - i.e{place}) AS c{n}"
        for n, (column, place) in enumerate(pairs)
    )
    added = ", ".join(
        f"CASE WHEN count(*) = count({text}) THEN sum({text}) END AS e{place}"
        for place, text in enumerate(expressions)
    )
    by, own = quoted(one.columns[0]), quoted(one.to[0])
    (row,) = session.rows(
        f"SELECT {cells}\nFROM {table(orders.found.name)} AS o JOIN (\n"
        f"  SELECT {by} AS by, {added} FROM {table(parts.found.name)}\n"
        f"  WHERE {by} IN ({listed}) GROUP BY 1) AS i ON i.by = o.{own}\n"
        f"WHERE o.{own} IN ({listed})",
        SECONDS,
    )
    counted = [
        Sums(
            orders.name, column, parts.name, expressions[place], one.to[0], one.columns[0],
            int(row[f"s{n}"] or 0), int(row[f"c{n}"] or 0),
        )
        for n, (column, place) in enumerate(pairs)
    ]  # fmt: skip
    return max(counted, key=lambda one: one.same, default=None)


def is_money(profile: Profile) -> bool:
    """Whether a column of an order may be its amount."""
    name = snake(profile.name)
    return name in REVENUE or any(word in name for word in ("total", "amount", "revenue", "value"))


def products(parts: Known) -> Iterator[str]:
    """What the parts of an order may come to."""
    sample = parts.sample
    quantity, price = first_named(sample, QUANTITIES), first_named(sample, PRICES)
    discount = first_named(sample, DISCOUNTS)
    if quantity is not None and price is not None:
        product = f"{in_words(quantity.name)} * {in_words(price.name)}"
        yield product
        if discount is not None:
            yield f"{product} * (1 - {in_words(discount.name)})"
            yield f"{product} - {in_words(discount.name)}"
    line = first_named(sample, LINES)
    if line is not None:
        yield in_words(line.name)
    if price is not None and quantity is None:
        yield in_words(price.name)


def reconciliations(known: Known, found: Sequence[Sums]) -> Iterator[Proposed]:
    """Orders against their items, or payments."""
    for place, one in enumerate(found):
        if one.orders != known.name:
            continue
        key = known.key.columns if known.key is not None else ()
        by = {} if key == (one.own,) else {"by": one.own}
        name = {} if place == 0 else {"name": f"reconciliation_{one.parts}"[:63]}
        against = {"dataset": one.parts, "sum": one.expression, "by": one.by}
        window = {} if known.rows < MOST else known.window
        differ = one.compared - one.same
        why = f"{one.column} is the sum of {one.expression} of {one.parts} in {one.same} of"
        why += f" {one.compared} sampled orders"
        unsure = ""
        if differ:
            why += f". FOUND: {differ} differ"
            many = one.same < SURE * one.compared
            unsure = "too many differ: is tax, shipping or a discount in it?" if many else ""
        shared = {"sum": one.column, **by, "against": against, **window, **known.usual}
        yield Proposed({"reconciliation": {**name, **shared, "critical": "> 0"}}, why, unsure)
        more = {} if place == 0 else {"name": f"incomparable_{one.parts}"[:63]}
        yield Proposed(
            {"incomparable": {**more, **shared, "warning": "> 1%"}},
            "orders that cannot be compared, as a number or the other side is missing", unsure,
        )  # fmt: skip
