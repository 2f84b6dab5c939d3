"""A scrape: families, labels, what vanishes, what is dropped, both formats."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_of
from prometheus_client.parser import text_string_to_metric_families as families_of
from warehouse_exporter.alerting.rules import checksum
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.core.names import label_name
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.database.turns.whole import overlays
from tests.support import shop_warehouse
from tests.support.made import config, found, pass_of, passed, skipped, unmeasured
from tests.support.programs import needs
from tests.support.warehouses import NOON, ORDERS

CHECKS = "volume: {critical: '< 5'}\nduplicates: {critical: '> 0'}"
OWN = "queries: [{name: own, sql: 'select 1', critical: '> 0'}]"
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
)
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def text(store: SnapshotStore, now: datetime = NOON, accept: str = "") -> str:
    """The body of a scrape at an instant."""
    return Scrape(store, lambda: now).body(accept, zipped=False).content.decode()


def scrape(store: SnapshotStore, now: datetime = NOON) -> Series:
    """Every series of ours by its name (without `warehouse_`) and labels, with its value."""
    return {
        (sample.name.removeprefix("warehouse_"), frozenset(sample.labels.items())): sample.value
        for family in families_of(text(store, now))
        for sample in family.samples
        if sample.name.startswith("warehouse_")
    }


def series(name: str, check: str = "", **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The key of one series of a check (`dataset.check`) or of ourselves."""
    dataset, _, short = check.partition(".")
    own = {"dataset": dataset, "check": short} if check else {}
    return name, frozenset({"warehouse": "warehouse", **own, **labels}.items())


def store(more: str = OWN) -> SnapshotStore:
    """A store on which nothing is published yet."""
    return SnapshotStore(config(CHECKS, more=more), NOON)


def test_a_check_is_its_gauges_and_whether_it_is_measured() -> None:
    published = store()
    share = found(
        Outcome.CRITICAL, "", {"duplicate_key_ratio": 0.5, "rows_failed": 1, "rows_checked": 2}
    )
    published.publish(pass_of({"orders.volume": passed(rows=7), "orders.duplicates": share}))
    got = scrape(published)
    assert got[series("rows", "orders.volume")] == 7
    assert got[series("rows_failed", "orders.duplicates")] == 1
    assert got[series("rows_checked", "orders.duplicates")] == 2
    assert got[series("check_measured", "orders.volume")] == 1
    assert got[series("check_skipped", "orders.volume")] == 0
    assert got[series("check_measured", "queries.own")] == 0
    assert got[series("check_unmeasured_reason", "queries.own", reason="pending")] == 1


def test_the_rules_that_follow_from_the_config_in_use_have_a_fingerprint() -> None:
    published, other = store(), config("volume: {critical: '< 6'}")
    old, new = published.snapshot.config, checksum(other)
    assert "rules_info" not in {name for name, _ in scrape(published)}, "not known yet"
    published.fingerprinted(old, checksum(old))
    assert scrape(published)[series("rules_info", checksum=checksum(old))] == 1
    published.reconfigure(other, NOON, new)
    published.fingerprinted(old, checksum(old))
    found = {key for key in scrape(published) if key[0] == "rules_info"}
    assert found == {series("rules_info", checksum=new)}, "the old config is in use no more"


def test_every_series_of_ours_names_the_warehouse_also_after_it_was_renamed() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    for name in ("warehouse", "shop-eu"):
        named = replace(published.snapshot.config.warehouse, name=name)
        published.reconfigure(replace(published.snapshot.config, warehouse=named), NOON)
        got = scrape(published)
        assert {name for name, _ in got} >= {"rows", "check_limit", "exporter_build_info"}
        assert {dict(labels).get("warehouse") for _, labels in got} == {name}


def test_the_number_of_checks_is_a_gauge() -> None:
    published = store()
    assert scrape(published)[series("config_checks")] == 3
    published.reconfigure(config("volume: {critical: '< 6'}"), NOON)
    assert scrape(published)[series("config_checks")] == 1


def test_what_is_not_measured_is_never_zero() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": unmeasured(), "orders.duplicates": skipped()}))
    got = scrape(published)
    assert not [name for name, _ in got if name in ("rows", "rows_failed", "duplicate_key_ratio")]
    assert got[series("check_measured", "orders.volume")] == 0
    assert got[series("check_measured", "orders.duplicates")] == 1
    assert got[series("check_skipped", "orders.duplicates")] == 1
    assert got[series("check_unmeasured_reason", "orders.volume", reason="timeout")] == 1


def test_a_series_that_vanished_from_the_pass_vanishes_from_the_scrape() -> None:
    published = store()
    rows = tuple(found(Outcome.PASS, "", {"query_value": 1}, {"shop": s}) for s in ("a", "b"))
    published.publish(pass_of({"queries.own": rows}))
    assert series("query_value", "queries.own", shop="b") in scrape(published)
    published.publish(pass_of({"queries.own": rows[:1]}))
    got = scrape(published)
    assert series("query_value", "queries.own", shop="a") in got
    assert series("query_value", "queries.own", shop="b") not in got


def test_the_lag_is_computed_at_the_scrape() -> None:
    published = SnapshotStore(config("freshness: {critical: '> 24h'}"), NOON)
    newest = (NOON - timedelta(hours=1)).timestamp()
    published.publish(pass_of({"orders.freshness": passed(newest_row_timestamp_seconds=newest)}))
    for minutes in (0, 10):
        got = scrape(published, NOON + timedelta(minutes=minutes))
        assert got[series("freshness_lag_seconds", "orders.freshness")] == 3600 + 60 * minutes
        assert got[series("newest_row_timestamp_seconds", "orders.freshness")] == newest


def test_before_the_first_pass_nobody_says_that_the_warehouse_is_up_or_down() -> None:
    assert series("up") not in scrape(store())
    published = store()
    published.publish(pass_of({"orders.volume": unmeasured()}, up=False))
    assert scrape(published)[series("up")] == 0


def test_failures_are_counted_from_zero_for_every_reason() -> None:
    published = store()
    got = scrape(published)
    reasons = {dict(labels)["reason"] for name, labels in got if name == "statement_failures_total"}
    assert reasons == {reason.value for reason in Reason}
    assert got[series("statement_failures_total", reason="timeout")] == 0
    failures = {Reason.TIMEOUT: 2}
    published.publish(pass_of({"orders.volume": unmeasured()}, failures=failures))
    published.publish(pass_of({"orders.volume": unmeasured()}, failures=failures))
    got = scrape(published)
    assert got[series("statement_failures_total", reason="timeout")] == 4
    assert got[series("passes_total")] == 2
    assert got[series("statements_total")] == 6


def test_the_exporter_says_what_it_runs_on() -> None:
    published = store()
    got = scrape(published)
    assert got[series("config_info", sha256=published.snapshot.config.sha256)] == 1
    assert got[series("config_last_reload_successful")] == 1
    assert got[series("config_last_reload_success_timestamp_seconds")] == NOON.timestamp()
    assert [name for name, _ in got].count("exporter_build_info") == 1
    published.reload_failed()
    assert scrape(published)[series("config_last_reload_successful")] == 0


def test_the_last_success_is_per_dataset() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=1)}))
    later = NOON + timedelta(minutes=1)
    published.publish(pass_of({"queries.own": passed(query_value=1)}, later))
    got = scrape(published, later)
    name = "pass_last_success_timestamp_seconds"
    assert got[series(name, dataset="orders")] == NOON.timestamp()
    assert got[series(name, dataset="queries")] == later.timestamp()


def test_the_interval_of_every_dataset_is_told_from_the_start() -> None:
    published = store()
    name = "pass_interval_seconds"
    assert scrape(published)[series(name, dataset="orders")] == 300
    assert scrape(published)[series(name, dataset="queries")] == 300
    published.reconfigure(config(CHECKS, orders=ORDERS.replace("{", "{every: 2h, ", 1)), NOON)
    found = {key: value for key, value in scrape(published).items() if key[0] == name}
    assert found == {series(name, dataset="orders"): 7200}


def test_of_two_rows_with_the_same_labels_the_second_is_dropped_and_its_check_is_named() -> None:
    published = store()
    rows = tuple(
        found(Outcome.PASS, "", {"query_value": value}, labels)
        for value, labels in ((1, {"a b": "x"}), (2, {"a-b": "x"}), (3, {"a b": "y"}))
    )
    published.publish(pass_of({"queries.own": rows}))
    got = scrape(published)
    assert got[series("query_value", "queries.own", a_b="x")] == 1
    assert got[series("query_value", "queries.own", a_b="y")] == 3
    assert got[series("series_dropped", "queries.own")] == 1


def test_of_rows_with_the_same_labels_the_worst_is_published_so_that_its_alert_fires() -> None:
    published = store()
    fine = found(Outcome.PASS, "", {"query_value": 1}, {"shop": "x"})
    bad = found(Outcome.CRITICAL, "", {"query_value": 2}, {"shop": "x"})
    published.publish(pass_of({"queries.own": (fine, bad)}))
    assert scrape(published)[series("query_value", "queries.own", shop="x")] == 2


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("shop", "shop"),
        ("ShopName", "ShopName"),
        ("?column?", "_column_"),
        ("dataset", "query_dataset"),
        ("check", "query_check"),
        ("1st", "query_1st"),
        ("__name__", "query_name__"),
        ("größe", "gr__e"),
        ("ßß", "query_"),
        ("", "query_label"),
        ("severity", "query_severity"),
        ("owner", "query_owner"),
        ("alertname", "query_alertname"),
    ],
)
def test_a_column_of_a_query_becomes_a_label_that_is_none_of_ours(column: str, label: str) -> None:
    assert label_name(column) == label
    published = store()
    row = found(Outcome.PASS, "", {"query_value": 1}, {column: 'a "b" \\ c\nd'})
    published.publish(pass_of({"queries.own": row}))
    assert series("query_value", "queries.own", **{label: 'a "b" \\ c\nd'}) in scrape(published)


def test_infinity_is_rendered_as_prometheus_reads_it() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=float("inf"))}))
    line = 'warehouse_rows{check="volume",dataset="orders",warehouse="warehouse"} +Inf'
    assert line in text(published)


@pytest.mark.parametrize("accept", [PROMETHEUS_2, PROMETHEUS_3])
def test_open_metrics_has_the_same_families(accept: str) -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    body = Scrape(published, lambda: NOON).body(accept, zipped=False)
    assert body.content_type.startswith("application/openmetrics-text")
    assert body.content.endswith(b"# EOF\n")
    assert body.content.count(b"# EOF\n") == 1
    names = {family.name for family in openmetrics_of(body.content.decode())}  # type: ignore[no-untyped-call]
    assert names == {family.name for family in families_of(text(published))}


def test_help_says_that_values_come_from_the_last_pass() -> None:
    published = store()
    published.publish(pass_of({"orders.volume": passed(rows=7)}))
    (line,) = [x for x in text(published).splitlines() if x.startswith("# HELP warehouse_rows ")]
    assert line.endswith("As of the last pass.")


@needs("promtool")
def test_promtool_has_nothing_to_say_about_a_shop_with_every_kind(database: str) -> None:
    now = datetime.now(UTC)
    shop_warehouse.build(database, now)
    config = shop_warehouse.config(database)
    assert {check.kind.kind for check in config.checks} | set(overlays()) >= set(all_kinds())
    published = SnapshotStore(config, now)
    published.publish(shop_warehouse.run(database, now))
    body = text(published, now)
    asked = subprocess.run(
        ["promtool", "check", "metrics"], input=body, capture_output=True, text=True, check=False
    )
    assert (asked.returncode, asked.stdout + asked.stderr) == (0, "")
    assert not [name for name, _ in scrape(published, now) if name == "series_dropped"]
    assert not [name for name, _ in scrape(published, now) if name == "check_unmeasured_reason"]
