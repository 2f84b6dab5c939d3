"""`objectives`: on how many days each dataset was right, and what spent its budget."""

from __future__ import annotations

import threading
from calendar import monthrange
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.options import config_option, instant, log_options, output_option
from warehouse_exporter.cli.output import handling_errors, write
from warehouse_exporter.core import logs
from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.errors import Reason, Unreachable, UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config

NO_OBJECTIVE = (
    "no dataset of this config has an objective: write `objective: {days: 28, of: 30}` on one"
)
TOO_SLOW = (
    "a statement about the past days was ended before it had an answer: give it more time"
    " (`statement_timeout` of the warehouse), or try when the tables are not locked"
)


@click.command()
@config_option
@click.option(
    "--month", metavar="YYYY-MM",
    help="The days of this month; default: the last days, as many as each objective has.",
)  # fmt: skip
@click.option("--as-of", metavar="TIME", help="The instant taken for now; default: now.")
@click.option(
    "--format", "style", type=click.Choice(("table", "markdown", "json")), default="table",
    show_default=True, help="The form of the report.",
)  # fmt: skip
@output_option
@log_options("error")
def objectives(
    config_file: str, month: str | None, as_of: str | None, style: str, output: str | None,
    log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """Show how many days each dataset was right, and why not.

    It says what is left of each budget of bad days, and what spent it. Each day is judged as on its
    morning, on the rows as they are today. Exit codes: 0, 2 for wrong usage, and 3 if nothing could
    be read.
    """
    from warehouse_exporter.config import load
    from warehouse_exporter.reports import objectives as report

    logs.set_up(log_level, log_format)
    with handling_errors(unreachable=Exit.UNMEASURED):
        config = load(config_file)
        if not any(dataset.objective for dataset in config.datasets.values()):
            raise UsageError(NO_OBJECTIVE)
        now = instant(as_of, config)
        days = days_of(month, now, config) if month else None
        found = made(config, now, days)
    shown = {"table": report.table, "markdown": report.markdown, "json": report.as_json}
    write(shown[style](found), output)


def made(config: Config, now: datetime, days: tuple[date, ...] | None) -> Any:
    """The report on some days, or on the last days of each dataset's own window."""
    from warehouse_exporter.backtest.run import patient
    from warehouse_exporter.cli.interrupts import interruptible
    from warehouse_exporter.engines import connect
    from warehouse_exporter.history.mornings import Interrupted, wanted_days
    from warehouse_exporter.history.objectives import concerned, standing, standings
    from warehouse_exporter.history.read import read_judged
    from warehouse_exporter.reports.objectives import Report

    own = {name: one.objective for name, one in config.datasets.items() if one.objective}
    read = days or wanted_days(now, config, max(one.of for one in own.values()))
    engine, stopped = connect(patient(config.warehouse, len(read))), threading.Event()

    def stop() -> None:
        stopped.set()
        engine.stop()

    with interruptible(stop):
        try:
            past = read_judged(concerned(config), engine, read, lambda: not stopped.is_set())
        except Interrupted:
            raise Unreachable(TOO_SLOW, Reason.TIMEOUT) from None
    if days is None:
        return Report(f"the last days until {read[-1]}", read[-1], tuple(standings(past, config)))
    period, length = f"{days[0]:%B %Y}", monthrange(days[0].year, days[0].month)[1]
    if len(days) < length:
        period += f" until {days[-1]}"
    found = tuple(standing(past, config, name, days, length) for name in own)
    return Report(period, days[-1], found)


def days_of(month: str, now: datetime, config: Config) -> tuple[date, ...]:
    """The days of a month whose morning is over. Raises UsageError."""
    from warehouse_exporter.history.mornings import newest_day

    try:
        first = datetime.strptime(month, "%Y-%m").date()
    except ValueError:
        raise UsageError(f"--month {month!r} is not a month: write it like 2026-11") from None
    newest, days = newest_day(now, config), [first]
    if first > newest:
        raise UsageError(f"no day of {month} can be judged yet: the newest one is {newest}")
    while (day := days[-1] + ONE_DAY).month == first.month and day <= newest:
        days.append(day)
    return tuple(days)
