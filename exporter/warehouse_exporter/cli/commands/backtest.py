"""The command that judges past days."""

from __future__ import annotations

from typing import Any

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.options import FORMATS, config_option, judging_options, log_options
from warehouse_exporter.cli.output import handling_errors, write
from warehouse_exporter.core import logs


@click.command()
@config_option
@click.option(
    "--days", type=click.IntRange(1, 1000), default=90, show_default=True,
    help="How many days, up to and including that of --as-of.",
)  # fmt: skip
@click.option(
    "--as-of", metavar="TIME", help="The last morning, and the time of day; default: now."
)
@click.option(
    "--set", "limits", multiple=True, metavar="DATASET.CHECK.SEVERITY=LIMIT",
    help="Also judge by another limit, written as in the config: "
    "--set orders.volume.critical='< 500', --set orders.zscore_orders.warning='{z: 4, change: 40%}'"
    ". Repeatable.",
)  # fmt: skip
@click.option(
    "--inject", is_flag=True, help="Also break each day in turn, and count how often checks fire."
)
@click.option(
    "--suggest", multiple=True, metavar="WISH",
    help="Propose limits that would have had at most so many false alarms: --suggest '1 a month',"
    " --suggest 'critical: 1 a year'. Repeatable, once for each severity.",
)  # fmt: skip
@click.option(
    "--real", multiple=True, metavar="DAY",
    help="A day, such as 2026-11-12, on which something was wrong: no false alarm, and no proposed"
    " limit may miss it. Repeatable.",
)  # fmt: skip
@judging_options(*FORMATS)
@log_options("error")
def backtest(
    config_file: str, days: int, as_of: str | None, datasets: tuple[str, ...],
    limits: tuple[str, ...], open_days_only: bool, inject: bool, suggest: tuple[str, ...],
    real: tuple[str, ...], style: str, no_color: bool, log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """Show on which past days limits would have fired.

    Each day is judged as the gate would have judged it that morning, on the rows as they are
    today; the history is read once. An episode is a run of days on which somebody was notified.
    Pages and tickets are counted as Alertmanager groups them: one for each fault.
    Exit codes: 0, 2 for wrong usage, and 3 if nothing could be read.
    """
    from rich.console import Console

    from warehouse_exporter.backtest import data, report, screen
    from warehouse_exporter.cli import backtest_run

    logs.set_up(log_level, log_format)
    console = Console(no_color=True if no_color else None)
    with handling_errors(unreachable=Exit.UNMEASURED):
        found = backtest_run.run(
            config_file, days, as_of, datasets, limits, open_days_only=open_days_only,
            inject=inject, suggest=suggest, real=real,
        )  # fmt: skip
    if style == "table":
        screen.print_tables(found, console)
    else:
        write(data.as_json(found) if style == "json" else report.markdown(found), None)
