"""What each command loads: it is the time until it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.support.loaded import TOLD
from tests.support.shop_warehouse import CONFIG

WEB = {"starlette", "uvicorn", "h11", "prometheus_client", "schedule", "jinja2", "bcrypt"}
DATABASE = {"psycopg2"}
CONFIGS = {"yaml", "pydantic", "sqlglot"}
SCREEN = {"rich"}
NOT_LOADED = {
    "--version": WEB | DATABASE | CONFIGS | SCREEN,
    "--help": WEB | DATABASE | CONFIGS | SCREEN,
    "serve --help": WEB | DATABASE | CONFIGS | SCREEN,
    "demo break --help": WEB | DATABASE | CONFIGS | SCREEN,
    "schema": WEB | DATABASE | SCREEN,
    "kinds": WEB | DATABASE | SCREEN,
    f"validate --config.file {CONFIG}": WEB | DATABASE | SCREEN,
    f"rules --config.file {CONFIG}": WEB | DATABASE | SCREEN,
    f"check --config.file {CONFIG}": WEB,
}
"""What each command can do without."""


OF_OURS = {"core.model", "publish.report", "config", "kinds", "engines", "passes"}
"""What no help needs of our own."""


@cache
def modules(command: str) -> set[str]:
    """All modules that a command loads."""
    ran = subprocess.run(
        [sys.executable, "-c", TOLD, *command.split()],
        capture_output=True, text=True, env={"WAREHOUSE_DSN": "host=127.0.0.1 port=1"},
    )  # fmt: skip
    return set(json.loads(ran.stdout.splitlines()[-1])["modules"])


@pytest.mark.parametrize("command", ["--version", "--help", "serve --help"])
def test_a_help_loads_none_of_what_the_commands_work_with(command: str) -> None:
    assert sorted(modules(command) & {f"warehouse_exporter.{name}" for name in OF_OURS}) == []


@pytest.mark.parametrize("command", NOT_LOADED)
def test_a_command_loads_no_library_that_it_does_not_need(command: str) -> None:
    loaded = {name.split(".")[0] for name in modules(command)}
    assert "click" in loaded
    assert sorted(loaded & NOT_LOADED[command]) == []
