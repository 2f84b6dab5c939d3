"""One small run of the whole bench: it builds, measures, compares, and writes its document."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from labs.bench import document
from labs.bench.accounts import Accounts
from labs.bench.conduct import PROFILED, Order, run
from labs.bench.contenders import BY_HAND, FIRST, FULL, NAIVE, SCRAPE, STEADY
from labs.bench.document import Report
from labs.bench.make_warehouse import Size, is_made, today
from labs.bench.server import running
from tests.conftest import execute

TINY = Size(20_000, 10)


@dataclass(frozen=True)
class Ran:
    """A folder in which the bench was run, and what it found."""

    folder: Path
    report: Report


@pytest.fixture(scope="module")
def ran() -> Iterator[Ran]:
    """A run of one round, in a folder that the server's own user may enter as well."""
    order = Order([TINY], 1, passes=2, profiled={STEADY: PROFILED[STEADY]})
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        folder = Path(name) / "bench"
        yield Ran(folder, run(folder, order, Console(file=StringIO())))


def test_everybody_is_measured(ran: Ran) -> None:
    (costs,) = ran.report.sections[0].rounds
    assert list(costs) == [*BY_HAND, FULL, FIRST, STEADY, SCRAPE]
    assert all(costs[name].blocks > 0 for name in costs if name != SCRAPE)
    assert costs[NAIVE].statements == 46
    assert min(cost.rss for cost in costs.values()) > 1024 * 1024


def test_a_scrape_costs_the_warehouse_nothing(ran: Ran) -> None:
    scraped = ran.report.sections[0].rounds[0][SCRAPE]
    assert (scraped.server, scraped.blocks, scraped.statements) == (0, 0, 0)


def test_the_document_has_the_tables_and_what_they_depend_on(ran: Ran) -> None:
    text = document.render(ran.report, "make bench")
    assert "## 20,000 events over 10 days" in text
    assert "shared_buffers 1GB" in text
    for name in (*BY_HAND, FULL, FIRST, STEADY, SCRAPE):
        assert f"| {name}" in text
    assert "events.duplicates_transaction_id |" in text


def test_a_warehouse_is_kept_for_the_day_and_what_is_asked_is_in_the_books(ran: Ran) -> None:
    with running(ran.folder) as server:
        assert is_made(server.dsn(), TINY, today())
        assert not is_made(server.dsn(), TINY, today() + timedelta(days=1))
        accounts = Accounts(server)
        _, idle = accounts.spent(TINY.database, lambda: None)
        assert (idle.cpu, idle.blocks) == (0, 0)
        count = "SELECT count(*) FROM analytics.raw_events a, generate_series(1, 200)"
        rows, busy = accounts.spent(
            TINY.database, lambda: execute(server.dsn(TINY.database), count)
        )
        assert rows[0][0] >= 200 * TINY.events * 0.9
        assert busy.cpu > 0
        assert busy.blocks > 100
