"""The backtest as its command runs it: config, limits beside it, a bar, and Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rich.console import Console

from warehouse_exporter.backtest.run import Backtest, backtest, mornings, patient
from warehouse_exporter.backtest.screen import Bar
from warehouse_exporter.backtest.wishes import wishes
from warehouse_exporter.cli.interrupts import interruptible
from warehouse_exporter.cli.options import instant
from warehouse_exporter.config import load
from warehouse_exporter.config.changes import changed
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.wording import counted
from warehouse_exporter.engines import connect
from warehouse_exporter.passes.gate import chosen


def run(
    file: str,
    days: int,
    as_of: str | None,
    datasets: tuple[str, ...],
    limits: Sequence[str],
    *,
    open_days_only: bool,
    inject: bool,
    suggest: Sequence[str] = (),
    real: Sequence[str] = (),
) -> Backtest:
    """Judge the last days of a config's checks. Raises ConfigError, UsageError, Unreachable."""
    wanted = wishes(suggest, real)
    config = load(file)
    config = config.open_days_only() if open_days_only else config
    checks = config.checks_of(chosen(datasets, config))
    if not checks:
        raise UsageError("there is no check to judge")
    others = changed(config, limits, checks)
    instants = mornings(instant(as_of, config), config.warehouse.timezone, days)
    connector, stopped = connect(patient(config.warehouse, days)), threading.Event()
    what = f"{counted(days, 'day')}, {counted(len(checks), 'check')}"

    def stop() -> None:
        stopped.set()
        connector.stop()

    with (
        interruptible(stop),
        Bar(Console(stderr=True), what, stopped.is_set) as bar,
    ):
        return backtest(
            config, connector, instants, checks, others, bar, inject=inject, wanted=wanted
        )
