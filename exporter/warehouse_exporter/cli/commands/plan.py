"""The command that prints the SQL of a pass."""

from __future__ import annotations

import click

from warehouse_exporter.cli.options import config_option, instant
from warehouse_exporter.cli.output import explained, write


@click.command()
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
