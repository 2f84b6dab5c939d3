"""Measure, and write docs/explanation/stopwatch.md: python -m labs.stopwatch [NAME...].

A name is that of a database, or `clone`; without one, all. What was seen is kept in seen.json, so
that one of them can be measured again.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warehouse_exporter.core.wording import counted
from warehouse_exporter.demo.postgres import Postgres

from labs.incidents.provenance import ROOT, stamp
from labs.stopwatch.course import Times, clone_to_demo, follow
from labs.stopwatch.shops import DATABASES, Database

SEEN = Path(__file__).parent / "seen.json"
PAGE = ROOT / "docs" / "explanation" / "stopwatch.md"
CLONE = "clone"
HEAD = """# How long the first minutes take

<!-- Written by `python -m labs.stopwatch`. DO NOT EDIT. -->

A script types the commands of the [README](../../README.md), one after the other, on three
databases that are not the sample shop. A person also reads and types; these are the minutes that
the machine needs.

| database | proposed | `init` | `validate --connect` | `check` | to first verdict | to first page |
|---|---|---|---|---|---|---|
"""
TAIL = """
*To first verdict* is the sum of the three commands. *To first page* begins with `assets`, on a
database in which one table lost the rows of the expected day. `serve`, Prometheus and Alertmanager
start with the intervals as shipped (scrapes and rules every 15 s, groups wait 30 s). The time ends
when Slack is sent the message that names the table.

"""
CLONED = """
From `git clone` to the status page of `make demo`: **{seconds}**, with packages from a near mirror.
"""
WHERE = """
| measured | on | at | load of the machine |
|---|---|---|---|
"""
Seen = dict[str, dict[str, Any]]


def main() -> int:
    """Measure what is named, and write the page of what was seen so far."""
    names = sys.argv[1:] or [*(one.name for one in DATABASES), CLONE]
    if unknown := set(names) - {CLONE, *(one.name for one in DATABASES)}:
        print(f"unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    for name in names:
        code = stamp()
        found = measured(name)
        seen = kept() | {name: {**found, **code, "load": load()}}
        SEEN.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        PAGE.write_text(page(seen), encoding="utf-8")
        print(name, found, flush=True)
    return 0


def measured(name: str) -> dict[str, Any]:
    """What one of them took, in seconds."""
    with tempfile.TemporaryDirectory(prefix="stopwatch-") as made:
        if name == CLONE:
            return {"seconds": clone_to_demo(ROOT, Path(made))}
        with Postgres() as server:
            database = next(one for one in DATABASES if one.name == name)
            dsn = server.create_database("stopwatch")
            database.fill(dsn)
            program = Path(sys.executable).parent / "warehouse-exporter"
            return vars(follow(program, database, dsn, Path(made)))


def load() -> str:
    """The load of the machine, in the last 1, 5 and 15 minutes, and its cores."""
    averages = " / ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{averages} on {os.cpu_count()} cores, Python {platform.python_version()}"


def kept() -> Seen:
    """What was seen before."""
    found: Seen = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.exists() else {}
    return found


def page(seen: Mapping[str, dict[str, Any]]) -> str:
    """The page; what was not measured has no line."""
    there = [one for one in DATABASES if one.name in seen]
    text = HEAD + "".join(f"{row(one, seen[one.name])}\n" for one in there) + TAIL
    text += "".join(f"- **{one.name}**: {one.about}\n" for one in there)
    if CLONE in seen:
        text += CLONED.format(seconds=shown(seen[CLONE]["seconds"]))
    where = [
        f"| {n} | {s['on']} | {s['commit']} | {s['load']} |\n" for n, s in sorted(seen.items())
    ]
    return text + WHERE + "".join(where)


def row(database: Database, found: Mapping[str, Any]) -> str:
    """The line of a database."""
    keys = ("propose", "validate", "check", "page", "datasets", "checks")
    times = Times(**{key: found[key] for key in keys})
    cells = (times.propose, times.validate, times.check, times.verdict, times.page)
    proposed = f"{counted(times.datasets, 'dataset')}, {counted(times.checks, 'check')}"
    return f"| {database.name} | {proposed} | {' | '.join(map(shown, cells))} |"


def shown(seconds: float) -> str:
    """Seconds, and minutes where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


if __name__ == "__main__":
    sys.exit(main())
