"""The command that writes a config to start from."""

from __future__ import annotations

from pathlib import Path

import click

from warehouse_exporter import profiles
from warehouse_exporter.cli.output import fail, handling_errors, write

NEXT = """\
{file} is the profile {profile}. Next steps:
  1. replace the sample shop's tables and columns by yours: `relation`, `time`, `key`, columns
  2. export WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'
  3. warehouse-exporter validate --config.file {file}   (lists what is wrong)
  4. warehouse-exporter check --config.file {file}      (runs all checks once)"""


@click.command()
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
    """Write a ready-made config to start from.

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
