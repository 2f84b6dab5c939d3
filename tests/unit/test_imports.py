"""What each command loads: it is the time until it answers."""

from __future__ import annotations

import json
import subprocess
import sys

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


@pytest.mark.parametrize("command", NOT_LOADED)
def test_a_command_loads_no_library_that_it_does_not_need(command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TOLD, *command.split()],
        capture_output=True, text=True, env={"WAREHOUSE_DSN": "host=127.0.0.1 port=1"},
    )  # fmt: skip
    loaded = {name.split(".")[0] for name in json.loads(ran.stdout.splitlines()[-1])["modules"]}
    assert "click" in loaded
    assert sorted(loaded & NOT_LOADED[command]) == []
