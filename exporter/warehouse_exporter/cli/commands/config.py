"""The commands about the config itself: is it right, and what may stand in it."""

from __future__ import annotations

import json

import click

from warehouse_exporter.cli.options import config_option, load_offline, output_option
from warehouse_exporter.cli.output import explained, write


@click.command()
@config_option
def validate(config_file: str) -> None:
    """Say everything that is wrong with the config, each with file and line."""
    with explained():
        config = load_offline(config_file)
    click.echo(
        f"{config_file}: {len(config.datasets)} datasets, {len(config.checks)} checks, all well"
    )


@click.command()
@output_option
def schema(output: str | None) -> None:
    """The JSON Schema of the config, for editors that complete it.

    In the first line of a config: `# yaml-language-server: $schema=config.schema.json`.
    """
    from warehouse_exporter.config.spec import json_schema

    write(json.dumps(json_schema(), indent=2) + "\n", output)


@click.command()
@output_option
def kinds(output: str | None) -> None:
    """The kinds of checks there are: parameters, limits, gauges and alerts, as Markdown."""
    from warehouse_exporter.publish.reference import render

    write(render(), output)
