"""A real dbt project on the sample shop: the config out of it agrees with the tests of dbt."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warehouse_exporter.core.errors import UnusableArtifact
from warehouse_exporter.dbt import run_results
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute
from tests.support import shop_warehouse

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]
HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "how-to" / "dbt.md"
BREAKS: Mapping[str, tuple[str, str]] = {
    "completeness_client_id": (
        "UPDATE marts.orders SET client_id = NULL WHERE order_id = (SELECT min(order_id) FROM"
        " marts.orders)",
        "not_null_orders_client_id",
    ),
    "duplicates": (
        "INSERT INTO marts.orders SELECT * FROM marts.orders ORDER BY order_id LIMIT 1",
        "unique_orders_order_id",
    ),
    "range_revenue": (
        "UPDATE marts.orders SET revenue = -1 WHERE order_id = (SELECT max(order_id) FROM"
        " marts.orders)",
        "dbt_utils_accepted_range_orders_revenue__0",
    ),
    "orphans_session_id": (
        "DELETE FROM marts.sessions WHERE session_id = (SELECT min(session_id) FROM marts.orders)",
        "relationships_orders_session_id__session_id__ref_sessions_",
    ),
    "accepted_values_Channel": (
        "UPDATE marts.sessions SET \"Channel\" = 'carrier_pigeon' WHERE session_id = (SELECT"
        " max(session_id) FROM marts.sessions)",
        "accepted_values_sessions__Channel",
    ),
}
"""Check -> what breaks it, and the beginning of the name of the test of dbt that sees it."""
WARNED = ("completeness_client_id", "orphans_session_id")
"""Checks whose tests only warn: by their severity, or by `error_if`."""


@dataclass(frozen=True)
class Project:
    """A copy of the project, and a warehouse that it builds in."""

    program: Path
    folder: Path
    dsn: str

    @property
    def environment(self) -> dict[str, str]:
        """What dbt, the exporter and a Makefile need to know."""
        at = urlsplit(self.dsn)
        programs = (str(Path(sys.executable).parent), str(self.program.parent), os.environ["PATH"])
        return {
            **os.environ,
            "PATH": ":".join(programs),
            "DBT_PROFILES_DIR": str(self.folder),
            "SHOP_HOST": at.hostname or "",
            "SHOP_PORT": str(at.port),
            "SHOP_USER": at.username or "",
            "SHOP_DATABASE": at.path.strip("/"),
            "WAREHOUSE_DSN": self.dsn,
        }

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder of the project."""
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def dbt(self, *words: str, fails: bool = False) -> None:
        """Run dbt, which must succeed, or fail."""
        done = self.call(str(self.program), "--no-use-colors", *words)
        assert (done.returncode != 0) == fails, done.stdout

    def exporter(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the exporter."""
        return self.call(sys.executable, "-m", "warehouse_exporter", *words)

    def verdicts(self) -> dict[str, str]:
        """The verdict on each check that did not pass."""
        done = self.exporter("check", "--config.file", "warehouse.yml", "--format", "json")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        checks = json.loads(done.stdout)["checks"]
        return {
            f"{one['dataset']}.{one['check']}": one["outcome"]
            for one in checks
            if one["outcome"] not in ("pass",)
        }

    def results(self) -> run_results.Run:
        """What the last run of dbt says."""
        return run_results.load(self.folder / "target" / "run_results.json")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt, with exactly the packages that are listed for it."""
    folder = tmp_path_factory.mktemp("dbt")
    venv.create(folder, with_pip=True)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps")
    subprocess.run([*pip, "-r", str(HERE / "dbt.txt")], check=True)
    return folder / "bin" / "dbt"


@pytest.fixture(scope="module")
def project(
    program: Path, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """The project, built on a good shop, and the config out of it; a build repairs its models."""
    database = postgres.create_database("dbt_shop")
    shop_warehouse.build(database, datetime.now(UTC))
    folder = tmp_path_factory.mktemp("shop") / "project"
    made = Project(program, Path(shutil.copytree(HERE / "project", folder)), database)
    made.dbt("deps")
    made.dbt("build")
    done = made.exporter("init", "--dbt", ".", "--output", "warehouse.yml")
    assert done.returncode == 0, done.stderr
    assert "1 part of the project has no counterpart" in done.stderr
    yield made
    execute(postgres.dsn, "DROP DATABASE dbt_shop WITH (FORCE)")


def test_the_config_is_valid_and_agrees_with_the_tests_of_dbt(project: Project) -> None:
    valid = project.exporter("validate", "--connect", "--config.file", "warehouse.yml")
    assert valid.returncode == 0, valid.stdout + valid.stderr
    assert "11 datasets, 22 checks, no problems" in valid.stdout
    assert project.verdicts() == {}
    good = project.results()
    assert (good.models["success"], good.tests["pass"]) == (7, 19)
    for statement, _ in BREAKS.values():
        execute(project.dsn, statement)
    project.dbt("test", fails=True)
    found = project.verdicts()
    names = {one.node for one in project.results().failed}
    counts = project.results().tests
    for check, (_, test) in BREAKS.items():
        warned = check in WARNED
        (outcome,) = (word for name, word in found.items() if name.partition(".")[2] == check)
        assert outcome == ("warning" if warned else "critical")
        assert warned != any(name.startswith(test) for name in names)
    assert counts["warn"] == len(WARNED)
    assert "orders.revenue_is_that_of_its_items" in found
    assert len(found) == counts["fail"] + counts["warn"]


def test_the_results_of_a_run_that_fails_and_of_a_command_that_builds_nothing(
    project: Project,
) -> None:
    execute(project.dsn, "ALTER TABLE analytics.fct_sessions RENAME utm_source TO source")
    project.dbt("build", fails=True)
    execute(project.dsn, "ALTER TABLE analytics.fct_sessions RENAME source TO utm_source")
    bad = project.results()
    assert [(one.node, one.status) for one in bad.failed] == [("sessions", "error")]
    assert bad.tests["skipped"] >= 2
    project.dbt("compile", "--select", "stg_orders")
    with pytest.raises(UnusableArtifact, match="`dbt compile`, which builds and tests nothing"):
        project.results()


def test_the_makefile_of_the_documentation_stops_on_a_finding(project: Project) -> None:
    (makefile,) = re.findall(r"```make\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (project.folder / "Makefile").write_text(makefile)
    refresh = project.folder / "refresh-dashboards"
    refresh.write_text("#!/bin/sh\ntouch refreshed\n")
    refresh.chmod(0o755)
    good = project.call("make")
    assert good.returncode == 0, good.stdout + good.stderr
    assert (project.folder / "refreshed").exists()
    (project.folder / "refreshed").unlink()
    # dbt does not test the freshness of its sources in a build, so the build itself succeeds.
    execute(
        project.dsn, "UPDATE analytics.fct_orders SET loaded_at = loaded_at - interval '9 days'"
    )
    bad = project.call("make")
    assert bad.returncode != 0
    assert "Completed successfully" in bad.stdout
    assert re.search(r"FAIL +fct_orders\.freshness_loaded ", bad.stdout)
    assert not (project.folder / "refreshed").exists()
