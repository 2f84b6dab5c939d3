"""What every engine offers: snapshots of a warehouse, and sessions that read in them.

An engine never raises its driver's errors: what cannot be read is `Unmeasured`, with a reason, and
a warehouse that cannot be reached is `Unreachable`. Statements are given to it in PostgreSQL's SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from warehouse_exporter.core.model import Relation
from warehouse_exporter.core.states import Cell
from warehouse_exporter.core.warehouse import Warehouse

Name = tuple[str, ...]
"""A relation by its exact name: schema and table, or the table alone."""


Answer = tuple[list[str], list[tuple[Any, ...]]]
"""The names of the columns, and the rows."""


class Rewritten(NamedTuple):
    """A relation that was truncated, rewritten or replaced after the snapshot, before it was read.

    `oids` are the numbers by which a dataset may know it: the first of `Relation.file`.
    """

    name: str
    oids: frozenset[int]


class Catalogue(Protocol):
    """What a warehouse says of its own relations."""

    def relations(self, names: Iterable[Name]) -> dict[Name, Relation]:
        """The relations of those names that exist, with their columns and PostgreSQL's type names.

        One of which nothing can be said is there with `unknown`. Raises Unreachable.
        """


class Session(Catalogue, Protocol):
    """One snapshot of the warehouse; used by one thread.

    A statement that fails costs nothing but itself. After a failure of the connection `running`
    says whether a statement was under way. A `careful` session fails a statement that has read a
    relation which is not the one of the snapshot any more; otherwise `rewritten` names them all,
    together with those in `noted`. `deadline` is in seconds of the monotonic clock.
    """

    deadline: float
    careful: bool
    noted: list[Rewritten]
    running: bool
    statements: int

    @property
    def left(self) -> float:
        """The seconds that the next statement may take."""

    def planning(self) -> AbstractContextManager[None]:
        """A while in which nothing is read: it does not count against the deadline."""

    def rows(self, sql: str, budget: float = math.inf) -> list[dict[str, Cell]]:
        """The rows of a statement of ours, which may take no more seconds than its budget.

        It reads relations for which `relations` was asked before.
        Raises Unmeasured, or Unreachable if nothing more can be read.
        """

    def rows_of(
        self, written: str, zone: str, most: int, budget: float = math.inf
    ) -> list[dict[str, Cell]]:
        """The first rows of a query of the config's owner; clocks show the time of a zone.

        Raises like `rows`; also for anything but a single statement that gives rows.
        """

    def estimate(self, sql: str, zone: str, *, written: bool = False) -> list[str]:
        """What the engine expects a statement to cost, in lines for a reader; it is not run.

        Raises like `rows`.
        """

    def spelled(self, sql: str, *, written: bool = False) -> str:
        """A statement in the engine's own SQL, as it is run; `written` by the config's owner.

        Raises Unmeasured.
        """

    def rewritten(self) -> list[Rewritten]:
        """The relations that were read, but not as the snapshot shows them.

        Raises Unmeasured, or Unreachable, where that is not known.
        """

    def export(self) -> str | None:
        """A name by which `Engine.beside` sees the same instant; None where that is impossible."""


class Engine(Protocol):
    """A warehouse that can be read; made once from the config, and used by many threads.

    It is made with a `Warehouse` alone, without connecting; UsageError if that is no use.
    """

    warehouse: Warehouse

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection that another one could spare."""

    @property
    def stopped(self) -> bool:
        """Whether nothing more may begin."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What checks have to do without on this engine, a sentence each; for people to read."""

    def snapshot(self) -> AbstractContextManager[Session]:
        """A session that reads one instant of the warehouse. Raises Unreachable."""

    def beside(self, first: Session, snapshot: str) -> AbstractContextManager[Session]:
        """One more session that sees what the first one sees, which has exported its snapshot.

        Raises Unreachable, at once where there is no room for one more.
        """

    def stop(self) -> None:
        """End what is running and let nothing more begin, without waiting: for shutdown."""
