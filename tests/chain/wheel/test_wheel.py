"""`pip install` gives the whole product: one page and one resolve come of nothing but the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from labs.incidents.notices import notices, pages
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for

ROOT = Path(__file__).parents[3]
CONFIG = """
warehouse: {dsn: "DSN"}
datasets:
  orders:
    relation: orders
    key: id
    every: 1s
    checks:
      - duplicates: {critical: "> 0"}
alerts: {keep_firing_for: 0s, external_url: "http://exporter.example"}
routing:
  pagerduty: {routing_key_file: FOLDER/key, url: PEOPLE/pagerduty}
  slack: {api_url_file: FOLDER/slack}
"""


def pip(*words: str) -> None:
    """Run our own pip: an environment that gets one as well takes longer to make."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as a wheel installs it, without any extra, in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    environment, wheels = folder / "environment", folder / "wheels"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip("wheel", "--no-deps", f"--wheel-dir={wheels}", str(ROOT))
    (wheel,) = wheels.glob("*.whl")
    python = environment / "bin" / "python"
    pip(f"--python={python}", "install", "--no-compile", str(wheel))
    return environment / "bin" / "warehouse-exporter"


def run(program: Path, folder: Path, *words: str) -> str:
    """What a command of the installed program prints, in a folder that is not the checkout."""
    done = subprocess.run(
        [program, *words], cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "WAREHOUSE_DSN": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def table(database: str) -> str:
    """The DSN of a database with a table in which no key occurs twice."""
    execute(database, "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)")
    return database


@needs("promtool")
@needs("amtool")
def test_every_profile_becomes_files_that_load(program: Path, tmp_path: Path) -> None:
    run(program, tmp_path, "init", "--profile=complete", "--output=warehouse.yml")
    run(program, tmp_path, "assets", "--config.file=warehouse.yml", "--output=made")
    made = tmp_path / "made"
    for command, file in (
        (["promtool", "check", "config"], made / "prometheus" / "prometheus.yml"),
        (["amtool", "check-config"], made / "alertmanager" / "alertmanager.yml"),
    ):
        done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    rules = yaml.safe_load((made / "prometheus" / "rules" / "warehouse.yml").read_text())
    alerts = {rule["alert"] for g in rules["groups"] for rule in g["rules"] if "alert" in rule}
    assert {"WarehouseDown", "WarehouseExporterDown", "WarehouseHeartbeat"} <= alerts
    assert alerts <= {file.stem for file in (made / "runbooks").iterdir()}


@needs("prometheus")
@needs("prometheus-alertmanager")
def test_one_page_and_one_resolve_come_of_the_wheel_alone(
    program: Path, table: str, tmp_path: Path
) -> None:
    with Recorder() as people:
        (tmp_path / "key").write_text("a key")
        (tmp_path / "slack").write_text(f"{people.url}/slack")
        text = CONFIG.replace("DSN", table).replace("FOLDER", str(tmp_path))
        (tmp_path / "warehouse.yml").write_text(text.replace("PEOPLE", people.url))
        run(program, tmp_path, "assets", "--config.file=warehouse.yml", "--output=made")
        made = tmp_path / "made"
        routes = made / "alertmanager" / "alertmanager.yml"
        hurried = routes.read_text().replace("group_wait: 30s", "group_wait: 0s")
        routes.write_text(hurried.replace("group_interval: 1m", "group_interval: 1s"))
        exporter = Serving(tmp_path / "warehouse.yml")
        exporter.command[:3] = [str(program)]
        rules = made / "prometheus" / "rules" / "warehouse.yml"
        with (
            exporter,
            AlertmanagerServer(routes) as alertmanager,
            PrometheusServer([exporter.address], [rules], alertmanager.url) as prometheus,
        ):
            wait_for(lambda: prometheus.query("warehouse_check_measured == 1"))
            execute(table, "INSERT INTO orders VALUES (2)")
            page = wait_for(lambda: pages(notices(people)))[0]
            assert "orders: 1 of 2 values of id occurs more than once" in page.title
            execute(table, "DELETE FROM orders WHERE ctid = (SELECT max(ctid) FROM orders)")
            wait_for(lambda: [one for one in pages(notices(people)) if one.resolved])
            assert len({one.key for one in pages(notices(people))}) == 1, (
                "one incident, from first to last"
            )
            runbook = httpx.get(f"http://{exporter.address}/runbooks/WarehouseDuplicateKeys")
    assert runbook.status_code == 200
    assert "<h1>WarehouseDuplicateKeys</h1>" in runbook.text
