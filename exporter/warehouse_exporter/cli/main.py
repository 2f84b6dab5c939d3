"""The commands, and with `shell.py` the only place that prints and makes exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from warehouse_exporter import __version__, profiles
from warehouse_exporter.cli.commands.demo import demo
from warehouse_exporter.cli.commands.generate import alertmanager, assets, rules
from warehouse_exporter.cli.exit_codes import Exit, exit_code, no_checks, without_checks
from warehouse_exporter.cli.interrupts import interruptible
from warehouse_exporter.cli.options import (
    chosen,
    config_option,
    instant,
    judging_options,
    load_offline,
    log_options,
    output_option,
)
from warehouse_exporter.cli.output import Program, explained, fail, write, write_reports
from warehouse_exporter.core import logs, names
from warehouse_exporter.publish import report

EXITS = """\b
Exit codes:
  0  pass, skipped, or warnings (with --strict, warnings are 1)
  1  at least one critical finding
  2  wrong usage, or the config cannot be used
  3  something that could have been critical was not measured (with --strict: anything),
     or nothing was judged at all
  4  the result, or a report, could not be written
"""
NEXT = """\
{file} is profile {profile}. Next:
  1. put your tables and columns in place of the sample shop's: `relation`, `time`, `key`, columns
  2. export WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'
  3. warehouse-exporter validate --config.file {file}   what does not fit
  4. warehouse-exporter check --config.file {file}      what it finds"""


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="warehouse-exporter")
def main() -> None:
    """Watches a warehouse in Postgres: gauges for Prometheus, alert rules, and a gate for the DAG.

    All of it comes from one YAML. Start with `warehouse-exporter demo`, or let `init` write a
    config, try it with `validate` and `check`, and run `serve`.
    """


@main.command()
@click.option(
    "--profile", default=profiles.DEFAULT, show_default=True, metavar="NAME",
    help="Which of the ready-made configs; --list names them.",
)  # fmt: skip
@click.option(
    "--output", default="warehouse.yml", show_default=True, metavar="FILE",
    type=click.Path(dir_okay=False), help="Where to write it.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--list", "listed", is_flag=True, help="The profiles there are, and what each is for."
)
def init(profile: str, output: str, force: bool, listed: bool) -> None:
    """Write a ready-made config, with comments that explain it, to start from.

    A profile is a complete config for the tables of the sample shop: `complete` is what we
    recommend, the others are each the practice of one team. Put your tables and columns in place
    of its own, and delete what you do not have.
    """
    if listed:
        width = max(map(len, profiles.names()))
        for name in profiles.names():
            click.echo(f"{name:<{width}}  {profiles.summary(name)}")
        return
    with explained():
        text = profiles.text_of(profile)
    if Path(output).is_file() and not force:
        fail(f"{output} is there already: name another --output, or write over it with --force")
    write(text, output)
    click.echo(NEXT.format(profile=profile, file=output), err=True)


@main.command()
@config_option
@click.option("--as-of", metavar="TIME", help="Judge as of this time (ISO 8601) instead of now.")
@click.option(
    "--after-build", is_flag=True,
    help="A build has just ended: judge yesterday, whatever the hour and `expect_by`.",
)  # fmt: skip
@click.option("--report-dir", metavar="DIR", help="Also write report.md and report.json there.")
@click.option(
    "--strict", is_flag=True,
    help="Warnings end with exit code 1, and whatever was not measured with 3.",
)  # fmt: skip
@click.option("--allow-unmeasured", is_flag=True, help="What was not measured does not end with 3.")
@click.option("--report-only", is_flag=True, help="Always end with 0.")
@judging_options
@log_options("error")
def check(
    config_file: str, as_of: str | None, after_build: bool, datasets: tuple[str, ...], style: str,
    report_dir: str | None, open_days_only: bool, strict: bool, allow_unmeasured: bool,
    report_only: bool, no_color: bool, log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """The gate: judge everything once, print it, and stop the DAG by the exit code."""
    from rich.console import Console

    from warehouse_exporter.config import load
    from warehouse_exporter.engines.postgres.connector import Connector
    from warehouse_exporter.passes.run import run_pass
    from warehouse_exporter.publish.table import print_table, waiting

    logs.set_up(log_level, log_format)
    with explained():
        config = load(config_file)
        config = config.open_days_only() if open_days_only else config
        config = config.after_build() if after_build else config
        at = instant(as_of, config)
        only, connector = chosen(datasets, config), Connector(config.warehouse)
        with interruptible(connector.stop), waiting(len(config.checks)):
            done = run_pass(config, connector, at, only)
    written = report_dir is None or write_reports(Path(report_dir), done.results, at, config)
    if style == "table":
        print_table(done.results, at, Console(no_color=True if no_color else None))
    else:
        make = report.as_json if style == "json" else report.markdown
        write(make(done.results, at, config), None)
    if without_checks(done, config):
        click.echo(no_checks(only), err=True)
    code = exit_code(done, config, strict=strict, allow_unmeasured=allow_unmeasured)
    if code is Exit.OK and not written:
        code = Exit.OUTPUT
    sys.exit(Exit.OK if report_only else code)


check.help = f"{check.help}\n\n{EXITS}"


@main.command()
@config_option
@click.option(
    "--days", type=click.IntRange(1, 1000), default=90, show_default=True,
    help="How many days, up to and with that of --as-of.",
)  # fmt: skip
@click.option("--as-of", metavar="TIME", help="Judge at this time of day, up to it; default: now.")
@click.option(
    "--set", "limits", multiple=True, metavar="DATASET.CHECK.SEVERITY=LIMIT",
    help="Another limit, judged beside the one in the config and written as it is there: "
    "--set orders.volume.critical='< 500', --set orders.zscore_orders.warning='{z: 4, change: 40%}'"
    ". Repeatable.",
)  # fmt: skip
@click.option("--inject", is_flag=True, help="Also break every day in turn, and count who sees it.")
@judging_options
@log_options("error")
def backtest(
    config_file: str, days: int, as_of: str | None, datasets: tuple[str, ...],
    limits: tuple[str, ...], open_days_only: bool, inject: bool, style: str, no_color: bool,
    log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """What these limits would have said on each of the past days, and what others would have.

    Every day is judged as the gate would have judged it that morning, on the rows as they are
    today, and the history is read once. An episode is a run of days on which somebody was told.
    Ends with 0, with 2 for wrong usage, and with 3 if nothing could be read.
    """
    from rich.console import Console

    from warehouse_exporter.backtest import data, report, screen
    from warehouse_exporter.cli.commands import backtest

    logs.set_up(log_level, log_format)
    console = Console(no_color=True if no_color else None)
    with explained(unreachable=Exit.UNMEASURED):
        found = backtest.run(
            config_file, days, as_of, datasets, limits, open_days_only=open_days_only, inject=inject
        )
    if style == "table":
        screen.print_tables(found, console)
    else:
        write(data.as_json(found) if style == "json" else report.markdown(found), None)


@main.command()
@config_option
def validate(config_file: str) -> None:
    """Say everything that is wrong with the config, each with file and line."""
    with explained():
        config = load_offline(config_file)
    click.echo(
        f"{config_file}: {len(config.datasets)} datasets, {len(config.checks)} checks, all well"
    )


@main.command()
@output_option
def schema(output: str | None) -> None:
    """The JSON Schema of the config, for editors that complete it.

    In the first line of a config: `# yaml-language-server: $schema=config.schema.json`.
    """
    from warehouse_exporter.config.spec import json_schema

    write(json.dumps(json_schema(), indent=2) + "\n", output)


@main.command()
@output_option
def kinds(output: str | None) -> None:
    """The kinds of checks there are: parameters, limits, gauges and alerts, as Markdown."""
    from warehouse_exporter.publish.reference import render

    write(render(), output)


@main.command()
@config_option
@click.option("--check", "only", metavar="DATASET.CHECK", help="Only the SQL of this check.")
@click.option("--as-of", metavar="TIME", help="As of this time (ISO 8601) instead of now.")
@click.option(
    "--steady", is_flag=True, help="A later pass of `serve`, which knows the closed days already."
)
@click.option(
    "--explain", "costs", is_flag=True, help="Ask the planner what each statement will cost."
)
def plan(
    config_file: str, only: str | None, as_of: str | None, steady: bool, costs: bool
) -> None:  # fmt: skip
    """The SQL that a pass would run, statement by statement, and the checks each one serves."""
    from warehouse_exporter.config import load
    from warehouse_exporter.passes.explain import explain_plan

    with explained():
        config = load(config_file)
        text = explain_plan(config, instant(as_of, config), only, steady=steady, costs=costs)
    write(text, None)


@main.command()
@config_option
@click.option(
    "--web.listen-address", "listen", default=f"127.0.0.1:{names.DEFAULT_PORT}",
    show_default=True, metavar="HOST:PORT", help="Where to listen.",
)  # fmt: skip
@click.option(
    "--web.config.file", "web_config", metavar="FILE",
    help="TLS, client certificates and users, in the format of Prometheus' exporters.",
)  # fmt: skip
@click.option(
    "--web.enable-lifecycle", "lifecycle", is_flag=True,
    help="Allow POST /-/reload and POST /-/collect.",
)  # fmt: skip
@log_options("info")
def serve(
    config_file: str, listen: str, web_config: str | None, lifecycle: bool,
    log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """The exporter: passes on a schedule, and /metrics for Prometheus.

    SIGHUP reads the config again, SIGTERM and Ctrl-C end it within the time of one cancel.
    """
    from warehouse_exporter.server.process import run

    logs.set_up(log_level, log_format)
    with explained():
        run(config_file, listen, lifecycle=lifecycle, web_config=web_config)


for command in (rules, alertmanager, assets, demo):
    main.add_command(command)
