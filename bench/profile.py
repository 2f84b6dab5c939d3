"""Where a pass's server CPU goes: each of its statements alone, on a connection of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg2

from bench.accounts import Spent
from bench.contenders import ROOT, Stand
from bench.tables import Grid


@dataclass(frozen=True)
class Planned:
    """A statement of the plan: what it is, how many checks it serves, and its text."""

    what: str
    serves: str
    sql: str


def planned(text: str) -> Iterator[Planned]:
    """The statements of what `warehouse-exporter plan` prints."""
    for block in text.split("\n\n"):
        comments = [line[3:] for line in block.splitlines() if line.startswith("-- ")]
        sql = "\n".join(line for line in block.splitlines() if not line.startswith("-- "))
        serves = [line.removeprefix("for: ") for line in comments if line.startswith("for: ")]
        if sql.strip() and serves:
            yield Planned(comments[0], serves[0], sql.strip().removesuffix(";"))


@dataclass(frozen=True)
class Profiled:
    """A pass that is looked at: its config, and the options of `plan` that make it this one."""

    config: str
    options: tuple[str, ...] = ()


def profile(stand: Stand, one: Profiled) -> Iterator[tuple[Planned, Spent]]:
    """What the server spends on each statement of a pass."""
    file = ROOT / "bench" / one.config
    command = [sys.executable, "-m", "exporter", "plan", f"--config.file={file}", *one.options]
    environment = {**os.environ, "WAREHOUSE_DSN": stand.dsn}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    for statement in planned(done.stdout):

        def act(sql: str = statement.sql) -> None:
            with closing(psycopg2.connect(stand.dsn)) as connection:
                connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
                with connection.cursor() as cursor:
                    cursor.execute(sql)
                    cursor.fetchall()

        _, spent = stand.accounts.spent(stand.database, act)
        yield statement, spent


def grid(stand: Stand, profiled: Profiled) -> Grid:
    """The statements of a pass, dearest first."""
    found = profile(stand, profiled)
    rows = [
        [one.what, f"{spent.cpu:.2f}", f"{spent.blocks:,}", served(one)]
        for one, spent in sorted(found, key=lambda pair: -pair[1].cpu)
    ]
    return Grid(["statement", "server CPU s", "blocks", "for"], rows)


def served(one: Planned) -> str:
    """The check it is for, or how many."""
    names = one.serves.split(", ")
    return names[0] if len(names) == 1 else f"{len(names)} checks"
