"""`check --after-build`: yesterday is judged whatever the hour, in the warehouse's time zone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warehouse_exporter.core.wording import spoken_day

from tests.conftest import execute
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric);
CREATE TABLE runs (ts timestamptz, rows_read int);
INSERT INTO orders SELECT day * 10 + i, '2026-03-01 11:00+00'::timestamptz + day * interval '1 day',
  10 FROM generate_series(0, 7) AS day, generate_series(1, 5) AS i;
INSERT INTO orders SELECT 100 + i, '2026-03-08 22:50+00', 10 FROM generate_series(1, 5) AS i;
INSERT INTO runs VALUES ('2026-03-09 02:40+00', 5);
"""
"""Five orders a day up to the eighth, five more in its last minutes, and a run on the ninth."""
CHECKS = """
partition_freshness: {critical: '> 0'}
missing_days: {window: 3d, critical: '> 0'}
deadline: {critical: '> 2h'}
volume: {critical: '< 1'}
"""
OTHERS = {
    "runs": "{relation: runs, time: ts, expect_day: today,"
    " checks: [pipeline_run: {critical: '< 1'}]}"
}
MORE = """
metrics: {orders: {dataset: orders, count: '*', critical: '< 1'}}
anomalies: [{metrics: [orders], method: zscore, direction: fall, critical: {z: 3, change: 30%}}]
queries:
  - {name: none, sql: "select count(*) from orders where ts >= :day_start and ts < :day_end",
     critical: "< 1"}
"""
ALL = {
    "partition_freshness", "missing_days", "deadline", "volume", "pipeline_run", "metric_orders",
    "zscore_orders", "none",
}  # fmt: skip


@pytest.fixture
def shop(database: str) -> str:
    """A shop whose build of the tenth, at three in the morning, found nothing of the ninth."""
    execute(database, TABLES)
    return database


def failed(dsn: str, folder: Path, *options: str, zone: str = "UTC") -> set[str]:
    """The checks that are critical."""
    file = folder / "config.yml"
    file.write_text(config_of(CHECKS, OTHERS, more=MORE, zone=zone))
    told = ask("check", f"--config.file={file}", "--format=json", *options, dsn=dsn)
    found = json.loads(told.stdout)["checks"]
    assert not [one for one in found if one["outcome"] == "unmeasured"]
    return {one["check"] for one in found if one["outcome"] == "critical"}


@pytest.mark.parametrize("hour", [0, 3, 5, 6, 12, 23])
def test_every_check_by_day_judges_yesterday_at_any_hour(
    shop: str, tmp_path: Path, hour: int
) -> None:
    at = f"--as-of=2026-03-10T{hour:02d}:00"
    assert failed(shop, tmp_path, "--after-build", at) == ALL
    assert failed(shop, tmp_path, at) == (ALL if hour >= 6 else set())


@pytest.mark.parametrize("hour", [0, 3])
def test_it_turns_back_when_the_build_has_brought_the_day(
    shop: str, tmp_path: Path, hour: int
) -> None:
    execute(
        shop,
        "INSERT INTO orders SELECT id + 500, ts + interval '1 day', 10 FROM orders"
        " WHERE ts >= '2026-03-08'; INSERT INTO runs VALUES ('2026-03-10', 5)",
    )
    at = f"--as-of=2026-03-10T{hour:02d}:00"
    assert failed(shop, tmp_path, "--after-build", at) == set()


def test_yesterday_is_that_of_the_warehouse(shop: str, tmp_path: Path) -> None:
    """At 23:30 UTC of the eighth it is the ninth in Berlin, and the eighth is over."""
    execute(shop, "INSERT INTO runs VALUES ('2026-03-08 23:10+00', 5)")
    at = "--as-of=2026-03-08T23:30:00+00:00"
    assert failed(shop, tmp_path, "--after-build", at, zone="Europe/Berlin") == set()
    later = "--as-of=2026-03-09T23:30:00+00:00"
    assert failed(shop, tmp_path, "--after-build", later, zone="Europe/Berlin") == ALL


def test_a_dataset_that_is_due_late_is_due_with_the_build(shop: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    late = "{relation: orders, time: ts, expect_by: '09:30 America/New_York'}"
    file.write_text(config_of("deadline: {critical: '> 2h'}", orders=late))
    at = "--as-of=2026-03-10T03:00"
    told = ask("check", f"--config.file={file}", "--after-build", at, dsn=shop)
    assert told.exit_code == 1
    assert "orders: Mon 9 Mar is incomplete: " in told.stdout
    assert "due by" not in told.stdout
    waits = ask("check", f"--config.file={file}", at, dsn=shop)
    assert waits.exit_code == 0
    assert "1 h 10 min before the end of Sun 8 Mar (" in waits.stdout
    assert "; due by 09:30 America/New_York)" in waits.stdout


def test_without_as_of_it_is_the_day_before_now(shop: str, tmp_path: Path) -> None:
    before = datetime.now(UTC).date()
    file = tmp_path / "config.yml"
    file.write_text(config_of("volume: {critical: '< 1'}"))
    told = ask("check", f"--config.file={file}", "--after-build", dsn=shop)
    yesterdays = {day - timedelta(days=1) for day in (before, datetime.now(UTC).date())}
    assert any(f"0 orders on {spoken_day(day, day)}" in told.stdout for day in yesterdays)
