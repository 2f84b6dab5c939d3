"""Who is measured: SQL written by hand, and the exporter, each from start to end of its work."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from warehouse_exporter.config import load

from labs.bench import scripts
from labs.bench.accounts import Accounts, own_seconds, peak_bytes
from labs.bench.measures import Gauges, Rows, gauges_of
from tests.support.serving import Serving

ROOT = Path(__file__).parents[2]
FLOOR, COLUMNS = "floor_count.sql", "floor_cols.sql"
NAIVE, FUSED, FUSED8 = "naive.sql", "fused.sql", "fused8.sql"
BY_HAND = (FLOOR, COLUMNS, NAIVE, FUSED, FUSED8)
FULL, FIRST, STEADY, SCRAPE = "full round", "first pass", "steady pass", "GET /metrics"
SCRAPES = 100
AS_IS = ("", "")
"""No text of a config instead of another."""
LONGEST = 1800.0
"""Seconds in which a pass must have ended."""
PROMETHEUS = {
    "Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
    "Accept-Encoding": "gzip",
}


class Failed(Exception):
    """A contender did not do its work; the text says what it said."""


@dataclass(frozen=True)
class Cost:
    """What one contender took: seconds, CPU seconds of server and client, bytes, and counts."""

    wall: float
    server: float
    client: float
    rss: int
    statements: int
    blocks: int


@dataclass(frozen=True)
class Stand:
    """Where a contender runs: the server's books, one database in it, and a folder for files."""

    accounts: Accounts
    database: str
    folder: Path

    @property
    def dsn(self) -> str:
        """Where the warehouse is reached."""
        return self.accounts.server.dsn(self.database)

    def by_hand(self, file: str) -> tuple[Cost, dict[str, Rows]]:
        """A file of SQL, by a client of its own; its named statements' rows."""
        command = [sys.executable, "-m", "labs.bench.client", file]
        cost, answer, _ = self._run(command, scripts.asking(file))
        return cost, answer

    def config(self, file: str, instead: tuple[str, str]) -> Path:
        """A copy of a config of the bench, with this database, and one text instead of another."""
        copy = self.folder / file
        text = (ROOT / "labs" / "bench" / file).read_text(encoding="utf-8")
        text = text.replace("${WAREHOUSE_DSN}", self.dsn)
        copy.write_text(text.replace(*instead) if instead[0] else text, encoding="utf-8")
        return copy

    def gate(self, instead: tuple[str, str] = AS_IS) -> tuple[Cost, Gauges]:
        """A full round by the gate, and the gauges it found."""
        command = [
            sys.executable, "-m", "warehouse_exporter", "check",
            f"--config.file={self.config('full.yml', instead)}",
            "--format=json", "--report-only", "--log.level=info", "--log.format=json",
        ]  # fmt: skip
        cost, report, log = self._run(command, 0)
        must_be_measured(report)
        lines = [json.loads(line) for line in log.splitlines()]
        sent = sum(line["statements"] for line in lines if line["msg"] == "pass ended")
        return replace(cost, statements=sent), gauges_of(report)

    def _run(self, command: list[str], sent: int) -> tuple[Cost, Any, str]:
        """A command that ends: its cost, its JSON, and what it logged."""
        output = self.folder / "output"
        measured = [sys.executable, "-I", "-S", str(ROOT / "labs/bench/measured.py"), str(output)]

        def act() -> dict[str, Any]:
            done = subprocess.run(
                [*measured, *command], cwd=ROOT, env={**os.environ, "WAREHOUSE_DSN": self.dsn},
                stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
            took: dict[str, Any] = json.loads(done.stdout)
            return took

        took, spent = self.accounts.spent(self.database, act)
        log = Path(f"{output}.err").read_text(encoding="utf-8")
        if took["code"]:
            raise Failed(f"{' '.join(command)} ended with {took['code']}:\n{log}")
        cost = Cost(took["wall"], spent.cpu, took["cpu"], took["rss"], sent, spent.blocks)
        return cost, json.loads(output.read_text(encoding="utf-8")), log

    def exporter(self, steady: int, instead: tuple[str, str] = AS_IS) -> dict[str, Cost]:
        """The shipped exporter on days.yml: its first pass, `steady` more, and scrapes of it."""
        config = self.config("days.yml", instead)
        with ExitStack() as stack:
            serving = Serving(config, ["--web.enable-lifecycle"])
            datasets = {check.id.dataset for check in load(str(config)).checks}
            served = Served(serving, len(datasets))

            def begin() -> float:
                started = time.monotonic()
                stack.enter_context(served.serving)
                served.wait(1)
                return time.monotonic() - started

            wall, spent = self.accounts.spent(self.database, begin)
            costs = {FIRST: served.cost(wall, spent.cpu, spent.blocks, 0, 0.0, 1)}
            must_be_measured(served.serving.get("/api/v1/checks").json())
            sent, cpu = served.statements(), own_seconds(served.pid)
            wall, spent = self.accounts.spent(self.database, lambda: served.collect(steady))
            costs[STEADY] = served.cost(wall, spent.cpu, spent.blocks, sent, cpu, steady)
            must_be_measured(served.serving.get("/api/v1/checks").json())
            sent, cpu = served.statements(), own_seconds(served.pid)
            wall, spent = self.accounts.spent(self.database, lambda: scrape(served.serving))
            costs[SCRAPE] = served.cost(wall, spent.cpu, spent.blocks, sent, cpu, SCRAPES)
        return costs


@dataclass
class Served:
    """An exporter that runs, and of how many datasets there are passes in one round over all."""

    serving: Serving
    datasets: int
    rounds: int = 0

    @property
    def pid(self) -> int:
        """The exporter's process id."""
        return self.serving.process.pid

    def wait(self, rounds: int) -> None:
        """Until all datasets were passed over that often more: the log says so, at no cost."""
        self.rounds += rounds
        deadline = time.monotonic() + LONGEST
        while self.passed() < self.rounds * self.datasets:
            if time.monotonic() > deadline or self.serving.process.poll() is not None:
                raise Failed(f"a pass did not end:\n{self.serving.log.read_text()}")
            time.sleep(0.005)

    def passed(self) -> int:
        """How many datasets the passes that have ended were over, each as often as it was."""
        return sum(line["datasets"] for line in self.serving.events("pass ended"))

    def collect(self, rounds: int) -> float:
        """Passes over everything, one after the other; the seconds of one."""
        wall = 0.0
        for _ in range(rounds):
            time.sleep(0.1)  # a lane is free a moment after its pass has ended
            started = time.monotonic()
            self.serving.post("/-/collect")
            self.wait(1)
            wall += time.monotonic() - started
        return wall / rounds

    def statements(self) -> int:
        """Statements sent so far."""
        return sum(line["statements"] for line in self.serving.events("pass ended"))

    def cost(
        self, wall: float, server: float, blocks: int, sent: int, cpu: float, times: int
    ) -> Cost:
        """One of some equal things, that began at `sent` statements and `cpu` seconds."""
        client = (own_seconds(self.pid) - cpu) / times
        statements = round((self.statements() - sent) / times)
        peak = peak_bytes(self.pid)
        return Cost(wall, server / times, client, peak, statements, round(blocks / times))


def scrape(serving: Serving) -> float:
    """Ask for /metrics as Prometheus does; the median seconds of one answer."""
    connection = HTTPConnection(serving.address, timeout=10)
    walls = []
    for _ in range(SCRAPES):
        started = time.monotonic()
        connection.request("GET", "/metrics", headers=PROMETHEUS)
        connection.getresponse().read()
        walls.append(time.monotonic() - started)
    connection.close()
    return statistics.median(walls)


def must_be_measured(report: Mapping[str, Any]) -> None:
    """A check that was not measured cost nothing: its contender would win for the wrong reason."""
    left_out = [
        f"{entry['dataset']}.{entry['check']}: {entry['text']}"
        for entry in report["checks"]
        if entry["outcome"] == "unmeasured"
    ]
    if left_out:
        raise Failed("not measured: " + "; ".join(left_out))
