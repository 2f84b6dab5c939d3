"""`init --database`: a config proposed from a database, as its command runs it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.screen import Bar
from warehouse_exporter.cli.discover_options import Wanted
from warehouse_exporter.cli.interrupts import interruptible
from warehouse_exporter.cli.options import instant_in
from warehouse_exporter.config.values import parse_zone
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.discover.choosing import Chosen, choose
from warehouse_exporter.discover.proposing import Proposed, propose
from warehouse_exporter.engines import connect
from warehouse_exporter.engines.base import Engine, Surveyed

STATEMENT, LOCK, CONNECT = 60.0, 5.0, 10.0
"""The timeouts in seconds, as a config has them by default."""
NOT_POSTGRES = (
    "init --database is for Postgres: for a DuckDB file or Parquet files, start from"
    " `init --profile complete` and see docs/how-to/duckdb.md"
)
DSN_FORM = (
    "--database takes a connection string, such as postgresql://exporter@warehouse.example/shop or"
    " 'host=warehouse.example dbname=shop user=exporter'"
)
NEXT = """\
Next steps:
  1. export WAREHOUSE_DSN=...    (the connection string you gave; it is not in the file)
  2. warehouse-exporter validate --connect --config.file {file}
  3. warehouse-exporter check --config.file {file}
  4. fill in `owner`, read what is commented out, and delete what you do not need"""


class Screen(Bar):
    """The bar of a backtest, which also shows how far the looking is; it prints no lines."""

    def begin(self, step: Step | str, parts: int) -> None:
        """Restart the bar."""
        self.restart("trying on past days" if step is Step.JUDGING else str(step), parts)


def run(dsn: str, wanted: Wanted) -> Proposed:
    """Propose a config. Raises UsageError, Unreachable, Interrupted."""
    zone = zone_of(wanted.zone)
    as_of = instant_in(wanted.as_of, zone) if wanted.as_of else datetime.now(UTC)
    refuse_files(dsn)
    console = Console(stderr=True)
    console.print(f"Reading {wanted.bounds.shown}", highlight=False, soft_wrap=True)
    engines: list[Engine] = []
    stopped = threading.Event()

    def engine(seconds: float) -> Engine:
        found = connect(warehouse(dsn, zone, seconds))
        engines.append(found)
        if stopped.is_set():
            found.stop()
        return found

    def stop() -> None:
        stopped.set()
        for one in engines:
            one.stop()

    def choice(found: Sequence[Surveyed]) -> Chosen:
        return choose(found, wanted.bounds, wanted.schemas, wanted.include, wanted.exclude)

    with interruptible(stop), Screen(console, "", stopped.is_set) as screen:
        return propose(engine, choice, wanted.bounds, as_of, screen)


def zone_of(text: str) -> ZoneInfo:
    """A time zone. Raises UsageError."""
    try:
        return parse_zone(text)
    except ValueError as error:
        raise UsageError(f"--timezone: {error}") from None


def refuse_files(dsn: str) -> None:
    """Raise UsageError for what is no connection string: a file, or nothing."""
    if dsn.strip().endswith((".duckdb", ".parquet", ".ddb")) or Path(dsn).exists():
        raise UsageError(NOT_POSTGRES)
    if "=" not in dsn and "://" not in dsn:
        raise UsageError(DSN_FORM)


def warehouse(dsn: str, zone: ZoneInfo, seconds: float) -> Warehouse:
    """The warehouse as a config without further settings has it."""
    return Warehouse(
        dsn=dsn, dsn_file=None, timezone=zone, statement_timeout=min(STATEMENT, seconds),
        lock_timeout=LOCK, pass_timeout=seconds, connect_timeout=CONNECT, connections=1,
    )  # fmt: skip


def next_steps(done: Proposed, output: str | None) -> str:
    """What is said after a config was written."""
    lines = [f"{done.summary}"]
    lines += [f"  {text}" for text in done.left_out[:10]]
    if done.firing:
        lines.append(f"Checks that find something now: {len(done.firing)}")
        lines += [f"  {text}" for text in done.firing[:10]]
        if len(done.firing) > 10:
            lines.append(f"  and {len(done.firing) - 10} more, marked FOUND in the file")
    return "\n".join([*lines, NEXT.format(file=output or "FILE")])
