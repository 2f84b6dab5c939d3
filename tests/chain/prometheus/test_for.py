"""A breach with `for` fires when it has lasted that long: it does not take itself for a return."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config.load import parse

from tests.support.alerts import series
from tests.support.programs import needs

pytestmark = needs("promtool")
CONFIG = """
warehouse: {dsn: x}
datasets:
  events: {relation: events, checks: [completeness: {column: client_id, critical: "> 5%"}]}
  orders:
    relation: orders
    time: ts
    depends_on: [events]
    checks:
      - completeness: {column: client_id, critical: "> 5%", for: 15m}
  stock: {relation: stock, time: ts, checks: [freshness: {critical: "> 24h", for: 15m}]}
"""
"""A check that may follow from another one, and one that may follow from nothing."""
GIVEN = {
    series("check_measured", "orders.completeness_client_id"): "1x160",
    series("column_null_ratio", "orders.completeness_client_id", column="client_id"): "0.5x160",
    series("check_measured", "stock.freshness"): "1x160",
    series("newest_row_timestamp_seconds", "stock.freshness"): "-900000x160",
}
FIRING = 'count by (dataset, explained_by) (ALERTS{check=~".+",alertstate="firing"})'


def test_a_breach_with_for_fires_after_that_time_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(render(parse(CONFIG, "w.yml", {})))
    told = [
        {"labels": f'{{dataset="{name}",explained_by="nothing"}}', "value": 1}
        for name in ("orders", "stock")
    ]
    moments = {"14m": [], "17m": told, "30m": told}
    case = {
        "interval": "15s",
        "input_series": [{"series": name, "values": values} for name, values in GIVEN.items()],
        "promql_expr_test": [
            {"expr": FIRING, "eval_time": at, "exp_samples": samples}
            for at, samples in moments.items()
        ],
    }
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "15s", "tests": [case]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(tests))
    command = ["promtool", "test", "rules", "test.yml"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert asked.returncode == 0, asked.stdout + asked.stderr
