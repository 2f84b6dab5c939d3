"""The commands about the config itself: is it right, and what may stand in it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from warehouse_exporter.cli.options import config_option, load_offline, output_option
from warehouse_exporter.cli.output import fail, handling_errors, write, write_all


@click.command()
@config_option
@click.option(
    "--connect", is_flag=True, help="Also list what the warehouse lacks, and closed weekdays."
)
def validate(config_file: str, connect: bool) -> None:
    """List everything wrong with a config, with line numbers."""
    from datetime import UTC, datetime

    from warehouse_exporter.cli.coming import meaning
    from warehouse_exporter.config.accepting import expired
    from warehouse_exporter.core.wording import counted

    with handling_errors():
        if not connect:
            config = load_offline(config_file)
        else:
            from warehouse_exporter.config import load
            from warehouse_exporter.passes.explain import closed_weekdays, lacking

            config = load(config_file)
            lines, notes = lacking(config, datetime.now(UTC))
            for note in notes:
                click.echo(f"note: {note}")
            for line in lines:
                click.echo(line, err=True)
            if lines:
                fail(f"the warehouse lacks something for {counted(len(lines), 'check')}")
            for line in closed_weekdays(config, datetime.now(UTC)):
                click.echo(f"closed weekdays: {line}")
    for warning in expired(config, datetime.now(UTC)):
        click.echo(f"warning: {warning}", err=True)
    for block in dict.fromkeys(config.blocks.values()):
        made = [name for name, of in config.blocks.items() if of == block]
        click.echo(f"{block} describes {counted(len(made), 'dataset')}: {', '.join(made)}")
    today = datetime.now(config.warehouse.timezone).date()
    for event in config.events:
        click.echo(f"calendar: {meaning(event, today)}")
    click.echo(
        f"{config_file}: {len(config.datasets)} datasets, {len(config.checks)} checks, no problems"
    )


@click.command()
@click.option(
    "--of", "what", type=click.Choice(["config", "report"]), default="config", show_default=True,
    help="What it describes: the config, or monitoring_report.json of `check --report-dir`.",
)  # fmt: skip
@output_option
def schema(what: str, output: str | None) -> None:
    """Print the JSON Schema of the config, for editors.

    Put this on the first line of a config: `# yaml-language-server: $schema=config.schema.json`.
    """
    if what == "report":
        from warehouse_exporter.reports.data import schema as of_reports

        write(of_reports(), output)
        return
    from warehouse_exporter.config.spec import json_schema

    write(json.dumps(json_schema(), indent=2) + "\n", output)


@click.command()
@click.option(
    "--output", metavar="DIR", type=click.Path(file_okay=False),
    help="Write the pages to this folder instead of standard output; existing files are replaced.",
)  # fmt: skip
@click.pass_context
def reference(context: click.Context, output: str | None) -> None:
    """Write the reference of this version as Markdown.

    It has a page for each kind of check, those of plug-ins too, and one each for the config, the
    metrics and the commands.
    """
    from warehouse_exporter.cli.reference import page
    from warehouse_exporter.publish.reference import pages

    with handling_errors():
        made = {**pages(), "commands.md": page(context.find_root().command)}
    if output is None:
        click.echo("\n".join(made.values()), nl=False)
    else:
        write_all(Path(output), made)
