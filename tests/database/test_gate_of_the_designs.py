"""What the five descriptions say of the gate: its moment, its exit codes, what it lets through."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import execute
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

TABLES = """
CREATE TABLE orders (id int, ts timestamptz);
CREATE TABLE runs (ts timestamptz, run_id int, rows_read int, rows_quarantined int);
INSERT INTO orders SELECT i, '2026-03-09 12:00+00' FROM generate_series(1, 7) AS i;
INSERT INTO runs VALUES ('2026-03-10 02:40+00', 1, 1000, 50);
"""
CHECKS = "volume: {warning: '< 5', critical: '< 2'}\nduplicates: {critical: '> 0'}"
RUNS = {
    "runs": "{relation: runs, time: ts, expect_day: today, run: run_id, checks: ["
    "pipeline_run: {critical: '< 1'}, quarantine_rate: {warning: '> 5%', critical: '> 6%'}]}"
}
NIGHT = "2026-03-10T03:00"
"""Right after the build, before anybody's `expect_by`."""
SECOND = "INSERT INTO runs VALUES ('2026-03-10 02:50+00', 2, {})"
SENTENCES = [
    ("Exit Code 0 (Green): All systems go", "", 0, ""),
    ("Exit Code 1 (Red): Critical failure", "DELETE FROM orders", 1, "FAIL"),
    ("If any CRITICAL issue is found: exit code 1", "DELETE FROM orders WHERE id > 1", 1, "FAIL"),
    ("WARN issues still allow success", "DELETE FROM orders WHERE id > 3", 0, "WARN"),
    ("Duplicate transactions > 0 is an ERROR", "UPDATE orders SET id = 1 WHERE id = 2", 1, "FAIL"),
    ("No row for yesterday: the job is failed", "UPDATE orders SET ts = '2026-03-08'", 1, "FAIL"),
    ("log_entry_exists_today", "DELETE FROM runs", 1, "FAIL"),
    ("rows_read > 0", "UPDATE runs SET rows_read = 0, rows_quarantined = 0", 1, "FAIL"),
    ("rows_read > 0, of the second run", SECOND.format("0, 0"), 1, "FAIL"),
    ("a 5% margin of error", "UPDATE runs SET rows_quarantined = 51", 0, "WARN"),
    ("stop hard at 6%", "UPDATE runs SET rows_quarantined = 61", 1, "FAIL"),
    ("a build that is run again is judged anew", SECOND.format("1000, 0"), 0, ""),
    ("never fine because it could not be measured", "DROP TABLE runs", 3, "UNKNOWN"),
]


@pytest.fixture
def config(database: str, tmp_path: Path) -> str:
    """The option with a config of one table and the log of its loads, all of it well."""
    execute(database, TABLES)
    file = tmp_path / "config.yml"
    file.write_text(config_of(CHECKS, RUNS))
    return f"--config.file={file}"


@pytest.mark.parametrize(
    ("breaks", "code", "word"), [one[1:] for one in SENTENCES], ids=[one[0] for one in SENTENCES]
)
def test_right_after_the_build(
    database: str, config: str, breaks: str, code: int, word: str
) -> None:
    if breaks:
        execute(database, breaks)
    told = ask("check", config, "--after-build", f"--as-of={NIGHT}", dsn=database)
    assert told.exit_code == code, told.output
    found = set(re.findall(r"^(FAIL|WARN|UNKNOWN) ", told.stdout, re.MULTILINE))
    assert word in found if word else not found


def test_fail_on_error_may_be_left_out(database: str, config: str) -> None:
    """The description has a flag by which the job exits non-zero: here it is the default."""
    execute(database, "DELETE FROM orders")
    options = ("check", config, "--after-build", f"--as-of={NIGHT}")
    assert ask(*options, dsn=database).exit_code == 1
    assert ask(*options, "--report-only", dsn=database).exit_code == 0


def test_the_moment_matters_and_not_the_hour(database: str, config: str) -> None:
    """Without the option, a gate at three would judge the day before, which has no orders."""
    execute(database, "DELETE FROM runs; INSERT INTO runs VALUES ('2026-03-10 00:10+00', 1, 9, 0)")
    for hour in (1, 3, 6, 23):
        at = datetime(2026, 3, 10, hour, tzinfo=UTC).isoformat()
        options = ("check", config, f"--as-of={at}")
        assert ask(*options, "--after-build", dsn=database).exit_code == 0, hour
        assert ask(*options, dsn=database).exit_code == (1 if hour < 6 else 0), hour
