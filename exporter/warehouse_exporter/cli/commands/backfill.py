"""`backfill`: the past days of every daily series, for a Prometheus that starts today."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.options import config_option, instant, log_options
from warehouse_exporter.cli.output import fail, handling_errors
from warehouse_exporter.core import logs

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST, MOST = 60, 3600
"""Seconds between two samples: dashboards show one an hour, and nothing shows fewer."""


def valid_every(context: click.Context, parameter: click.Parameter, given: str) -> timedelta:
    """The time between two samples."""
    from warehouse_exporter.config.values import parse_duration

    try:
        seconds = parse_duration(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if not LEAST <= seconds <= MOST:
        raise click.BadParameter("from 1m to 1h: the dashboards show one sample an hour")
    return timedelta(seconds=int(seconds))


@click.command()
@config_option
@click.option(
    "--days", type=click.IntRange(1, 400), required=True,
    help="How many days, up to the newest one that is over.",
)  # fmt: skip
@click.option(
    "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False),
    help="The file to write.",
)  # fmt: skip
@click.option(
    "--job", default="warehouse", show_default=True, metavar="NAME",
    help="The exporter's job in Prometheus: series have it as a label.",
)  # fmt: skip
@click.option(
    "--instance", default="127.0.0.1:9843", show_default=True, metavar="HOST:PORT",
    help="The exporter's address in Prometheus: series have it as a label.",
)  # fmt: skip
@click.option(
    "--every", default="1h", show_default=True, metavar="TIME", callback=valid_every,
    help="Time between two samples. Charts that look back 5 minutes need 5m: twelve times as many.",
)  # fmt: skip
@click.option("--as-of", metavar="TIME", help="The instant taken for now; default: now.")
@log_options("error")
def backfill(
    config_file: str, days: int, output: str, job: str, instance: str, every: timedelta,
    as_of: str | None, log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """Write the past of the daily series for a new Prometheus.

    The text is OpenMetrics. Each day is what the exporter would have shown that morning, on the
    rows as they are today. It ends seven hours ago, so that no rule takes it for news. Load it with
    `promtool tsdb create-blocks-from --max-block-duration=168h openmetrics FILE DATA` where DATA is
    Prometheus' data folder. Exit codes: 0, 2 for wrong usage, and 3 if nothing could be read.
    """
    from rich.console import Console

    from warehouse_exporter.backtest.run import patient
    from warehouse_exporter.backtest.screen import Bar
    from warehouse_exporter.cli.interrupts import interruptible
    from warehouse_exporter.config import load
    from warehouse_exporter.core.wording import counted
    from warehouse_exporter.engines import connect
    from warehouse_exporter.history.backfill import filling

    logs.set_up(log_level, log_format)
    with handling_errors(unreachable=Exit.UNMEASURED):
        config = load(config_file)
        engine, stopped = connect(patient(config.warehouse, days)), threading.Event()

        def stop() -> None:
            stopped.set()
            engine.stop()

        told = Bar(Console(stderr=True), counted(days, "day"), stopped.is_set)
        with interruptible(stop), told as bar:
            found = filling(config, engine, instant(as_of, config), days, bar)
    if found is None:
        return
    write_lines(found.lines(every, {"job": job, "instance": instance}), output)
    size = Path(output).stat().st_size / 2**20 if Path(output).is_file() else 0.0
    click.echo(
        f"{len(found.values):,} series, {found.samples(every):,} samples, {size:.1f} MiB in"
        f" {output}, until {found.until:%Y-%m-%d %H:%M} UTC; load them into Prometheus' data folder"
        f" with\n"
        f"  promtool tsdb create-blocks-from --max-block-duration=168h openmetrics {output} data",
        err=True,
    )


def write_lines(lines: Iterable[str], output: str) -> None:
    """Write a file line by line; exit if that fails, without half a file."""
    draft = Path(f"{output}.new")
    try:
        with removed_if_it_fails(draft), draft.open("w", encoding="utf-8") as file:
            file.writelines(lines)
            file.close()
            draft.replace(output)
    except OSError as error:
        fail(f"cannot write {output}: {error.strerror}")


@contextmanager
def removed_if_it_fails(draft: Path) -> Iterator[None]:
    """A draft that is left nowhere."""
    try:
        yield
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
