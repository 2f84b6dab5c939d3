"""What every test may ask for: a real Postgres, an empty database in it, the recorded events."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import settings
from warehouse_exporter.demo.postgres import INSTALLS, Postgres

from tests.support.programs import MISSING

HERE = Path(__file__).parent
EVENTS = HERE.parents[1] / "shared" / "data" / "web_events"
NUMBERS = count(1)
settings.register_profile("patient", deadline=None)  # a busy machine is no fault
settings.load_profile("patient")
LONGEST = (
    "chain/incidents/test_incidents.py",
    "database/sql/test_corpus.py",
    "chain/incidents/test_pairs.py",
    "database/seams/test_seams.py",
)
"""Files of tests that take minutes: begun first, so that no worker is left alone with one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others as they come: long ones, which wait, before short ones.

    Each worker takes whole files in this order (`--dist loadfile --no-loadscope-reorder`).
    """
    order = {str(HERE / file): number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(str(item.path), len(order)))


def execute(dsn: str, sql: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Run statements as the owner of the database, committed at once; the rows of the last."""
    connection = psycopg2.connect(dsn)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that all tests of this process share: leave it as it was."""
    with chosen_postgres() as server:
        yield server


def chosen_postgres() -> Postgres:
    """The wheel's Postgres, or the one whose folder `TEST_POSTGRES` names."""
    folder = os.environ.get("TEST_POSTGRES")
    if not folder:
        return Postgres()
    told = subprocess.run(
        [f"{folder}/bin/postgres", "--version"], capture_output=True, text=True, check=True
    )
    major = re.search(r"(\d+)", told.stdout)
    assert major is not None, told.stdout
    return Postgres(int(major[1]), install=Path(folder))


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The DSN of an empty database that nobody else sees."""
    name = f"test_{next(NUMBERS)}"
    yield postgres.create_database(name)
    execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=sorted(INSTALLS))
def postgres_version(request: pytest.FixtureRequest) -> int:
    """Each major version of Postgres that comes with the wheel, in turn."""
    version: int = request.param
    return version


@pytest.fixture(scope="session")
def web_events() -> Path:
    """The folder with two weeks of recorded events, one gzipped CSV file per day."""
    folder = Path(os.environ.get("WEB_EVENTS_DIR", EVENTS))
    if not folder.is_dir():
        pytest.skip(f"no recorded events in {folder}: set WEB_EVENTS_DIR to their folder")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that a missing program silenced, so that nobody takes them for passed."""
    silenced = [
        (report.nodeid, report.longrepr[2].removeprefix("Skipped: "))
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and MISSING in report.longrepr[2]
    ]
    if silenced:
        terminalreporter.section("NOT TESTED for want of a program", red=True, bold=True)
        for nodeid, reason in silenced:
            terminalreporter.line(f"{nodeid}: {reason}")
