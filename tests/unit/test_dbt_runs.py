"""The last run of dbt: what its results become as gauges and alerts, and when they are unknown."""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from warehouse_exporter.alerting.rules import about_dbt, checksum, written
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.publish.dbt import EXPIRY, MOST_FAILED, DbtCollector
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.dbt_runs import DbtRuns

from tests.support.programs import needs
from tests.support.serving import wait_for
from tests.support.warehouses import NOON, config_of

ENDED = NOON - timedelta(hours=3)
HOME = {"WAREHOUSE_DSN": "dbname=nowhere"}
MEASURED = "warehouse_dbt_results_measured"
Data = dict[str, Any]


def results(*ended: tuple[str, str], which: str = "build", **more: Any) -> Data:
    """A file of dbt with the statuses of some nodes."""
    url = "https://schemas.getdbt.com/dbt/run-results/v6.json"
    at = ENDED.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {
        "metadata": {"dbt_schema_version": url, "generated_at": at, "dbt_version": "1.10.23"},
        "args": {"which": which},
        "elapsed_time": 12.5,
        "results": [{"unique_id": node, "status": status} for node, status in ended],
        **more,
    }


def config(
    more: str = "dbt: {run_results: run_results.json}", folder: Path | None = None
) -> Config:
    """A config that names the file, in a folder."""
    file = str((folder or Path("/nowhere")) / "test.yml")
    return parse(config_of("volume: {critical: '< 5'}", more=more), file, HOME)


class Looking:
    """An exporter's look at the file in a folder, and its gauges."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "run_results.json"
        self.now = NOON
        self.store = SnapshotStore(config(folder=folder), NOON)
        self.runs = DbtRuns(self.store, lambda: self.now, threading.Event())
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(DbtCollector(self.store, lambda: self.now))

    def look(self, data: Data | str | None = None) -> dict[str, float]:
        """What /metrics has after a look at some data, or at the file as it is."""
        if data is not None:
            self.file.write_text(data if isinstance(data, str) else json.dumps(data))
        self.runs.look(self.file, self.store.snapshot.dbt)
        return self.gauges()

    def gauges(self) -> dict[str, float]:
        """What /metrics has now, without the name of the warehouse."""
        lines = generate_latest(self.registry).decode().splitlines()
        samples = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
        return {
            name.replace(',warehouse="warehouse"', "").replace(
                '{warehouse="warehouse"}', ""
            ): float(value)
            for name, _, value in samples
        }


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    return Looking(tmp_path)


def test_a_run_becomes_gauges(looking: Looking) -> None:
    found = looking.look(
        results(
            ("model.shop.orders", "success"),
            ("model.shop.dim.v2", "error"),
            ("model.shop.late", "partial success"),
            ("seed.shop.channels", "reused"),
            ("snapshot.shop.users", "skipped"),
            ("model.shop.odd", "sublimated"),
            ("test.shop.unique_orders_id.fed79b3a6e", "fail"),
            ("test.shop.a.0123456789", "pass"),
            ("test.shop.b.0123456789", "warn"),
            ("unit_test.shop.orders.c", "error"),
        )
    )
    models = {"success": 2, "error": 2, "skipped": 1, "unknown": 1}
    tests = {"pass": 1, "warn": 1, "fail": 1, "error": 1, "skipped": 0, "unknown": 0}
    named = [("dim.v2", "model", "error"), ("late", "model", "error"), ("odd", "model", "unknown"),
             ("orders.c", "unit_test", "error"), ("unique_orders_id", "test", "fail")]  # fmt: skip
    assert found == {
        MEASURED: 1,
        "warehouse_dbt_run_timestamp_seconds": ENDED.timestamp(),
        "warehouse_dbt_run_duration_seconds": 12.5,
        **{f'warehouse_dbt_models{{status="{status}"}}': n for status, n in models.items()},
        **{f'warehouse_dbt_tests{{status="{status}"}}': n for status, n in tests.items()},
        **{
            f'warehouse_dbt_failed_info{{node="{node}",status="{status}",type="{sort}"}}': 1
            for node, sort, status in named
        },
    }


def test_the_nodes_that_failed_are_bounded(looking: Looking) -> None:
    found = looking.look(results(*((f"model.shop.m{n}", "error") for n in range(100))))
    assert sum(name.startswith("warehouse_dbt_failed_info") for name in found) == MOST_FAILED
    assert found['warehouse_dbt_models{status="error"}'] == 100


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (json.dumps(results())[:-5], "not_json"),
        ("", "not_json"),
        (results(which="compile"), "not_a_run"),
        (results(which="generate"), "not_a_run"),
        (results(args={}), "not_a_run"),
        (results(results={}), "foreign"),
        (results(("model.x.y", "")), "foreign"),
        (results(metadata={}), "foreign"),
        (json.dumps(results()).replace("run-results", "manifest"), "foreign"),
        (json.dumps(results()).replace(ENDED.isoformat()[:10], "soon"), "foreign"),
        (json.dumps(results()).replace("/v6", "/v3"), "version"),
    ],
)
def test_what_cannot_be_read_is_not_shown_as_fine(
    looking: Looking, data: Data | str, reason: str
) -> None:
    assert looking.look(results(("model.shop.orders", "success")))[MEASURED] == 1
    unmeasured = f'warehouse_dbt_results_unmeasured_reason{{reason="{reason}"}}'
    assert looking.look(data) == {MEASURED: 0, unmeasured: 1}


def test_a_file_that_vanished_or_was_never_there_is_missing(looking: Looking) -> None:
    missing = {MEASURED: 0, 'warehouse_dbt_results_unmeasured_reason{reason="missing"}': 1}
    assert looking.gauges()['warehouse_dbt_results_unmeasured_reason{reason="pending"}'] == 1
    assert looking.look() == missing
    assert looking.look(results())[MEASURED] == 1
    looking.file.unlink()
    assert looking.look() == missing
    looking.file.mkdir()
    assert looking.look()['warehouse_dbt_results_unmeasured_reason{reason="unreadable"}'] == 1


def test_what_nobody_looks_at_any_more_expires(looking: Looking) -> None:
    assert looking.look(results())[MEASURED] == 1
    looking.now += EXPIRY
    assert looking.gauges()[MEASURED] == 1
    looking.now += timedelta(seconds=1)
    assert looking.gauges()['warehouse_dbt_results_unmeasured_reason{reason="expired"}'] == 1
    assert looking.look()[MEASURED] == 1


def test_the_results_of_another_file_are_not_shown(looking: Looking, tmp_path: Path) -> None:
    looking.look(results())
    looking.store.reconfigure(config("dbt: {run_results: other.json}", tmp_path), NOON)
    assert looking.gauges()['warehouse_dbt_results_unmeasured_reason{reason="pending"}'] == 1
    looking.store.reconfigure(config("", tmp_path), NOON)
    assert looking.gauges() == {}


def test_it_looks_by_itself_and_follows_the_config(looking: Looking, tmp_path: Path) -> None:
    looking.file.write_text(json.dumps(results()))
    stop = threading.Event()
    DbtRuns(looking.store, lambda: looking.now, stop).start()
    try:
        wait_for(lambda: looking.gauges()[MEASURED] == 1)
        looking.store.reconfigure(config("dbt: {run_results: other.json}", tmp_path), NOON)
        reason = 'warehouse_dbt_results_unmeasured_reason{reason="missing"}'
        wait_for(lambda: reason in looking.gauges())
    finally:
        stop.set()


def test_the_file_is_beside_the_config(tmp_path: Path) -> None:
    found = config("dbt: {run_results: target/x.json, max_age: 2d, owner: growth}", tmp_path).dbt
    assert found is not None
    assert (found.file, found.max_age, found.owner) == (
        tmp_path / "target/x.json",
        172800,
        "growth",
    )


@pytest.mark.parametrize(
    ("written_as", "said"),
    [
        ("dbt: {}", "run_results"),
        ("dbt: {run_results: x, max_age: soon}", "'soon' is not a duration"),
        (
            "dbt: {run_results: x, owner: nobody}\nowners: {growth: {}}",
            "there is no owner `nobody`",
        ),
    ],
)
def test_a_section_that_is_wrong_is_refused(written_as: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config(written_as)


def test_the_limit_is_part_of_the_fingerprint_of_the_rules() -> None:
    other = config("dbt: {run_results: x, max_age: 2d}")
    assert list(about_dbt(config(""))) == []
    assert len({checksum(config("")), checksum(config()), checksum(other)}) == 3


SERIES = """
  - series: warehouse_dbt_results_measured{warehouse="warehouse",job="j"}
    values: 1x60 0x2000
  - series: warehouse_dbt_run_timestamp_seconds{warehouse="warehouse",job="j"}
    values: 0x60 stale
  - series: warehouse_dbt_models{warehouse="warehouse",job="j",status="success"}
    values: 9x60 stale
  - series: warehouse_dbt_models{warehouse="warehouse",job="j",status="error"}
    values: 0x30 2x29 stale
  - series: warehouse_dbt_tests{warehouse="warehouse",job="j",status="fail"}
    values: 0x30 3x29 stale
"""
"""Half an hour of a run without a fault, half an hour of one with faults, and then no file."""
FIRING = {
    "20m": [],
    "45m": ["WarehouseDbtModelsFailed", "WarehouseDbtTestsFailed"],
    "2h": ["WarehouseDbtModelsFailed", "WarehouseDbtResultsUnreadable", "WarehouseDbtTestsFailed"],
    "9h": ["WarehouseDbtResultsUnreadable"],
    "27h": ["WarehouseDbtResultsUnreadable", "WarehouseDbtRunOld"],
    "30h": ["WarehouseDbtResultsUnreadable", "WarehouseDbtRunOld"],
}


@needs("promtool")
def test_the_rules_fire_and_a_finding_survives_that_nobody_can_read_the_file(
    tmp_path: Path,
) -> None:
    rules = {"groups": [{"name": "dbt", "rules": list(about_dbt(config()))}]}
    (tmp_path / "rules.yml").write_text(written(rules))
    found = [
        {
            "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
            "eval_time": at,
            "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in alerts],
        }
        for at, alerts in FIRING.items()
    ]
    case = {"interval": "1m", "input_series": yaml.safe_load(SERIES), "promql_expr_test": found}
    (tmp_path / "tests.yml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [case]})
    )
    done = subprocess.run(
        ["promtool", "test", "rules", "tests.yml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
