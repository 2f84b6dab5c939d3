"""The quarantine of `check`: made after the verdict, which it never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse_exporter.cli.interrupts import Interrupted, interruptible
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config
    from warehouse_exporter.core.model import Pass
    from warehouse_exporter.engines.base import Engine


class Quarantining:
    """What `check` needs of it: the engine to judge with, and what comes after the verdict."""

    def __init__(self, config: Config, folder: str | None, engine: Engine) -> None:
        """The folder of the command line goes before that of the config. Raises UsageError."""
        from warehouse_exporter.config.copies import Quarantine
        from warehouse_exporter.copies.held import HeldEngine
        from warehouse_exporter.engines.base import Copying

        self._config, self._rules = config, config.quarantine
        if folder is not None:
            self._rules = replace(self._rules or Quarantine(), folder=Path(folder))
        if self._rules is not None and not isinstance(engine, Copying):
            raise UsageError("copies in quarantine are for Postgres only: leave out the option")
        self._held = None if self._rules is None else HeldEngine(engine)
        self.engine: Engine = self._held or engine

    def after(self, done: Pass) -> None:
        """Copy what was judged, if there is a critical finding; a failure is only said."""
        from warehouse_exporter.copies.errors import CopyFailed
        from warehouse_exporter.copies.quarantine import quarantine

        if self._held is None or self._rules is None:
            return
        try:
            with interruptible(self._held.stop):
                now = datetime.now(UTC)
                made = quarantine(self._config, self._rules, done, self._held, now)
        except (CopyFailed, Interrupted) as error:
            click.echo(f"error: nothing was put in quarantine: {error}", err=True)
        else:
            if made is not None:
                click.echo(f"put in quarantine: {made}", err=True)
        finally:
            self._held.let_go()
