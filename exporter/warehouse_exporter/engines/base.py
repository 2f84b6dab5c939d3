"""What every engine offers: snapshots of a warehouse, and sessions that read in them.

An engine never raises its driver's errors: what cannot be read is `Unmeasured`, with a reason, and
a warehouse that cannot be reached is `Unreachable`. Statements are given to it in PostgreSQL's SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import IO, Any, Literal, NamedTuple, Protocol, runtime_checkable

from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.states import Cell
from warehouse_exporter.core.warehouse import Warehouse

Name = tuple[str, ...]
"""A relation by its exact name: schema and table, or the table alone; on PostgreSQL a `Select`."""


Answer = tuple[list[str], list[tuple[Any, ...]]]
"""The names of the columns, and the rows."""


class Rewritten(NamedTuple):
    """A relation that was truncated, rewritten or replaced after the snapshot, before it was read.

    `oids` are the numbers by which a dataset may know it: the first of `Relation.file`.
    """

    name: str
    oids: frozenset[int]


class StoredColumn(NamedTuple):
    """A column of a relation as it is stored.

    `type` has its modifiers, such as `numeric(12,2)`. `identity` is `a` (always), `d` (by default)
    or ``; `generated` is the expression that makes the value, or ``.
    """

    name: str
    type: str
    required: bool
    identity: str
    generated: str
    readable: bool


class Stored(NamedTuple):
    """A relation as it is stored; `kind` is that of `Relation`.

    `hindrances` are what makes DELETE and INSERT do more than that, a sentence each. `cascades`
    are the tables, by their names, whose rows go or change with rows of this one; `refers_to` those
    that its rows refer to.
    """

    schema: str
    name: str
    kind: str
    columns: tuple[StoredColumn, ...]
    hindrances: tuple[str, ...] = ()
    cascades: tuple[Name, ...] = ()
    refers_to: tuple[Name, ...] = ()

    @property
    def full_name(self) -> Name:
        """Schema and name."""
        return self.schema, self.name


class Reference(NamedTuple):
    """A foreign key: columns here, and those of another relation that they refer to.

    One that is not `valid` was never tried on the rows that were there before it.
    """

    columns: tuple[str, ...]
    to: Name
    to_columns: tuple[str, ...]
    valid: bool


class Surveyed(NamedTuple):
    """A relation among all that there are; `kind` is that of `Relation`.

    `rows` and `size`, in bytes, are what the engine last knew: -1 rows if it does not know.
    `required` are the columns that cannot be NULL.
    """

    name: Name
    kind: str
    rows: float
    size: int
    readable: bool
    primary: tuple[str, ...]
    references: tuple[Reference, ...]
    required: frozenset[str]


Form = Literal["csv", "text"]
"""How rows are written: as CSV with a header, or as COPY's own text, which can be read back."""


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


@runtime_checkable
class Surveying(Protocol):
    """What a session also has whose warehouse can be asked for everything that is in it."""

    def survey(self) -> list[Surveyed]:
        """All relations of users. Raises Unmeasured, or Unreachable."""


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


class Delegating:
    """An engine that is another one, but for what a subclass changes."""

    def __init__(self, engine: Engine) -> None:
        self.warehouse = engine.warehouse
        self._engine = engine

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection that another one could spare."""
        return self._engine.wanted

    @property
    def stopped(self) -> bool:
        """Whether nothing more may begin."""
        return self._engine.stopped

    @property
    def lacking(self) -> tuple[str, ...]:
        """What checks have to do without on this engine."""
        return self._engine.lacking

    def snapshot(self) -> AbstractContextManager[Session]:
        """A session that reads one instant. Raises Unreachable."""
        return self._engine.snapshot()

    def beside(self, first: Session, snapshot: str) -> AbstractContextManager[Session]:
        """One more session that sees what the first one sees. Raises Unreachable."""
        return self._engine.beside(first, snapshot)

    def stop(self) -> None:
        """End what is running and let nothing more begin."""
        self._engine.stop()


class Copier(Protocol):
    """One snapshot, of which relations are copied out; used by one thread.

    Everything raises Unmeasured, or Unreachable where nothing more can be read.
    """

    def stored(self, relation: Name) -> Stored | None:
        """A relation as it is stored; None where there is none of that name."""

    def copy_out(self, select: str, form: Form, into: IO[bytes], seconds: float) -> int:
        """Write the rows of a statement within some seconds; returns how many they are.

        An error of `into` is raised as it is, and ends the connection.
        """

    def rewritten(self) -> list[Rewritten]:
        """The relations that were copied, but not as the snapshot shows them."""


class Writer(Protocol):
    """One transaction that may write; used by one thread. It raises like `Copier`."""

    def stored(self, relation: Name) -> Stored | None:
        """A relation as it is stored; None where there is none of that name."""

    def copy_in(self, table: str, columns: str, source: IO[bytes], seconds: float) -> int:
        """Load COPY's text into a table; returns how many rows it had."""

    def run(self, sql: str, seconds: float) -> int:
        """Run a statement; returns how many rows it has touched."""

    def rows(self, sql: str, seconds: float) -> list[tuple[Any, ...]]:
        """The rows of a statement."""

    def commit(self) -> None:
        """Make everything lasting; without it, nothing is."""


@runtime_checkable
class Copying(Protocol):
    """What an engine also has whose relations can be copied out, and put back."""

    def copier(self, snapshot: str) -> AbstractContextManager[Copier]:
        """A session that copies what an exported snapshot shows. Raises Unreachable."""

    def writer(self, dsn: str) -> AbstractContextManager[Writer]:
        """A transaction as the role of another DSN. Raises Unreachable."""
