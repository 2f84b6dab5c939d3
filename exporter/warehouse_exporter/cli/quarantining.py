"""Quarantine and samples of `check`: made after the verdict, which they never change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse_exporter.cli.interrupts import Interrupted, interruptible
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config
    from warehouse_exporter.copies.held import HeldEngine
    from warehouse_exporter.core.model import Pass
    from warehouse_exporter.engines.base import Engine


class Quarantining:
    """What `check` needs of it: the engine to judge with, and what comes after the verdict."""

    def __init__(
        self, config: Config, folder: str | None, samples: str | None, engine: Engine
    ) -> None:
        """Folders of the command line go before those of the config. Raises UsageError."""
        from warehouse_exporter.config.copies import Quarantine
        from warehouse_exporter.copies.held import HeldEngine
        from warehouse_exporter.engines.base import Copying

        self._config, self._rules = config, config.quarantine
        if folder is not None:
            self._rules = replace(self._rules or Quarantine(), folder=Path(folder))
        if self._rules is not None and not isinstance(engine, Copying):
            raise UsageError("copies in quarantine are for Postgres only: leave out the option")
        self._samples = config.samples
        if samples is not None:
            if self._samples is None:
                raise UsageError("--samples-dir: name the columns first, in `samples: columns`")
            self._samples = replace(self._samples, folder=Path(samples))
        wanted = self._rules is not None or self._samples is not None
        self._held = HeldEngine(engine) if wanted else None
        self.engine: Engine = self._held or engine

    def after(self, done: Pass) -> None:
        """Write what is wanted of a finding, from what was judged; a failure is only said."""
        if self._held is None:
            return
        try:
            with interruptible(self._held.stop):
                self._sample(done, self._held)
                self._copy(done, self._held)
        except Interrupted as error:
            click.echo(f"error: nothing was put aside: {error}", err=True)
        finally:
            self._held.let_go()

    def _sample(self, done: Pass, held: HeldEngine) -> None:
        """Samples come first: the copier takes the snapshot over."""
        from warehouse_exporter.copies.samples import sample

        if (rules := self._samples) is not None:
            tried(
                lambda: sample(self._config, rules, done, held, datetime.now(UTC)),
                made="samples",
                failed="no samples were written",
            )

    def _copy(self, done: Pass, held: HeldEngine) -> None:
        """Copy what was judged, if there is a critical finding."""
        from warehouse_exporter.copies.quarantine import quarantine

        if (rules := self._rules) is not None:
            tried(
                lambda: quarantine(self._config, rules, done, held, datetime.now(UTC)),
                made="put in quarantine",
                failed="nothing was put in quarantine",
            )


def tried(make: Callable[[], Path | None], *, made: str, failed: str) -> None:
    """Make a folder if one is wanted, and say on standard error where it is, or why it is not."""
    from warehouse_exporter.copies.errors import CopyFailed

    try:
        folder = make()
    except CopyFailed as error:
        click.echo(f"error: {failed}: {error}", err=True)
    else:
        if folder is not None:
            click.echo(f"{made}: {folder}", err=True)
