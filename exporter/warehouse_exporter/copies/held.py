"""An engine that keeps the snapshot of a pass open, so that copies show what was judged."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.states import Cell
from warehouse_exporter.engines.base import Copier, Copying, Delegating, Engine, Name, Session


class HeldEngine(Delegating):
    """The same engine; its last snapshot stays open until `let_go`, or until the next one.

    A pass takes another look where its connection was lost, or where tables were rewritten while
    it read them; `looks` counts them.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.looks = 0
        self._open = ExitStack()
        self._session: Session | None = None

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that stays open when its block has ended well."""
        self.let_go()
        self.looks += 1
        own = ExitStack()
        session = own.enter_context(self._engine.snapshot())
        try:
            yield session
        except BaseException:
            if not own.__exit__(*sys.exc_info()):
                raise
        else:
            self._open, self._session = own, session

    def let_go(self) -> None:
        """End the snapshot that is held."""
        self._session = None
        self._open.close()

    def relations(self, names: Iterable[Name]) -> dict[Name, Relation]:
        """What the catalogue says of relations in the snapshot that is held.

        Raises CopyFailed, Unreachable.
        """
        return self._held.relations(names)

    def rows(self, sql: str, seconds: float) -> list[dict[str, Cell]]:
        """The rows of a statement in the snapshot that is held; not once a copier has taken over.

        Raises CopyFailed, Unmeasured.
        """
        self._held.deadline = time.monotonic() + seconds
        return self._held.rows(sql, seconds)

    @property
    def _held(self) -> Session:
        """The session of the last pass. Raises CopyFailed."""
        if self._session is None:
            raise CopyFailed("the snapshot that was judged is gone: the warehouse cannot be read")
        return self._session

    @contextmanager
    def copier(self) -> Iterator[Copier]:
        """A session that copies what was judged. Raises CopyFailed, Unmeasured."""
        if not isinstance(self._engine, Copying):
            raise CopyFailed("copies are for Postgres only")
        name = self._held.export()
        if name is None:
            raise CopyFailed(
                "the snapshot that was judged cannot be copied: the server refuses to export it,"
                " or is distributed (Citus)"
            )
        with self._engine.copier(name) as copier:
            self.let_go()  # the copier sees it on its own from now on
            yield copier
