"""The commands. Only this module and `output.py` print and set exit codes."""

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
from warehouse_exporter.cli.output import Program, fail, handling_errors, write, write_reports
from warehouse_exporter.core import logs, names
from warehouse_exporter.publish import report

EXITS = """\b
Exit codes:
  0  pass, skipped, or warnings (1 with --strict)
  1  at least one critical finding
  2  wrong usage, or the config cannot be used
  3  a check that could have been critical was not measured (with --strict: any check),
     or nothing was judged at all
  4  the result, or a report, could not be written
"""
NEXT = """\
{file} is the profile {profile}. Next steps:
  1. replace the sample shop's tables and columns by yours: `relation`, `time`, `key`, columns
  2. export WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'
  3. warehouse-exporter validate --config.file {file}   (lists what is wrong)
  4. warehouse-exporter check --config.file {file}      (runs all checks once)"""


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="warehouse-exporter")
def main() -> None:
    """Monitors a Postgres warehouse: metrics for Prometheus, alert rules, and a gate for your DAG.

    One YAML file configures everything. Start with `warehouse-exporter demo`, or write a config
    with `init`, try it with `validate` and `check`, and run `serve`.
    """


@main.command()
@click.option(
    "--profile", default=profiles.DEFAULT, show_default=True, metavar="NAME",
    help="The ready-made config to use; --list shows them.",
)  # fmt: skip
@click.option(
    "--output", default="warehouse.yml", show_default=True, metavar="FILE",
    type=click.Path(dir_okay=False), help="The file to write.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--list", "listed", is_flag=True, help="List the profiles and what each is for.")
def init(profile: str, output: str, force: bool, listed: bool) -> None:
    """Write a ready-made, commented config to start from.

    A profile is a full config for the tables of the sample shop. `complete` is the recommended
    one; each of the others follows the practice of one team. Replace its tables and columns by
    your own, and delete what you do not have.
    """
    if listed:
        width = max(map(len, profiles.names()))
        for name in profiles.names():
            click.echo(f"{name:<{width}}  {profiles.summary(name)}")
        return
    with handling_errors():
        text = profiles.text_of(profile)
    if Path(output).is_file() and not force:
        fail(f"{output} already exists: choose another --output, or overwrite it with --force")
    write(text, output)
    click.echo(NEXT.format(profile=profile, file=output), err=True)


@main.command()
@config_option
@click.option("--as-of", metavar="TIME", help="Judge as of this time (ISO 8601) instead of now.")
@click.option(
    "--after-build", is_flag=True,
    help="A build has just ended: judge yesterday, whatever the time and `expect_by`.",
)  # fmt: skip
@click.option("--report-dir", metavar="DIR", help="Also write report.md and report.json there.")
@click.option(
    "--strict", is_flag=True,
    help="Exit with 1 on warnings, and with 3 if anything was not measured.",
)  # fmt: skip
@click.option("--allow-unmeasured", is_flag=True, help="Do not exit with 3 for unmeasured checks.")
@click.option("--report-only", is_flag=True, help="Exit with 0 whatever was found.")
@judging_options
@log_options("error")
def check(
    config_file: str, as_of: str | None, after_build: bool, datasets: tuple[str, ...], style: str,
    report_dir: str | None, open_days_only: bool, strict: bool, allow_unmeasured: bool,
    report_only: bool, no_color: bool, log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """The gate: run all checks once, print the verdicts, and stop the DAG by the exit code."""
    from rich.console import Console

    from warehouse_exporter.config import load
    from warehouse_exporter.engines.postgres.connector import Connector
    from warehouse_exporter.passes.run import run_pass
    from warehouse_exporter.publish.table import print_table, waiting

    logs.set_up(log_level, log_format)
    with handling_errors():
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
@judging_options
@log_options("error")
def backtest(
    config_file: str, days: int, as_of: str | None, datasets: tuple[str, ...],
    limits: tuple[str, ...], open_days_only: bool, inject: bool, style: str, no_color: bool,
    log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """Show on which past days these limits, or others, would have fired.

    Each day is judged as the gate would have judged it that morning, on the rows as they are
    today; the history is read once. An episode is a run of days on which somebody was notified.
    Exit codes: 0, 2 for wrong usage, and 3 if nothing could be read.
    """
    from rich.console import Console

    from warehouse_exporter.backtest import data, report, screen
    from warehouse_exporter.cli.commands import backtest

    logs.set_up(log_level, log_format)
    console = Console(no_color=True if no_color else None)
    with handling_errors(unreachable=Exit.UNMEASURED):
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
    """List everything that is wrong with the config, with file and line."""
    with handling_errors():
        config = load_offline(config_file)
    click.echo(
        f"{config_file}: {len(config.datasets)} datasets, {len(config.checks)} checks, no problems"
    )


@main.command()
@output_option
def schema(output: str | None) -> None:
    """Print the JSON Schema of the config, for completion in editors.

    Put this on the first line of a config: `# yaml-language-server: $schema=config.schema.json`.
    """
    from warehouse_exporter.config.spec import json_schema

    write(json.dumps(json_schema(), indent=2) + "\n", output)


@main.command()
@output_option
def kinds(output: str | None) -> None:
    """Print all kinds of checks with parameters, limits, metrics and alerts, as Markdown."""
    from warehouse_exporter.publish.reference import render

    write(render(), output)


@main.command()
@config_option
@click.option("--check", "only", metavar="DATASET.CHECK", help="Only the SQL of this check.")
@click.option("--as-of", metavar="TIME", help="As of this time (ISO 8601) instead of now.")
@click.option(
    "--steady", is_flag=True, help="Show a later pass of `serve`, which has cached the closed days."
)
@click.option(
    "--explain", "costs", is_flag=True, help="Add Postgres's cost estimate for each statement."
)
def plan(
    config_file: str, only: str | None, as_of: str | None, steady: bool, costs: bool
) -> None:  # fmt: skip
    """Print the SQL of a pass, statement by statement, and the checks that each one serves."""
    from warehouse_exporter.config import load
    from warehouse_exporter.passes.explain import explain_plan

    with handling_errors():
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
    """Run the exporter: passes on a schedule, and /metrics for Prometheus.

    SIGHUP reloads the config. SIGTERM and Ctrl-C cancel the running statement and stop it.
    """
    from warehouse_exporter.server.process import run

    logs.set_up(log_level, log_format)
    with handling_errors():
        run(config_file, listen, lifecycle=lifecycle, web_config=web_config)


for command in (rules, alertmanager, assets, demo):
    main.add_command(command)
