"""What another package adds by entry point: it is found, and one that is broken is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import warehouse_exporter
import yaml

KIND = """
from typing import ClassVar
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds.rows import Rows

class Odd(Rows):
    \"\"\"Share of odd rows.\"\"\"
    kind = "odd"
    ids = ("Z1",)
    metric = Metric("warehouse_odd_ratio", "Share of odd rows.")
    alert = "WarehouseOdd"
    runbook = "# WarehouseOdd"

class Twin(Odd):
    kind = "volume"
    alert = "WarehouseTwin"
    metric = Metric("warehouse_twin_ratio", "Share of twins.")

class SameAlert(Odd):
    kind = "other"
    metric = Metric("warehouse_other_ratio", "Share of others.")
    alert = "WarehouseRowsFailing"

number = 7

from warehouse_exporter.receivers.base import Audience, Receiver, template

class Teams(Receiver):
    \"\"\"Channels of Teams.\"\"\"
    name = "teams"
    about = "Channels of Teams."
    owner_address = "File with the URL of the owner's channel."
    how_to_reach_all = "`teams`"
    template = '{{ define "warehouse.teams.text" }}odd{{ end }}'
    channel_file: str

    def everybody(self):
        return dict.fromkeys(list(Audience)[:3], self.owner(self.channel_file))

    def owner(self, address):
        return {"msteams_configs": [{"webhook_url_file": address, "text": template("teams.text")}]}

class Twice(Teams):
    name = "slack"

from warehouse_exporter.baselines.base import CHANGE, EXPECTED, Written
from warehouse_exporter.baselines.shared.by_days import ByDays
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term, Unit

class Highest(ByDays):
    name = "highest"
    terms = {"above": Written("per cent above the highest day", per_cent=True)}
    example = "{warning: {above: 50%}}"
    middle = "highest"

    def condition(self, severity, terms, direction):
        limit = Limit(">=", terms["above"], Unit.SHARE, f"{terms['above']:.0%} above the highest")
        return Condition.all_of(Term(CHANGE.name, limit, Reading.SIGNED))

    def gauges(self, value, past, terms):
        highest = max(past.values)
        return {EXPECTED: highest, CHANGE: value / highest - 1}

class OtherForm(Highest):
    name = "other_form"
    terms = {"z": Written("per cent, where others have a number", per_cent=True)}
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
routing: {slack: {api_url_file: /run/secrets/slack}}
datasets:
  orders: {relation: orders, time: ts, checks: [odd: {failing: id % 2 = 1, critical: "> 0"}]}
"""


def package(folder: Path, points: str) -> None:
    """A package beside the program that has some entry points."""
    (folder / "shop_checks.py").write_text(KIND)
    (folder / "broken_checks.py").write_text("import no_such_module")
    info = folder / "shop_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    (folder / "shop.yml").write_text(CONFIG)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command that finds the package."""
    return subprocess.run(
        [sys.executable, "-m", "warehouse_exporter", *command],
        env=os.environ | {"PYTHONPATH": str(folder), "WAREHOUSE_DSN": "dbname=nowhere"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_kind_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.kinds]\nodd = shop_checks:Odd\n")
    rules = run(tmp_path, "rules", "--config.file=shop.yml")
    assert rules.returncode == 0, rules.stderr
    assert "alert: WarehouseOdd" in rules.stdout
    assert "warehouse_odd_ratio" in run(tmp_path, "reference").stdout
    made = run(tmp_path, "assets", "--config.file=shop.yml", "--output=assets")
    assert (tmp_path / "assets/runbooks/WarehouseOdd.md").exists(), made.stderr


def test_a_receiver_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.receivers]\nteams = shop_checks:Teams\n")
    written = CONFIG.replace("odd: {failing: id % 2 = 1, ", "volume: {").replace("> 0", "< 1")
    file = tmp_path / "shop.yml"
    file.write_text(written.replace("slack: {api_url_file: /run/secrets/slack}", "teams: {}"))
    said = run(tmp_path, "alertmanager", "--config.file=shop.yml").stderr
    assert "shop.yml:3: routing.teams: `channel_file` is required" in said
    file.write_text(
        written.replace("slack: {api_url_file: /run/secrets/slack}", "teams: {channel_file: /all}")
        + "owners: {growth: {teams: /growth}}\n"
    )
    made = run(tmp_path, "assets", "--config.file=shop.yml", "--output=assets")
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "assets/alertmanager"
    assert "teams.text" in (folder / "templates/teams.tmpl").read_text()
    receivers = {
        one["name"]: one.get("msteams_configs", [{}])[0].get("webhook_url_file")
        for one in yaml.safe_load((folder / "alertmanager.yml").read_text())["receivers"]
    }
    assert receivers == {
        "unrouted": "/all", "critical": "/all", "warning": "/all", "info": None,
        "dead-mans-switch": None, "explained_by": None, "owner growth": "/growth",
    }  # fmt: skip


ANOMALY = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets: {orders: {relation: orders, time: ts}}
metrics: {orders: {dataset: orders, count: "*"}}
anomalies: [{metrics: [orders], method: highest, warning: {above: 50%}}]
"""


def test_a_baseline_of_another_package_is_one_like_ours(tmp_path: Path) -> None:
    package(tmp_path, "[warehouse_exporter.baselines]\nhighest = shop_checks:Highest\n")
    file = tmp_path / "shop.yml"
    file.write_text(ANOMALY)
    rules = run(tmp_path, "rules", "--config.file=shop.yml")
    assert rules.returncode == 0, rules.stderr
    assert "warehouse_metric_change_ratio" in rules.stdout
    assert "50% above the highest" in rules.stdout
    file.write_text(ANOMALY.replace("above: 50%", "z: 3"))
    said = run(tmp_path, "rules", "--config.file=shop.yml").stderr
    assert "shop.yml:5: anomalies[0]: `z` is not a limit of highest, for example" in said
    file.write_text(ANOMALY.replace("above: 50%", "abov: 50%"))
    said = run(tmp_path, "rules", "--config.file=shop.yml").stderr
    assert "anomalies[0].warning.abov: unknown key `abov`; did you mean `above`?" in said
    file.write_text(ANOMALY.replace("method: highest", "method: hihgest"))
    said = run(tmp_path, "rules", "--config.file=shop.yml").stderr
    assert "shop.yml:5: anomalies[0].method: must be 'change', 'highest', 'mad'," in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("shop_checks:number", "is not a class of a baseline"),
        ("shop_checks:OtherForm", "`z` is taken by this program"),
    ],
)
def test_a_broken_baseline_is_said_by_name(tmp_path: Path, value: str, said: str) -> None:
    package(tmp_path, f"[warehouse_exporter.baselines]\nhighest = {value}\n")
    done = run(tmp_path, "rules", "--config.file=shop.yml")
    assert done.returncode == 2
    assert done.stderr.startswith("error: plug-in warehouse_exporter.baselines: highest = ")
    assert said in done.stderr


@pytest.mark.parametrize("value", ["shop_checks:number", "shop_checks:Twice"])
def test_a_broken_receiver_is_said_by_name(tmp_path: Path, value: str) -> None:
    package(tmp_path, f"[warehouse_exporter.receivers]\nteams = {value}\n")
    done = run(tmp_path, "rules", "--config.file=shop.yml")
    assert done.returncode == 2
    assert done.stderr.startswith("error: plug-in warehouse_exporter.receivers: teams = ")
    assert ("is not a class of a receiver" in done.stderr) == (value == "shop_checks:number")
    assert ("`slack` is taken by this program" in done.stderr) == (value == "shop_checks:Twice")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("broken_checks:Odd", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("shop_checks:Even", "cannot be loaded: AttributeError"),
        ("shop_checks:number", "is not a class of a kind"),
        ("shop_checks:Twin", "`volume` is taken by this program; rename one of them"),
        ("shop_checks:SameAlert", "`WarehouseRowsFailing` is taken by this program"),
    ],
)
def test_a_plug_in_that_is_broken_is_said_by_name(tmp_path: Path, value: str, said: str) -> None:
    package(tmp_path, f"[warehouse_exporter.kinds]\nodd = {value}\n")
    done = run(tmp_path, "rules", "--config.file=shop.yml")
    assert done.returncode == 2
    assert done.stderr.startswith("error: plug-in warehouse_exporter.kinds: odd = ")
    assert "of package shop-checks" in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


ENGINE = """
from warehouse_exporter.engines.duckdb.connector import Connector
from dataclasses import replace

class Lake(Connector):
    def __init__(self, warehouse):
        super().__init__(replace(warehouse, location=warehouse.location["path"]))
"""


def test_an_engine_of_another_package_is_chosen_by_its_key(tmp_path: Path) -> None:
    import duckdb

    package(tmp_path, "[warehouse_exporter.engines]\nlake = shop_engine:Lake\n")
    (tmp_path / "shop_engine.py").write_text(ENGINE)
    (tmp_path / "shop.yml").write_text(
        "warehouse: {lake: {path: shop.duckdb}}\ndatasets:\n"
        "  orders: {relation: orders, checks: [volume: {critical: '< 1', window: all}]}\n"
    )
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE orders AS SELECT 1 AS id")
    done = run(tmp_path, "check", "--config.file=shop.yml")
    assert done.returncode == 0, done.stderr
    assert "1 PASS" in done.stdout
    points = tmp_path / "shop_checks-1.0.dist-info" / "entry_points.txt"
    for point, said in (
        ("timezone = shop_engine:Lake", "`timezone` is taken by this program"),
        ("duckdb = shop_engine:Lake", "`duckdb` is taken by this program"),
        ("lake = shop_checks:number", "is not a class of an engine: see engines/base.py"),
    ):
        points.write_text(f"[warehouse_exporter.engines]\n{point}\n")
        done = run(tmp_path, "check", "--config.file=shop.yml")
        assert done.returncode == 2
        assert said in done.stderr


def test_an_engine_of_ours_is_one_folder(tmp_path: Path) -> None:
    """In a copy of the program, with two files more and none changed."""
    import duckdb

    program = Path(warehouse_exporter.__file__).parent
    shutil.copytree(program, tmp_path / program.name, ignore=shutil.ignore_patterns("*.pyc"))
    folder = tmp_path / program.name / "engines" / "lake"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "connector.py").write_text(ENGINE.replace("Lake(Connector)", "Connector(Connector)"))
    (tmp_path / "shop.yml").write_text(
        "warehouse: {lake: {path: shop.duckdb}}\ndatasets:\n"
        "  orders: {relation: orders, checks: [volume: {critical: '< 1', window: all}]}\n"
    )
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as made:
        made.execute("CREATE TABLE orders AS SELECT 1 AS id")
    done = run(tmp_path, "check", "--config.file=shop.yml")
    assert done.returncode == 0, done.stderr
    assert "1 PASS" in done.stdout
