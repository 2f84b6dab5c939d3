"""What breaks the sample shop, by the id of the check catalogue that has to see it."""

from __future__ import annotations

from tests.database.kinds.examples import TESTS
from tests.database.turns import load, money, rows
from tests.database.turns.breaking import Break

OWN: dict[str, Break] = {
    name: one for test in TESTS.values() for name, one in getattr(test, "BREAKS", {}).items()
}
"""What stands in the test of a kind itself, as `BREAKS`."""
BREAKS = {**load.BREAKS, **rows.BREAKS, **money.BREAKS, **OWN}
"""Id, or id and a word where there are several -> break."""
