"""The command that writes a config to start from."""

from __future__ import annotations

from pathlib import Path

import click

from warehouse_exporter import profiles
from warehouse_exporter.cli.output import explained, fail, write

NEXT = """\
{file} is profile {profile}. Next:
  1. put your tables and columns in place of the sample shop's: `relation`, `time`, `key`, columns
  2. export WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'
  3. warehouse-exporter validate --config.file {file}   what does not fit
  4. warehouse-exporter check --config.file {file}      what it finds"""


@click.command()
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
