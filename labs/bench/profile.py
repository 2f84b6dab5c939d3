"""Where a pass's server CPU goes: each of its statements alone, on a connection of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg2

from labs.bench.contenders import ROOT, Stand
from labs.bench.tables import Grid


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
    """A pass that is looked at: its config, and the options of `plan` that make it this one.

    What is shorter than a tick is run several `times` on the connection, and divided.
    """

    config: str
    options: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True)
class Found:
    """What the server spends on one statement, once."""

    what: str
    serves: str
    cpu: float
    blocks: int

    @property
    def told(self) -> str:
        """The check it is for, or how many."""
        names = self.serves.split(", ")
        return names[0] if len(names) == 1 else f"{len(names)} checks"


def profile(stand: Stand, one: Profiled) -> Iterator[Found]:
    """What the server spends on each statement of a pass."""
    file = ROOT / "labs" / "bench" / one.config
    command = [
        sys.executable,
        "-m",
        "warehouse_exporter",
        "plan",
        f"--config.file={file}",
        *one.options,
    ]
    environment = {**os.environ, "WAREHOUSE_DSN": stand.dsn}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    for statement in planned(done.stdout):

        def act(sql: str = statement.sql) -> None:
            connected = closing(psycopg2.connect(stand.dsn, options="-c jit=off"))
            with connected as connection, connection.cursor() as cursor:
                for _ in range(one.times):
                    cursor.execute(sql)
                    cursor.fetchall()

        _, spent = stand.accounts.spent(stand.database, act)
        yield Found(
            statement.what, statement.serves, spent.cpu / one.times, spent.blocks // one.times
        )


def grid(found: Sequence[Found], whole: float) -> Grid:
    """The statements of a pass, dearest first, and what the whole pass takes beside them."""
    rows = [
        [one.what, f"{one.cpu:.3f}", f"{one.blocks:,}", one.told]
        for one in sorted(found, key=lambda one: -one.cpu)
    ]
    rest = max(0.0, whole - sum(one.cpu for one in found))
    rows.append(["connections, transactions, the catalogue", f"{rest:.3f}", "", ""])
    return Grid(["statement", "server CPU s", "blocks", "for"], rows)
