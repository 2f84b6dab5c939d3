"""What the server spent: the CPU of every process it ran for a client, and the blocks it touched.

CPU is process accounting and no sample. The postmaster is the parent of every backend and of every
parallel worker, and the kernel adds a child's user and system time to its parent's account when the
parent reaps it (`cutime`, `cstime` in /proc/PID/stat). So the account is read while no backend is
there, before and after; the difference is what all of them took together, from fork to exit. It is
read in ticks of 10 ms: what is short is run several times, and divided.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psycopg2

from labs.bench.server import Running

TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds of one tick, in which the kernel shows CPU time."""
TIMEOUT = 30.0
"""Seconds in which the last backend must have gone."""
UTIME, CUTIME = 11, 13
"""Places in /proc/PID/stat behind the name of the program; the system time stands behind each."""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Spent:
    """CPU seconds of all of the server's processes, and blocks read, cached or not."""

    cpu: float
    blocks: int


def ticks(stat: str, place: int) -> int:
    """User and system ticks at a place of a line of /proc/PID/stat.

    The program's name stands in brackets and may hold anything, a bracket too.
    """
    fields = stat.rpartition(")")[2].split()
    return int(fields[place]) + int(fields[place + 1])


def own_seconds(pid: int) -> float:
    """CPU seconds of a process that runs, with all its threads."""
    return ticks(Path(f"/proc/{pid}/stat").read_text(), UTIME) * TICK


def reaped_seconds(pid: int) -> float:
    """CPU seconds of the children that a process has reaped."""
    return ticks(Path(f"/proc/{pid}/stat").read_text(), CUTIME) * TICK


def peak_bytes(pid: int) -> int:
    """The largest resident set that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024


def children(pid: int) -> Iterator[int]:
    """The processes whose parent this is."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:  # it ended meanwhile
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                yield int(entry.name)


class Accounts:
    """The books of one server; nobody else may talk to it while they are kept."""

    def __init__(self, server: Running) -> None:
        """Note who is there without any client: the writers, who serve nobody in particular."""
        self.server = server
        self._ask("SELECT 1")
        time.sleep(0.5)
        self._own = frozenset(children(server.pid))

    def spent(self, database: str, act: Callable[[], Answer]) -> tuple[Answer, Spent]:
        """What an action answers, and what the server spent on it in a database.

        Our own look at the statistics is made before the first and after the last look at the CPU,
        and from another database: it is in neither.
        """
        blocks = self._blocks(database)
        self.settle()
        cpu = reaped_seconds(self.server.pid)
        answer = act()
        self.settle()
        cpu = reaped_seconds(self.server.pid) - cpu
        return answer, Spent(cpu, self._blocks(database) - blocks)

    def settle(self) -> None:
        """Wait until every backend has ended and was reaped."""
        deadline = time.monotonic() + TIMEOUT
        while left := frozenset(children(self.server.pid)) - self._own:
            if time.monotonic() > deadline:
                raise RuntimeError(f"backends of the server do not end: {sorted(left)}")
            time.sleep(0.01)

    def _blocks(self, database: str) -> int:
        """Blocks so far: a backend hands its count in at its end, so wait until it is stable."""
        asked = f"SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = '{database}'"
        before = -1
        while (now := self._ask(asked)) != before:
            before = now
            time.sleep(0.01)
        return now

    def _ask(self, sql: str) -> int:
        """One number, over a connection of its own."""
        connected = closing(psycopg2.connect(self.server.dsn()))
        with connected as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            (row,) = cursor.fetchall()
        return int(row[0])
