"""A scrape's body: what may be kept is kept, what changes is fresh, and both formats are whole."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

import pytest
from warehouse_exporter.publish.scrape import MOMENT, Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.made import config, pass_of, passed
from tests.support.warehouses import NOON

ACCEPT = ["text/plain", "application/openmetrics-text; version=1.0.0"]


class Clock:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.at


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock(NOON)


@pytest.fixture
def store() -> SnapshotStore:
    """Two checks, passed at noon; the newest row is an hour old."""
    checks = "volume: {critical: '< 5'}\nfreshness: {critical: '> 1d'}"
    orders = "{relation: orders, time: ts, every: 1m}"
    made = SnapshotStore(config(checks, orders=orders), NOON)
    made.publish(
        pass_of(
            {
                "orders.volume": passed(rows=7),
                "orders.freshness": passed(
                    newest_row_timestamp_seconds=(NOON - timedelta(hours=1)).timestamp()
                ),
            }
        )
    )
    return made


def line(body: bytes, name: str) -> str | None:
    """The value of a series, by the beginning of its line."""
    lines = [text for text in body.decode().splitlines() if text.startswith(name + "{")]
    return lines[0].split()[-1] if lines else None


def test_the_lag_grows_although_nothing_is_rendered_anew(
    store: SnapshotStore, clock: Clock
) -> None:
    scrape = Scrape(store, clock)
    first = scrape.body("", zipped=False)
    clock.at += timedelta(seconds=90)
    second = scrape.body("", zipped=False)
    assert line(first.content, "warehouse_freshness_lag_seconds") == "3600.0"
    assert line(second.content, "warehouse_freshness_lag_seconds") == "3690.0"
    assert next(iter(scrape._rendered.values())).since == NOON


@pytest.mark.parametrize("zipped", [False, True])
def test_the_scrapers_of_one_moment_share_a_body(
    store: SnapshotStore, clock: Clock, zipped: bool
) -> None:
    scrape = Scrape(store, clock)
    assert scrape.kept("", zipped=zipped) is None
    body = scrape.body("", zipped=zipped)
    clock.at += MOMENT - timedelta(microseconds=1)
    assert scrape.kept("", zipped=zipped) is body
    assert scrape.kept("", zipped=not zipped) is None
    assert scrape.kept(ACCEPT[1], zipped=zipped) is None
    clock.at += timedelta(microseconds=1)
    assert scrape.kept("", zipped=zipped) is None
    assert scrape.body("", zipped=zipped) is not body


def test_a_shared_body_ends_with_the_pass_it_shows(store: SnapshotStore, clock: Clock) -> None:
    scrape = Scrape(store, clock)
    scrape.body("", zipped=False)
    store.publish(pass_of({"orders.volume": passed(rows=8)}))
    assert scrape.kept("", zipped=False) is None


def test_what_becomes_too_old_is_gone_without_a_pass(store: SnapshotStore, clock: Clock) -> None:
    scrape = Scrape(store, clock)
    limit = store.snapshot.age_limit(next(iter(store.snapshot.results)))
    clock.at = NOON + limit
    assert line(scrape.body("", zipped=False).content, "warehouse_rows") == "7.0"
    clock.at += timedelta(milliseconds=1)
    body = scrape.body("", zipped=False).content
    assert line(body, "warehouse_rows") is None
    assert line(body, "warehouse_freshness_lag_seconds") is None
    assert line(body, "warehouse_check_measured") == "0.0"


def test_a_pass_shows_at_once(store: SnapshotStore, clock: Clock) -> None:
    scrape = Scrape(store, clock)
    assert line(scrape.body("", zipped=False).content, "warehouse_rows") == "7.0"
    store.publish(pass_of({"orders.volume": passed(rows=8)}))
    assert line(scrape.body("", zipped=False).content, "warehouse_rows") == "8.0"


def test_a_clock_that_is_set_back_shows_nothing_stale(store: SnapshotStore, clock: Clock) -> None:
    scrape = Scrape(store, clock)
    clock.at = NOON + timedelta(days=1)
    assert line(scrape.body("", zipped=False).content, "warehouse_rows") is None
    clock.at = NOON
    assert line(scrape.body("", zipped=False).content, "warehouse_rows") == "7.0"


@pytest.mark.parametrize("accept", ACCEPT)
def test_gzip_is_one_member_with_the_same_text(
    store: SnapshotStore, clock: Clock, accept: str
) -> None:
    scrape = Scrape(store, clock)
    packed = scrape.body(accept, zipped=True)
    plain = scrape.body(accept, zipped=False)
    assert packed.content_type == plain.content_type
    unpacked = gzip.decompress(packed.content)
    assert names(unpacked) == names(plain.content)
    assert line(unpacked, "warehouse_rows") == "7.0"
    assert unpacked.endswith(b"# EOF\n") == accept.startswith("application/openmetrics")
    assert packed.content.count(b"\x1f\x8b\x08") == 1


def names(body: bytes) -> list[str]:
    """The series of a body, without their values."""
    lines = body.decode().splitlines()
    return [text.rsplit(" ", 1)[0] for text in lines if not text.startswith("#")]
