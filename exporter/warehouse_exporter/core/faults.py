"""The sorts of faults, from causes to consequences: who is paged for what depends on them."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What sort of fault a breach of a kind is."""

    LOAD = "load"
    """Rows did not arrive: the load is late, or did not run."""
    COLUMNS = "columns"
    """The table has other columns than declared."""
    PRESENCE = "presence"
    """A day, or most of it, is not there."""
    COUNT = "count"
    """Rows that must not be there: duplicates, rejected rows, what a query finds."""
    VALUES = "values"
    """Values of one column that are wrong in themselves."""
    MATCH = "match"
    """Rows that do not match those of another dataset, or of the same one."""
    TOTALS = "totals"
    """Totals that do not match."""
    STATISTICS = "statistics"
    """A number that is unlikely, or a share: it says that something is wrong, and not what."""
    UNMEASURED = "unmeasured"
    """Not a breach: the check could not be measured."""


WHOLE_LOAD = "all"
"""What the fault of a load is called that did not arrive as a whole, whatever check finds it."""
