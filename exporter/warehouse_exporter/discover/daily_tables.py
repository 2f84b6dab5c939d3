"""Tables with one row a day: their numbers, and the facts that they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.looks import in_words, named, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.money import is_orders, revenue_of


def aggregates(known: Known, tables: Sequence[Known]) -> Iterator[Proposed]:
    """A table with one row a day: its numbers, and the facts that they add up."""
    if not is_daily_table(known):
        return
    columns = numbers_of(known)
    whole = {"window": "all"}
    good = [name for name, least in columns.items() if least >= 0]
    if good:
        yield Proposed(
            {"daily_aggregates": {"columns": good, **whole, **known.usual, "critical": "> 0"}},
            "one row a day, whose numbers are there and not negative",
        )
    for name in columns:
        facts = fact_of(name, tables)
        if facts is None:
            continue
        fact, against = facts
        yield Proposed(
            {"agreement": {"sum": in_words(name), "against": {"dataset": fact.name, **against},
                           "window": "14d", "critical": "> 0.01"}},
            f"{name} against {fact.name}, day by day",
            guess=True,
        )  # fmt: skip


def is_daily_table(known: Known) -> bool:
    """Whether a table has one row for each day."""
    days = known.past.days if known.past is not None else ()
    return len(days) >= 3 and all(day.rows == 1 for day in days) and len(numbers_of(known)) >= 2


def numbers_of(known: Known) -> dict[str, float]:
    """The columns of numbers, each with its least value in the sample."""
    return {
        p.name: min(float(value) for value in p.values)
        for p in known.profiles.values()
        if p.is_number and p.values and not named(p.name, ("id", "key", "year", "month"))
    }


def fact_of(column: str, tables: Sequence[Known]) -> tuple[Known, Mapping[str, str]] | None:
    """The table of facts that a column of a daily table adds up, and how."""
    name = snake(column)
    for prefix in ("total_", "num_", "n_", "daily_", "count_"):
        name = name.removeprefix(prefix)
    name = name.removesuffix("_count")
    for known in tables:
        if not known.daily or is_daily_table(known):
            continue
        revenue = revenue_of(known)
        if name in ("revenue", "sales", "turnover") and is_orders(known) and revenue is not None:
            return known, {"sum": in_words(revenue.name)}
        if name in (known.things, f"{known.last_word}s"):
            return known, {"count": "*"}
    return None
