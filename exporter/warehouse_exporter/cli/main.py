"""The program: its commands, each of which is in a file in `commands/`."""

from __future__ import annotations

import click

from warehouse_exporter import __version__
from warehouse_exporter.cli.commands.backfill import backfill
from warehouse_exporter.cli.commands.backtest import backtest
from warehouse_exporter.cli.commands.check import check
from warehouse_exporter.cli.commands.config import reference, schema, validate
from warehouse_exporter.cli.commands.copies import restore, snapshot
from warehouse_exporter.cli.commands.dashboards import dashboards
from warehouse_exporter.cli.commands.demo import demo
from warehouse_exporter.cli.commands.generate import alertmanager, assets, rules
from warehouse_exporter.cli.commands.init import init
from warehouse_exporter.cli.commands.objectives import objectives
from warehouse_exporter.cli.commands.plan import plan
from warehouse_exporter.cli.commands.serve import serve
from warehouse_exporter.cli.output import Program

COMMANDS = (
    init, check, backtest, objectives, validate, schema, reference, plan, serve, rules,
    alertmanager, dashboards, backfill, assets, snapshot, restore, demo,
)  # fmt: skip


@click.group(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="warehouse-exporter")
def main() -> None:
    """Monitors a Postgres warehouse: metrics for Prometheus, alert rules, and a gate for your DAG.

    One YAML file configures everything. Start with `warehouse-exporter demo`, or write a config
    with `init`, try it with `validate` and `check`, and run `serve`.
    """


for command in COMMANDS:
    main.add_command(command)
