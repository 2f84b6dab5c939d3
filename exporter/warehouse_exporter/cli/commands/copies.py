"""The commands that keep known good copies, and put one back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.interrupts import interruptible
from warehouse_exporter.cli.options import config_option, instant, log_options
from warehouse_exporter.cli.output import fail, handling_errors
from warehouse_exporter.cli.restoring import confirmed, shown, writer_dsn
from warehouse_exporter.core import logs
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config

DATASETS = click.option(
    "--dataset", "datasets", multiple=True, metavar="NAME", help="Only this dataset. Repeatable."
)


@click.command()
@config_option
@click.option("--output", required=True, metavar="DIR", help="The folder of the copies.")
@click.option(
    "--keep", default=3, show_default=True, type=click.IntRange(1), help="Copies that are kept."
)
@click.option(
    "--most", default="10GB", show_default=True, metavar="SIZE", help="Largest size, compressed."
)
@click.option(
    "--timeout", default="30m", show_default=True, metavar="TIME", help="Longest time to copy."
)
@click.option("--as-of", metavar="TIME", help="Judge as of this time (ISO 8601) instead of now.")
@click.option("--after-build", is_flag=True, help="Judge yesterday, as `check --after-build`.")
@click.option(
    "--despite-findings", is_flag=True,
    help="Copy although the gate did not pass; `restore` then needs the name of the copy.",
)  # fmt: skip
@DATASETS
@log_options("error")
def snapshot(
    config_file: str, output: str, keep: int, most: str, timeout: str, as_of: str | None,
    after_build: bool, despite_findings: bool, datasets: tuple[str, ...], log_level: str,
    log_format: Any,
) -> None:  # fmt: skip
    """Keep a copy of the tables, if the gate passes.

    It judges as `check` does, and copies what it has judged: the same snapshot. The exit code is
    that of `check`; 4 if the gate passed and the copy failed. `restore` puts a copy back.
    """
    from warehouse_exporter.cli.exit_codes import exit_code
    from warehouse_exporter.config import load
    from warehouse_exporter.config.copies import Bounds, parse_size
    from warehouse_exporter.config.values import parse_duration
    from warehouse_exporter.copies.errors import CopyFailed
    from warehouse_exporter.copies.held import HeldEngine
    from warehouse_exporter.copies.known_good import snapshot as copied
    from warehouse_exporter.engines import connect
    from warehouse_exporter.passes.gate import check as judge
    from warehouse_exporter.passes.gate import chosen
    from warehouse_exporter.publish.report import lines, shown, summary

    logs.set_up(log_level, log_format)
    with handling_errors():
        try:
            bounds = Bounds(parse_size(most), parse_duration(timeout))
        except ValueError as error:
            raise UsageError(str(error)) from None
        config = postgres_only(load(config_file))
        given = None if as_of is None else instant(as_of, config)
        held = HeldEngine(connect(config.warehouse))
        only = chosen(datasets, config)
        with interruptible(held.stop):
            done = judge(config, as_of=given, datasets=only, after_build=after_build, engine=held)
            code = exit_code(done, config)
            click.echo(summary(done.results, done.as_of), err=True)
            if code is not Exit.OK and not despite_findings:
                held.let_go()
                for check, verdict in lines(done.results):
                    if verdict.outcome in ("critical", "unmeasured"):
                        click.echo(f"{verdict.outcome.shown} {check}: {shown(verdict)}", err=True)
                fail("the gate did not pass: nothing was copied", code)
            try:
                made = copied(
                    config, done, held, Path(output), only, passed=code is Exit.OK, keep=keep,
                    bounds=bounds, now=datetime.now(UTC),
                )  # fmt: skip
            except CopyFailed as error:
                fail(f"nothing was copied: {error}", code or Exit.OUTPUT)
            finally:
                held.let_go()
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"{made.path}: {made.rows:,} rows")
    sys.exit(code)


@click.command()
@config_option
@click.option("--from", "folder", required=True, metavar="DIR", help="The folder of the copies.")
@click.option("--copy", metavar="NAME", help="Which copy; default: the newest of a passed gate.")
@click.option(
    "--writer-dsn-file", metavar="FILE", help="File with the DSN of a role that may write."
)
@click.option("--writer-dsn-env", metavar="NAME", help="Environment variable with the DSN instead.")
@click.option(
    "--timeout", default="30m", show_default=True, metavar="TIME", help="Longest time for it."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@DATASETS
@log_options("error")
def restore(
    config_file: str, folder: str, copy: str | None, writer_dsn_file: str | None,
    writer_dsn_env: str | None, timeout: str, yes: bool, dry_run: bool, datasets: tuple[str, ...],
    log_level: str, log_format: Any,
) -> None:  # fmt: skip
    """Put a copy back that `snapshot` has kept.

    It shows what would change, asks, and then replaces the rows of the tables by those of the
    copy, in one transaction: all or nothing. It needs a DSN of its own: the exporter's role cannot
    write.
    """
    from warehouse_exporter.config import load
    from warehouse_exporter.config.values import parse_duration
    from warehouse_exporter.copies.choosing import chosen, tables_in
    from warehouse_exporter.copies.restore import Restore
    from warehouse_exporter.engines import connect

    logs.set_up(log_level, log_format)
    with handling_errors():
        try:
            seconds = parse_duration(timeout)
        except ValueError as error:
            raise UsageError(str(error)) from None
        config = postgres_only(load(config_file))
        dsn = writer_dsn(writer_dsn_file, writer_dsn_env, config)
        found, manifest = chosen(Path(folder), copy)
        tables = tables_in(manifest, datasets)
        engine = connect(config.warehouse)
        work = Restore(config, engine, dsn, found, tables, seconds)
        click.echo(f"{found.name}, as of {manifest.as_of}:")
        with interruptible(engine.stop):
            click.echo(shown(work.preview()))
        if dry_run:
            return
        confirmed(yes)
        with interruptible(engine.stop):
            changes = work.run()
    rows = sum(change.total("then") for change in changes)
    click.echo(f"restored: {len(changes)} tables, {rows:,} rows")


def postgres_only(config: Config) -> Config:
    """The same config. Raises UsageError where its engine cannot copy."""
    if config.warehouse.engine != "postgres":
        raise UsageError("copies are for Postgres only")
    return config
