"""What the kinds share that hold orders against another side, and the other side against orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Literal

from pydantic import Field

from warehouse_exporter.core.states import Cell, exactly, finite, whole
from warehouse_exporter.kinds.shared.compared import Compared, Sides
from warehouse_exporter.kinds.shared.keys import columns_of, key_in
from warehouse_exporter.kinds.shared.nearby import recent, source
from warehouse_exporter.kinds.shared.open_days import refuse_to_read_all
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Parts, Probe, Readings
from warehouse_exporter.sql import words
from warehouse_exporter.sql.sides import Side
from warehouse_exporter.sql.strays import Strays


@dataclass(frozen=True)
class Beyond:
    """What only the other side has: keys without an order, their sum, and their absolute one.

    `keyless` are its rows without a key, worth `unknown`.
    """

    keys: float = 0.0
    total: float = 0.0
    apart: float = 0.0
    keyless: float = 0.0
    unknown: float = 0.0

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Beyond:
        """From one row of the probe."""
        keys, total, apart, keyless, unknown = exactly(5, cells)
        sums = [finite(cell, "a sum of revenue") or 0.0 for cell in (total, apart, unknown)]
        return cls(whole(keys), sums[0], sums[1], whole(keyless), sums[2])

    def __add__(self, other: Beyond, /) -> Beyond:
        return Beyond(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Beyond, /) -> Beyond:
        return Beyond(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))


class Reconciled(Compared):
    """A kind to which an order without the other side, and the reverse, is a difference."""

    unmatched: Literal["differs", "ignore"] = Field(
        "differs",
        description="An order without a row on the other side, and a row there without an order:"
        " a difference, or ignored.",
    )

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        found = dict(super().needs(view))
        if self.looks_beyond(view):
            found["beyond"] = self.beyond(view)
        return found

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        found, other = super().times(view), view.other(self.against.dataset).dataset
        if self.span(view) is None or not self.looks_beyond(view):
            return found
        return tuple(dict.fromkeys((*found, (other.name, other.time or ""))))

    def looks_beyond(self, view: DatasetView) -> bool:
        """Whether rows of the other side can be told to be of no order: by their own time."""
        other = view.other(self.against.dataset)
        return self.unmatched == "differs" and other.dataset.time is not None

    def beyond(self, view: DatasetView) -> Probe:
        """What the other side has in the window of which there is no order, of whatever day."""
        of, days, other = self.against, self.span(view), view.other(self.against.dataset)
        theirs = Side(
            other.source(days), key_in(other, of.by), other.summand(of.sum),
            other.predicate(of.where), other.finds(of.by[0]),
        )  # fmt: skip
        names = columns_of(view.dataset, self.by)
        refuse_to_read_all(self, view, names[0])
        key = key_in(view, names)
        known = words.all_of(key.present, recent(view, view, of.within))
        strays = Strays(
            theirs, source(view, view, of.within), key, known, view.finds(names[0]),
            other.inside(days),
        )  # fmt: skip
        parted = other.parted(days)
        parts = parted and Parts(strays.both(parted[0]), strays.still(*parted))
        return Probe(of.dataset, strays.all(few=other.all_open(days)), Beyond, parts)

    def found(self, view: DatasetView, readings: Readings) -> tuple[Sides, Beyond]:
        """Both sides, of which something can be compared. Raises Skipped and Unmeasured."""
        sides = readings["sides"].total(Sides)
        only_there = readings["beyond"].total(Beyond) if "beyond" in readings else Beyond()
        self.refuse_nothing(view, sides, only_there.keys)
        return sides, only_there

    def left_out(self, sides: Sides) -> str:
        """What is not judged, in words; nothing where there is nothing to be said."""
        counts = self.unmatched == "differs"
        count = sides.incomparable - (sides.partless if counts else 0.0)
        why = sides.reasons(self.against.shown, partless=not counts)
        return f"; {count:,.0f} cannot be compared: {why}" if count else ""
