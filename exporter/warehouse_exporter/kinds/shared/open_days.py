"""`check --open-days-only`: no row of a closed day is read, not even to look a key up.

An index finds the rows of one key among all of them. Where there is none, the whole table would be
read: what such a lookup alone can tell is skipped, with the reason. Tables of which no index finds
the open days (views, those without a time) are read whole for any check, so nothing is lost there.
Checks with a window of their own, and only these may have `within`, read what they always read.
"""

from __future__ import annotations

from warehouse_exporter.core.calendar import OPEN_ALONE
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.measures.dataset_view import DatasetView

FULL = "only a check without --open-days-only does"


def is_alone(kind: Kind) -> bool:
    """Whether the check may read open days only, as the command was told."""
    return kind.window == OPEN_ALONE


def reads_all(kind: Kind, other: DatasetView, column: str) -> bool:
    """Whether rows that a key is looked up in would all be read, although only open days may be.

    Engines that have no such indexes read the column as they always do.
    """
    if not is_alone(kind) or not other.tells_open_days:
        return False
    indexes = other.found.by_range and not other.found.distributed
    return indexes and not other.finds(column)


def refuse_to_read_all(kind: Kind, other: DatasetView, column: str) -> None:
    """Raise Skipped where all rows of a dataset would be read to find those of a few keys."""
    if reads_all(kind, other, column):
        name = other.dataset.name
        raise Skipped(f"{name} has no index on {column} and is not read whole: {FULL}")


def refuse_without_days(kind: Kind, view: DatasetView, column: str) -> None:
    """Raise Skipped for a share of all rows, which is what the rows without a time are held to."""
    if is_alone(kind) and column == view.dataset.time and view.tells_open_days:
        raise Skipped(f"rows without {column} are of no day, and not all rows are read: {FULL}")
