"""Known good copies of a gate that passed, and back: equal to the byte, all or nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from click.testing import Result

from tests.conftest import execute
from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

AS_OF = "--as-of=2026-03-10T12:00:00+00:00"
TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ts timestamptz, revenue numeric,
  exact numeric(12,2), single real, twice double precision, note text, short varchar(8),
  fixed char(5),
  flag boolean, born date, at timestamp(3), wait interval, raw bytea, doc jsonb, plain json,
  list int[], words text[], feeling mood, feelings mood[], token uuid, address inet,
  span tstzrange, cash money, tiny smallint, bits bit(3), place point,
  doubled numeric GENERATED ALWAYS AS (revenue * 2) STORED
);
"""
VALUES = r"""
INSERT INTO orders (ts, revenue, exact, single, twice, note, short, fixed, flag, born, at, wait,
  raw, doc, plain, list, words, feeling, feelings, token, address, span, cash, tiny, bits, place)
VALUES
('2026-03-09 12:00:00.123456+00', 123456789012345678901234567890.123456789, 1.10, 0.1,
 0.1::float8 + 0.2, E'tab\tline\nback\\slash "quoted" \\N', '', 'ab', true, '2026-03-09',
 '2026-03-09 01:02:03.004', '1 year 2 mons 3 days 04:05:06.7', '\x00ff0a5c',
 '{"b": [1, null, 1.50]}',
 '{"b" :  1, "b": 2}', '{1,NULL,3}', ARRAY['a,b', NULL, '', '"'], 'sad', '{ok,sad}',
 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/24', '[2026-01-01 00:00+00,)', '12.34', -1,
 B'101', '(1.5,-0)'),
('2026-03-09 13:00+00', 'NaN', NULL, 'NaN', 'Infinity', 'ünïcödé €', NULL, NULL, NULL, 'infinity',
 '-infinity', NULL, '', NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, 'empty', NULL, NULL, NULL,
 NULL),
('2026-03-08 13:00+00', 'Infinity', NULL, '-Infinity', '-0', '\N', '\.', NULL, false,
 '0044-03-15 BC', NULL, '-1 days', NULL, 'null', 'null', '{{1,2},{3,4}}', '{}', 'ok', '{}', NULL,
 NULL, NULL, NULL, NULL, NULL, NULL),
('infinity', 1e-20, NULL, 1e-40, 5e-324, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""
VOLUME = "volume: {critical: '< 1'}"


@pytest.fixture
def shop(database: str, tmp_path: Path) -> str:
    """A table with a column of every type that a shop has."""
    execute(database, TYPES + VALUES)
    config(tmp_path)
    (tmp_path / "dsn").write_text(f"{database}?application_name=writer\n")
    return database


def config(folder: Path, checks: str = VOLUME, datasets: dict[str, str] | None = None) -> None:
    """Write the config."""
    orders = "{relation: orders, time: ts, key: id, unparsable: 50%}"
    text = config_of(checks, datasets, orders=orders)
    text = text.replace("timezone: UTC", "timezone: UTC, lock_timeout: 60s")
    (folder / "config.yml").write_text(text)


def keep(dsn: str, folder: Path, *options: str) -> Result:
    """Run `snapshot`."""
    words = [f"--config.file={folder / 'config.yml'}", f"--output={folder / 'good'}", AS_OF]
    return ask("snapshot", *words, *options, dsn=dsn)


def back(dsn: str, folder: Path, *options: str) -> Result:
    """Run `restore`."""
    words = [f"--config.file={folder / 'config.yml'}", f"--from={folder / 'good'}"]
    return ask("restore", *words, f"--writer-dsn-file={folder / 'dsn'}", *options, dsn=dsn)


def content(dsn: str, table: str = "orders") -> list[tuple[Any, ...]]:
    """The rows as text, and as the bytes that the server sends in binary."""
    rows = execute(dsn, f"SELECT {table}::text, record_send({table}) FROM {table} ORDER BY 1")
    return [(text, bytes(sent)) for text, sent in rows]


def copies(folder: Path) -> list[Path]:
    """The copies."""
    return sorted(folder.glob("good/warehouse_snapshot_*"))


def test_what_was_kept_comes_back_equal_to_the_byte(shop: str, tmp_path: Path) -> None:
    before = content(shop)
    told = keep(shop, tmp_path)
    assert told.exit_code == 0, told.output
    execute(shop, "DELETE FROM orders WHERE id = 1; UPDATE orders SET note = 'spoilt', revenue = 7;"
            "INSERT INTO orders (ts) VALUES ('2026-03-10 09:00+00')")  # fmt: skip
    assert content(shop) != before
    told = back(shop, tmp_path, "--yes")
    assert told.exit_code == 0, told.output
    assert content(shop) == before
    assert "orders (public.orders): 4 rows now, 4 in the copy" in told.stdout
    assert "  2026-03-09: 1 rows now, 2 in the copy: 2 come back, 1 go" in told.stdout
    assert "  2026-03-10: 1 rows now, 0 in the copy: 0 come back, 1 go" in told.stdout
    again = back(shop, tmp_path, "--yes")
    assert "no difference" in again.stdout
    assert content(shop) == before


def test_a_gate_that_did_not_pass_keeps_nothing_unless_told_to(shop: str, tmp_path: Path) -> None:
    config(tmp_path, "volume: {critical: '< 9'}")
    told = keep(shop, tmp_path)
    assert told.exit_code == 1
    assert "error: the gate did not pass: nothing was copied" in told.stderr
    assert "FAIL orders.volume: orders: 2 orders" in told.stderr
    assert copies(tmp_path) == []
    told = keep(shop, tmp_path, "--despite-findings")
    assert told.exit_code == 1
    (copy,) = copies(tmp_path)
    assert json.loads((copy / "manifest.json").read_text())["passed"] is False
    told = back(shop, tmp_path, "--yes")
    assert (told.exit_code, "no copy of a gate that passed" in told.stderr) == (2, True)
    told = back(shop, tmp_path, "--yes", f"--copy={copy.name}")
    assert told.exit_code == 0, told.output


def test_the_newest_are_kept_and_bad_ones_push_out_no_good_one(shop: str, tmp_path: Path) -> None:
    keep(shop, tmp_path, "--keep=2")
    (first,) = copies(tmp_path)
    config(tmp_path, "volume: {critical: '< 9'}")
    for _ in range(3):
        keep(shop, tmp_path, "--keep=2", "--despite-findings")
    assert len(copies(tmp_path)) == 3
    assert first in copies(tmp_path)


def test_it_shows_first_and_changes_nothing_without_a_yes(shop: str, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    execute(shop, "DELETE FROM orders WHERE id = 1")
    before = content(shop)
    for options in (["--dry-run"], []):
        told = back(shop, tmp_path, *options)
        assert "1 rows now, 2 in the copy: 1 come back, 0 go" in told.stdout
        assert content(shop) == before
    assert (told.exit_code, "nothing was changed" in told.stderr) == (2, True)


def test_the_writer_is_never_the_reader(shop: str, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    words = [f"--config.file={tmp_path / 'config.yml'}", f"--from={tmp_path / 'good'}", "--yes"]
    told = ask("restore", *words, dsn=shop)
    assert (told.exit_code, "give the DSN of a role that may write" in told.stderr) == (2, True)
    (tmp_path / "dsn").write_text(shop)
    told = back(shop, tmp_path, "--yes")
    assert (told.exit_code, "this is the exporter's own DSN" in told.stderr) == (2, True)
    told = ask("restore", *words, "--writer-dsn-env=NOT_THERE", dsn=shop)
    assert (told.exit_code, "there is no DSN in NOT_THERE" in told.stderr) == (2, True)


def test_a_role_that_only_reads_keeps_a_copy_and_cannot_put_it_back(
    shop: str, tmp_path: Path
) -> None:
    execute(shop, "CREATE ROLE keeper_only LOGIN; GRANT SELECT ON orders TO keeper_only")
    try:
        as_reader = re.sub("//[^@]+@", "//keeper_only@", shop)
        assert keep(as_reader, tmp_path).exit_code == 0
        (tmp_path / "dsn").write_text(f"{as_reader}?connect_timeout=9")
        before = content(shop)
        execute(shop, "UPDATE orders SET note = 'x'")
        told = back(shop, tmp_path, "--yes")
        assert told.exit_code == 2
        assert "error: permission denied" in told.stderr
        assert content(shop) != before
    finally:
        execute(shop, "DROP OWNED BY keeper_only; DROP ROLE keeper_only")


OBSTACLES = [
    ("ALTER TABLE orders ALTER COLUMN exact TYPE numeric(14,2)",
     "column exact was numeric(12,2) and is numeric(14,2)"),
    ("ALTER TABLE orders DROP COLUMN place", "column place is gone"),
    ("ALTER TABLE orders ADD COLUMN more int", "column more is new"),
    ("DROP TABLE orders", "public.orders does not exist any more"),
    ("CREATE TABLE lines (id bigint REFERENCES orders ON DELETE CASCADE)",
     "rows of public.lines would go or change with its rows"),
    ("CREATE TABLE lines (id bigint REFERENCES orders); INSERT INTO lines VALUES (1)",
     "a row breaks lines_id_fkey of lines"),
    ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
     "CREATE TRIGGER swallow BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f()",
     "trigger swallow would run"),
    ("CREATE RULE aside AS ON DELETE TO orders DO INSTEAD NOTHING", "rule aside would change"),
    ("CREATE TABLE child () INHERITS (orders)", "other tables inherit from it"),
    ("ALTER TABLE orders RENAME TO o2; CREATE VIEW orders AS SELECT * FROM o2", "is a view"),
    ("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", "a value"),
    ("ALTER TABLE orders ADD CHECK (revenue < 5) NOT VALID", "a row breaks orders_revenue_check"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), OBSTACLES, ids=[why for _, why in OBSTACLES])
def test_what_cannot_be_put_back_is_refused_and_nothing_is_changed(
    shop: str, tmp_path: Path, change: str, why: str
) -> None:
    keep(shop, tmp_path)
    execute(shop, "UPDATE orders SET note = 'now' WHERE id = 2")
    execute(shop, change)
    gone = change.startswith("DROP TABLE")
    before = [] if gone else content(shop)
    told = back(shop, tmp_path, "--yes")
    assert told.exit_code == 2, told.output
    assert why in told.stderr
    assert gone or content(shop) == before


def test_row_security_refuses_the_copy_and_the_restore(shop: str, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    execute(shop, "CREATE ROLE keeper_rows LOGIN; GRANT ALL ON orders TO keeper_rows;"
            " ALTER TABLE orders ENABLE ROW LEVEL SECURITY;"
            " CREATE POLICY p ON orders USING (id < 3)")  # fmt: skip
    try:
        limited = re.sub("//[^@]+@", "//keeper_rows@", shop)
        told = keep(limited, tmp_path, "--despite-findings")
        assert "row-level security policy hides rows" in told.stderr
        assert len(copies(tmp_path)) == 1
        (tmp_path / "dsn").write_text(f"{limited}?connect_timeout=9")
        before = content(shop)
        told = back(shop, tmp_path, "--yes")
        assert told.exit_code == 2
        assert "row-level security policy" in told.stderr
        assert content(shop) == before
    finally:
        execute(shop, "DROP OWNED BY keeper_rows; DROP ROLE keeper_rows")


def test_a_damaged_file_is_refused(shop: str, tmp_path: Path) -> None:
    keep(shop, tmp_path)
    (copy,) = copies(tmp_path)
    file = copy / "orders.copy.gz"
    file.write_bytes(file.read_bytes()[:-9])
    told = back(shop, tmp_path, "--yes")
    assert (told.exit_code, "is damaged" in told.stderr) == (2, True)


def test_tables_that_refer_to_each_other_come_back_together(shop: str, tmp_path: Path) -> None:
    """And a partitioned table, and a view, of which is said that it is not copied."""
    execute(shop, "CREATE TABLE lines (order_id bigint REFERENCES orders ON DELETE CASCADE, d date)"
            " PARTITION BY RANGE (d); CREATE TABLE lines_1 PARTITION OF lines DEFAULT;"
            "INSERT INTO lines VALUES (1, '2026-03-09'), (2, '2026-03-09'), (2, NULL);"
            "CREATE VIEW shown AS SELECT * FROM orders")  # fmt: skip
    made = "{query: 'select * from orders'}"
    others = {"lines": "{relation: lines}", "shown": "{relation: shown}", "made": made}
    config(tmp_path, datasets=others)
    told = keep(shop, tmp_path)
    assert "note: shown is not copied: shown is a view, which cannot be put back" in told.stderr
    assert "note: made is not copied: it is a query, which cannot be put back" in told.stderr
    orders, lines = content(shop), content(shop, "lines")
    execute(shop, "DELETE FROM orders WHERE id = 2")
    assert len(content(shop, "lines")) == 1
    told = back(shop, tmp_path, "--yes")
    assert told.exit_code == 0, told.output
    assert (content(shop), content(shop, "lines")) == (orders, lines)
    told = back(shop, tmp_path, "--yes", "--dataset=shown")
    assert (told.exit_code, "is a view" in told.stderr) == (2, True)


SLOW = """
CREATE FUNCTION waits() RETURNS boolean LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_advisory_lock_shared(7); PERFORM pg_advisory_unlock_shared(7); RETURN true;
   END';
ALTER TABLE orders ADD CONSTRAINT slow CHECK (waits()) NOT VALID;
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
WRITERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INSERT INTO%orders%'"
    " AND pid <> pg_backend_pid()"
)


@pytest.fixture
def gate(shop: str) -> Iterator[threading.Event]:
    """Inserts into orders wait until the event is set."""
    opened, held = threading.Event(), threading.Event()

    def hold() -> None:
        connection = psycopg2.connect(shop)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7)")
            held.set()
            opened.wait(120)
        connection.close()

    execute(shop, SLOW)
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    yield opened
    opened.set()
    thread.join()


def until(dsn: str, sql: str, wanted: int) -> None:
    """Wait until a count is as wanted."""
    deadline = time.monotonic() + 60
    while execute(dsn, sql)[0][0] != wanted:
        assert time.monotonic() < deadline, sql
        time.sleep(0.1)


def test_killed_in_the_middle_the_table_is_as_before(
    shop: str, tmp_path: Path, gate: threading.Event
) -> None:
    assert keep(shop, tmp_path).exit_code == 0
    execute(shop, "ALTER TABLE orders DROP CONSTRAINT slow; DELETE FROM orders WHERE id > 2;"
            "UPDATE orders SET note = 'now'; ALTER TABLE orders ADD CONSTRAINT slow CHECK (waits())"
            " NOT VALID")  # fmt: skip
    before = content(shop)
    command = [
        sys.executable, "-m", "warehouse_exporter", "restore",
        f"--config.file={tmp_path / 'config.yml'}", f"--from={tmp_path / 'good'}",
        f"--writer-dsn-file={tmp_path / 'dsn'}", "--yes",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "WAREHOUSE_DSN": shop}, stdout=subprocess.DEVNULL
    )
    try:
        until(shop, WAITING, 1)
        assert content(shop) == before  # readers see the old rows all the time
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    gate.set()
    until(shop, WRITERS, 0)
    assert content(shop) == before
    told = back(shop, tmp_path, "--yes")
    assert told.exit_code == 0, told.output
    assert len(content(shop)) == 4
