"""Samples of what fails: only the columns that are named, only the rows that fail."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result

from tests.conftest import execute
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, email text, bought text, state text);
CREATE TABLE items (order_id int, ts timestamptz, price numeric);
INSERT INTO orders VALUES
  (1, '2026-03-08 12:00+00', -5, NULL, '2026-03-09', 'x'),
  (2, '2026-03-09 12:00+00', 10, 'a@x', '2026-03-09', 'new'),
  (2, '2026-03-09 13:00+00', -1, 'b@x', '2026-03-09', 'new'),
  (3, '2026-03-09 14:00+00', 10, NULL, 'yesterday', 'new'),
  (4, '2026-03-09 15:00+00', 7, 'c@x', '2026-03-09', 'odd'),
  (5, '2026-03-09 16:00+00', 7, 'd@x', '2026-03-09', 'new'),
  (6, '2026-03-09 17:00+00', NULL, 'e@x', '2026-03-09', NULL);
INSERT INTO items VALUES (2, '2026-03-09 12:00+00', 9), (3, '2026-03-09 12:00+00', 10),
  (4, '2026-03-09 12:00+00', 6), (9, '2026-03-09 12:00+00', 1), (NULL, '2026-03-09 12:00+00', 0);
"""
ORPHANS = "orphans: {column: order_id, references: {dataset: orders}, critical: '> 0'}"
ITEMS = {"items": f"{{relation: items, time: ts, checks: [{ORPHANS}]}}"}
NAMED = "samples: {columns: [orders.id, items.order_id], rows: 3}"
AS_OF = "--as-of=2026-03-10T12:00:00+00:00"


@pytest.fixture
def shop(database: str) -> str:
    """Orders with a fault of each sort."""
    execute(database, TABLES)
    return database


def check(dsn: str, folder: Path, checks: str, *options: str, more: str = NAMED) -> Result:
    """What the gate says."""
    file = folder / "config.yml"
    file.write_text(config_of(checks, ITEMS, more=more))
    return ask("check", f"--config.file={file}", AS_OF, *options, dsn=dsn)


def written(folder: Path) -> dict[str, Any]:
    """What was written of the checks, by their names."""
    (file,) = folder.glob("*/samples.json")
    found = json.loads(file.read_text())
    return {one["check"]: one for one in found["checks"]}


KINDS = [
    ("completeness: {column: email, critical: '> 0%'}", ["3"]),
    ("completeness: {column: email, window: all, critical: '> 0%'}", ["1", "3"]),
    ("completeness: {column: email, where: revenue < 0, window: all, critical: '> 0%'}", ["1"]),
    ("negative_revenue: {column: revenue, critical: '> 0'}", ["2"]),
    ("range: {column: revenue, min: 8, critical: '> 0'}", ["2", "4", "5"]),
    ("rows: {name: r, failing: revenue > 9, critical: '> 0'}", ["2", "3"]),
    ("accepted_values: {column: state, values: [new], critical: '> 0'}", ["4"]),
    ("parsable_timestamps: {column: bought, critical: '> 0'}", ["3"]),
    ("duplicates: {critical: '> 0'}", ["2"]),
    ("duplicates: {window: day, critical: '> 0'}", ["2"]),
    ("reconciliation: {sum: revenue, against: {dataset: items, sum: price, by: order_id},"
     " window: day, critical: '> 0'}", ["4", "5", "6"]),
    ("reconciliation: {sum: revenue, against: {dataset: items, sum: price, by: order_id},"
     " unmatched: ignore, window: day, critical: '> 0'}", ["4"]),
]  # fmt: skip


@pytest.mark.parametrize(("written_check", "keys"), KINDS)
def test_which_orders_fail(shop: str, tmp_path: Path, written_check: str, keys: list[str]) -> None:
    execute(shop, "DELETE FROM items WHERE order_id = 9")  # orphans are found below
    told = check(shop, tmp_path, written_check)
    assert told.exit_code == 1, told.output
    (found,) = [one for one in written(tmp_path / "samples").values() if one["dataset"] == "orders"]
    assert found["columns"] == ["id"], found
    assert sorted({row[0] for row in found["rows"]}) == keys
    assert found["more"] is False


def test_items_without_an_order(shop: str, tmp_path: Path) -> None:
    check(shop, tmp_path, "volume: {warning: '< 1'}")
    found = written(tmp_path / "samples")["orphans_order_id"]
    assert (found["columns"], found["rows"]) == (["order_id"], [["9"]])


def test_it_is_bounded_and_only_its_owner_can_read_it(shop: str, tmp_path: Path) -> None:
    told = check(shop, tmp_path, "rows: {name: all, failing: id > 0, critical: '> 0'}")
    (file,) = (tmp_path / "samples").glob("*/samples.json")
    assert told.stderr == f"samples: {file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    found = written(tmp_path / "samples")["all"]
    assert (len(found["rows"]), found["more"]) == (3, True)
    for secret in ("@x", "yesterday", "revenue"):
        assert secret not in file.read_text()


def test_a_key_that_is_not_named_is_not_written(shop: str, tmp_path: Path) -> None:
    more = "samples: {columns: orders.revenue}"
    check(shop, tmp_path, "duplicates: {critical: '> 0'}", more=more)
    found = written(tmp_path / "samples")
    assert found["duplicates"]["why_not"] == "name id, its key, in `samples: columns`"
    assert found["orphans_order_id"]["why_not"] == "no column of items is in `samples: columns`"


def test_a_kind_that_is_not_about_rows_says_so(shop: str, tmp_path: Path) -> None:
    check(shop, tmp_path, "volume: {critical: '> 1'}")
    why = written(tmp_path / "samples")["volume"]["why_not"]
    assert why == "a check of the kind volume is not about single rows"


def test_nobody_who_has_not_asked_gets_any(shop: str, tmp_path: Path) -> None:
    told = check(shop, tmp_path, "duplicates: {critical: '> 0'}", more="")
    assert told.exit_code == 1
    assert [one.name for one in tmp_path.iterdir()] == ["config.yml"]
    told = check(shop, tmp_path, "", "--samples-dir=s", more="")
    assert (told.exit_code, "name the columns first" in told.stderr) == (2, True)


def test_samples_and_quarantine_come_from_one_snapshot(shop: str, tmp_path: Path) -> None:
    told = check(
        shop, tmp_path, "duplicates: {critical: '> 0'}", f"--samples-dir={tmp_path / 's'}",
        more=f"{NAMED}\nquarantine_on_error: true",
    )  # fmt: skip
    assert "samples: " in told.stderr
    assert "put in quarantine: " in told.stderr
    assert written(tmp_path / "s")["duplicates"]["rows"] == [["2"]]


def test_duckdb_gives_the_same_without_a_server(tmp_path: Path) -> None:
    connection = duckdb.connect(str(tmp_path / "shop.duckdb"))
    connection.execute(f"SET TimeZone = 'UTC'; {TABLES} DELETE FROM items WHERE order_id = 9")
    connection.close()
    for place, (written_check, keys) in enumerate(KINDS):
        text = config_of(written_check, ITEMS, more=NAMED)
        file = tmp_path / "config.yml"
        file.write_text(text.replace("dsn: '${WAREHOUSE_DSN}'", "duckdb: shop.duckdb"))
        folder = tmp_path / f"samples{place}"
        told = ask("check", f"--config.file={file}", AS_OF, f"--samples-dir={folder}")
        assert told.exit_code == 1, told.output
        (found,) = written(folder).values()
        assert sorted({row[0] for row in found["rows"]}) == keys, written_check
