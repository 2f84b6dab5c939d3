"""The options that commands share, and how their values are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config

Command = Callable[..., Any]
FORMATS = ("table", "json", "markdown")
YEARS = range(1900, 2200)
"""Years that `--as-of` may be in: far from the first and last year of a date."""


class Unset(dict[str, str]):
    """An environment in which every variable is set: for commands that never connect."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return ""

    def get(self, name: str, default: Any = None) -> Any:
        return self[name]


def config_option(function: Command) -> Command:
    """`--config.file`, spelled as Prometheus programs do."""
    return click.option(
        "--config.file", "config_file", required=True, metavar="FILE",
        type=click.Path(dir_okay=False), help="The YAML file with datasets, checks and limits.",
    )(function)  # fmt: skip


def log_options(level: str) -> Callable[[Command], Command]:
    """`--log.level`, by default `level`, and `--log.format`."""
    levels = click.Choice(["debug", "info", "warning", "error"])

    def add(function: Command) -> Command:
        function = click.option(
            "--log.format", "log_format", type=click.Choice(["logfmt", "json"]), default="logfmt",
            show_default=True, help="Format of log lines.",
        )(function)  # fmt: skip
        return click.option(
            "--log.level", "log_level", type=levels, default=level, show_default=True,
            help="The lowest level to log.",
        )(function)  # fmt: skip

    return add


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one; in `--help` they stand from the last to the first."""

    def add(function: Command) -> Command:
        for option in options:
            function = option(function)
        return function

    return add


def judging_options(*formats: str) -> Callable[[Command], Command]:
    """What to judge and how to show it: the options of all commands that judge."""
    return together(*judging(formats))


def judging(formats: tuple[str, ...]) -> tuple[Callable[[Command], Command], ...]:
    """The options of all commands that judge, last first."""
    return (
        click.option(
            "--no-color", is_flag=True, help="No colour, even on a terminal (or set NO_COLOR)."
        ),
        click.option(
            "--format", "style", type=click.Choice(formats), default=formats[0], show_default=True
        ),
        click.option(
            "--open-days-only", is_flag=True,
            help="Let checks over a whole table read only the expected day and later.",
        ),
        click.option(
            "--dataset", "datasets", multiple=True, metavar="NAME",
            help="Only this dataset. Repeatable.",
        ),
    )  # fmt: skip


def output_option(function: Command) -> Command:
    """`--output FILE`; standard output without it."""
    return click.option(
        "--output", metavar="FILE", type=click.Path(dir_okay=False),
        help="Write to this file instead of standard output.",
    )(function)  # fmt: skip


def folder_option(function: Command) -> Command:
    """`--output DIR`, for what is more than one file."""
    return click.option(
        "--output", required=True, metavar="DIR", type=click.Path(file_okay=False),
        help="The folder to write to; existing files are replaced.",
    )(function)  # fmt: skip


def prometheus_option(function: Command) -> Command:
    """`--prometheus-url`: the data source of dashboards."""
    return click.option(
        "--prometheus-url", default="http://localhost:9090", show_default=True, metavar="URL",
        help="Prometheus, as Grafana reaches it.",
    )(function)  # fmt: skip


def load_offline(file: str) -> Config:
    """A config whose variables may be unset, because nothing connects with it."""
    from warehouse_exporter.config import load

    return load(file, Unset(os.environ))


def instant(written: str | None, config: Config) -> datetime:
    """`--as-of` as an instant; without an offset it is in the warehouse's time zone.

    Raises UsageError.
    """
    if written is None:
        return datetime.now(UTC)
    return instant_in(written, config.warehouse.timezone)


def instant_in(written: str, zone: ZoneInfo) -> datetime:
    """`--as-of` as an instant; without an offset it is in a time zone. Raises UsageError."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise UsageError(
            f"--as-of {written!r} is not a time: write it like 2026-03-01T06:00:00+00:00"
        )
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def day(written: str | None) -> date | None:
    """`--day` as a date. Raises UsageError."""
    if written is None:
        return None
    found = None
    with suppress(ValueError):
        found = datetime.strptime(written, "%Y-%m-%d").date()
    if found is None or found.year not in YEARS:
        raise UsageError(f"--day {written!r} is not a day: write it like 2026-03-01")
    return found
