"""What the contract needs to know of a kind: an example, and its words when the data goes away.

Each kind's own test has one, as `EXAMPLE`.
"""

from __future__ import annotations

from dataclasses import dataclass

TWO_SIDES = "sum: revenue, against: {dataset: items, sum: quantity * price, by: order_id}"
"""Orders and their items, for the kinds that compare them."""


@dataclass(frozen=True)
class Example:
    """A check, a column it needs, and its word on no rows, on NULLs, and on NULLs with a time.

    One that looks at the catalogue or at the whole table, and at no day, is `whole`.
    """

    written: str
    column: str
    empty: str
    nulls: str
    timed: str
    section: str = "checks"
    whole: bool = False

    @property
    def reads_rows(self) -> bool:
        """Whether it says anything of rows; the others ask the catalogue alone."""
        return self.nulls != "PASS"
