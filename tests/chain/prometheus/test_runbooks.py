"""Every alert has its runbook, and what a runbook tells people to type works and helps."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.fault import DUE
from warehouse_exporter.demo.faults import FAULTS
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG, GRANTS, ROLE

from tests.chain.demo.shops import connected, copied
from tests.chain.e2e.servers import AlertmanagerServer
from tests.chain.prometheus.runbooks import (
    COMMON,
    PAGES,
    alerts,
    commands,
    objective_alerts,
    place_of,
)
from tests.chain.prometheus.shown import FAULT, NOT_OF_DATA, SQL
from tests.conftest import execute
from tests.support.programs import needs, require

SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "Silence"]
NOW = datetime.now(UTC)
"""Commands and statements judge as of now, as people do at night."""
DAY = f"{(NOW - DUE).date() - timedelta(days=1)}"
READ_ONLY = "-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout=60s"
every_page = pytest.mark.parametrize("alert", PAGES)


@pytest.fixture(scope="module")
def template(postgres: Postgres) -> Iterator[str]:
    """The name of a database with a good shop, to copy: nobody is connected to it."""
    with connected(postgres.create_database("runbooks")) as connection:
        shop.build(connection, as_of=NOW, days=20, sessions_per_day=400)
        with connection, connection.cursor() as cursor:
            cursor.execute(GRANTS)
    yield "runbooks"
    execute(postgres.dsn, "DROP DATABASE runbooks WITH (FORCE)")
    execute(postgres.dsn, f"DROP ROLE {ROLE}")


@pytest.fixture(scope="module")
def good(postgres: Postgres, template: str) -> Iterator[str]:
    """The DSN of a good shop, as the exporter's role."""
    with copied(postgres, template) as connection:
        yield as_exporter(connection)


@pytest.fixture(scope="module")
def alertmanager() -> Iterator[str]:
    """Where a running Alertmanager is."""
    require("prometheus-alertmanager")
    with AlertmanagerServer("route: {receiver: nobody}\nreceivers: [{name: nobody}]") as server:
        yield server.url


def as_exporter(connection: Connection) -> str:
    """The database of a connection, as the role that can only read."""
    info = connection.info
    return f"postgresql://{ROLE}@127.0.0.1:{info.port}/{info.dbname}"


def answers(dsn: str, alert: str) -> list[list[tuple[Any, ...]]]:
    """What the statements of a runbook give, one after the other."""
    place, found = place_of(alert, DAY), []
    connection = psycopg2.connect(dsn, options=READ_ONLY)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in commands(PAGES[alert], "sql"):
                cursor.execute(place.filled(statement))
                found.append(cursor.fetchall())
    finally:
        connection.close()
    return found


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert sorted(PAGES) == sorted(alerts())


@every_page
def test_a_runbook_has_its_sections_and_says_something_in_each(alert: str) -> None:
    text = PAGES[alert].read_text()
    title, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    assert title.startswith(f"# {alert}\n")
    assert "[Begin here](README.md)" in title
    assert [section.split("\n")[0] for section in sections] == SECTIONS
    assert all(len(section.split("\n", 1)[1].strip()) > 20 for section in sections)
    assert commands(PAGES[alert], "sql") + commands(PAGES[alert], "sh")


@pytest.mark.parametrize("page", [COMMON, *PAGES.values()], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, anchor = link.partition("#")
        target = page.parent / file
        assert target.is_file(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
        slugs = [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings]
        assert not anchor or anchor in slugs, link


def test_no_command_stands_on_many_pages() -> None:
    texts = [text for page in PAGES.values() for text in commands(page, "sh")]
    common = {text for text in texts if texts.count(text) > 6}
    assert common == set(), "what is common stands once, in README.md"


@every_page
def test_the_statements_run_for_the_role_that_can_only_read(good: str, alert: str) -> None:
    assert len(answers(good, alert)) == len(commands(PAGES[alert], "sql"))


@needs("psql")
@every_page
def test_psql_takes_the_statements_as_they_stand(good: str, alert: str) -> None:
    place = place_of(alert, DAY)
    given = [f"--set={name}={value}" for name, value in place.variables.items()]
    run = subprocess.run(
        ["psql", good, "--no-psqlrc", "--set=ON_ERROR_STOP=1", *given],
        input="\n".join(commands(PAGES[alert], "sql")),
        env=os.environ | {"PGOPTIONS": READ_ONLY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_every_alert_about_data_has_a_break_that_its_runbook_is_tried_on() -> None:
    assert sorted({*FAULT, *SQL, *NOT_OF_DATA, *objective_alerts()}) == sorted(alerts())


@pytest.mark.parametrize("alert", [*FAULT, *SQL])
def test_the_statements_show_what_is_broken(
    postgres: Postgres, template: str, good: str, alert: str
) -> None:
    before, again = answers(good, alert), answers(good, alert)
    with copied(postgres, template) as connection:
        if alert in FAULT:
            FAULTS[FAULT[alert]].break_(connection, NOW)
        else:
            execute(connection.dsn, SQL[alert].format(day=DAY))
        after = answers(as_exporter(connection), alert)
    steady = [was == still for was, still in zip(before, again, strict=True)]
    shown = [was != now for was, now in zip(before, after, strict=True)]
    assert any(s and t for s, t in zip(shown, steady, strict=True)), after


def shape(text: str) -> tuple[str, frozenset[str]]:
    """A command without its names and numbers: its first two words, and the options it has."""
    plain = re.sub(r"\S*=\S+|'[^']*'|\"[^\"]*\"|\d+|\b\w*_\w+\b|\bWarehouse\w+", "x", text)
    words = plain.split()
    return " ".join(words[:2]), frozenset(words[2:])


def shell_commands() -> Iterator[Any]:
    """Every command of every page; of those that differ in names and numbers alone the first runs.

    The campaign runs them all, also those that another one says with more options.
    """
    pages = (COMMON, *PAGES.values())
    found = [(page, *one) for page in pages for one in enumerate(commands(page, "sh"), 1)]
    shapes, seen = {shape(text) for _, _, text in found}, set()
    for page, number, text in found:
        command, options = mine = shape(text)
        longer = any(of == command and options < more for of, more in shapes)
        marks = pytest.mark.campaign if mine in seen or longer else ()
        seen.add(mine)
        yield pytest.param(page.stem, text, id=f"{page.stem}-{number}", marks=marks)


@pytest.mark.parametrize(("page", "text"), list(shell_commands()))
def test_the_commands_run(good: str, page: str, text: str, request: pytest.FixtureRequest) -> None:
    place = place_of(page, DAY)
    given = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "WAREHOUSE_DSN": good, "config": str(CONFIG), "day": DAY,
        "dataset": place.dataset, "check": place.check,
    }  # fmt: skip
    for program in ("psql", "amtool", "promtool"):
        if re.search(rf"^{program} ", text, re.MULTILINE):
            require(program)
    if "amtool" in text:
        given["alertmanager"] = request.getfixturevalue("alertmanager")
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env=os.environ | given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found_something = (1,) if "warehouse-exporter check" in text else ()
    assert run.returncode in (0, *found_something), run.stdout + run.stderr
