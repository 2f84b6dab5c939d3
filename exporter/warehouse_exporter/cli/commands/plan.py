"""The command that prints the SQL of a pass."""

from __future__ import annotations

import click

from warehouse_exporter.cli.options import config_option, instant
from warehouse_exporter.cli.output import handling_errors, write


@click.command()
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
    """Print the SQL of a pass, and the checks of each statement."""
    from warehouse_exporter.config import load
    from warehouse_exporter.passes.explain import explain_plan

    with handling_errors():
        config = load(config_file)
        text = explain_plan(config, instant(as_of, config), only, steady=steady, costs=costs)
    write(text, None)
