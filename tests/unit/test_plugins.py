"""What another package adds by entry point: it is found, and one that is broken is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
