"""Checks of orders inside JSON documents: queries, items without a price, daily numbers."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.core.wording import per_cent
from warehouse_exporter.discover.documents import Orders
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import above, graded, level_of
from warehouse_exporter.discover.looks import in_words, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.sampling import TIMES
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import render

MANY = 1_000_000
"""Rows from which on a query reads the last week alone."""


def where_of(orders: Orders) -> str | None:
    """The condition for the rows with orders, as the config has it."""
    if orders.event is None or orders.value is None:
        return None
    return f"{in_words(orders.event)} = {render(words.string(orders.value))}"


def checks(known: Known, orders: Orders) -> Iterator[Proposed]:
    """The checks of the dataset itself: items without a price."""
    level = level_of(orders.prices)
    if level is None or orders.items is None or orders.price is None:
        return
    limit = above(level)
    if limit > 0.5:
        return
    why = f"at most {per_cent(level.most, 2)} of a day's items have no {orders.price}"
    if level.changed is not None:
        why += (
            f". FOUND: from {level.changed} on it is {per_cent(level.after, 1)}: revenue can no"
            " longer be compared with items"
        )
    where = where_of(orders)
    yield Proposed(
        {"json_completeness": {
            "column": orders.column, "path": [orders.items, orders.price],
            **({"where": where} if where else {}), **known.window,
            **graded(limit),}},
        why,
    )  # fmt: skip


def queries(known: Known, orders: Orders) -> Iterator[Proposed]:
    """The checks that need SQL of their own."""
    name, source = known.name[:40], source_of(known, orders)
    if orders.id is not None:
        yield Proposed(
            {
                "name": f"{name}_repeated_{snake(orders.id)}"[:63],
                "dataset": known.name,
                "title": "order ids that occur more than once",
                "sql": repeated(source, orders.id),
                "critical": "> 0",
            },
            f"{orders.id} inside {orders.column}: {orders.ids:,} different ones in"
            f" {orders.documents:,} documents"
            + (f". FOUND: {orders.twice} occur more than once" if orders.twice else ""),
        )
    if orders.items is None or orders.price is None or orders.revenue is None:
        return
    if not orders.compared or orders.differ > 0.5 * orders.compared:
        unsure = f"{orders.differ} of {orders.compared} orders differ: is this how they add up?"
    else:
        unsure = ""
    share = per_cent(orders.differ / orders.compared, 1) if orders.compared else ""
    yield Proposed(
        {
            "name": f"{name}_revenue_differs_from_items",
            "dataset": known.name,
            "title": "orders whose revenue is not the sum of their items",
            "sql": f"{totals(source, orders)}\nwhere lacking = 0 and abs(revenue - items) > 0.01",
            "critical": "> 0",
        },
        f"{orders.revenue} against the sum of {orders.items}, order by order"
        + (f". FOUND: {orders.differ} of {orders.compared} orders differ ({share})"
           if orders.differ else ""),
        unsure,
    )  # fmt: skip
    yield Proposed(
        {
            "name": f"{name}_revenue_not_comparable",
            "dataset": known.name,
            "title": "orders that cannot be compared with their items",
            "sql": f"{totals(source, orders)}\nwhere revenue is null or items is null"
            " or lacking > 0",
            "warning": "> 0",
        },
        "orders that cannot be compared, as a price, a quantity or all items are missing"
        + (f". FOUND: {orders.lacking} of {orders.documents}" if orders.lacking else ""),
        unsure,
    )


def repeated(source: str, key: str) -> str:
    """How many values of a key occur more than once."""
    return (
        f"{source}\nselect count(*) from (\n  select {path(key)} as id from documents\n"
        "  group by 1 having count(*) > 1\n) as repeated\nwhere id is not null"
    )


def path(key: str, of: str = "document") -> str:
    """A value of a document as text."""
    return f"{of} ->> {render(words.string(key))}"


def source_of(known: Known, orders: Orders) -> str:
    """The documents as jsonb, each with a number; of a large table those of the last week."""
    column = in_words(orders.column)
    typed = known.relation.columns[orders.column].type == "jsonb"
    document = column if typed else f"{column}::jsonb"
    conditions = [where for where in [where_of(orders)] if where]
    if known.rows > MANY and known.time and known.relation.columns[known.time].type in TIMES:
        time = in_words(known.time)
        conditions.append(f"{time} >= :day_start - interval '6 days' and {time} < :day_end")
    where = f"\n  where {' and '.join(conditions)}" if conditions else ""
    relation = ".".join(in_words(part) for part in known.found.name)
    return (
        f"with documents as (\n  select row_number() over () as n, {document} as document\n"
        f"  from {relation}{where}\n)"
    )


def totals(source: str, orders: Orders) -> str:
    """Orders with their revenue, the sum of their items, and how many items lack a number."""
    assert orders.items is not None
    assert orders.price is not None
    assert orders.revenue is not None
    price = f"({path(orders.price, 'item')})::numeric"
    each = f"({path(orders.quantity, 'item')})::numeric * {price}" if orders.quantity else price
    items = f"document -> {render(words.string(orders.items))}"
    array = f"case when jsonb_typeof({items}) = 'array' then {items} else '[]' end"
    return (
        f"{source}, items as (\n  select n, {each} as amount, item is not null as there\n"
        f"  from documents left join lateral jsonb_array_elements(\n    {array}\n"
        "  ) as item on true\n), orders as (\n"
        f"  select n, ({path(orders.revenue)})::numeric as revenue,\n"
        "    (select sum(amount) from items where items.n = documents.n) as items,\n"
        "    (select count(*) from items where items.n = documents.n and there and amount is null)"
        "\n      as lacking\n  from documents\n)\nselect count(*) from orders"
    )


def metrics(known: Known, orders: Orders) -> Iterator[tuple[str, Proposed]]:
    """Orders and revenue as daily numbers."""
    where = where_of(orders)
    rows = {"where": where} if where else {}
    yield (
        "orders",
        Proposed(
            {"dataset": known.name, "count": "*", **rows}, f"rows of {known.name} that are orders"
        ),
    )
    if orders.revenue is not None:
        column = in_words(orders.column)
        key = render(words.string(orders.revenue))
        expression = f"cast(jsonb_extract_path_text(cast({column} as jsonb), {key}) as numeric)"
        yield (
            "revenue",
            Proposed(
                {"dataset": known.name, "sum": expression, **rows},
                f"{orders.revenue} inside {orders.column}",
            ),
        )
