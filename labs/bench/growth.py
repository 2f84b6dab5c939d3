"""python -m labs.bench.growth: what a round costs over a few, and over many small tables.

The gate reads all tables in one pass. An exporter reads them trip by trip: in its first round each
lane alone, later the quick ones together. Both run here without threads and without HTTP, so that
their CPU is theirs alone; the server's is taken from its accounts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import click
import psycopg2
from rich.console import Console
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.lanes import Quick, trips

from labs.bench import tables
from labs.bench.accounts import Accounts
from labs.bench.figures import Aim
from labs.bench.server import Running
from labs.bench.tables import Grid

NUMBERS = (30, 300)
"""How many tables there are."""
GATE, FIRST, STEADY = "the gate", "an exporter's first round", "a steady round"
CHECKS = (
    'freshness: {warning: "> 12h", critical: "> 24h"}',
    'volume: {critical: "< 1"}',
    'duplicates: {critical: "> 0"}',
    'required_columns: {critical: "> 0"}',
    'completeness: {column: name, warning: "> 1%", critical: "> 5%"}',
    'completeness: {column: city, warning: "> 1%", critical: "> 5%"}',
    'completeness: {column: amount, warning: "> 1%", critical: "> 5%"}',
    'range: {column: amount, min: 0, critical: "> 0"}',
    'accepted_values: {column: name, values: [a, b], critical: "> 0"}',
    'negative_revenue: {column: amount, critical: "> 0"}',
)
TABLE = """
CREATE TABLE set_{n} (id bigint PRIMARY KEY, ts timestamptz, name text, city text, amount numeric);
CREATE INDEX ON set_{n} (ts);
INSERT INTO set_{n} SELECT g, now() - g * interval '1 hour', 'a', 'b', 1
FROM generate_series(1, 200) AS g;
"""
DATASET = """\
  set_{n}:
    relation: set_{n}
    time: ts
    key: id
    every: {every}
    columns: {{id: bigint, ts: timestamptz}}
    checks:
"""


@dataclass(frozen=True)
class Spent:
    """CPU of one round: milliseconds of the client for a check, of the server for a table."""

    client: float
    server: float


def text(dsn: str, number: int, every: str = "5m") -> str:
    """Ten checks on each of so many tables, which have nothing to do with each other."""
    checks = "".join(f"      - {check}\n" for check in CHECKS)
    datasets = "".join(DATASET.format(n=n, every=every) + checks for n in range(number))
    return f"warehouse: {{dsn: '{dsn}'}}\ndatasets:\n{datasets}"


def config(dsn: str, number: int) -> Config:
    """The same, read."""
    return parse(text(dsn, number), "bench.yml", {})


def build(dsn: str, number: int) -> None:
    """The tables."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for n in range(number):
                cursor.execute(TABLE.format(n=n))
            cursor.execute("VACUUM ANALYZE")


class Exporter:
    """An exporter that begins each trip as soon as the one before it has ended."""

    def __init__(self, made: Config) -> None:
        self.config, self.kept, self.quick = made, ClosedDaysCache(), Quick()
        self.store, self.engine = SnapshotStore(made, now()), Connector(made.warehouse)

    def round(self) -> None:
        """One pass over everything, trip by trip."""
        for trip in trips(self.config):
            for group in self.quick.groups(trip.lanes):
                datasets = frozenset(name for lane in group for name in lane.datasets)
                done = run_pass(self.config, self.engine, now(), datasets, self.kept)
                self.quick.learn(group, done)
                self.store.publish(done)


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def rounds(made: Config) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured, one after the other; a second steady round finds everything prepared."""
    exporter = Exporter(made)
    yield GATE, lambda: run_pass(made, Connector(made.warehouse), now())
    yield FIRST, exporter.round
    exporter.round()
    yield STEADY, exporter.round
    exporter.engine.stop()


def measured(numbers: Sequence[int] = NUMBERS) -> dict[int, dict[str, Spent]]:
    """Each round over each number of tables."""
    found: dict[int, dict[str, Spent]] = {}
    with Postgres() as server:
        accounts = Accounts(Running(server.pid, server.port))
        for number in numbers:
            name = f"growth_{number}"
            dsn = server.create_database(name)
            build(dsn, number)
            found[number] = {}
            for what, act in rounds(config(dsn, number)):
                client, spent = accounts.spent(name, partial(cpu_of, act))
                checks = number * len(CHECKS)
                found[number][what] = Spent(1000 * client / checks, 1000 * spent.cpu / number)
    return found


def cpu_of(act: Callable[[], object]) -> float:
    """CPU seconds of this process while it acts; what the accounts take is not among them."""
    before = time.process_time()
    act()
    return time.process_time() - before


def grid(found: Mapping[int, Mapping[str, Spent]]) -> Grid:
    """What each round costs, side by side for each number of tables."""
    rows = [
        [
            what,
            f"{number:,}",
            f"{one.client:.2f}",
            f"{one.server:.1f}",
            f"{one.server / each[GATE].server:.2f}" if each[GATE].server else "",
        ]
        for what in (GATE, FIRST, STEADY)
        for number, each in found.items()
        for one in (each[what],)
    ]
    return Grid(["round", "tables", "client ms a check", "server ms a table", "x the gate"], rows)


def aims(found: Mapping[int, Mapping[str, Spent]]) -> list[Aim]:
    """Of the larger number of tables."""
    most, least = found[max(found)], found[min(found)]
    server = most[STEADY].server / most[GATE].server if most[GATE].server else None
    return [
        Aim("client CPU of a full pass", 1.0, "ms a check", most[GATE].client),
        Aim("client CPU of a steady round", 0.2, "ms a check", most[STEADY].client),
        Aim("server CPU of a steady round, against the gate", 1.5, "x", server),
        Aim(
            f"a steady round of {max(found)} tables, for each, against {min(found)}", 1.2, "x",
            most[STEADY].client / least[STEADY].client,
        ),
    ]  # fmt: skip


@click.command()
@click.option("--tables", "numbers", multiple=True, type=click.IntRange(1), default=NUMBERS)
def main(numbers: tuple[int, ...]) -> None:
    """CPU of rounds over few and over many small tables."""
    console = Console()
    found = measured(numbers)
    console.print(grid(found).rich(f"{len(CHECKS)} checks on each table"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
