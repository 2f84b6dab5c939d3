"""An engine as one who waits for others uses it: one connection at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.engines.base import Delegating, Engine, Session


class Frugal(Delegating):
    """An engine of which one connection is used."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.warehouse = replace(engine.warehouse, connections_per_pass=1)

    def beside(self, first: Session, snapshot: str) -> AbstractContextManager[Session]:
        """No second session: there is one connection."""
        raise Unreachable("one connection is used at a time")

    def stop(self) -> None:
        """The engine is not ours to stop."""
