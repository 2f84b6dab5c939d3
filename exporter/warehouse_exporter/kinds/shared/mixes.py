"""Shares of channels on a day and before it: who is large enough to be shown, and who moved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse_exporter.core.states import Cell, finite

OTHER, NONE = "other", "(none)"
LARGE = 5
"""So many channels are large enough to be missed when they vanish; smaller ones come and go."""
DIGITS = 9
"""Shares that add up to 1 leave noise of floating point: what is less than this is none."""


@dataclass(frozen=True)
class Mix:
    """The mean share of every channel over some days with revenue, and on how many it had any.

    `unread` is how many of the smallest channels are not among them. `spread` is the variance of a
    share p by chance, divided by p (1 - p): 1 by the number of rows, if all are of one size.
    """

    shares: Mapping[str, float]
    present: Mapping[str, int]
    days: int
    unread: int
    spread: float = 0.0

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]]) -> Mix:
        """From a row per channel. Raises Unmeasured for NaN and the like."""
        shares: dict[str, float] = {}
        present: dict[str, int] = {}
        days, unread, spread = 0, 0, 0.0
        for row in rows:
            name = NONE if row["channel"] is None else str(row["channel"])
            days, unread = int(row["days"] or 0), int(row["channels"] or 0) - len(rows)
            share = finite(row["share"], f"the share of {name}") or 0.0
            shares[name] = shares.get(name, 0.0) + share / days
            spread = (finite(row["spread"], "the spread of the shares") or 0.0) / days**2
            present[name] = max(present.get(name, 0), int(row["present"] or 0))
        return cls(shares, present, days, unread, spread)

    def top(self, count: int) -> list[str]:
        """The largest channels, larger ones first; one that is called `other` is among the others.

        Equal ones are in alphabetical order, so that the same ones are shown again and again.
        """
        named = [name for name, share in self.shares.items() if name != OTHER and share > 0]
        return sorted(named, key=lambda name: (-self.shares[name], name))[:count]


@dataclass(frozen=True)
class Moved:
    """A channel's share on the day and before; `cut` is how many channels it stands for.

    The spreads are those of the day and of the days before.
    """

    channel: str
    share: float
    baseline: float
    vanished: bool = False
    cut: int = 0
    spreads: tuple[float, float] = (0.0, 0.0)

    @property
    def score(self) -> float:
        """The change in standard errors of what chance does to a share of so few rows.

        As for two proportions: under one share, pooled by how sure each of the two is.
        """
        day, before = self.spreads
        pooled = (self.share * before + self.baseline * day) / ((day + before) or 1.0)
        variance = pooled * (1 - pooled) * (day + before)
        return self.change / math.sqrt(variance) if variance > 0 else 0.0

    @property
    def change(self) -> float:
        """By how much the share moved, as a part of 1."""
        return round(self.share - self.baseline, DIGITS) or 0.0


def moves(day: Mix, before: Mix, top: int) -> list[Moved]:
    """The largest channels of the days before and those of the day, and the others together."""
    spreads = day.spread, before.spread
    usual, large = before.top(top), before.top(min(top, LARGE))
    listed = [*usual, *(name for name in day.top(top) if name not in usual)]
    found = [
        Moved(name, day.shares.get(name, 0.0), before.shares.get(name, 0.0),
              name in large and not day.present.get(name) and before.present[name] == before.days,
              spreads=spreads)
        for name in listed
    ]  # fmt: skip
    rest, before_rest = (
        round(1 - sum(mix.shares.get(name, 0.0) for name in listed), DIGITS) or 0.0
        for mix in (day, before)
    )
    small = (day.shares.keys() | before.shares.keys()) - set(listed)
    cut = len(small) + max(day.unread, before.unread)
    return [*found, Moved(OTHER, rest, before_rest, cut=cut, spreads=spreads)]
