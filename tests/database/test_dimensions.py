"""Labels: where their values come from, that they are few, and the same ones every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from warehouse_exporter import profiles
from warehouse_exporter.config import Config, load
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.kinds import all_metrics
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.metrics import families
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.chain.demo.shops import FRIDAY, connected
from tests.conftest import execute
from tests.support.warehouses import NOON, config_of

CONFIGURED = {"column", "metric", "model", "funnel", "step"}
"""Labels whose values stand in the config."""
FIXED = {"age_days"}
"""Labels that have few values by themselves."""
FROM_DATA = {"channel"}
"""Labels whose values come from the warehouse: each must be bounded, and is tested below."""
DAYS = 8
Series = frozenset[tuple[str, frozenset[tuple[str, str]]]]
MIX = "channel_mix: {sum: attributed_revenue, warning: '>= 15%'}"
THOUSAND = """
CREATE TABLE attribution AS
SELECT n % 1000 + 1 AS order_id, 'last_click' AS model, 'c' || n % 1000 AS channel,
  1000 - n % 1000 + d AS attributed_revenue,
  timestamptz '2026-02-20 12:00+00' + d * interval '1 day' AS ts
FROM generate_series(0, 20) d, generate_series(0, 999) n
"""
"""A thousand channels on every day, in the same order of size."""


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """A good shop of the usual size, with enough history for every baseline on all of the days."""
    dsn = postgres.create_database("dimensions")
    with connected(dsn) as connection:
        shop.build(connection, as_of=FRIDAY, days=58 + DAYS)
    yield dsn
    execute(postgres.dsn, "DROP DATABASE dimensions WITH (FORCE)")


def series_of(config: Config, as_of: datetime) -> Series:
    """Every series that a scrape after one pass shows."""
    store = SnapshotStore(config, as_of)
    store.publish(run_pass(config, Connector(config.warehouse), as_of))
    return frozenset(
        (sample.name, frozenset(sample.labels.items()))
        for family in families(store.snapshot, store.snapshot.config.checks, as_of)
        for sample in family.samples
        if sample.name != "warehouse_finding_info"  # it is there while there is a finding
    )


def channels(dsn: str, as_of: datetime) -> set[str]:
    """The channels that are shown."""
    text = config_of(MIX, orders="{relation: attribution, time: ts}")
    found = series_of(parse(text, "test.yml", {"WAREHOUSE_DSN": dsn}), as_of)
    return {dict(labels)["channel"] for _, labels in found if "channel" in dict(labels)}


def test_every_label_comes_from_somewhere_that_is_bounded() -> None:
    """A new label from the data belongs into FROM_DATA, and needs a test of its own."""
    labels = {label for metric in all_metrics().values() for label in metric.labels}
    assert labels == CONFIGURED | FIXED | FROM_DATA


def test_an_ordinary_shop_has_the_same_series_every_day(good: str) -> None:
    """Channels that are shown one day and gone the next would be holes in every graph."""
    config = load(profiles.file_of("complete"), {"WAREHOUSE_DSN": good})
    days = [FRIDAY - timedelta(days=back) for back in range(DAYS)]
    first, *others = [series_of(config, day) for day in days]
    assert {name for name, _ in first} >= {"warehouse_channel_share_ratio", "warehouse_rows"}
    for other in others:
        assert first ^ other == set()


def test_a_thousand_channels_are_few_series_and_the_rest_is_counted(database: str) -> None:
    execute(database, THOUSAND)
    shown = channels(database, NOON)
    assert shown == {*(f"c{n}" for n in range(10)), "other"}
    text = config_of(MIX, orders="{relation: attribution, time: ts}")
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": database})
    done = run_pass(config, Connector(config.warehouse), NOON)
    verdicts = done.results[CheckId("orders", "channel_mix")].verdicts
    (other,) = [v.sample for v in verdicts if v.sample and v.sample.labels["channel"] == "other"]
    assert other.values["warehouse_channels_cut"] == 990
    assert len(series_of(config, NOON)) < 100


def test_a_thousand_channels_are_the_same_few_every_day(database: str) -> None:
    execute(database, THOUSAND)
    days = [NOON - timedelta(days=back) for back in range(8)]
    assert len({frozenset(channels(database, day)) for day in days}) == 1


def test_other_thousand_channels_every_day_are_never_more_than_both_sides(database: str) -> None:
    """Channels that are made of something like a client: each is seen on one day only."""
    execute(database, f"{THOUSAND}; UPDATE attribution SET channel = channel || ts::date")
    for back in range(4):
        assert len(channels(database, NOON - timedelta(days=back))) == 10 + 10 + 1


def test_equally_large_channels_are_shown_by_their_names(database: str) -> None:
    execute(database, f"{THOUSAND}; UPDATE attribution SET attributed_revenue = 1")
    expected = {*sorted(f"c{n}" for n in range(1000))[:10], "other"}
    for back in range(4):
        assert channels(database, NOON - timedelta(days=back)) == expected


def test_a_query_of_too_many_rows_is_not_measured_and_shows_none(database: str) -> None:
    sql = "select 'c' || n as channel, n as value from generate_series(1, {}) as n"

    def shown(rows: int) -> int:
        query = f"queries: [{{name: own, sql: \"{sql.format(rows)}\", critical: '> 1e9'}}]"
        text = config_of("volume: {critical: '< 0'}", more=query)
        config = parse(text, "test.yml", {"WAREHOUSE_DSN": database})
        found = series_of(config, NOON)
        return sum(name == "warehouse_query_value" for name, _ in found)

    assert shown(1000) == 1000
    assert shown(1001) == 0
