"""Events that must come after others of the same visitor: which of them came without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from warehouse_exporter.sql import words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.statements import clause
from warehouse_exporter.sql.words import Node, render

STEPS = "warehouse_exporter_steps"
"""A long name: a table of that name would be shadowed."""


@dataclass(frozen=True)
class Funnel:
    """Steps in their order, each a value of `event`; whose they are, and how far apart at most."""

    source: str
    clock: Clock
    key: Key
    event: Node
    steps: Sequence[str]
    reach: timedelta
    where: Node | None

    def rows(self, low: datetime, high: datetime) -> str:
        """The steps of everybody in a span of time and within reach of it."""
        names = [words.string(step) for step in self.steps]
        numbers = exp.Case(
            this=self.event.copy(),
            ifs=[exp.If(this=name, true=words.number(n)) for n, name in enumerate(names, 1)],
        )
        at = self.clock.instant(self.clock.value.copy())
        given = words.all_of(
            self.key.present,
            words.one_of(self.event, names),
            self.where,
            self.clock.between(low - self.reach, high + self.reach),
        )
        return (
            f"SELECT {self.key.listed}, {render(at)} AS at, {render(numbers)} AS step\n"
            f"FROM {self.source}{clause(given)}"
        )

    def unled(self, low: datetime, high: datetime) -> str:
        """Per step after the first: its rows, those without the step before, and of these the late.

        Late is what has the step before it only afterwards. Both are looked for within reach; rows
        of the same instant are in order. Materialized, so that distributed Postgres reads it whole.
        """
        reach = f"CAST('{int(self.reach.total_seconds())} seconds' AS interval)"
        over = f"PARTITION BY {self.key.aliases} ORDER BY at RANGE BETWEEN"
        start, end = (render(words.cast(words.string(t.isoformat(sep=" ")), "timestamptz"))
                      for t in (low, high))  # fmt: skip
        return (
            f"WITH {STEPS} AS MATERIALIZED (\n{self.rows(low, high)})\n"
            "SELECT step, count(*) AS total, count(*) FILTER (WHERE NOT led) AS unled,"
            " count(*) FILTER (WHERE NOT led AND followed) AS late\n"
            f"FROM (SELECT step, at, {self.any_before('led', 'before')},"
            f" {self.any_before('followed', 'after')}\nFROM {STEPS}\n"
            f"WINDOW before AS ({over} {reach} PRECEDING AND CURRENT ROW),"
            f" after AS ({over} CURRENT ROW AND {reach} FOLLOWING)) AS found\n"
            f"WHERE step > 1 AND at >= {start} AND at < {end}\nGROUP BY step"
        )

    def any_before(self, name: str, window: str) -> str:
        """Whether the step before a row's own is in a window around it."""
        whens = " ".join(
            f"WHEN {n} THEN bool_or(step = {n - 1}) OVER {window}"
            for n in range(2, len(self.steps) + 1)
        )
        return f"CASE step {whens} END AS {name}"
