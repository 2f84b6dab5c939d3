"""Secrets stay where they are, the doors are shut, and the documented set-up works."""

from __future__ import annotations

import base64
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.server.web.settings import load_settings

from tests.conftest import execute
from tests.support.certificates import Authority
from tests.support.secured import hashed
from tests.support.serving import Serving, wait_for

SECURITY = Path(__file__).parents[2] / "docs" / "how-to" / "security.md"
FIRST, SECOND, DOOR = "first-sesame-81", "second-sesame-92", "door-sesame-73"
CONFIG = """
warehouse: {{dsn_file: {file}}}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: 1s
    checks: [{{duplicates: {{critical: "> 0"}}}}]
"""
ORDERS = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric);
INSERT INTO orders VALUES (1, now() - interval '1 day', 5);
GRANT SELECT ON orders TO rotating;
"""


@pytest.fixture
def guarded(postgres: Postgres, database: str) -> Iterator[str]:
    """A database with a table, where the role `rotating` needs a password."""
    execute(database, f"CREATE ROLE rotating LOGIN PASSWORD '{FIRST}'")
    execute(database, ORDERS)
    with asked_for_a_password(postgres, "rotating"):
        yield database
    execute(database, "DROP OWNED BY rotating; DROP ROLE rotating")


@contextmanager
def asked_for_a_password(postgres: Postgres, role: str) -> Iterator[None]:
    """Let the server, which trusts everybody, trust this role no more."""
    ((name,),) = execute(postgres.dsn, "SHOW hba_file")
    file = Path(str(name))
    before = file.read_text()
    file.write_text(f"host all {role} 127.0.0.1/32 scram-sha-256\n{before}")
    execute(postgres.dsn, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        file.write_text(before)
        execute(postgres.dsn, "SELECT pg_reload_conf()")


def dsn_of(database: str, password: str) -> str:
    """The DSN of the role `rotating`."""
    return re.sub("//[^@]+@", f"//rotating:{password}@", database)


class Door:
    """The files of an exporter with secrets, and everything it ever said to anybody."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.dsn = folder / "dsn"
        self.config = folder / "exporter.yml"
        self.config.write_text(CONFIG.format(file=self.dsn))
        self.hash = hashed(DOOR)
        self.web = folder / "web.yml"
        self.web.write_text(f"basic_auth_users: {{prometheus: {self.hash}}}\n")
        self.said: list[str] = []

    def secrets(self) -> list[str]:
        """What nobody may ever see."""
        header = base64.b64encode(f"prometheus:{DOOR}".encode()).decode()
        return [FIRST, SECOND, DOOR, self.hash, self.hash[7:], header]

    def run(self, *arguments: str) -> str:
        """What a command prints, which is kept."""
        done = subprocess.run(
            [sys.executable, "-m", "warehouse_exporter", *arguments],
            capture_output=True, text=True, timeout=60, cwd=self.folder,
            env={"PYTHONPATH": str(SECURITY.parents[1] / "exporter"), "PATH": ""},
        )  # fmt: skip
        self.said.append(done.stdout + done.stderr)
        return self.said[-1]


class Locked(Serving):
    """An exporter that knows us."""

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET of the right user."""
        return httpx.get(f"http://{self.address}{path}", auth=("prometheus", DOOR), timeout=30)


def test_no_secret_is_ever_said_and_the_password_rotates(guarded: str, tmp_path: Path) -> None:
    door = Door(tmp_path, guarded)
    door.dsn.write_text(dsn_of(guarded, FIRST))
    options = [f"--web.config.file={door.web}", "--log.level=debug"]
    with Locked(door.config, options) as exporter:
        wait_for(lambda: exporter.metric("warehouse_up") == 1)
        visit(door, exporter)
        execute(guarded, f"ALTER ROLE rotating PASSWORD '{SECOND}'")
        wait_for(lambda: exporter.metric("warehouse_up") == 0)
        visit(door, exporter)
        door.dsn.write_text(f"postgresql://rotating:{SECOND}@[no host")
        told = len(exporter.events("warehouse not reachable"))
        wait_for(lambda: "DSN cannot be parsed" in exporter.get("/").text)
        visit(door, exporter)
        door.web.write_text(f"basic_auth_users: {{prometheus: {DOOR}}}\n")
        wait_for(lambda: exporter.metric("warehouse_web_config_last_reload_successful") == 0)
        visit(door, exporter)
        door.dsn.write_text(dsn_of(guarded, SECOND))
        wait_for(lambda: exporter.metric("warehouse_up") == 1)
        log = exporter.log.read_text()
        assert told >= 1
        assert "password authentication failed" in log
        assert "not a bcrypt hash" in log
        door.said.append(log)
    for command in ("validate", "plan", "check"):
        door.run(command, f"--config.file={door.config}")
    door.run("check", f"--config.file={door.config}", "--format=json", "--log.level=debug")
    assert "PASS" in door.said[-2], door.said[-2]
    door.run("serve", f"--config.file={door.config}", f"--web.config.file={door.web}")
    assert "not a bcrypt hash" in door.said[-1]
    everything = "\n".join(door.said)
    assert [secret for secret in door.secrets() if secret in everything] == []


def visit(door: Door, exporter: Serving) -> None:
    """Keep what everybody can see of the exporter now."""
    for path in ("/", "/metrics", "/api/v1/checks", "/-/ready", "/nowhere"):
        door.said.append(exporter.get(path).text)
    for path in ("/-/reload", "/-/collect"):
        url = f"http://{exporter.address}{path}"
        assert httpx.post(url, auth=("prometheus", DOOR)).status_code == 403
    stranger = httpx.get(f"http://{exporter.address}/metrics", auth=("prometheus", f"{DOOR}x"))
    assert stranger.status_code == 401
    door.said.append(f"{stranger.headers} {stranger.text}")
    for file in ("cmdline", "comm"):
        door.said.append(Path(f"/proc/{exporter.process.pid}/{file}").read_text())


def test_help_shows_no_value_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_DSN", f"postgresql://u:{FIRST}@h/d")
    for command in ([], *([name] for name in main.commands)):
        said = CliRunner().invoke(main, [*command, "--help"])
        assert said.exit_code == 0
        assert FIRST not in said.output


def test_it_listens_at_home_and_its_lifecycle_is_off() -> None:
    given = main.commands["serve"].make_context("serve", ["--config.file=exporter.yml"]).params
    assert given["listen"] == "127.0.0.1:9843"
    assert given["lifecycle"] is False
    assert given["web_config"] is None


def blocks(language: str) -> list[str]:
    """The blocks of the documentation in a language."""
    return re.findall(rf"```{language}\n(.*?)```", SECURITY.read_text(), re.DOTALL)


def test_the_web_config_of_the_documentation_is_one(tmp_path: Path) -> None:
    Authority(tmp_path, "prometheus-ca").sign("server")
    file = tmp_path / "web.yml"
    file.write_text(blocks("yaml")[0])
    settings = load_settings(file)
    assert settings.tls is not None
    assert list(settings.users) == ["prometheus"]


def test_the_certificate_of_the_documentation_can_be_made(tmp_path: Path) -> None:
    command = blocks("sh")[0].split("chmod")[0]
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
