"""A critical finding puts aside what was judged, with the reason, and changes no verdict."""

from __future__ import annotations

import csv
import gzip
import json
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from warehouse_exporter.config.copies import Quarantine
from warehouse_exporter.config.load import parse
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.held import HeldEngine
from warehouse_exporter.copies.quarantine import quarantine
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support.serving import free_port
from tests.support.warehouses import NOON, ORDERS, config_of
from tests.unit.test_cli import ask

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, email text);
CREATE TABLE sessions (id int, ts timestamptz);
INSERT INTO orders VALUES (1, '2026-03-08 12:00+00', 10, 'a@x'), (2, '2026-03-09 12:00+00', 10, ''),
  (2, '2026-03-09 13:00+00', NULL, NULL);
INSERT INTO sessions SELECT i, '2026-03-09 12:00+00' FROM generate_series(1, 50) i;
"""
SESSIONS = {"sessions": "{relation: sessions, time: ts, checks: [volume: {critical: '< 1'}]}"}
DUPLICATES = "duplicates: {critical: '> 0'}"
AFFECTED = "quarantine_on_error: {copy: affected_day}"
AS_OF = "--as-of=2026-03-10T12:00:00+00:00"


@pytest.fixture
def shop(database: str) -> str:
    """A shop with one order twice."""
    execute(database, TABLES)
    return database


def check(
    dsn: str,
    folder: Path,
    *options: str,
    more: str = "",
    checks: str = DUPLICATES,
    orders: str = ORDERS,
) -> Result:
    """What the gate says."""
    file = folder / "config.yml"
    file.write_text(config_of(checks, SESSIONS, more=more, orders=orders))
    return ask("check", f"--config.file={file}", AS_OF, *options, dsn=dsn)


def made(folder: Path) -> list[Path]:
    """The copies in a folder; everything else in it is an error."""
    found = sorted(folder.iterdir()) if folder.exists() else []
    assert all(
        one.name.startswith("warehouse_quarantine_2") or one.name == ".lock" for one in found
    )
    return [one for one in found if one.name != ".lock"]


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a copy."""
    with gzip.open(file, "rt", newline="") as text:
        return list(csv.DictReader(text))


def reason(folder: Path) -> dict[str, Any]:
    """Why a copy was made."""
    found: dict[str, Any] = json.loads((folder / "reason.json").read_text())
    return found


def test_the_line_of_the_design_copies_the_current_outputs_and_says_why(
    shop: str, tmp_path: Path
) -> None:
    """`quarantine_on_error: true`: quarantine/warehouse_quarantine_<timestamp>/, a reason file."""
    told = check(shop, tmp_path, more="quarantine_on_error: true")
    assert told.exit_code == 1
    (copy,) = made(tmp_path / "quarantine")
    assert told.stderr == f"put in quarantine: {copy}\n"
    names = {file.name for file in copy.iterdir()}
    assert names == {"orders.csv.gz", "sessions.csv.gz", "reason.json", "reason.md"}
    assert [row["id"] for row in rows(copy / "orders.csv.gz")] == ["1", "2", "2"]
    assert len(rows(copy / "sessions.csv.gz")) == 50
    text = gzip.decompress((copy / "orders.csv.gz").read_bytes()).decode()
    assert text.splitlines()[2:] == [
        '2,2026-03-09 12:00:00+00,10,""', "2,2026-03-09 13:00:00+00,,"
    ]  # fmt: skip
    found = reason(copy)
    (finding,) = found["findings"]
    assert (finding["dataset"], finding["check"]) == ("orders", "duplicates")
    assert found["as_of"] == "2026-03-10T12:00:00+00:00"
    assert [(one["dataset"], one["rows"]) for one in found["copied"]] == [
        ("orders", 3), ("sessions", 50),
    ]  # fmt: skip
    told_people = (copy / "reason.md").read_text()
    assert finding["sentence"].replace("|", "\\|") in told_people
    assert "`orders.csv.gz`" in told_people


def test_only_its_owner_can_read_it(shop: str, tmp_path: Path) -> None:
    check(shop, tmp_path, "--quarantine-dir", str(tmp_path / "aside"))
    (copy,) = made(tmp_path / "aside")
    assert stat.S_IMODE((tmp_path / "aside").stat().st_mode) == 0o700
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in copy.iterdir()} == {0o600}


def test_nothing_is_copied_without_a_critical_finding(shop: str, tmp_path: Path) -> None:
    told = check(
        shop, tmp_path, checks="duplicates: {warning: '> 0'}", more="quarantine_on_error: true"
    )
    assert (told.exit_code, told.stderr) == (0, "")
    assert made(tmp_path / "quarantine") == []


def test_a_finding_that_is_accepted_is_not_put_aside(shop: str, tmp_path: Path) -> None:
    accepted = "accept: {until: 2026-03-31, reason: known}"
    checks = f"duplicates: {{critical: '> 0', {accepted}}}"
    told = check(shop, tmp_path, checks=checks, more="quarantine_on_error: true")
    assert (told.exit_code, told.stderr) == (0, "")
    assert made(tmp_path / "quarantine") == []


def test_the_day_of_what_the_finding_is_about(shop: str, tmp_path: Path) -> None:
    check(shop, tmp_path, more="quarantine_on_error: {copy: affected_day}")
    (copy,) = made(tmp_path / "quarantine")
    assert {file.name for file in copy.glob("*.gz")} == {"orders.csv.gz"}
    assert [row["ts"][:10] for row in rows(copy / "orders.csv.gz")] == ["2026-03-09"] * 2
    assert reason(copy)["copied"][0]["day"] == "2026-03-09"


@pytest.mark.parametrize("how", ["quarantine_on_error: true", AFFECTED])
@pytest.mark.parametrize("made_of", ["relation: orders", "query: 'select * from orders -- all'"])
def test_rows_that_the_filter_leaves_out_are_not_copied(
    shop: str, tmp_path: Path, how: str, made_of: str
) -> None:
    orders = f"{{{made_of}, time: ts, key: id, filter: revenue is null or id = 1}}"
    check(shop, tmp_path, checks="volume: {critical: '> 0'}", orders=orders, more=how)
    (copy,) = made(tmp_path / "quarantine")
    days = ["2026-03-09"] if how == AFFECTED else ["2026-03-08", "2026-03-09"]
    assert [row["ts"][:10] for row in rows(copy / "orders.csv.gz")] == days


def test_columns_that_are_left_out_are_nowhere(shop: str, tmp_path: Path) -> None:
    check(shop, tmp_path, more="quarantine_on_error: {leave_out: orders.email}")
    (copy,) = made(tmp_path / "quarantine")
    assert set(rows(copy / "orders.csv.gz")[0]) == {"id", "ts", "revenue"}
    assert reason(copy)["copied"][0]["left_out"] == ["email"]


def test_a_column_to_leave_out_that_was_renamed_is_not_copied_under_its_new_name(
    shop: str, tmp_path: Path
) -> None:
    execute(shop, "ALTER TABLE orders RENAME email TO mail")
    check(shop, tmp_path, more="quarantine_on_error: {leave_out: orders.email}")
    (copy,) = made(tmp_path / "quarantine")
    assert {file.name for file in copy.glob("*.gz")} == {"sessions.csv.gz"}
    (missing,) = reason(copy)["not_copied"]
    assert missing["dataset"] == "orders"
    assert "column email" in missing["why"]


def test_a_dataset_that_is_not_there_does_not_cost_the_others(shop: str, tmp_path: Path) -> None:
    execute(shop, "DROP TABLE sessions")
    told = check(shop, tmp_path, more="quarantine_on_error: true")
    (copy,) = made(tmp_path / "quarantine")
    assert told.exit_code == 1
    (missing,) = reason(copy)["not_copied"]
    assert missing == {"dataset": "sessions", "why": "sessions does not exist"}


def test_only_the_newest_are_kept_and_two_in_a_second_are_two(shop: str, tmp_path: Path) -> None:
    seen: list[Path] = []
    for _ in range(4):
        check(shop, tmp_path, more="quarantine_on_error: {keep: 2}")
        seen += [one for one in made(tmp_path / "quarantine") if one not in seen]
    assert len(seen) == 4
    assert sorted(made(tmp_path / "quarantine")) == sorted(seen[-2:])


def test_one_that_is_too_large_is_not_kept_and_the_verdict_stands(
    shop: str, tmp_path: Path
) -> None:
    execute(shop, "INSERT INTO orders SELECT i, now(), i, md5(i::text)||md5(i::text)"
            " FROM generate_series(9, 4000) i")  # fmt: skip
    told = check(shop, tmp_path, more="quarantine_on_error: {most: 16kB}")
    assert told.exit_code == 1
    wanted = "error: nothing was put in quarantine: it is larger than 16,384 bytes, compressed\n"
    assert told.stderr == wanted
    assert "FAIL" in told.stdout
    assert made(tmp_path / "quarantine") == []


def test_one_that_takes_too_long_is_not_kept(shop: str, tmp_path: Path) -> None:
    execute(shop, "CREATE VIEW slow AS SELECT id, ts, revenue, email, pg_sleep(0.2)::text AS s"
            " FROM generate_series(1, 500), orders; ALTER TABLE sessions RENAME TO s2;"
            " CREATE VIEW sessions AS SELECT id, ts, s FROM slow")  # fmt: skip
    quick = config_of(DUPLICATES, {"sessions": "{relation: sessions, time: ts}"})
    file = tmp_path / "config.yml"
    file.write_text(f"{quick}\nquarantine_on_error: {{timeout: 1s}}")
    told = ask("check", f"--config.file={file}", AS_OF, dsn=shop)
    assert told.exit_code == 1
    assert "error: nothing was put in quarantine: canceled after" in told.stderr
    assert made(tmp_path / "quarantine") == []


def test_a_full_disk_is_said_and_the_verdict_stands(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse_exporter.copies.writing.Metered.write", full)
    told = check(shop, tmp_path, more="quarantine_on_error: true")
    assert told.exit_code == 1
    assert "error: nothing was put in quarantine: cannot write to" in told.stderr
    assert "No space left on device" in told.stderr
    assert made(tmp_path / "quarantine") == []


def test_a_folder_that_cannot_be_made_is_said(shop: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = check(shop, tmp_path, "--quarantine-dir", str(tmp_path / "file" / "below"))
    assert told.exit_code == 1
    assert "error: nothing was put in quarantine: cannot write to" in told.stderr


def test_what_one_that_was_killed_has_left_is_removed(shop: str, tmp_path: Path) -> None:
    left = tmp_path / "quarantine" / ".unfinished_warehouse_quarantine_20260301T000000Z"
    left.mkdir(parents=True)
    (left / "orders.csv.gz").write_text("half")
    check(shop, tmp_path, more="quarantine_on_error: true")
    assert len(made(tmp_path / "quarantine")) == 1


def put_aside(
    dsn: str, folder: Path, between: Sequence[str], datasets: Mapping[str, str] = SESSIONS
) -> Path:
    """A pass, then what happens to the tables, then the quarantine."""
    config = parse(config_of(DUPLICATES, datasets), "test.yml", {"WAREHOUSE_DSN": dsn})
    held = HeldEngine(Connector(config.warehouse))
    try:
        done = run_pass(config, held, NOON)
        for statement in between:
            execute(dsn, statement)
        found = quarantine(config, Quarantine(folder), done, held, datetime.now(UTC))
    finally:
        held.let_go()
    assert found is not None
    return found


def test_it_is_the_snapshot_that_was_judged(shop: str, tmp_path: Path) -> None:
    """A load that goes on, and a repair that was quick, are not in it."""
    between = ["DELETE FROM orders WHERE id = 2", "INSERT INTO sessions VALUES (99, now())"]
    copy = put_aside(shop, tmp_path, between)
    assert [row["id"] for row in rows(copy / "orders.csv.gz")] == ["1", "2", "2"]
    assert len(rows(copy / "sessions.csv.gz")) == 50


READER = """
CREATE ROLE keeper_reader LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO keeper_reader;
"""


@pytest.fixture
def reader(shop: str) -> Iterator[str]:
    """The DSN of a role that can only read."""
    execute(shop, READER)
    yield re.sub("//[^@]+@", "//keeper_reader@", shop)
    execute(shop, "DROP OWNED BY keeper_reader; DROP ROLE keeper_reader")


def test_the_role_needs_no_more_than_for_the_checks(reader: str, tmp_path: Path) -> None:
    told = check(reader, tmp_path, more="quarantine_on_error: true")
    (copy,) = made(tmp_path / "quarantine")
    assert told.exit_code == 1
    assert [one["rows"] for one in reason(copy)["copied"]] == [3, 50]


def test_rows_that_a_policy_hides_are_never_left_out_in_silence(
    shop: str, reader: str, tmp_path: Path
) -> None:
    execute(shop, "ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;"
            " CREATE POLICY p ON sessions USING (id < 10)")  # fmt: skip
    told = check(reader, tmp_path, more="quarantine_on_error: true")
    assert told.exit_code == 1, told.output
    (copy,) = made(tmp_path / "quarantine")
    (missing,) = reason(copy)["not_copied"]
    assert missing["dataset"] == "sessions"
    assert "row-level security policy hides rows" in missing["why"]
    assert not (copy / "sessions.csv.gz").exists()


def test_a_column_without_a_grant_is_named(shop: str, reader: str, tmp_path: Path) -> None:
    execute(shop, "REVOKE SELECT ON orders FROM keeper_reader;"
            " GRANT SELECT (id, ts, revenue) ON orders TO keeper_reader")  # fmt: skip
    check(reader, tmp_path, more="quarantine_on_error: true")
    (copy,) = made(tmp_path / "quarantine")
    (missing,) = reason(copy)["not_copied"]
    assert missing["why"] == "column email cannot be read: grant SELECT, or leave it out"
    check(reader, tmp_path, more="quarantine_on_error: {leave_out: orders.email}")
    copy = made(tmp_path / "quarantine")[-1]
    assert reason(copy)["not_copied"] == []


def test_a_table_that_is_truncated_after_the_pass_is_never_copied_as_empty(
    shop: str, tmp_path: Path
) -> None:
    unread = {"sessions": "{relation: sessions, time: ts}"}
    with pytest.raises(CopyFailed, match=r"public.sessions was truncated or rewritten since"):
        put_aside(shop, tmp_path, ["TRUNCATE sessions"], datasets=unread)
    assert made(tmp_path) == []


def test_a_dead_warehouse_has_no_finding_to_put_aside(tmp_path: Path) -> None:
    dsn = f"postgresql://me@127.0.0.1:{free_port()}/shop"
    told = check(dsn, tmp_path, more="quarantine_on_error: true")
    assert told.exit_code == 3
    assert made(tmp_path / "quarantine") == []


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("{leave_out: order.email}", "there is no dataset `order`; did you mean `orders`?"),
        ("{leave_out: email}", "'email' is not a column: write dataset.column"),
        ("{most: much}", "'much' is not a size: write a number and kB, MB, GB or TB"),
        ("{keep: 0}", "1"),
    ],
)
def test_a_mistake_in_the_config_has_its_line(tmp_path: Path, written: str, complaint: str) -> None:
    told = check("dbname=none", tmp_path, more=f"quarantine_on_error: {written}")
    assert told.exit_code == 2
    assert complaint in told.stderr


def test_duckdb_is_told_that_copies_are_for_postgres(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    text = config_of(DUPLICATES).replace("dsn: '${WAREHOUSE_DSN}'", "duckdb: none.duckdb")
    file.write_text(f"{text}\nquarantine_on_error: true")
    told = ask("check", f"--config.file={file}")
    assert (told.exit_code, "copies are for Postgres only" in told.stderr) == (2, True)
    file.write_text(text)
    told = ask("check", f"--config.file={file}", "--quarantine-dir=q")
    assert (told.exit_code, "are for Postgres only" in told.stderr) == (2, True)
