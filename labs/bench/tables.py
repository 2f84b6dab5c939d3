"""The figures as tables of text: the same cells on a terminal and in the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table

from labs.bench.contenders import FLOOR, FUSED, NAIVE, Cost
from labs.bench.figures import MIB, SHORT, Aim, Rounds, median, ratio

REFERENCES = (FLOOR, FUSED, NAIVE)
COLUMNS = ("wall s", "server CPU s", "client CPU s", "RSS MiB", "statements", "blocks")


@dataclass(frozen=True)
class Grid:
    """A table of text; every column but the first stands right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def rich(self, title: str) -> Table:
        """For a terminal; a row that ends with `not met` is red."""
        table = Table(title=title, title_justify="left")
        for place, name in enumerate(self.head):
            table.add_column(name, justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*row, style="red" if row[-1] == "not met" else None)
        return table

    def markdown(self) -> str:
        """For the document, aligned in its source as well."""
        widths = [max(len(row[place]) for row in (self.head, *self.rows)) for place in self._places]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = [padded(self.head, widths), padded(rule, widths)]
        return "\n".join([*lines, *(padded(row, widths) for row in self.rows)]) + "\n"

    @property
    def _places(self) -> range:
        return range(len(self.head))


def padded(cells: Iterable[str], widths: Sequence[int]) -> str:
    """One line of a Markdown table."""
    first, *others = cells
    filled = [first.ljust(widths[0])]
    filled += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
    return f"| {' | '.join(filled)} |"


def costs(rounds: Rounds) -> Grid:
    """Every contender: its medians, and its server CPU as a multiple of others'."""
    names = list(rounds[0])
    against = [name for name in (*REFERENCES, SHORT) if name in names]
    head = ["", *COLUMNS, *(f"x {name.removesuffix('.sql')}" for name in against)]
    rows = [
        [name, *figures(median(rounds, name)), *multiples(rounds, name, against)] for name in names
    ]
    return Grid(head, rows)


def multiples(rounds: Rounds, name: str, against: Iterable[str]) -> list[str]:
    """The ratios of one contender."""
    found = [ratio(rounds, name, other) for other in against]
    return ["-" if value is None else f"{value:.2f}" for value in found]


def figures(cost: Cost) -> list[str]:
    """The cells of one cost."""
    return [
        f"{cost.wall:.3f}", f"{cost.server:.3f}", f"{cost.client:.3f}", f"{cost.rss / MIB:.0f}",
        f"{cost.statements:,}", f"{cost.blocks:,}",
    ]  # fmt: skip


def aims(found: Iterable[Aim]) -> Grid:
    """Each aim with what was measured."""
    rows = []
    for aim in found:
        told = "-" if aim.value is None else f"{aim.value:.4g} {aim.unit}"
        if aim.value is not None and aim.value >= 1000:
            told = f"{aim.value:,.0f} {aim.unit}"
        bound = f"at {'least' if aim.least else 'most'} {aim.bound:,g} {aim.unit}"
        rows.append([aim.what, bound, told, "met" if aim.met else "not met"])
    return Grid(["aim", "", "measured", ""], rows)


def spread(rounds: Rounds) -> Grid:
    """Server CPU round by round, so that a reader sees how far the machine can be trusted."""
    names = list(rounds[0])
    head = ["server CPU s", *(f"round {number}" for number in range(1, len(rounds) + 1))]
    rows = [[n, *(f"{costs[n].server:.3f}" for costs in rounds)] for n in names]
    return Grid(head, rows)
