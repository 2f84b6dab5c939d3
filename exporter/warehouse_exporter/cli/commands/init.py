"""The command that writes a config to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse_exporter import profiles
from warehouse_exporter.cli.discover_options import Wanted, database_options, wanted
from warehouse_exporter.cli.output import fail, handling_errors, write

NEXT = """\
{file} is the profile {profile}. Next steps:
  1. replace the sample shop's tables and columns by yours: `relation`, `time`, `key`, columns
  2. export WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'
  3. warehouse-exporter validate --config.file {file}   (lists what is wrong)
  4. warehouse-exporter check --config.file {file}      (runs all checks once)"""
FILE = "warehouse.yml"


@click.command()
@database_options
@click.option(
    "--dbt", metavar="DIR", type=click.Path(),
    help="Import a dbt project: its folder, or the target folder with manifest.json.",
)  # fmt: skip
@click.option(
    "--profile", default=profiles.DEFAULT, show_default=True, metavar="NAME",
    help="The ready-made config to use; --list shows them.",
)  # fmt: skip
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False),
    help=f"The file to write; default: {FILE}, with --database standard output.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--list", "listed", is_flag=True, help="List the profiles and what each is for.")
def init(
    database: str | None, dbt: str | None, profile: str, output: str | None, force: bool,
    listed: bool, **options: Any,
) -> None:  # fmt: skip
    """Write a config: from a database, from dbt, or ready-made.

    With --database it looks at the tables of a Postgres and proposes datasets, checks, metrics and
    limits for them, each with the reason. It only reads, within the bounds that it prints.

    With --dbt it reads what dbt wrote about a project: models, seeds, snapshots and sources become
    datasets, and their tests checks. What has no counterpart is listed.

    A profile is a full config for the tables of the sample shop. `complete` is the recommended one;
    each of the others follows the practice of one team. Replace its tables and columns by your
    own, and delete what you do not have.
    """
    if listed:
        width = max(map(len, profiles.names()))
        for name in profiles.names():
            click.echo(f"{name:<{width}}  {profiles.summary(name)}")
        return
    if database is not None and dbt is not None:
        fail("--database and --dbt are two ways to begin: choose one")
    if database is not None:
        from_database(database, wanted(options), output, force=force)
        return
    if dbt is not None:
        from_dbt(dbt, output or FILE, force=force)
        return
    with handling_errors():
        text = profiles.text_of(profile)
    output = output or FILE
    refuse_existing(output, force=force)
    write(text, output)
    click.echo(NEXT.format(profile=profile, file=output), err=True)


def refuse_existing(output: str | None, *, force: bool) -> None:
    """Exit where a file would be overwritten that nobody said may be."""
    if output is not None and Path(output).is_file() and not force:
        fail(f"{output} already exists: choose another --output, or overwrite it with --force")


def from_database(dsn: str, wanted: Wanted, output: str | None, *, force: bool) -> None:
    """Write the config that is proposed for a database."""
    from warehouse_exporter.cli import discovering
    from warehouse_exporter.discover.writing import text_of

    refuse_existing(output, force=force)
    with handling_errors(undone="nothing was written"):
        done = discovering.run(dsn, wanted)
    write(text_of(done.proposal), output)
    click.echo(discovering.next_steps(done, output), err=True)


def from_dbt(place: str, output: str, *, force: bool) -> None:
    """Write the config for a dbt project."""
    from warehouse_exporter.cli import dbt_import

    refuse_existing(output, force=force)
    with handling_errors():
        text, found = dbt_import.proposed_by(place)
    write(text, output)
    for line in dbt_import.summary(found, output):
        click.echo(line, err=True)
