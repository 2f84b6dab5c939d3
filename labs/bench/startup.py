"""python -m labs.bench.startup: what the exporter needs for itself, on the sample shop.

Seconds until it listens, memory after some passes and scrapes, and the CPU of one steady pass. The
shop stands in a Postgres of its own; the exporter is the process that people run.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import click
import psycopg2
from rich.console import Console
from warehouse_exporter import profiles
from warehouse_exporter.config import load
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres

from labs.bench import tables
from labs.bench.figures import Aim
from labs.bench.tables import Grid

CONFIG = profiles.file_of(profiles.DEFAULT)
TICK = os.sysconf("SC_CLK_TCK")
STARTS, ROUNDS = 5, 10
LISTENING, RESIDENT = "seconds until it listens", "resident memory after passes"
DATASETS = len(load(CONFIG, {"WAREHOUSE_DSN": "nobody connects"}).datasets)
SUCCESS = "warehouse_pass_last_success_timestamp_seconds{"
COMMANDS = ("--version", "--help", "validate", "rules")


@dataclass(frozen=True)
class Needs:
    """Seconds and CPU seconds to listen, MiB resident, CPU seconds of a round and its scrapes."""

    listening: float
    starting: float
    resident: float
    cpu: float


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used so far, its threads' included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid: int) -> float:
    """MiB of a process that are in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(found.split()[1]) / 1024


class Exporter:
    """An exporter that was just started."""

    def __init__(self, dsn: str) -> None:
        """Start it on a free port, and wait until it listens."""
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        started = time.monotonic()
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "warehouse_exporter", "serve", f"--config.file={CONFIG}",
                f"--web.listen-address={self.address}", "--web.enable-lifecycle",
                "--log.level=error",
            ],
            env={**os.environ, "WAREHOUSE_DSN": dsn},
        )  # fmt: skip
        while not self.listens():
            time.sleep(0.002)
        self.listening = time.monotonic() - started
        self.asked = 0.0
        self.starting = cpu_seconds(self.process.pid)

    def listens(self) -> bool:
        """Whether a connection is taken. Raises ClickException when it has ended."""
        if self.process.poll() is not None:
            raise click.ClickException("the exporter did not start")
        host, port = self.address.split(":")
        with closing(socket.socket()) as probe:
            return probe.connect_ex((host, int(port))) == 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> bytes:
        """The body of an answer."""
        request = Request(f"http://{self.address}{path}", method=method, headers=headers)
        with urlopen(request, timeout=30) as answer:
            body: bytes = answer.read()
        return body

    def passed(self) -> int:
        """How many datasets the last passes were over since a collect was asked for."""
        lines = self.ask("/metrics").decode().splitlines()
        ends = [float(t.split()[1]) for t in lines if t.startswith(SUCCESS)]
        return sum(end > self.asked for end in ends)

    def full_round(self) -> None:
        """Have everything passed over once more, and wait until it was."""
        self.asked = time.time()
        self.ask("/-/collect", "POST")
        while self.passed() < DATASETS:
            time.sleep(0.05)

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait()


@contextmanager
def sample_shop() -> Iterator[str]:
    """The DSN of a shop of three weeks, built now."""
    with Postgres() as server:
        dsn = server.create_database("shop")
        with closing(psycopg2.connect(dsn)) as connection:
            shop.build(connection, as_of=datetime.now(UTC), days=20, sessions_per_day=100)
        yield dsn


def measure(dsn: str, rounds: int) -> Needs:
    """Start an exporter, let it work, scrape it both ways, and say what it took."""
    exporter = Exporter(dsn)
    try:
        while b"warehouse_up 1" not in exporter.ask("/metrics"):
            time.sleep(0.05)
        exporter.full_round()
        before = cpu_seconds(exporter.process.pid)
        for _ in range(rounds):
            exporter.full_round()
            exporter.ask("/metrics", **{"Accept-Encoding": "gzip"})
        used = (cpu_seconds(exporter.process.pid) - before) / rounds
        memory = resident(exporter.process.pid)
        return Needs(exporter.listening, exporter.starting, memory, used)
    finally:
        exporter.end()


def command_seconds(command: str) -> float:
    """Seconds that a command takes, the best of five."""
    options = [] if command.startswith("--") else [f"--config.file={CONFIG}"]
    took = []
    for _ in range(5):
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "warehouse_exporter", command, *options],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        took.append(time.monotonic() - started)
    return min(took)


def measured(starts: int, rounds: int) -> Needs:
    """The medians of some starts of the exporter."""
    with sample_shop() as dsn:
        found = [measure(dsn, rounds) for _ in range(starts)]
    return Needs(
        *(statistics.median(numbers) for numbers in zip(*map(astuple, found), strict=True))
    )


def aims(found: Needs) -> list[Aim]:
    """What it may need."""
    return [
        Aim(LISTENING, 0.5, "s", found.listening),
        Aim(RESIDENT, 64, "MiB", found.resident),
        Aim("client CPU of a pass and its scrapes", 0.1, "s", found.cpu),
    ]


def grid(found: Needs) -> Grid:
    """What it needs, and the seconds of commands that never connect."""
    rows = [
        [LISTENING, f"{found.listening:.2f}"],
        ["CPU seconds until it listens", f"{found.starting:.2f}"],
        ["MiB resident after passes and scrapes", f"{found.resident:.1f}"],
        ["CPU seconds of a steady pass over everything and a scrape", f"{found.cpu:.3f}"],
        *([f"seconds of `{name}`", f"{command_seconds(name):.2f}"] for name in COMMANDS),
    ]
    return Grid(["on the sample shop", "median"], rows)


@click.command()
@click.option("--starts", type=click.IntRange(1), default=STARTS, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True)
def main(starts: int, rounds: int) -> None:
    """Medians of some starts of the exporter, and the seconds of commands that never connect."""
    console = Console()
    found = measured(starts, rounds)
    console.print(grid(found).rich(f"{starts} starts, {rounds} passes each"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
