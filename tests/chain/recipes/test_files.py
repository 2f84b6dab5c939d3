"""The files of docs/how-to/files are taken by the programs that they are written for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.conftest import execute
from tests.support.programs import needs
from tests.support.warehouses import config_of
from tests.unit.formats.operator_schema import SERVICE_MONITOR
from tests.unit.test_cli import ask

FILES = Path(__file__).parents[3] / "docs" / "how-to" / "files"
PROGRAM = "/opt/warehouse-exporter/bin/warehouse-exporter"
OURS = f"{sys.executable} -m warehouse_exporter"


def done(*words: str | Path, code: int = 0, **more: Any) -> str:
    """What a program prints, and that it ends with this exit code."""
    ended = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, **more
    )
    said: str = ended.stdout + ended.stderr
    assert ended.returncode == code, said
    return said


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units of systemd, with a program that is there."""
    for file in (FILES / "systemd").iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace(PROGRAM, "/bin/true"))
    return sorted(tmp_path.iterdir())


@needs("systemd-analyze")
def test_systemd_takes_the_units_and_finds_them_safe(units: list[Path]) -> None:
    assert done("systemd-analyze", "verify", *units) == ""
    for unit in units:
        if unit.suffix == ".service":
            done("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)


@pytest.mark.parametrize(("rows", "said"), [(7, ""), (2, "2 orders on")])
def test_cron_is_silent_unless_the_gate_stops(
    database: str, tmp_path: Path, rows: int, said: str
) -> None:
    execute(database, "CREATE TABLE orders (id int, ts timestamptz)")
    each = "current_date - interval '12 hours'"
    execute(database, f"INSERT INTO orders SELECT i, {each} FROM generate_series(1, {rows}) i")
    config = tmp_path / "warehouse.yml"
    config.write_text(config_of("volume: {critical: '< 5'}"))
    (line,) = [one for one in (FILES / "cron" / "warehouse-gate").read_text().splitlines()
               if one[0].isdigit()]  # fmt: skip
    command = line.split(None, 6)[6].replace("/etc/warehouse-exporter/warehouse.yml", str(config))
    (tmp_path / "warehouse-exporter").write_text(f'#!/bin/sh\nexec {OURS} "$@"\n')
    (tmp_path / "warehouse-exporter").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    told = done("sh", "-c", command, env={**os.environ, "PATH": path, "WAREHOUSE_DSN": database})
    assert (said in told) if said else (told == "")
    assert told.startswith("exit code 1") or not said


def test_github_takes_the_workflow() -> None:
    file = FILES / "github" / "warehouse-gate.yml"
    checker = Path(sys.executable).parent / "check-jsonschema"
    done(checker, "--builtin-schema", "vendor.github-workflows", file)
    step = yaml.safe_load(file.read_text())["jobs"]["gate"]["steps"][3]
    assert step["env"] == {"WAREHOUSE_DSN": "${{ secrets.WAREHOUSE_DSN }}"}


def test_the_step_of_the_workflow_fails_and_annotates(database: str, tmp_path: Path) -> None:
    file = FILES / "github" / "warehouse-gate.yml"
    *_, gate, report = yaml.safe_load(file.read_text())["jobs"]["gate"]["steps"]
    execute(database, "CREATE TABLE orders (id int, ts timestamptz)")
    (tmp_path / "warehouse.yml").write_text(config_of("volume: {critical: '< 5'}"))
    env = {**os.environ, "WAREHOUSE_DSN": database}
    command = gate["run"].replace("warehouse-exporter", OURS)
    told = done("bash", "-c", command, code=1, cwd=tmp_path, env=env)
    assert "::error" in told
    summary = tmp_path / "summary.md"
    done("bash", "-c", report["run"], cwd=tmp_path,
         env={**os.environ, "GITHUB_STEP_SUMMARY": str(summary)})  # fmt: skip
    assert "0 orders on" in summary.read_text()


@pytest.fixture
def kustomization(tmp_path: Path) -> Path:
    """The folder of Kubernetes, with the rules in it."""
    for file in (FILES / "kubernetes").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    asked = ask("rules", f"--config.file={tmp_path / 'warehouse.yml'}", "--format=prometheusrule",
                f"--output={tmp_path / 'rules.yaml'}")  # fmt: skip
    assert asked.exit_code == 0, asked.stderr
    return tmp_path


def test_the_pod_can_change_nothing_and_asks_the_right_probes(kustomization: Path) -> None:
    deployment = yaml.safe_load((kustomization / "deployment.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    probes = {container[f"{name}Probe"]["httpGet"]["path"] for name in ("liveness", "readiness")}
    assert probes == {"/-/healthy", "/-/ready"}
    written = yaml.safe_load((kustomization / "warehouse.yml").read_text())
    mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
    assert str(Path(written["warehouse"]["dsn_file"]).parent) in mounts
    monitor = yaml.safe_load((kustomization / "servicemonitor.yaml").read_text())
    jsonschema.validate(monitor, SERVICE_MONITOR)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@needs("kubectl")
def test_the_schemas_of_kubernetes_take_the_objects(kustomization: Path, tmp_path: Path) -> None:
    """Strictly: a key that Kubernetes does not know is an error."""
    environment = tmp_path / "environment"
    done(sys.executable, "-m", "venv", environment)
    done(environment / "bin" / "pip", "install", "--quiet", "kubernetes-validate==1.37.0")
    objects = tmp_path / "objects.yaml"
    objects.write_text(done("kubectl", "kustomize", kustomization))
    told = done(environment / "bin" / "kubernetes-validate", "--strict", objects)
    assert told.count("passed for resource") == 3, told


def test_mimir_knows_every_key_of_the_rules() -> None:
    """Its parser refuses others."""
    complete = FILES.parents[2] / "exporter/warehouse_exporter/profiles/complete.yml"
    made = yaml.safe_load(ask("rules", f"--config.file={complete}").stdout)
    assert set(made) == {"groups"}
    assert {key for group in made["groups"] for key in group} <= {"name", "interval", "rules"}
    keys = {key for group in made["groups"] for rule in group["rules"] for key in rule}
    assert keys <= {
        "record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations",
    }  # fmt: skip
