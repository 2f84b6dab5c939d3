"""The options of `init --database`; nothing is imported here that the other commands can spare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from warehouse_exporter.cli.options import Command, together
from warehouse_exporter.discover.bounds import MEGABYTE, Bounds

DEFAULTS = Bounds()


@dataclass(frozen=True)
class Wanted:
    """The options of `init --database`."""

    schemas: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    bounds: Bounds
    zone: str
    as_of: str | None


def database_options(function: Command) -> Command:
    """The options of `init --database`."""
    count = click.IntRange(min=1)
    return together(
        click.option("--as-of", metavar="TIME", help="Look as if it was this time; default: now."),
        click.option(
            "--timezone", "zone", default="UTC", show_default=True, metavar="ZONE",
            help="Time zone of business days.",
        ),
        click.option(
            "--max-seconds", type=count, default=int(DEFAULTS.seconds), show_default=True,
            help="Longest time for everything.",
        ),
        click.option(
            "--max-days", type=click.IntRange(7, 90), default=DEFAULTS.days, show_default=True,
            help="Past days that are read for limits.",
        ),
        click.option(
            "--max-bytes", type=count, default=DEFAULTS.bytes // MEGABYTE, show_default=True,
            metavar="MB", help="Most megabytes of a table that a sample is taken from.",
        ),
        click.option(
            "--max-rows", type=click.IntRange(100, 100_000), default=DEFAULTS.rows,
            show_default=True, help="Most rows of a sample.",
        ),
        click.option(
            "--max-tables", type=count, default=DEFAULTS.tables, show_default=True,
            help="Most tables; the most interesting ones by name and size.",
        ),
        click.option(
            "--exclude", multiple=True, metavar="PATTERN",
            help="Leave out tables that match, such as 'tmp_*' or 'stage.*'. Repeatable.",
        ),
        click.option(
            "--include", multiple=True, metavar="PATTERN",
            help="Only tables that match, such as 'order*' or 'shop.*'. Repeatable.",
        ),
        click.option(
            "--schema", "schemas", multiple=True, metavar="NAME",
            help="Only tables of this schema; default: all. Repeatable.",
        ),
        click.option(
            "--database", metavar="DSN", help="Propose a config for this Postgres; only reads it."
        ),
    )(function)  # fmt: skip


def wanted(options: dict[str, Any]) -> Wanted:
    """The options as they were given."""
    bounds = Bounds(
        options["max_tables"], options["max_rows"], options["max_bytes"] * MEGABYTE,
        options["max_days"], float(options["max_seconds"]),
    )  # fmt: skip
    return Wanted(
        options["schemas"], options["include"], options["exclude"], bounds, options["zone"],
        options["as_of"],
    )  # fmt: skip
