"""Write docs/explanation/reliability.md from the runs: python -m labs.reliability [ID ...]."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from pathlib import Path

import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.reliability import document
from labs.reliability.scenario import Scenario, scenarios
from labs.reliability.stage import Stage


def tell(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)


def played(one: Scenario, number: int, server: Postgres) -> str | None:
    """What was seen, or None where the bound did not hold."""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            dsn = server.create_database(f"scenario_{number}")
            seen = one.run(Stage(server, dsn, Path(folder)))
    except pytest.skip.Exception as missing:
        tell(f"SKIPPED {one.id}: {missing}; its row stays as it is")
        return document.kept().get(one.id)
    except Exception:
        tell(f"FAILED  {one.id}\n{traceback.format_exc()}")
        return None
    tell(f"{time.monotonic() - started:5.1f} s  {one.id}: {seen.splitlines()[0]}")
    return document.cell(seen)


def main(wanted: list[str]) -> int:
    """Run all scenarios, or those wanted; 1 if a bound did not hold, 2 for an unknown id."""
    known = {one.id: one for one in scenarios()}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        tell(f"no such scenario: {', '.join(unknown)}; known: {', '.join(known)}")
        return 2
    chosen = [known[id] for id in wanted] or list(known.values())
    with Postgres() as server:
        found = {one.id: played(one, number, server) for number, one in enumerate(chosen)}
    document.write({id: seen for id, seen in found.items() if seen is not None})
    tell(f"{document.PATH} written")
    return int(None in found.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
