"""One run of the bench: builds the warehouses, and measures everybody in turn."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from labs.bench import (
    commands,
    document,
    growth,
    many,
    measures,
    profile,
    rules,
    scrape,
    startup,
    variants,
)
from labs.bench.accounts import Accounts
from labs.bench.contenders import BY_HAND, FIRST, FLOOR, FULL, NAIVE, STEADY, Cost, Failed, Stand
from labs.bench.document import Part, Report, Section
from labs.bench.figures import LONG, SHORT
from labs.bench.make_warehouse import Size, is_made, make, today
from labs.bench.profile import Profiled
from labs.bench.server import TOLD, Running, running

SIZES = (1_000_000, 10_000_000)
HISTORY = {SHORT: Size(100_000, 60), LONG: Size(1_000_000, 600)}
"""The same rows a day, ten times the days."""
PASSES = 10
"""Steady passes that are measured as one."""
PROFILED = {
    FULL: Profiled("full.yml"),
    FIRST: Profiled("days.yml"),
    STEADY: Profiled("days.yml", ("--steady",), 10),
}
"""What is also looked at statement by statement."""


@dataclass(frozen=True)
class Order:
    """What is to be measured: on which warehouses, how often, and what beside it.

    `pair` is a short and a long history, `settings` how many rounds the variants of the settings
    run on the last of the warehouses; `own` is what the exporter needs for itself.
    """

    sizes: Sequence[Size]
    rounds: int
    passes: int = PASSES
    pair: Mapping[str, Size] = field(default_factory=dict)
    settings: int = 0
    own: bool = False
    profiled: Mapping[str, Profiled] = field(default_factory=lambda: PROFILED)


@dataclass(frozen=True)
class Bench:
    """A server that runs, what was ordered, and where to say what is going on."""

    server: Running
    accounts: Accounts
    folder: Path
    order: Order
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
        """Everybody on one warehouse, round by round, and where the passes' CPU goes."""
        stand, anchor = self.stand(size), today()
        differing = stand.by_hand("differs.sql")[1]
        stand.by_hand(FLOOR)  # the files are in memory from here on
        rounds = [self.round(stand, differing, f"{size}: ") for _ in self.turns(str(size))]
        self.say(f"{size}: statement by statement")
        profiles = {
            what: list(profile.profile(stand, one)) for what, one in self.order.profiled.items()
        }
        self.say(str(size))
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
        return {**costs, **stand.exporter(self.order.passes)}

    def history(self) -> Section:
        """The steady pass over a short and over a long history, in turn."""
        stands = {name: self.stand(size) for name, size in self.order.pair.items()}
        rounds = []
        for _ in self.turns("history"):
            found = {name: stand.exporter(self.order.passes) for name, stand in stands.items()}
            rounds.append({name: costs[STEADY] for name, costs in found.items()})
        sizes = " and ".join(str(size) for size in self.order.pair.values())
        return Section(f"A long history: {sizes}", rounds)

    def settings(self) -> Part:
        """The exporter with other settings, in turn."""
        size = self.order.sizes[-1]
        stand = self.stand(size)
        rounds = []
        for _ in self.turns("settings", self.order.settings):
            found = {}
            for name, instead in variants.VARIANTS.items():
                self.say(f"settings: {name}")
                full = {FULL: stand.gate(instead)[0]}
                found[name] = {**full, **stand.exporter(self.order.passes, instead)}
            rounds.append(found)
        return document.settings(variants.grid(rounds), size, self.order.settings)

    def own(self) -> Iterator[Part]:
        """What the exporter needs for itself, without a large warehouse."""
        for _ in self.turns("scrapes", 1):
            yield document.scrapes(scrape.measured(scrape.SERIES, scrape.CLIENTS, scrape.SECONDS))
        for _ in self.turns("start and memory", 1):
            yield document.needs(startup.measured(startup.STARTS, startup.ROUNDS))
        for _ in self.turns("commands", 1):
            yield document.short_commands(commands.measured())
        for _ in self.turns("very many checks", 1):
            yield document.many_checks(many.measured())
        for _ in self.turns("very many rules", 1):
            yield document.many_rules(rules.measured())
        for _ in self.turns("many small tables", 1):
            yield document.many_tables(growth.measured())

    def turns(self, what: str, rounds: int | None = None) -> Iterator[int]:
        """Round by round, with a line of the progress."""
        total = self.order.rounds if rounds is None else rounds
        task = self.progress.add_task(what, total=total)
        for turn in range(total):
            yield turn
            self.progress.update(task, completed=turn + 1, description=what)

    def say(self, what: str) -> None:
        """What runs now, in the last line of the progress."""
        self.progress.update(self.progress.task_ids[-1], description=what)


def told(server: Running) -> str:
    """The settings of the server that the document tells."""
    with closing(psycopg2.connect(server.dsn())) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(TOLD.values())}")
        (values,) = cursor.fetchall()
    return document.settings_told(values)


def run(folder: Path, order: Order, console: Console) -> Report:
    """Measure what was ordered. Raises Failed, Failure, and ClickException without a client."""
    if order.own:
        scrape.require_client()  # before the half hour that comes first
    load = os.getloadavg()[0]
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with running(folder) as server, tempfile.TemporaryDirectory() as scratch:
        with Progress(*columns, console=console) as progress:
            bench = Bench(server, Accounts(server), Path(scratch), order, progress)
            sections = [bench.measure(size) for size in order.sizes]
            if order.pair:
                sections.append(bench.history())
            parts = [bench.settings()] if order.settings else []
            parts += bench.own() if order.own else []
        return Report(sections, parts, told(server), order.passes, load)
