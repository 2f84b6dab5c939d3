"""The gate in real orchestrators: a finding stops the DAG, and it goes on after the repair."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import execute
from tests.support.warehouses import config_of

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]
HERE = Path(__file__).parent
DAY = "2026-03-09"
REPAIR = f"INSERT INTO orders SELECT i, '{DAY} 12:00+00' FROM generate_series(1, 7) AS i"


@dataclass(frozen=True)
class Orchestrator:
    """An orchestrator in an environment of its own, and a folder in which it runs the DAG."""

    program: Path
    words: tuple[str, ...]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *gate: str, dsn: str) -> subprocess.CompletedProcess[str]:
        """Run the whole DAG once, with the gate as one of its tasks."""
        return self.call(
            *self.words,
            GATE=" ".join([sys.executable, "-m", "warehouse_exporter", "check", *gate]),
            REFRESHED=str(self.refreshed),
            WAREHOUSE_DSN=dsn,
        )

    def call(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run its command line."""
        env = {**os.environ, **self.environment, **environment}
        return subprocess.run(
            [self.program, *words], capture_output=True, text=True, env=env, check=False
        )

    @property
    def refreshed(self) -> Path:
        """The file that the last task makes: the dashboards show the new day."""
        return self.folder / "refreshed"


def installed(name: str, folder: Path) -> Path:
    """The program of an orchestrator, with exactly the packages that are listed for it."""
    venv.create(folder / name, with_pip=True)
    python, listed = folder / name / "bin" / "python", HERE / f"{name}.txt"
    pip = (str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(listed))
    subprocess.run(pip, check=True)
    return folder / name / "bin" / name


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Orchestrator:
    """Airflow with a database of its own, and the DAG."""
    folder = tmp_path_factory.mktemp("airflow")
    (folder / "dags").mkdir()
    (folder / "dags" / "shop_dag.py").write_text((HERE / "shop_dag.py").read_text())
    environment = {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    words = ("dags", "test", "shop", DAY)
    made = Orchestrator(installed("airflow", folder), words, folder, environment)
    migrated = made.call("db", "migrate", GATE="true")
    assert migrated.returncode == 0, migrated.stderr
    return made


@pytest.fixture(scope="module")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Orchestrator:
    """Dagster with an instance of its own, and the job."""
    folder = tmp_path_factory.mktemp("dagster")
    words = ("job", "execute", "-f", str(HERE / "shop_job.py"), "-j", "shop")
    environment = {"DAGSTER_HOME": str(folder)}
    return Orchestrator(installed("dagster", folder), words, folder, environment)


def goes_on_after_the_repair(
    found: Orchestrator, database: str, folder: Path, *options: str
) -> None:
    """The DAG stops on a finding and on what is not measured, and refreshes after the repair.

    Each gate writes its report; the one with a finding puts the data aside.
    """
    file, reports, aside = (folder / name for name in ("config.yml", "reports", "aside"))
    file.write_text(config_of("volume: {critical: '< 5'}"))
    gate = (
        f"--config.file={file}",
        f"--report-dir={reports}",
        f"--quarantine-dir={aside}",
        *options,
    )
    unmeasured = found.run(*gate, dsn=database)
    assert unmeasured.returncode != 0
    assert not found.refreshed.exists()
    execute(database, "CREATE TABLE orders (id int, ts timestamptz)")
    execute(database, "INSERT INTO orders VALUES (0, '2026-03-08 12:00+00')")
    stopped = found.run(*gate, dsn=database)
    assert stopped.returncode != 0
    assert "orders: 0 orders on Mon 9 Mar" in stopped.stdout + stopped.stderr
    assert not found.refreshed.exists()
    assert any("0 orders on Mon 9 Mar" in one.read_text() for one in reports.rglob("*.md"))
    (copy,) = aside.glob("warehouse_quarantine_*")
    assert "0 orders on Mon 9 Mar" in (copy / "reason.md").read_text()
    execute(database, REPAIR)
    repaired = found.run(*gate, dsn=database)
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert found.refreshed.exists()
    assert list(aside.glob("warehouse_quarantine_*")) == [copy]


def test_airflow_stops_and_goes_on(airflow: Orchestrator, database: str, tmp_path: Path) -> None:
    """The DAG gives the gate the day of its data interval."""
    goes_on_after_the_repair(airflow, database, tmp_path)


def test_dagster_stops_and_goes_on(dagster: Orchestrator, database: str, tmp_path: Path) -> None:
    goes_on_after_the_repair(dagster, database, tmp_path, f"--day={DAY}")
