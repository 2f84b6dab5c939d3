"""An engine as one who waits for others uses it: one connection at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.engines.base import Engine, Session


class Frugal:
    """An engine of which one connection is used."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.warehouse = replace(engine.warehouse, connections_per_pass=1)

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection."""
        return self._engine.wanted

    @property
    def stopped(self) -> bool:
        """Whether nothing more may begin."""
        return self._engine.stopped

    @property
    def lacking(self) -> tuple[str, ...]:
        """What checks have to do without."""
        return self._engine.lacking

    def snapshot(self) -> AbstractContextManager[Session]:
        """A session that reads one instant."""
        return self._engine.snapshot()

    def beside(self, first: Session, snapshot: str) -> AbstractContextManager[Session]:
        """No second session: there is one connection."""
        raise Unreachable("one connection is used at a time")

    def stop(self) -> None:
        """The engine is not ours to stop."""
