"""Faults for one day of a table, made in what was read of it; the warehouse is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from warehouse_exporter.core.states import Cell, Count, Figure, Hits, State, Total
from warehouse_exporter.sql.faults import null_tests, over_nothing, reads_values
from warehouse_exporter.sql.words import Node

Cells = Sequence[Node]


class Fault(Protocol):
    """Something that may happen to the rows of a day."""

    @property
    def name(self) -> str:
        """What it is called in a report."""

    @property
    def of_a_column(self) -> bool:
        """Whether it breaks the column of a check, and not the whole table."""

    def on(self, state: State, cells: Cells) -> State | None:
        """The state of the broken day; None where the fault means nothing to it.

        `cells` are the aggregates it was read from.
        """


@dataclass(frozen=True)
class Scaled:
    """Only a part of the day's rows arrived, or more of them than there are; evenly."""

    factor: float
    of_a_column: bool = False

    @property
    def name(self) -> str:
        """`x0.5`."""
        return f"x{self.factor:g}"

    def on(self, state: State, cells: Cells) -> State | None:
        """Counts and sums in proportion; without any row, what each aggregate then answers.

        An example that stands beside them is not known of rows that are not there.
        """
        if isinstance(state, Count):
            found: tuple[Cell, ...] = (state.rows,)
        elif isinstance(state, Total):
            found = (state.total, state.count)
        elif isinstance(state, Hits):
            found = (state.hits, state.total)
        else:
            return None
        numbers = tuple(self._of(cell, node) for cell, node in zip(found, cells, strict=False))
        beside = (None,) * (len(cells) - len(found))
        return type(state).of(numbers + beside)

    def _of(self, cell: Cell, node: Node) -> Cell:
        nothing = over_nothing(node)
        if cell is None or not self.factor:
            return nothing
        scaled = float(cell) * self.factor
        return scaled if nothing is None else round(scaled)


@dataclass(frozen=True)
class Emptied:
    """The column of a check is NULL in all rows of the day."""

    name: str = "NULL"
    of_a_column: bool = True

    def on(self, state: State, cells: Cells) -> State | None:
        """A sum has no value; of rows with a value there is none, of rows without one, all."""
        if isinstance(state, Total | Figure):
            return type(state)(None, 0)
        if isinstance(state, Count):
            return Count(0) if reads_values(cells[0]) else None
        return of_hits(state, *cells[:2]) if isinstance(state, Hits) else None


def of_hits(state: Hits, hits: Node, total: Node) -> Hits | None:
    """How many of how many, where the column that one of the two is about is NULL in every row.

    A test for NULL that only the hits make decides between all and none of them; one that both
    make, or values that the total counts, leaves nothing to look at.
    """
    of_all = null_tests(total)
    own = null_tests(hits) - of_all
    if own:
        return Hits(state.total if any(wants for _, wants in own) else 0, state.total)
    if reads_values(total) or any(not wants for _, wants in of_all):
        return Hits.of((over_nothing(hits), over_nothing(total)))
    return Hits.of((over_nothing(hits), state.total)) if reads_values(hits) else None


FAULTS: tuple[Fault, ...] = (Scaled(0.0), Scaled(0.2), Scaled(0.5), Scaled(2.0), Emptied())
