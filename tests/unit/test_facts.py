"""What pages and dashboards are told beside the measured numbers: outcomes, limits, whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.core.model import Outcome, Severity
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.made import Said, config, found, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON

Series = dict[frozenset[tuple[str, str]], float]
DAILY = "metrics: {orders: {dataset: orders, count: '*'}}"


def scraped(store: SnapshotStore, name: str, now: datetime = NOON) -> Series:
    """The series of a gauge, by what their labels say besides `dataset`, `check` and `warehouse`"""
    text = Scrape(store, lambda: now).body("", zipped=False).content.decode()
    known = ("dataset", "check", "warehouse")
    return {
        frozenset((key, text) for key, text in one.labels.items() if key not in known): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == name
    }


def lines(check: str, more: str = "") -> dict[tuple[str, str, str], float]:
    """The limits of a config with one check, by severity, gauge and operator."""
    series = scraped(SnapshotStore(config(check, more=more), NOON), "warehouse_check_limit")
    named = [(dict(labels), bound) for labels, bound in series.items()]
    return {
        (one["severity"], one["gauge"].removeprefix("warehouse_"), one["op"]): bound
        for one, bound in named
    }


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (passed(), 0),
        (skipped(), 1),
        (found(Outcome.WARNING), 2),
        (unmeasured(), 3),
        (found(Outcome.CRITICAL), 4),
        ((passed(), found(Outcome.WARNING), skipped()), 2),
        (found(Outcome.WARNING, severity=Severity.INFO), 0),
        ((found(Outcome.WARNING, severity=Severity.INFO), skipped()), 1),
    ],
)
def test_the_outcome_is_a_number_and_a_finding_of_severity_info_none(
    said: Said, number: int
) -> None:
    store = SnapshotStore(config("volume: {critical: '< 5'}"), NOON)
    store.publish(pass_of({"orders.volume": said}))
    assert list(scraped(store, "warehouse_check_outcome").values()) == [number]


def test_before_its_first_pass_a_check_is_unmeasured() -> None:
    store = SnapshotStore(config("volume: {critical: '< 5'}"), NOON)
    assert list(scraped(store, "warehouse_check_outcome").values()) == [3]


def test_a_limit_is_a_line_of_its_severity_in_base_units() -> None:
    assert lines("completeness: {column: c, warning: '> 1%', critical: '> 5%'}") == {
        ("warning", "column_null_ratio", ">"): 0.01,
        ("critical", "column_null_ratio", ">"): 0.05,
    }
    assert lines("freshness: {critical: '> 12h'}") == {
        ("critical", "newest_row_timestamp_seconds", ">"): 43200
    }


def test_of_several_bounds_on_one_side_the_first_to_be_met_is_the_line() -> None:
    assert lines("volume: {critical: ['< 5', '< 9', '> 700', '> 800']}") == {
        ("critical", "rows", "<"): 9,
        ("critical", "rows", ">"): 700,
    }


def test_a_share_and_a_number_of_rows_are_lines_of_different_gauges() -> None:
    assert lines("completeness: {column: c, critical: ['> 5%', '> 10 rows']}") == {
        ("critical", "column_null_ratio", ">"): 0.05,
        ("critical", "rows_failed", ">"): 10,
    }


def test_a_limit_for_both_signs_has_two_lines() -> None:
    zscore = "{metrics: [orders], method: zscore, warning: {z: 3, change: 30%}}"
    assert lines("volume: {info: '< 1'}", f"{DAILY}\nanomalies: [{zscore}]") == {
        ("info", "rows", "<"): 1,
        ("warning", "metric_score", ">="): 3,
        ("warning", "metric_score", "<="): -3,
        ("warning", "metric_change_ratio", ">="): 0.3,
        ("warning", "metric_change_ratio", "<="): -0.3,
    }


def test_checks_and_datasets_say_what_they_are_and_whose() -> None:
    owned = "{relation: shop.orders, time: ts, owner: growth}"
    made = config("volume: {critical: '< 5'}", orders=owned, more="owners: {growth: {}}")
    store = SnapshotStore(made, NOON)
    assert scraped(store, "warehouse_check_info") == {
        frozenset({"kind": "volume", "layer": "quality", "owner": "growth"}.items()): 1
    }
    assert scraped(store, "warehouse_dataset_info") == {
        frozenset({"owner": "growth", "relation": "shop.orders"}.items()): 1
    }


def test_a_reload_changes_lines_and_owners_at_once() -> None:
    store = SnapshotStore(config("volume: {critical: '< 5'}"), NOON)
    scrape = Scrape(store, lambda: NOON)
    scrape.body("", zipped=False)
    store.reconfigure(config("volume: {critical: '< 6'}"), NOON)
    text = scrape.body("", zipped=False).content.decode()
    assert [line[-4:] for line in text.splitlines() if line.startswith("warehouse_check_lim")] == [
        " 6.0"
    ]


@pytest.mark.parametrize(("hour", "day"), [(5, 8), (7, 9)])
def test_the_expected_day_is_that_of_the_last_pass_in_the_zone_of_the_warehouse(
    hour: int, day: int
) -> None:
    at = datetime(2026, 3, 10, hour - 1, tzinfo=UTC)
    store = SnapshotStore(config("volume: {critical: '< 5'}", zone="Europe/Berlin"), NOON)
    assert scraped(store, "warehouse_expected_day_timestamp_seconds") == {}
    store.publish(pass_of({"orders.volume": passed()}, at))
    later = at + timedelta(minutes=1)
    began = datetime(2026, 3, day, tzinfo=UTC) - timedelta(hours=1)
    shown = scraped(store, "warehouse_expected_day_timestamp_seconds", later)
    assert list(shown.values()) == [began.timestamp()]


def test_a_pass_that_reaches_nothing_moves_no_expected_day() -> None:
    store = SnapshotStore(config("volume: {critical: '< 5'}"), NOON)
    store.publish(pass_of({"orders.volume": unmeasured()}, up=False))
    assert scraped(store, "warehouse_expected_day_timestamp_seconds") == {}
