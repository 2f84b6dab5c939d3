"""`check --after-build`: yesterday is judged whatever the hour, in the warehouse's time zone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from warehouse_exporter import Pass, check, load
from warehouse_exporter.core.wording import spoken_day
from warehouse_exporter.engines import connect
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

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
DUE = "; due by 06:00 UTC"
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


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now is the eleventh, at three in the morning."""

    class Then(datetime):
        """A clock that stands still."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Then:
            return cls(2026, 3, 11, 3, tzinfo=tz)

    monkeypatch.setattr("warehouse_exporter.passes.gate.datetime", Then)


@pytest.mark.usefixtures("today")
def test_another_day_is_judged_as_on_the_morning_after_it(shop: str, tmp_path: Path) -> None:
    morning = ("--after-build", "--as-of=2026-03-10T06:00")
    assert failed(shop, tmp_path, "--day=2026-03-09") == failed(shop, tmp_path, *morning) == ALL
    assert failed(shop, tmp_path, "--after-build", "--day=2026-03-08") == set()


@pytest.mark.usefixtures("today")
def test_the_day_before_is_judged_as_of_now(shop: str, tmp_path: Path) -> None:
    """A row that arrives at two in the morning of the eleventh counts: the build is repeated."""
    execute(
        shop,
        "INSERT INTO runs VALUES ('2026-03-11 02:00+00', 5); INSERT INTO orders"
        " SELECT id + 500, ts + interval '2 days', 10 FROM orders WHERE ts >= '2026-03-08'",
    )
    file = tmp_path / "config.yml"
    file.write_text(config_of(CHECKS, OTHERS))
    config = load(file, {"WAREHOUSE_DSN": shop})
    done = check(config, day=date(2026, 3, 10))
    assert done.as_of == datetime(2026, 3, 11, 3, tzinfo=UTC)
    built = check(config, as_of=done.as_of, after_build=True)
    assert built.results == done.results


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--day=2026-03-11"], "2026-03-11 is not over in UTC: the newest day to judge is 2026-03"),
        (["--day=yesterday"], "--day 'yesterday' is not a day: write it like 2026-03-01"),
        (["--day="], "--day '' is not a day"),
        (["--day=2026-02-30"], "--day '2026-02-30' is not a day"),
        (["--day=2026-03-09", "--as-of=2026-03-10"], "--as-of and --day: give one of them"),
        (["--day=2025-03-09"], "no dataset has rows of 2025-03-09 or earlier: orders begins on 20"),
        (["--day=2026-02-28", "--dataset=orders"], "orders begins on 2026-03-01"),
    ],
)
def test_a_day_that_cannot_be_judged_is_refused(
    shop: str, tmp_path: Path, options: list[str], said: str
) -> None:
    file = tmp_path / "config.yml"
    file.write_text(config_of(CHECKS, OTHERS))
    told = ask("check", f"--config.file={file}", *options, dsn=shop)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr


@pytest.mark.usefixtures("today")
def test_a_first_row_that_cannot_be_known_refuses_nothing(shop: str, tmp_path: Path) -> None:
    """A relation that is missing is what the verdicts are about; so is a time that is no time."""
    execute(shop, "ALTER TABLE runs ALTER ts TYPE text; UPDATE orders SET ts = '-infinity'")
    for others in (OTHERS, {"runs": "{relation: gone, time: ts, checks: [volume: {info: '< 1'}]}"}):
        file = tmp_path / "config.yml"
        file.write_text(config_of(CHECKS, others))
        told = ask("check", f"--config.file={file}", "--day=2026-03-09", dsn=shop)
        assert told.exit_code in (1, 3), told.output


def test_an_exporter_and_a_gate_of_the_same_morning_say_the_same(shop: str, tmp_path: Path) -> None:
    """The gate runs after the build at three; the exporter expects the day from six o'clock on."""
    file = tmp_path / "config.yml"
    file.write_text(config_of(CHECKS, OTHERS, more=MORE))
    config = load(file, {"WAREHOUSE_DSN": shop})
    engine, kept = connect(config.warehouse), ClosedDaysCache()
    for filled in (False, True):
        if filled:
            execute(shop, "INSERT INTO runs VALUES ('2026-03-10 02:55+00', 5)")
            execute(
                shop,
                "INSERT INTO orders SELECT id + 500, ts + interval '1 day', 10 FROM orders"
                " WHERE ts >= '2026-03-08'",
            )
        for hour in (0, 3, 5):
            run_pass(config, engine, datetime(2026, 3, 10, hour, tzinfo=UTC), kept=kept)
        seen = run_pass(config, engine, datetime(2026, 3, 10, 6, tzinfo=UTC), kept=kept)
        for hour in (3, 6):
            at = datetime(2026, 3, 10, hour, tzinfo=UTC)
            gate = check(config, as_of=at, after_build=True)
            assert told_by(gate) == told_by(seen), hour
        assert {one for _, one, _ in told_by(seen)} == {"PASS" if filled else "FAIL"}


def told_by(done: Pass) -> set[tuple[str, str, str]]:
    """Every check with its verdict and its sentence, which need not say when the day was due."""
    return {
        (str(one), result.worst.outcome.shown, result.worst.sentence.replace(DUE, ""))
        for one, result in done.results.items()
    }
