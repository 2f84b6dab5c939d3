"""What is published, and for how long it is believed."""

from __future__ import annotations

from datetime import timedelta

from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Outcome, Verdict
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.made import config, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON

CHECKS = "volume: {critical: '< 5'}\nduplicates: {critical: '> 0'}"
EVERY = "{relation: orders, time: ts, key: id, every: 100s}"
BELIEVED = timedelta(seconds=3 * 100 + 300)
"""Three intervals and the longest pass (300 s unless the config says otherwise)."""
INSTANT = timedelta(microseconds=1)
VOLUME = CheckId("orders", "volume")
DUPLICATES = CheckId("orders", "duplicates")


def store(more: str = "") -> SnapshotStore:
    """A store on which nothing is published yet."""
    return SnapshotStore(config(CHECKS, orders=EVERY, more=more), NOON)


def shown(on: SnapshotStore, check: CheckId, after: timedelta = timedelta()) -> Verdict:
    """What the store says of a check some time after noon."""
    return on.snapshot.current(NOON + after)[check].worst


def rows(on: SnapshotStore, after: timedelta = timedelta()) -> list[float]:
    """The gauges of the check `orders.volume` some time after noon."""
    samples = on.snapshot.samples(VOLUME, NOON + after)
    return [value for sample in samples for value in sample.values.values()]


def test_before_the_first_pass_every_check_is_pending() -> None:
    fresh = store()
    verdicts = [result.worst for result in fresh.snapshot.current(NOON).values()]
    assert [verdict.reason for verdict in verdicts] == [Reason.PENDING, Reason.PENDING]
    assert rows(fresh) == []


def test_a_value_is_believed_for_three_intervals_and_a_pass() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    assert rows(published, BELIEVED) == [7]
    assert shown(published, VOLUME, BELIEVED).outcome is Outcome.PASS
    assert rows(published, BELIEVED + INSTANT) == []
    late = shown(published, VOLUME, BELIEVED + INSTANT)
    assert late.reason is Reason.EXPIRED
    assert late.text == "no pass since 2026-03-10 12:00:00 UTC (expired)"


def test_an_unmeasured_check_says_so_at_once_and_keeps_its_value_until_its_age() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    for minutes in (1, 5, 9):
        at = NOON + timedelta(minutes=minutes)
        published.publish(pass_of({"orders.volume": unmeasured()}, at))
        assert shown(published, VOLUME, timedelta(minutes=minutes)).reason is Reason.TIMEOUT
    assert rows(published, BELIEVED) == [7]
    assert rows(published, BELIEVED + INSTANT) == []
    assert shown(published, VOLUME, BELIEVED + INSTANT).reason is Reason.TIMEOUT


def test_a_skipped_check_has_no_value() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    published.publish(pass_of({"orders.volume": skipped()}))
    assert rows(published) == []
    assert shown(published, VOLUME).outcome is Outcome.SKIPPED


def test_a_pass_over_some_datasets_leaves_the_others() -> None:
    published = store(more="queries: [{name: own, sql: 'select 1', critical: '> 0'}]")
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    published.publish(pass_of({"queries.own": passed(query_value=0)}))
    assert shown(published, VOLUME).outcome is Outcome.PASS
    assert rows(published) == [7]


def test_an_own_query_is_believed_as_long_as_the_quickest_dataset() -> None:
    slow = "{relation: sessions, every: 1h}"
    query = "queries: [{name: own, sql: 'select 1', critical: '> 0'}]"
    snapshot = SnapshotStore(
        config(CHECKS, {"sessions": slow}, orders=EVERY, more=query), NOON
    ).snapshot
    assert snapshot.age_limit(CheckId("queries", "own")) == BELIEVED
    assert snapshot.age_limit(CheckId("sessions", "volume")) == timedelta(hours=3, seconds=300)


def test_a_new_config_keeps_the_results_of_the_checks_that_stay() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7), "orders.duplicates": passed()}))
    published.reload_failed()
    assert not published.snapshot.reload_ok
    later = NOON + timedelta(seconds=10)
    checks = "volume: {critical: '< 5'}\nnegative_revenue: {column: revenue, critical: '> 0'}"
    published.reconfigure(config(checks, orders=EVERY), later)
    snapshot = published.snapshot
    assert snapshot.reload_ok
    assert snapshot.loaded_at == later
    assert rows(published) == [7]
    assert shown(published, VOLUME).outcome is Outcome.PASS
    assert DUPLICATES not in snapshot.results
    assert DUPLICATES not in snapshot.measured
    new = CheckId("orders", "negative_revenue")
    assert shown(published, new).reason is Reason.PENDING


def test_a_check_with_another_limit_waits_for_its_own_pass() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    published.reconfigure(config("volume: {critical: '< 9'}", orders=EVERY), NOON)
    assert rows(published) == []
    assert shown(published, VOLUME).reason is Reason.PENDING


def test_a_new_config_forgets_the_datasets_that_are_gone() -> None:
    query = "queries: [{name: own, sql: 'select 1', critical: '> 0'}]"
    both = config(CHECKS, {"sessions": "{relation: sessions}"}, more=query)
    published = SnapshotStore(both, NOON)
    done = {"orders.volume": passed(), "sessions.volume": passed(), "queries.own": passed()}
    published.publish(pass_of(done))
    published.reconfigure(config(CHECKS, more=query), NOON)
    assert set(published.snapshot.succeeded) == {"orders", "queries"}


def test_counts_add_up_over_passes() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": unmeasured()}, failures={Reason.TIMEOUT: 2}))
    published.publish(pass_of({"orders.volume": unmeasured()}, failures={Reason.TIMEOUT: 1}))
    counts = published.snapshot.counts
    assert (counts.passes, counts.statements) == (2, 6)
    assert counts.failures[Reason.TIMEOUT] == 3
    assert counts.failures[Reason.LOCK] == 0


def test_a_pass_that_did_not_reach_the_warehouse_is_no_success() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed()}))
    later = NOON + timedelta(minutes=1)
    published.publish(pass_of({"orders.volume": unmeasured()}, later, up=False))
    assert published.snapshot.succeeded == {"orders": NOON}
