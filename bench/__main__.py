"""python -m bench: builds the warehouses, measures everybody in turn, prints and writes tables."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg2
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench import document, measures, profile, tables
from bench.accounts import Accounts
from bench.contenders import BY_HAND, FIRST, FLOOR, FULL, NAIVE, STEADY, Cost, Failed, Stand
from bench.document import Section
from bench.figures import LONG, SHORT
from bench.make_warehouse import Size, is_made, make, today
from bench.profile import Profiled
from bench.server import TOLD, Running, running
from exporter.demo.keeper import Failure

SIZES = (1_000_000, 10_000_000)
HISTORY = {SHORT: Size(100_000, 60), LONG: Size(1_000_000, 600)}
"""The same rows a day, ten times the days."""
PASSES = 10
"""Steady passes that are measured as one."""
PROFILED = {
    FULL: Profiled("full.yml"),
    FIRST: Profiled("days.yml"),
    STEADY: Profiled("days.yml", ("--steady",)),
}
"""What is also looked at statement by statement."""
WIDE = 150
"""Columns of text where there is no terminal to ask."""
BUILD = Path(__file__).parents[1] / "build" / "bench"


@dataclass(frozen=True)
class Bench:
    """One run: the server, how often, where to say what is going on."""

    server: Running
    accounts: Accounts
    folder: Path
    rounds: int
    passes: int
    progress: Progress

    def stand(self, size: Size) -> Stand:
        """The warehouse of a size, built today: built now, unless it is there."""
        anchor = today()
        if not is_made(self.server.dsn(), size, anchor):
            task = self.progress.add_task(f"building {size}", total=size.days)
            for done in make(self.server.dsn(), size, anchor):
                self.progress.update(task, completed=done)
        return Stand(self.accounts, size.database, self.folder)

    def measure(self, size: Size) -> Section:
        """Everybody on one warehouse, round by round, and where the full round's CPU goes."""
        stand, anchor = self.stand(size), today()
        differing = stand.by_hand("differs.sql")[1]
        stand.by_hand(FLOOR)  # the files are in memory from here on
        task = self.progress.add_task(str(size), total=self.rounds)
        rounds = []
        for _ in range(self.rounds):
            rounds.append(self.round(stand, differing, f"{size}: "))
            self.progress.advance(task)
        self.progress.update(task, description=f"{size}: statement by statement")
        profiles = {what: profile.grid(stand, one) for what, one in PROFILED.items()}
        self.progress.update(task, description=str(size))
        if today() != anchor:
            raise Failed("midnight passed: `yesterday` is another day now, begin again")
        return Section(document.title(size), rounds, profiles)

    def round(
        self, stand: Stand, differing: Mapping[str, measures.Rows], prefix: str
    ) -> dict[str, Cost]:
        """Every contender once; the values must be those of the catalogue."""
        costs: dict[str, Cost] = {}
        answers: Mapping[str, measures.Rows] = {}
        for file in BY_HAND:
            self.say(prefix + file)
            costs[file], found = stand.by_hand(file)
            answers = found if file == NAIVE else answers
        self.say(prefix + FULL)
        costs[FULL], gauges = stand.gate()
        wrong = list(measures.compared(gauges, answers, differing))
        if wrong:
            raise Failed("values differ from the catalogue's:\n" + "\n".join(wrong))
        self.say(prefix + STEADY)
        return {**costs, **stand.exporter(self.passes)}

    def history(self, pair: Mapping[str, Size]) -> Section:
        """The steady pass over a short and over a long history, in turn."""
        stands = {name: self.stand(size) for name, size in pair.items()}
        task = self.progress.add_task("history", total=self.rounds)
        rounds = []
        for _ in range(self.rounds):
            found = {name: stand.exporter(self.passes) for name, stand in stands.items()}
            rounds.append({name: costs[STEADY] for name, costs in found.items()})
            self.progress.advance(task)
        sizes = " and ".join(str(size) for size in pair.values())
        return Section(f"A long history: {sizes}", rounds)

    def say(self, what: str) -> None:
        """What runs now, in the last line of the progress."""
        self.progress.update(self.progress.task_ids[-1], description=what)


def settings_of(server: Running) -> str:
    """The settings of the server that the document tells."""
    with closing(psycopg2.connect(server.dsn())) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(TOLD.values())}")
        (values,) = cursor.fetchall()
    return document.settings_told(values)


def run(
    folder: Path, sizes: Sequence[Size], pair: Mapping[str, Size], rounds: int, passes: int,
    console: Console,
) -> tuple[list[Section], str]:  # fmt: skip
    """Measure; the sections, and the server's settings. Raises Failed."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with running(folder) as server, tempfile.TemporaryDirectory() as scratch:
        with Progress(*columns, console=console) as progress:
            accounts = Accounts(server)
            bench = Bench(server, accounts, Path(scratch), rounds, passes, progress)
            sections = [bench.measure(size) for size in sizes]
            if pair:
                sections.append(bench.history(pair))
        return sections, settings_of(server)


def show(sections: Sequence[Section], console: Console) -> None:
    """The tables on the terminal."""
    for section in sections:
        console.print(tables.costs(section.rounds).rich(section.title))
        console.print(tables.aims(section.rounds).rich("aims"))
        for what, grid in section.profiles.items():
            console.print(grid.rich(f"the {what}, statement by statement"))


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
def main(
    events: tuple[int, ...], rounds: int, folder: Path, output: Path | None, history: bool
) -> None:
    """What the exporter costs the warehouse, beside SQL written by hand."""
    console = Console(stderr=True)
    sizes = [Size(number) for number in events]
    try:
        pair = HISTORY if history else {}
        sections, settings = run(folder, sizes, pair, rounds, PASSES, console)
    except (Failed, Failure) as error:
        raise click.ClickException(str(error)) from None
    show(sections, Console(width=None if console.is_terminal else WIDE))
    if output is not None:
        text = document.render(sections, "make bench", settings, PASSES)
        output.write_text(text, encoding="utf-8")
        console.print(f"{output} written")


if __name__ == "__main__":
    main()
