"""What breaks the sample shop, by the id of the check catalogue that has to see it."""

from __future__ import annotations

from tests.database.turns import load, money, rows

BREAKS = {**load.BREAKS, **rows.BREAKS, **money.BREAKS}
"""Id, or id and a word where there are several -> break."""
