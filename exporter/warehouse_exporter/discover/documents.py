"""Orders inside JSON documents of a table of events, and what a sample of them says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.looks import as_document, personal_by_look, snake
from warehouse_exporter.discover.sampling import LONGEST, SECONDS, Profile, Sample
from warehouse_exporter.engines.base import Session
from warehouse_exporter.sql import words
from warehouse_exporter.sql.statements import quoted, table
from warehouse_exporter.sql.words import render

EVENTS = ("event_name", "event_type", "event", "type", "action", "event_action")
IDS = ("transaction_id", "order_id", "purchase_id", "invoice_id", "order_number", "checkout_id")
REVENUE = (
    "revenue", "order_total", "total_amount", "grand_total", "total", "value", "amount",
    "order_value", "purchase_value",
)  # fmt: skip
ITEMS = ("items", "products", "line_items", "lines", "contents", "order_items")
PRICES = ("item_price", "price", "unit_price", "item_value", "value")
QUANTITIES = ("quantity", "qty", "item_quantity", "count")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Orders:
    """Documents with orders: where they are, the names in them, and what their sample says.

    `twice` of the `ids` occur more than once. Of the `compared` orders, `differ` from their items;
    `lacking` cannot be compared. `prices` has, by day, the share of items without a price.
    """

    column: str
    event: str | None
    value: str | None
    id: str | None
    revenue: str | None
    items: str | None
    price: str | None
    quantity: str | None
    documents: int
    ids: int = 0
    twice: int = 0
    compared: int = 0
    differ: int = 0
    lacking: int = 0
    prices: tuple[tuple[date, float, int], ...] = ()


def event_column(sample: Sample) -> Profile | None:
    """The column that says what happened, if there is one."""
    for name in EVENTS:
        for profile in sample.profiles.values():
            few = 2 <= len(profile.counts) <= 60 and profile.rows >= 50
            fine = few and profile.is_text and not personal_by_look(profile.counts)
            if snake(profile.name) == name and fine:
                return profile
    return None


def orders_in(session: Session, known: Known) -> Orders | None:
    """The orders in the documents of a table. Raises Unreachable."""
    event = event_column(known.sample)
    for profile in known.profiles.values():
        documents = profile.documents
        ids = [one for one in documents if picked(one, IDS)]
        if not ids or not any(picked(one, REVENUE) for one in ids):
            continue
        value = value_of(known.sample, event, profile, IDS) if event else None
        if event is not None and value is None:
            continue
        try:
            rows = fetch(session, known, profile, event, value)
        except Unmeasured:
            rows = sampled(known, profile)
        return facts(profile.name, event.name if event else None, value, rows)
    return None


def picked(document: Mapping[str, object], names: Sequence[str]) -> str | None:
    """The first of the names that a document has."""
    return next((name for name in names if name in document), None)


def value_of(sample: Sample, event: Profile, profile: Profile, names: Sequence[str]) -> str | None:
    """The event whose documents have one of the names, if that is one event."""
    seen: Counter[str] = Counter()
    for what, text in sample.pairs((event.name, profile.name)):
        document = as_document(text) if text else None
        if what and document is not None and picked(document, names):
            seen[what] += 1
    if not seen:
        return None
    ((best, count),) = seen.most_common(1)
    return best if count >= 0.9 * seen.total() else None


Rows = list[tuple[str | None, dict[str, object]]]


def fetch(
    session: Session, known: Known, profile: Profile, event: Profile | None, value: str | None
) -> Rows:
    """Documents of that event, of all days, with their times. Raises Unmeasured."""
    column = quoted(profile.name)
    time = f"{quoted(known.time)}::text" if known.time else "NULL::text"
    where = f"{column} IS NOT NULL"
    if event is not None and value is not None:
        where += f" AND {quoted(event.name)} = {render(words.string(value))}"
    rows = session.rows(
        f"SELECT {time} AS at, left({column}::text, {LONGEST}) AS document\n"
        f"FROM {table(known.found.name)}\nWHERE {where}\nLIMIT {max(profile.rows, 1000)}",
        SECONDS,
    )
    found = ((row["at"], as_document(str(row["document"]))) for row in rows)
    return [(None if at is None else str(at), one) for at, one in found if one is not None]


def sampled(known: Known, profile: Profile) -> Rows:
    """The documents of the sample, where no more of them can be read."""
    times = known.sample.pairs((known.time or profile.name, profile.name))
    found = ((at, as_document(text) if text else None) for at, text in times)
    return [(at, one) for at, one in found if one is not None]


def facts(column: str, event: str | None, value: str | None, rows: Rows) -> Orders | None:
    """What is in the documents."""
    keys = Counter(key for _, one in rows for key in one)
    common = {key for key, count in keys.items() if count > 0.5 * len(rows)}
    named = {key: "" for key in common}
    key, revenue = picked(named, IDS), picked(named, REVENUE)
    if key is None or revenue is None:
        return None
    items = picked(named, ITEMS)
    inner = Counter(
        name for _, one in rows for item in listed(one.get(items or "")) for name in item
    )
    price = picked(inner, PRICES) if items else None
    quantity = picked(inner, QUANTITIES) if items else None
    ids = Counter(str(one[key]) for _, one in rows if one.get(key) is not None)
    compared = differ = lacking = 0
    if items is not None and price is not None:
        for _, one in rows:
            total, paid = (
                total_of(listed(one.get(items)), price, quantity),
                number(one.get(revenue)),
            )
            if total is None or paid is None:
                lacking += 1
            else:
                compared += 1
                differ += abs(total - paid) > CENT
    return Orders(
        column, event, value, key, revenue, items, price, quantity, len(rows), len(ids),
        sum(count > 1 for count in ids.values()), compared, differ, lacking,
        tuple(unpriced(rows, items, price)) if items and price else (),
    )  # fmt: skip


def listed(value: object) -> list[dict[str, object]]:
    """The items of an order."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def total_of(
    items: Sequence[Mapping[str, object]], price: str, quantity: str | None
) -> Decimal | None:
    """What the items come to; None where a price or a quantity is missing, or there is none."""
    total = Decimal(0)
    for item in items:
        each, pieces = number(item.get(price)), number(item.get(quantity)) if quantity else 1
        if each is None or pieces is None:
            return None
        total += each * pieces
    return total if items else None


def number(value: object) -> Decimal | None:
    """A number in a document."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def unpriced(rows: Rows, items: str, price: str) -> Iterator[tuple[date, float, int]]:
    """By day, the share of items without a price."""
    days: dict[date, list[bool]] = {}
    for at, one in rows:
        if at is None:
            continue
        try:
            day = date.fromisoformat(at[:10])
        except ValueError:
            continue
        days.setdefault(day, []).extend(item.get(price) is None for item in listed(one.get(items)))
    for day, lacking in sorted(days.items()):
        if lacking:
            yield day, sum(lacking) / len(lacking), len(lacking)
