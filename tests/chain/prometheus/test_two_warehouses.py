"""Two configs with the same datasets and checks under one Prometheus: nobody judges the other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from warehouse_exporter.alerting.rules import checksum, render
from warehouse_exporter.config.load import parse

from tests.support.programs import needs

pytestmark = needs("promtool")
CONFIG = """
warehouse: {dsn: x, name: NAME}
datasets:
  orders:
    relation: orders
    checks: [{volume: {critical: "< LIMIT"}}]
"""
NAMES = {"eu": 5, "us": 50}


def series(name: str, warehouse: str, values: str, **labels: str) -> dict[str, str]:
    """A series of one exporter; both are in one job, and the targets have no label of ours."""
    own = {"warehouse": warehouse} if name != "up" else {}
    pairs = {**own, "job": "warehouse", "instance": f"{warehouse}:9843", **labels}
    shown = ",".join(f"{key}={json.dumps(text)}" for key, text in pairs.items())
    return {"series": f"{name}{{{shown}}}", "values": values}


CHECK = {"dataset": "orders", "check": "volume"}
HEALTHY = {
    "up": "1x60",
    "warehouse_exporter_build_info": "1x60",
    "warehouse_up": "1x60",
    "warehouse_config_checks": "1x60",
    "warehouse_check_measured": "1x60",
    "warehouse_rows": "70x60",
}


def given(warehouse: str, changed: Mapping[str, str]) -> list[dict[str, str]]:
    """The series of an exporter, with those changed that are named."""
    config = parse(CONFIG.replace("NAME", warehouse).replace("LIMIT", str(NAMES[warehouse])), "w")
    about = {"warehouse_rows": CHECK, "warehouse_check_measured": CHECK}
    found = [
        series(name, warehouse, values, **about.get(name, {}))
        for name, values in {**HEALTHY, **changed}.items()
    ]
    return [*found, series("warehouse_rules_info", warehouse, "1x60", checksum=checksum(config))]


FAULTS = [
    ("a limit of the other", {}, {"warehouse_rows": "20x60"}, {"us": "WarehouseVolumeOutOfBounds"}),
    (
        "a finding that is not measured, which the other measures",
        {"warehouse_rows": "0x10 _x49", "warehouse_check_measured": "1x10 0x50"},
        {},
        {"eu": "WarehouseVolumeOutOfBounds"},
    ),
    ("a database that is down", {"warehouse_up": "0x60"}, {}, {"eu": "WarehouseDown"}),
    ("checks that are lost", {}, {"warehouse_config_checks": "9x10 1x50"},
     {"us": "WarehouseConfigChecksLost"}),
    ("an exporter that is down", {"up": "1x10 0x50", "warehouse_exporter_build_info": "1x10 stale"},
     {}, {"eu": "WarehouseExporterDown"}),
]  # fmt: skip


@pytest.mark.parametrize(("eu", "us", "fires"), [each[1:] for each in FAULTS],
                         ids=[each[0] for each in FAULTS])  # fmt: skip
def test_a_fault_is_that_of_one_warehouse(
    eu: Mapping[str, str], us: Mapping[str, str], fires: Mapping[str, str], tmp_path: Path
) -> None:
    for name, limit in NAMES.items():
        config = parse(CONFIG.replace("NAME", name).replace("LIMIT", str(limit)), "w.yml")
        (tmp_path / f"{name}.yml").write_text(render(config))
    quiet = 'alertname!~"WarehouseHeartbeat|WarehouseCheckUnmeasured",alertstate="firing"'
    case = {
        "rule_files": [f"{name}.yml" for name in NAMES],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [*given("eu", eu), *given("us", us)],
                "promql_expr_test": [
                    {
                        "expr": f"count by (alertname, warehouse) (ALERTS{{{quiet}}})",
                        "eval_time": "50m",
                        "exp_samples": [
                            {"labels": f'{{alertname="{alert}",warehouse="{name}"}}', "value": 1}
                            for name, alert in fires.items()
                        ],
                    }
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(case))
    command = ["promtool", "test", "rules", "test.yml"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert asked.returncode == 0, asked.stdout + asked.stderr
