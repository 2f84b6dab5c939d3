"""The command that judges once: the gate of a DAG."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.handover import handover_of, handover_options
from warehouse_exporter.cli.interrupts import interruptible
from warehouse_exporter.cli.options import (
    FORMATS,
    config_option,
    instant,
    judging_options,
    log_options,
)
from warehouse_exporter.cli.options import day as read_day
from warehouse_exporter.cli.output import handling_errors, write
from warehouse_exporter.cli.quarantining import Quarantining
from warehouse_exporter.cli.reports import Telling, report_options
from warehouse_exporter.core import logs
from warehouse_exporter.core.errors import UsageError

EXITS = """\b
Exit codes:
  0  pass, skipped, or warnings (1 with --strict)
  1  at least one critical finding
  2  wrong usage, or the config cannot be used
  3  a check that could have been critical was not measured (with --strict: any check),
     or nothing was judged at all
  4  the result, or a report, could not be written
"""


@click.command()
@config_option
@click.option("--as-of", metavar="TIME", help="Judge as of this time (ISO 8601) instead of now.")
@click.option(
    "--after-build", is_flag=True,
    help="A build has just ended: judge yesterday, whatever the time and `expect_by`.",
)  # fmt: skip
@click.option(
    "--day", metavar="DAY",
    help="Judge this day, such as 2026-03-09, as the gate after its build: yesterday as of now, an"
    " earlier day as of the morning after it.",
)  # fmt: skip
@click.option(
    "--run", metavar="ID",
    help="Judge logs of runs (datasets with `run:`) by this run, not by the newest one.",
)  # fmt: skip
@report_options
@click.option(
    "--quarantine-dir", metavar="DIR",
    help="On a critical finding, copy the datasets there, as `quarantine_on_error` says.",
)  # fmt: skip
@click.option(
    "--samples-dir", metavar="DIR",
    help="Write samples of what fails there, as `samples` says, by the columns that it names.",
)  # fmt: skip
@click.option(
    "--strict", is_flag=True,
    help="Exit with 1 on warnings, and with 3 if anything was not measured.",
)  # fmt: skip
@click.option("--allow-unmeasured", is_flag=True, help="Do not exit with 3 for unmeasured checks.")
@click.option("--report-only", is_flag=True, help="Exit with 0 whatever was found.")
@judging_options(*FORMATS, "junit", "github")
@handover_options
@log_options("error")
def check(
    config_file: str, as_of: str | None, after_build: bool, day: str | None, run: str | None,
    datasets: tuple[str, ...], style: str,
    report_dir: str | None, report_keep: int, email: bool, open_days_only: bool, strict: bool,
    allow_unmeasured: bool, report_only: bool, no_color: bool, push: str | None,
    textfile: str | None, valid_for: str, log_level: str, log_format: Any,
    quarantine_dir: str | None, samples_dir: str | None,
) -> None:  # fmt: skip
    """Run all checks once: the gate for a DAG.

    It prints the verdicts, and its exit code stops the DAG.
    """
    from rich.console import Console

    from warehouse_exporter.cli.exit_codes import exit_code, no_checks, stopping, without_checks
    from warehouse_exporter.config import load
    from warehouse_exporter.engines import connect
    from warehouse_exporter.passes.gate import check as judge
    from warehouse_exporter.passes.gate import chosen
    from warehouse_exporter.publish import machines, report
    from warehouse_exporter.publish.table import print_table, waiting

    logs.set_up(log_level, log_format)
    telling = Telling(report_dir, report_keep, email)
    with handling_errors():
        handover = handover_of(push, textfile, valid_for)
        config = load(config_file)
        telling.require(config)
        config = config.open_days_only(alone=True) if open_days_only else config
        if as_of is not None and day is not None:
            raise UsageError("--as-of and --day: give one of them")
        given = None if as_of is None else instant(as_of, config)
        only, connector = chosen(datasets, config), connect(config.warehouse)
        aside = Quarantining(config, quarantine_dir, samples_dir, connector)
        with interruptible(connector.stop), waiting(len(config.checks)):
            done = judge(
                config, as_of=given, datasets=only, after_build=after_build, day=read_day(day),
                run=run, engine=aside.engine,
            )  # fmt: skip
            config = config.after_build() if after_build or day is not None else config
            past = telling.past(config, done, connector)
    at = done.as_of
    code = exit_code(done, config, strict=strict, allow_unmeasured=allow_unmeasured)
    code = Exit.OK if report_only else code
    written = telling.tell(config, done, code, past, only or ())
    if style == "table":
        print_table(done.results, at, Console(no_color=True if no_color else None))
    elif style in ("json", "markdown"):
        make = report.as_json if style == "json" else report.markdown
        write(make(done.results, at, config), None)
    else:
        stops = stopping(done, config, strict=strict, allow_unmeasured=allow_unmeasured)
        write(getattr(machines, style)(done.results, at, config, stops), None)
    aside.after(done)
    if without_checks(done, config):
        click.echo(no_checks(only), err=True)
    if code is Exit.OK and not written and not report_only:
        code = Exit.OUTPUT
    handover(done, config, code, only)
    sys.exit(code)


check.help = f"{inspect.cleandoc(check.help or '')}\n\n{EXITS}"
