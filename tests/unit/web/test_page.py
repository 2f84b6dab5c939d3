"""The status page: five words, worst first, and nothing in it that runs."""

from __future__ import annotations

import re
from datetime import timedelta

from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Outcome, Severity
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web.page import render_page

from tests.support.made import config, found, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON

EVIL = "<script>alert('1')</script>"
CHECKS = (
    "volume: {critical: '< 5', warning: '< 9'}\n"
    "duplicates: {critical: '> 0'}\n"
    "freshness: {critical: '> 24h'}\n"
    f'completeness: {{column: "{EVIL}", critical: "> 5%"}}\n'
    "zero_revenue: {column: revenue, warning: '> 5%'}\n"
    "future_rows: {info: '> 0'}"
)
OWNED = f'{{relation: orders, time: ts, key: id, owner: "{EVIL}"}}'


def store() -> SnapshotStore:
    """A store after a pass with every outcome."""
    published = SnapshotStore(config(CHECKS, orders=OWNED), NOON)
    published.publish(
        pass_of(
            {
                "orders.volume": passed(rows=9),
                "orders.duplicates": skipped(),
                "orders.freshness": unmeasured(Reason.LOCK),
                f"orders.completeness_{EVIL}": found(Outcome.CRITICAL, f"{EVIL} & more"),
                "orders.zero_revenue": found(Outcome.WARNING, "6 of 100 rows"),
                "orders.future_rows": found(Outcome.WARNING, "1 row", severity=Severity.INFO),
            }
        )
    )
    return published


def page(on: SnapshotStore, after: timedelta = timedelta()) -> str:
    """The page some time after noon."""
    return render_page(on.snapshot, NOON + after)


def test_every_check_has_a_row_worst_first() -> None:
    words = re.findall(r'<td class="v \w+">([^<]*)</td>', page(store()))
    assert words == ["FAIL", "UNKNOWN", "WARN", "WARN (info)", "SKIP", "PASS"]


def test_what_is_shown_is_escaped() -> None:
    text = page(store())
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;") >= 3
    assert "&amp; more" in text


def test_the_counts_are_those_of_the_rows() -> None:
    counts = re.findall(r'<span class="v \w+">(\w+)</span> (\d+)', page(store()))
    assert counts == [("FAIL", "1"), ("UNKNOWN", "1"), ("WARN", "2"), ("SKIP", "1"), ("PASS", "1")]


def test_a_row_has_the_limits_and_the_owner() -> None:
    row = next(line for line in page(store()).splitlines() if "orders.volume" in line)
    assert "critical &lt; 5; warning &lt; 9" in row
    assert "alert" in row


def test_the_age_is_that_of_the_last_pass() -> None:
    assert "Last pass 1 min 5 s ago" in page(store(), timedelta(seconds=65))
    assert "The first pass has not ended yet." in page(SnapshotStore(config(CHECKS), NOON))


def test_what_nobody_refreshed_is_unknown() -> None:
    old = page(store(), timedelta(days=1))
    words = re.findall(r'<td class="v \w+">([^<]*)</td>', old)
    assert words == ["UNKNOWN"] * 6
    assert "no pass since 2026-03-10 12:00:00 UTC" in old


def test_trouble_is_said_at_the_top() -> None:
    published = store()
    assert 'class="bad"' not in page(published)
    published.reload_failed()
    assert "The config could not be reloaded." in page(published)
    published.publish(pass_of({"orders.volume": unmeasured()}, up=False))
    assert "The warehouse could not be reached." in page(published)
