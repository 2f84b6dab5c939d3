"""README.md and docs/how-to/own-postgres.md: each command, in order, up to the first page.

The role is made as the page has it. Only addresses are others: of the warehouse, and of the three
servers, whose ports may be taken. The campaign begins with a clone and an empty environment.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.alertmanager.recorder import Recorder
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import free_port, wait_for

ROOT = Path(__file__).parents[3]
HOW_TO, README = ROOT / "docs" / "how-to" / "own-postgres.md", ROOT / "README.md"
TABLES = """
CREATE ROLE etl;
CREATE SCHEMA analytics AUTHORIZATION etl;
SET ROLE etl;
CREATE TABLE analytics.orders (order_id int PRIMARY KEY, order_ts timestamptz, revenue numeric);
INSERT INTO analytics.orders SELECT i, now() - interval '15 minutes' * i, 10 + i % 7
FROM generate_series(1, 2880) i;
CREATE INDEX ON analytics.orders (order_ts);
"""
SERVERS = ("warehouse-exporter serve", "prometheus ", "prometheus-alertmanager ")
INSTALLS = ("python3 -m venv", ".venv/bin/pip", "export PATH")
pytestmark = [needs("prometheus"), needs("prometheus-alertmanager"), needs("amtool")]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[str]:
    """The commands of a page in order; one may have several lines."""
    whole = "\n".join(blocks(page, "sh"))
    yield from re.findall(r"^\S.*?(?:<<'(?:END)'\n.*?^END$|(?:\\\n.*?)*$)", whole, re.M | re.S)


@pytest.fixture
def warehouse(postgres: Postgres) -> Iterator[str]:
    """The DSN of the page's role, in a database with a month of orders."""
    dsn = postgres.create_database("own")
    execute(dsn, TABLES)
    (role,) = blocks(README, "sql")
    execute(dsn, role)
    yield dsn.replace("//postgres@", "//warehouse_exporter@")
    execute(dsn, "DROP OWNED BY warehouse_exporter, etl CASCADE")
    execute(postgres.dsn, "DROP DATABASE own WITH (FORCE)")
    execute(postgres.dsn, "DROP ROLE warehouse_exporter; DROP ROLE etl")


@dataclass
class Walk:
    """A shell that a reader types into, in a folder."""

    folder: Path
    replaced: dict[str, str]
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    def type(self, command: str) -> None:
        """One command, which must end well; what it exports is there for the next."""
        for written, here in self.replaced.items():
            command = command.replace(written, here)
        exported = re.match(r"export (\w+)=(.*)", command)
        shell = ["bash", "-euc", f"echo {exported[2]}" if exported else command]
        done = subprocess.run(
            shell, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if exported:
            self.environment[exported[1]] = done.stdout.strip()
        self.said.append(done.stdout + done.stderr)

    @contextmanager
    def started(self, command: str) -> Iterator[None]:
        """A server in a terminal of its own, until the block ends."""
        for written, here in self.replaced.items():
            command = command.replace(written, here)
        with (self.folder / "servers.log").open("ab") as log:
            running = subprocess.Popen(
                ["bash", "-euc", f"exec {command}"], cwd=self.folder, env=self.environment,
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


def ready(address: str) -> bool:
    """Whether a server answers that it is ready."""
    try:
        return httpx.get(f"http://{address}/-/ready").is_success
    except httpx.TransportError:
        return False


def first_page(page: Path, dsn: str, folder: Path, *, install: bool) -> list[str]:
    """Follow a page from its first command to its last; what the commands said."""
    exporter, prometheus, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(3))
    with Recorder() as people:
        (folder / "slack").write_text(f"{people.url}/slack")
        walk = Walk(
            folder,
            {
                "postgresql://warehouse_exporter@warehouse.example/warehouse": dsn,
                "/run/secrets/slack_api_url": str(folder / "slack"),
                "--output monitoring": f"--output monitoring --exporter-address {exporter}"
                f" --alertmanager-address {alertmanager}",
                SERVERS[0]: f"{SERVERS[0]} --web.listen-address={exporter}",
                "prometheus --config": f"prometheus --web.listen-address={prometheus} --config",
                "prometheus-alertmanager ": "prometheus-alertmanager --cluster.listen-address="
                f" --web.listen-address={alertmanager} ",
                "127.0.0.1:9093": alertmanager,
            },
            {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)},
        )
        typed = [c for c in commands(page) if install or not c.startswith(INSTALLS)]
        before = [c for c in typed if not c.startswith((*SERVERS, "amtool"))]
        for command in before:
            walk.type(command)
        routes = folder / "monitoring" / "alertmanager" / "alertmanager.yml"
        routes.write_text(routes.read_text().replace("group_wait: 30s", "group_wait: 0s"))
        serve, metrics, notify = (c for c in typed if c.startswith(SERVERS))
        with walk.started(serve), walk.started(metrics), walk.started(notify):
            wait_for(lambda: all(map(ready, (exporter, prometheus, alertmanager))))
            (drill,) = (c for c in typed if c.startswith("amtool"))
            walk.type(drill)
            (message,) = people.wait_at("/slack")
            rules = f"http://{prometheus}/api/v1/rules"
            assert "WarehouseVolumeOutOfBounds" in httpx.get(rules).text
    assert "a drill: nothing is wrong" in str(message)
    return walk.said


def test_the_page_of_the_readme_and_that_of_the_how_to_are_the_same_way() -> None:
    """The how-to has more; what the README has, it has too, in that order."""
    longer = iter(commands(HOW_TO))
    assert [c for c in commands(README) if c not in longer] == []
    assert blocks(README, "sql") == blocks(HOW_TO, "sql")


def test_from_the_role_to_the_first_page(warehouse: str, tmp_path: Path) -> None:
    said = first_page(HOW_TO, warehouse, tmp_path, install=False)
    assert any("orders.volume" in text and "PASS" in text for text in said)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_the_readme_from_a_clone_to_the_first_page(warehouse: str, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    said = first_page(README, warehouse, clone, install=True)
    assert any("orders.volume" in text and "PASS" in text for text in said)
