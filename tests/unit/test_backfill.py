"""What is written of the past: text that promtool takes, each number from its morning on."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.history.backfill import Filling, is_daily

from tests.support.made import config

FIRST = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)
HOUR = timedelta(hours=1)
ODD = 'a "b" \\ c'
CHECKS = (
    "volume: {critical: '< 5'}",
    "volume: {name: of_all, window: all, critical: '< 5'}",
    "freshness: {critical: '> 1d'}",
    "completeness: {column: c, critical: '> 5%'}",
    "duplicates: {critical: '> 0'}",
    "future_rows: {critical: '> 0'}",
)


def filled() -> Filling:
    """Two mornings: one series has a number on both, the other on the second alone."""
    values = {
        ("warehouse_rows", (("dataset", "orders"), ("check", ODD), ("none", ""))): {
            FIRST: 7.0, SECOND: 9.0,
        },
        ("warehouse_metric_score", (("dataset", "orders"),)): {SECOND: float("-inf")},
    }  # fmt: skip
    helps = {"warehouse_rows": "Rows.", "warehouse_metric_score": "Score."}
    return Filling(SECOND + timedelta(hours=2), helps, [FIRST, SECOND], values)


def test_a_number_stands_from_its_morning_until_the_next_one() -> None:
    lines = "".join(filled().lines(HOUR, {"job": "warehouse"})).splitlines()
    rows = [line for line in lines if line.startswith("warehouse_rows")]
    assert len(rows) == 24 + 2
    assert rows[0] == (
        'warehouse_rows{dataset="orders",check="a \\"b\\" \\\\ c",job="warehouse"} 7.0 '
        f"{int(datetime(2026, 3, 9, 7, tzinfo=UTC).timestamp())}"
    )
    assert [line.split()[-2] for line in rows[22:26]] == ["7.0", "7.0", "9.0", "9.0"]
    assert lines[-1] == "# EOF"
    assert [line.split("} ")[1].split()[0] for line in lines if "score{" in line] == ["-Inf"] * 2


@pytest.mark.parametrize("every", [timedelta(minutes=1), timedelta(minutes=5), HOUR])
def test_it_says_how_many_samples_it_writes(every: timedelta) -> None:
    lines = "".join(filled().lines(every)).splitlines()
    written = [line for line in lines if not line.startswith("#")]
    assert filled().samples(every) == len(written)


def test_only_what_todays_rows_can_tell_of_one_day_is_written() -> None:
    daily = "metrics: {orders: {dataset: orders, count: '*'}}\nanomalies: [{metrics: [orders]}]"
    made = config("\n".join(CHECKS), more=daily)
    found = {check.id.name for check in made.checks if is_daily(check, made)}
    assert found == {"volume", "completeness_c", "metric_orders", "seasonal_orders"}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
def test_promtool_makes_blocks_of_it(tmp_path: Path) -> None:
    file = tmp_path / "past.om"
    file.write_text("".join(filled().lines(HOUR)))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(file), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("*/meta.json"))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--days=0", "0 is not in the range 1<=x<=400"),
        ("--days=100000", "100000 is not in the range 1<=x<=400"),
        ("--every=2h", "from 1m to 1h"),
        ("--every=soon", "soon"),
    ],
)
def test_a_mistake_is_told_in_words(tmp_path: Path, option: str, said: str) -> None:
    words = ["backfill", "--config.file=shop.yml", f"--output={tmp_path / 'past.om'}", "--days=3"]
    done = CliRunner().invoke(main, [*words, option])
    assert done.exit_code == 2
    assert said in done.output


def test_nothing_by_day_is_nothing_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_DSN", "dbname=nowhere")
    file = tmp_path / "shop.yml"
    file.write_text(
        "warehouse: {dsn: '${WAREHOUSE_DSN}'}\n"
        "datasets: {orders: {relation: orders, checks: [volume: {critical: '< 5'}]}}\n"
    )
    words = ["backfill", f"--config.file={file}", f"--output={tmp_path / 'past.om'}", "--days=3"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "no check of this config is about single days" in done.output
    assert not (tmp_path / "past.om").exists()
