"""python -m labs.bench: what the exporter costs the warehouse, as tables and as a document."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from warehouse_exporter.demo.supervisor import Failure

from labs.bench import document, tables
from labs.bench.conduct import HISTORY, SIZES, Order, run
from labs.bench.contenders import Failed
from labs.bench.document import Report
from labs.bench.make_warehouse import Size

WIDE = 150
"""Columns of text where there is no terminal to ask."""
SETTINGS = 3
"""Rounds of the variants of the settings, each of which is as long as one of the exporter's."""
BUILD = Path(__file__).parents[2] / "build" / "bench"


def show(report: Report, console: Console) -> None:
    """The tables on the terminal."""
    for section in report.sections:
        console.print(tables.costs(section.rounds).rich(section.title))
        console.print(tables.aims(section.aims).rich("aims"))
        for what in section.profiles:
            console.print(section.profile(what).rich(f"the {what}, statement by statement"))
    for part in report.parts:
        console.print(part.grid.rich(part.title))
        if part.aims:
            console.print(tables.aims(part.aims).rich("aims"))


@click.command()
@click.option(
    "--events", "events", multiple=True, type=click.IntRange(1000), default=SIZES,
    show_default=True, help="Size of a warehouse, over 60 days; repeatable.",
)  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=BUILD, show_default=True,
    help="Where the server's data are kept for the day.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="Write the document here, too.")
@click.option("--history/--no-history", default=True, help="Also 600 days against 60.")
@click.option("--settings/--no-settings", default=True, help="Also with other settings.")
@click.option("--own/--no-own", default=True, help="Also scrapes, start and memory.")
def main(
    events: tuple[int, ...], rounds: int, folder: Path, output: Path | None, history: bool,
    settings: bool, own: bool,
) -> None:  # fmt: skip
    """What the exporter costs the warehouse, beside SQL written by hand."""
    console = Console(stderr=True)
    order = Order(
        [Size(number) for number in events], rounds, pair=HISTORY if history else {},
        settings=min(rounds, SETTINGS) if settings else 0, own=own,
    )  # fmt: skip
    try:
        report = run(folder, order, console)
    except (Failed, Failure) as error:
        raise click.ClickException(str(error)) from None
    show(report, Console(width=None if console.is_terminal else WIDE))
    if output is not None:
        output.write_text(document.render(report, command()), encoding="utf-8")
        console.print(f"{output} written")


def command() -> str:
    """How the run was asked for, without the folders, which are those of a machine."""
    given, skipped = [], False
    for word in sys.argv[1:]:
        if not skipped and not word.startswith(("--folder", "--output")):
            given.append(word)
        skipped = word in ("--folder", "--output")
    return " ".join(["python -m labs.bench", *given]) if given else "make bench"


if __name__ == "__main__":
    main()
