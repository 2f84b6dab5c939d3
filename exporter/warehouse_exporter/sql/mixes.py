"""How a sum is divided among channels, day by day: the shares, and their total over the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from warehouse_exporter.core.bounds import LABEL
from warehouse_exporter.sql import words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.statements import clause
from warehouse_exporter.sql.words import Node, render

KEYS, MIX, DAYS = (f"warehouse_exporter_{name}" for name in ("keys", "mix", "days"))
"""Long names: a table of that name would be shadowed."""
COLUMNS = ("channel", "share", "present", "days", "channels", "spread")
"""What `shares` answers, a row per channel."""
MOST = 1000
"""More channels than these are no channels: the smallest are left to what is called `other`."""


@dataclass(frozen=True)
class Dated:
    """Rows that have a time: their FROM clause, and a condition on them."""

    source: str
    clock: Clock
    where: Node | None

    def during(self, edges: Sequence[datetime]) -> str:
        """The WHERE clause for the rows of some consecutive days, by their first instants."""
        inside = self.clock.between(edges[0], edges[-1])
        return clause(words.both(self.where, inside))

    def day(self, edges: Sequence[datetime]) -> str:
        """The place of a row's day."""
        array = exp.Array(expressions=[self.clock.literal(edge) for edge in edges[:-1]])
        return f"pg_catalog.width_bucket({render(self.clock.value)}, {render(array)})"


@dataclass(frozen=True)
class Divided:
    """What is divided: the channel of a row, and what it has of the sum."""

    channel: Node
    value: Node

    @property
    def cells(self) -> str:
        """The channel as text that fits a label, NULL where a row has none; its sum, and squares.

        These are floating point: those of whole numbers would be too large for their type.
        """
        name = f"left(CAST({render(self.channel)} AS text), {LABEL})"
        value, number = render(self.value), f"CAST({render(self.value)} AS double precision)"
        return f"{name} AS channel, sum({value}) AS part, sum({number} * {number}) AS squares"


def of_own_days(divided: Divided, rows: Dated, edges: Sequence[datetime]) -> str:
    """The sum of each day and channel, of rows that have a time of their own."""
    day = rows.day(edges)
    return (
        f"SELECT {day} AS day, {divided.cells}\n"
        f"FROM {rows.source}{rows.during(edges)}\nGROUP BY 1, 2"
    )


def of_days_of_orders(
    divided: Divided, source: str, by: Key, where: Node | None, *, found: bool, orders: str
) -> str:
    """The sum of each day and channel, of rows that take the time of their orders.

    `orders` gives the key and the day of each. Where an index finds the rows of an order, they are
    looked up one by one.
    """
    given = clause(words.all_of(by.present, where))
    if found:
        one = by.equals("few")
        rows = f"SELECT {divided.cells}\nFROM {source}{given}\nAND {one} GROUP BY 1"
        return f"SELECT few.day, rows.* FROM ({orders}) AS few\nCROSS JOIN LATERAL ({rows}) AS rows"
    listed = f"SELECT {by.listed}, {divided.cells}\nFROM {source}{given}"
    groups = f"{by.places}, {len(by.columns) + 1}"
    return (
        f"WITH {KEYS} AS MATERIALIZED ({orders})\n"
        f"SELECT few.day, rows.channel, rows.part, rows.squares FROM {KEYS} AS few JOIN (\n"
        f"{listed}\nAND {by.bare} IN (SELECT {by.aliases} FROM {KEYS})"
        f" GROUP BY {groups}) AS rows ON {by.same('rows', 'few')}"
    )


def days_of_orders(key: Key, rows: Dated, edges: Sequence[datetime]) -> str:
    """The key of every order of some days, once, with the place of its day."""
    where = Dated(rows.source, rows.clock, words.both(rows.where, key.present))
    return (
        f"SELECT {key.listed}, min({rows.day(edges)}) AS day\n"
        f"FROM {rows.source}{where.during(edges)}\nGROUP BY {key.places}"
    )


def shares(rows: str) -> str:
    """Per channel: its shares added up over the days, and on how many of them it has any.

    Beside them the days on which there is something to divide, how many channels there are, and the
    spread of the days, added up: of equal rows it is 1 by their number, of unequal ones it is more.
    """
    part, whole, own = (
        f"CAST({cell} AS double precision)" for cell in ("m.part", "d.whole", "whole")
    )
    return (
        f"WITH {MIX} AS MATERIALIZED (\nSELECT day, channel, sum(part) AS part,"
        " sum(squares) AS squares\n"
        f"FROM ({rows}) AS divided GROUP BY 1, 2),\n"
        f"{DAYS} AS MATERIALIZED (\nSELECT day, sum(part) AS whole,"
        " sum(squares) AS squares\n"
        f"FROM {MIX} GROUP BY 1 HAVING sum(part) > 0)\n"
        f"SELECT m.channel, sum({part} / {whole}) AS share,"
        " count(*) FILTER (WHERE m.part <> 0) AS present,\n"
        f"       (SELECT count(*) FROM {DAYS}) AS days, count(*) OVER () AS channels,\n"
        f"       (SELECT sum(squares / {own} / {own}) FROM {DAYS}) AS spread\n"
        f"FROM {MIX} AS m JOIN {DAYS} AS d ON d.day = m.day\n"
        f"WHERE m.part IS NOT NULL GROUP BY 1\nORDER BY 2 DESC, 1 LIMIT {MOST}"
    )
