"""python -m labs.bench.endurance: whether an exporter grows over a year of passes.

Two thousand passes, one a second, with a scrape every few seconds: what is kept by mistake shows as
a slope of memory, file descriptors, threads or connections. The first quarter is warming up, and
does not count. It takes a little more than half an hour, and next to no CPU.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg2
from rich.console import Console
from rich.progress import Progress
from warehouse_exporter.core.names import APPLICATION_NAME
from warehouse_exporter.demo.postgres import Postgres

from labs.bench import growth, tables
from labs.bench.figures import Aim
from labs.bench.startup import resident
from labs.bench.tables import Grid
from tests.support.serving import Serving

PASSES, TABLES, BETWEEN = 2_000, 3, 5.0
"""Passes over each table, how many tables there are, and seconds between two looks."""
SUCCEEDED = "warehouse_passes_total"
CONNECTED = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{APPLICATION_NAME}'"


@dataclass(frozen=True)
class Look:
    """What an exporter holds after so many passes: MiB, and numbers of things."""

    passes: float
    resident: float
    descriptors: int
    threads: int
    connections: int


@dataclass(frozen=True)
class Trend:
    """The middle and the most of a number, and how much it grows in 1,000 passes."""

    what: str
    middle: float
    most: float
    slope: float
    unit: str
    bound: float


def look(serving: Serving, dsn: str) -> Look:
    """Look at a running exporter, with a scrape."""
    pid = serving.process.pid
    passes = serving.metric(SUCCEEDED) or 0.0
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (threads,) = (int(line.split()[1]) for line in status if line.startswith("Threads:"))
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(CONNECTED)
        (connected,) = cursor.fetchone() or (0,)
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Look(passes, resident(pid), descriptors, threads, connected)


def looks(passes: int, progress: Progress) -> Iterator[Look]:
    """Looks at one exporter until it has made so many passes."""
    with Postgres() as server, tempfile.TemporaryDirectory() as folder:
        dsn = server.create_database("endurance")
        growth.build(dsn, TABLES)
        file = Path(folder) / "warehouse.yml"
        file.write_text(growth.text(dsn, TABLES, every="1s"))
        task = progress.add_task("passes", total=passes)
        with Serving(file, ["--log.level=error"]) as serving:
            serving.wait_ready()
            while True:
                found = look(serving, dsn)
                progress.update(task, completed=found.passes)
                yield found
                if found.passes >= passes:
                    return
                time.sleep(BETWEEN)


def trends(found: Sequence[Look]) -> list[Trend]:
    """How each number goes on after the first quarter."""
    late = [one for one in found if one.passes >= found[-1].passes / 4]
    at = [one.passes / 1000 for one in late]

    def trend(what: str, values: Sequence[float], unit: str, bound: float) -> Trend:
        slope = statistics.linear_regression(at, values).slope
        return Trend(what, statistics.median(values), max(values), slope, unit, bound)

    return [
        trend("resident memory", [one.resident for one in late], "MiB", 0.5),
        trend("file descriptors", [one.descriptors for one in late], "", 0.5),
        trend("threads", [one.threads for one in late], "", 0.5),
        trend("connections", [one.connections for one in late], "", 0.5),
    ]


def grid(found: Sequence[Trend]) -> Grid:
    """The numbers, one below the other."""
    rows = [
        [one.what, f"{one.middle:.1f}", f"{one.most:.1f}", f"{one.slope:+.2f}", one.unit]
        for one in found
    ]
    return Grid(["", "median", "most", "slope of 1,000 passes", "unit"], rows)


def aims(found: Sequence[Trend]) -> list[Aim]:
    """None of them grows by more than noise."""
    return [Aim(f"growth of {one.what}", one.bound, one.unit, abs(one.slope)) for one in found]


@click.command()
@click.option("--passes", type=click.IntRange(100), default=PASSES, show_default=True)
def main(passes: int) -> None:
    """Whether an exporter grows over very many passes."""
    console = Console()
    with Progress(console=Console(stderr=True)) as progress:
        found = trends(list(looks(passes, progress)))
    console.print(grid(found).rich(f"{passes:,} passes, one a second, over {TABLES} tables"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
