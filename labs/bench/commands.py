"""python -m labs.bench.commands: CPU of short commands, on one table and on very many checks.

CPU is user and system time of the process, the least of some runs: what else the machine does makes
it longer, never shorter. `x pass` is how often `python -c pass` fits into it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from labs.bench import growth, tables
from labs.bench.figures import Aim
from labs.bench.tables import Grid

RUNS, FEW_RUNS = 10, 3
"""How often a quick command runs, and one over very many checks."""
DATASETS = 1000
"""Datasets of the large config, each with the checks of `growth`."""
NOWHERE = "host=127.0.0.1 port=1 dbname=nowhere"
"""A warehouse that refuses at once: what is left is the program's own."""
PASS, PSQL, HELP, CHECK = "python -c pass", "psql --version", "--help", "check, one table"
VALIDATE, RULES = "validate, 10,000 checks", "rules, 10,000 checks"
OURS = (sys.executable, "-m", "warehouse_exporter")
CACHED = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of the commands: compiled once, as wherever the package is installed."""


@dataclass(frozen=True)
class Found:
    """CPU seconds of each command, and the bytes of the rules of the large config."""

    cpu: Mapping[str, float]
    rules: int


def cpu_of(command: Sequence[str]) -> float:
    """CPU seconds of a command; how it ends is its own affair."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=CACHED)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def commands(folder: Path) -> Iterator[tuple[str, int, Sequence[str]]]:
    """What runs, and how often; the rules are left in the folder."""
    one, many, rules = folder / "one.yml", folder / "many.yml", folder / "rules.yml"
    one.write_text(growth.text(NOWHERE, 1), encoding="utf-8")
    many.write_text(growth.text(NOWHERE, DATASETS), encoding="utf-8")
    yield PASS, RUNS, (sys.executable, "-c", "pass")
    if shutil.which("psql"):
        yield PSQL, RUNS, ("psql", "--version")
    yield HELP, RUNS, (*OURS, "--help")
    yield CHECK, RUNS, (*OURS, "check", f"--config.file={one}")
    yield VALIDATE, FEW_RUNS, (*OURS, "validate", f"--config.file={many}")
    yield RULES, FEW_RUNS, (*OURS, "rules", f"--config.file={many}", f"--output={rules}")


def measured() -> Found:
    """The least CPU of each command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cpu = {
            what: min(cpu_of(command) for _ in range(runs))
            for what, runs, command in commands(folder)
        }
        return Found(cpu, (folder / "rules.yml").stat().st_size)


def grid(found: Found) -> Grid:
    """The commands, one below the other."""
    rows = [
        [what, f"{cpu:.3f}", f"{cpu / found.cpu[PASS]:.1f}", ""] for what, cpu in found.cpu.items()
    ]
    rows[-1][-1] = f"{found.rules:,}"
    return Grid(["command", "CPU s", "x pass", "bytes written"], rows)


def aims(found: Found) -> list[Aim]:
    """What they may take."""
    return [
        Aim("client CPU of `--help`", 0.15, "s", found.cpu[HELP]),
        Aim("client CPU of `check` on one table", 0.5, "s", found.cpu[CHECK]),
        Aim("client CPU of `validate`, 10,000 checks", 5, "s", found.cpu[VALIDATE]),
        Aim("client CPU of `rules`, 10,000 checks", 5, "s", found.cpu[RULES]),
        Aim("rules of 10,000 checks", 6, "MB", found.rules / 1e6),
    ]


@click.command()
def main() -> None:
    """CPU of commands that are short, and of those over very many checks (a minute or two)."""
    console = Console()
    found = measured()
    console.print(grid(found).rich("least CPU of some runs"))
    console.print(tables.aims(aims(found)).rich("aims"))


if __name__ == "__main__":
    main()
