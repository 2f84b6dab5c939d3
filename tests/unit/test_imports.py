"""What each command loads: time until it answers, and memory for as long as it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serving import Serving
from tests.support.shop_warehouse import CONFIG

TOLD = """
import json, sys
from warehouse_exporter.cli.main import main
try:
    main()
finally:
    print(json.dumps({"msg": "loaded", "modules": sorted(sys.modules)}))
"""
"""The program, and at its end the names of all modules it has loaded."""
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


def test_the_exporter_carries_nothing_that_a_scrape_does_not_need(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(CONFIG.read_text().replace("${WAREHOUSE_DSN}", "host=127.0.0.1 port=1"))
    serving = Serving(config)
    serving.command[1:3] = ["-c", TOLD]
    with serving:
        serving.wait_ready()
        serving.get("/metrics")
        serving.end()
    (told,) = serving.events("loaded")
    assert {"psycopg2", "prometheus_client", "uvicorn"} <= set(told["modules"])
    unneeded = {
        "rich",
        "jinja2",
        "bcrypt",
        "anyio._backends._asyncio",
        "warehouse_exporter.server.web.auth",
        "numpy",
    }
    assert sorted(unneeded & set(told["modules"])) == []
