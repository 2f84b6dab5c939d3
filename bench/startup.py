"""python -m bench.startup: what the exporter needs for itself, on the sample shop.

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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import click
import psycopg2

from exporter.config import load
from exporter.demo import shop
from exporter.demo.postgres import Postgres
from exporter.watch import lanes

CONFIG = Path(shop.__file__).with_name("shop.yml")
TICK = os.sysconf("SC_CLK_TCK")
AIMS = "listening at most 0.5 s, RSS at most 64 MiB, CPU at most 0.1 s a steady pass"
LANES = len(lanes(load(CONFIG, {"WAREHOUSE_DSN": "nobody connects"})))
"""Passes of a round over everything."""
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
                sys.executable, "-m", "exporter", "serve", f"--config.file={CONFIG}",
                f"--web.listen-address={self.address}", "--web.enable-lifecycle",
                "--log.level=error",
            ],
            env={**os.environ, "WAREHOUSE_DSN": dsn},
        )  # fmt: skip
        while not self.listens():
            time.sleep(0.002)
        self.listening = time.monotonic() - started
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

    def passes(self) -> int:
        """How many passes have ended."""
        lines = self.ask("/metrics").decode().splitlines()
        return int(
            float(next(t for t in lines if t.startswith("warehouse_passes_total")).split()[1])
        )

    def full_round(self) -> None:
        """Have everything passed over once more, and wait until it was."""
        before = self.passes()
        self.ask("/-/collect", "POST")
        while self.passes() < before + LANES:
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
            [sys.executable, "-m", "exporter", command, *options],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        took.append(time.monotonic() - started)
    return min(took)


@click.command()
@click.option("--starts", type=click.IntRange(1), default=5, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
def main(starts: int, rounds: int) -> None:
    """Medians of some starts of the exporter, and the seconds of commands that never connect."""
    click.echo(f"aims: {AIMS}")
    with sample_shop() as dsn:
        found = [measure(dsn, rounds) for _ in range(starts)]
    click.echo(f"{'seconds until it listens':<44}{median(found, 'listening'):>8.2f}")
    click.echo(f"{'CPU seconds until it listens':<44}{median(found, 'starting'):>8.2f}")
    click.echo(f"{f'MiB resident after {rounds} rounds':<44}{median(found, 'resident'):>8.1f}")
    click.echo(f"{'CPU seconds of a steady round and its scrapes':<44}{median(found, 'cpu'):>8.3f}")
    for command in COMMANDS:
        click.echo(f"{f'seconds of {command}':<44}{command_seconds(command):>8.2f}")


def median(found: list[Needs], name: str) -> float:
    """The median of one of the numbers."""
    numbers: list[float] = [getattr(each, name) for each in found]
    return statistics.median(numbers)


if __name__ == "__main__":
    main()
