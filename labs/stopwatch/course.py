"""The commands of the README, each with the seconds that it took."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from labs.stopwatch.shops import Database, yesterday
from tests.chain.alertmanager.recorder import Recorder
from tests.conftest import execute
from tests.support.serving import free_port, wait_for

PATIENCE = 900.0
"""Seconds after which something is wrong, and not slow."""


@dataclass(frozen=True)
class Times:
    """What one database took, in seconds, and what was proposed for it."""

    propose: float
    validate: float
    check: float
    page: float
    datasets: int
    checks: int

    @property
    def verdict(self) -> float:
        """From a DSN to the first verdict."""
        return self.propose + self.validate + self.check


def timed(
    program: Path, folder: Path, *words: str, codes: tuple[int, ...] = (0,)
) -> tuple[float, str]:
    """The seconds that a command took, and what it said."""
    began = time.monotonic()
    done = subprocess.run(
        [program, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return time.monotonic() - began, done.stdout + done.stderr


def follow(program: Path, database: Database, dsn: str, folder: Path) -> Times:
    """From a DSN to the first verdict, then to the first page about a day that was lost."""
    os.environ["WAREHOUSE_DSN"] = dsn
    config = "--config.file=warehouse.yml"
    propose, _ = timed(program, folder, "init", "--database", dsn, "--output", "warehouse.yml")
    validate, said = timed(program, folder, "validate", config, "--connect")
    found = re.search(r"(\d+) datasets?, (\d+) checks?", said)
    assert found is not None, said
    check, _ = timed(program, folder, "check", config, codes=(0, 1, 3))
    execute(dsn, database.lose.format(day=yesterday()))
    page = first_page(program, database, folder)
    return Times(propose, validate, check, page, int(found[1]), int(found[2]))


def first_page(program: Path, database: Database, folder: Path) -> float:
    """The seconds from `assets` to the message about the table, with the intervals as shipped."""
    began = time.monotonic()
    ports = {name: f"127.0.0.1:{free_port()}" for name in ("exporter", "prometheus", "alerts")}
    with Recorder() as people, ExitStack() as running:
        (folder / "slack").write_text(f"{people.url}/slack", encoding="utf-8")
        with (folder / "warehouse.yml").open("a", encoding="utf-8") as config:
            config.write(f"routing: {{slack: {{api_url_file: {folder / 'slack'}}}}}\n")
        timed(
            program, folder, "assets", "--config.file=warehouse.yml", "--output=monitoring",
            f"--exporter-address={ports['exporter']}", f"--alertmanager-address={ports['alerts']}",
        )  # fmt: skip
        for command in servers(program, ports):
            running.enter_context(server(command, folder))
        wait_for(lambda: about(people, database.table), PATIENCE)
        return time.monotonic() - began


def servers(program: Path, ports: Mapping[str, str]) -> Iterator[list[str]]:
    """The three servers of the README."""
    yield [str(program), "serve", "--config.file=warehouse.yml",
           f"--web.listen-address={ports['exporter']}"]  # fmt: skip
    yield ["prometheus", "--config.file=monitoring/prometheus/prometheus.yml",
           "--storage.tsdb.path=data", f"--web.listen-address={ports['prometheus']}"]  # fmt: skip
    yield ["prometheus-alertmanager", "--config.file=monitoring/alertmanager/alertmanager.yml",
           "--storage.path=silences", "--cluster.listen-address=",
           f"--web.listen-address={ports['alerts']}"]  # fmt: skip


@contextmanager
def server(command: list[str], folder: Path) -> Iterator[None]:
    """A server for as long as a block."""
    with (folder / "servers.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def about(people: Recorder, table: str) -> bool:
    """Whether somebody was sent a message that names the table."""
    return any(table in str(one) for one in people.at("/slack"))


def clone_to_demo(root: Path, folder: Path) -> float:
    """The seconds from `git clone` to the status page of the demo, with pip's own cache."""
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", root, folder / "clone"], check=True)
    log = folder / "demo.log"
    environment = {name: text for name, text in os.environ.items() if name != "VIRTUAL_ENV"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "demo"], cwd=folder / "clone", stdout=out, stderr=out, env=environment
        )
    try:
        wait_for(lambda: shown(log) or process.poll() is not None, PATIENCE, 0.2)
        assert process.poll() is None, log.read_text()
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait(60)


def shown(log: Path) -> bool:
    """Whether the demo has said where its page is, and the page is there."""
    found = re.search(r"status page +(http://\S+)", log.read_text(errors="replace"))
    if found is None:
        return False
    try:
        return httpx.get(found[1]).is_success
    except httpx.TransportError:
        return False
