"""What is inhibited while another alert fires, and what never is, by a real Alertmanager."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from warehouse_exporter.alerting.routes import render
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.lineage import downstream

from tests.chain.alertmanager.shipped import Labels, alert, fire
from tests.chain.e2e.servers import AlertmanagerServer
from tests.support.programs import needs
from tests.support.serving import wait_for

pytestmark = needs("prometheus-alertmanager")
TWO_CHAINS = """
warehouse: {dsn: dbname=nowhere}
routing: {slack: {api_url_file: /run/secrets/slack_api_url}}
datasets:
  events:
    relation: events
    time: ts
    columns: {id: bigint}
    checks:
      - freshness: {warning: "> 12h", critical: "> 24h"}
      - required_columns: {critical: "> 0"}
      - volume: {warning: "< 10", critical: "< 5"}
  sessions: {relation: sessions, time: ts, depends_on: [events]}
  orders:
    relation: orders
    time: ts
    depends_on: [sessions]
    checks: [channel_mix: {sum: revenue, warning: ">= 20%"}]
  ads: {relation: ads, time: ts, checks: [freshness: {critical: "> 24h"}]}
  spend: {relation: spend, time: ts, depends_on: [ads], checks: [volume: {critical: "< 5"}]}
"""
STALE, DRIFT, VOLUME = "WarehouseDataStale", "WarehouseSchemaDrift", "WarehouseVolumeOutOfBounds"
UNSEEN, DUPLICATES = "WarehouseCheckUnmeasured", "WarehouseDuplicateKeys"
QUERY = "WarehouseQueryOutOfBounds"
FALLS, ANOMALY = "WarehouseFallsTogether", "WarehouseMetricAnomaly"
DOWN, EXPORTER = "WarehouseDown", "WarehouseExporterDown"


@dataclass(frozen=True)
class Case:
    """What fires, which of it is told, and which of it is not."""

    told: tuple[Labels, ...]
    silent: tuple[Labels, ...] = ()


CASES = {
    "what follows from another alert is silent, whatever its severity": Case(
        (alert(STALE, "events.freshness"), alert(DUPLICATES, "orders.duplicates")),
        (
            alert(VOLUME, "events.volume", explained_by="events/load/all"),
            alert(VOLUME, "events.volume_of_shop", "warning", explained_by="events/load/all"),
            alert(UNSEEN, "orders.new", "info", explained_by="events/load/all"),
        ),
    ),
    "two causes do not silence each other": Case(
        (alert(DRIFT, "events.required_columns"), alert(STALE, "events.freshness")),
        (alert(VOLUME, "sessions.volume", explained_by="events/load/all"),),
    ),
    "critical of one country does not silence the warning of another": Case(
        (
            alert(QUERY, "orders.refunds", country="DE", series="country=DE "),
            alert(QUERY, "orders.refunds", "warning", country="FR", series="country=FR "),
        ),
        (alert(QUERY, "orders.refunds", "warning", country="DE", series="country=DE "),),
    ),
    "critical silences the warning of the same check, and of no other": Case(
        (
            alert(VOLUME, "events.volume"),
            alert(VOLUME, "events.volume_of_shop", "warning"),
            alert(UNSEEN, "events.volume", "warning"),
        ),
        (alert(VOLUME, "events.volume", "warning"),),
    ),
    "critical of one channel does not silence the warning of another": Case(
        (
            alert("WarehouseChannelMixShift", "orders.channel_mix", channel="direct"),
            alert("WarehouseChannelMixShift", "orders.channel_mix", "warning", channel="email"),
        ),
        (alert("WarehouseChannelMixShift", "orders.channel_mix", "warning", channel="direct"),),
    ),
    "falls that page together silence the warnings that they are, and no others": Case(
        (
            alert(FALLS, "sessions.seasonal_a", metric="a", incident="falls"),
            alert(ANOMALY, "sessions.seasonal_a", "warning", metric="a", departure="rise"),
            alert(ANOMALY, "orders.seasonal_b", "warning", metric="b", departure="fall"),
        ),
        (alert(ANOMALY, "sessions.seasonal_a", "warning", metric="a", departure="fall"),),
    ),
    "falls that follow from a page silence nothing": Case(
        (alert(ANOMALY, "sessions.seasonal_a", "warning", metric="a", departure="fall"),),
        (alert(FALLS, "sessions.seasonal_a", metric="a", explained_by="ads/load/all"),),
    ),
    "a warehouse that is down silences all that its exporter says": Case(
        (
            alert(DOWN),
            alert("WarehouseConfigReloadFailed", severity="warning"),
            alert("WarehouseRulesOutOfDate", severity="warning"),
        ),
        (
            alert(DUPLICATES, "orders.duplicates"),
            alert(UNSEEN, "spend.volume"),
            alert("WarehousePassStale", "events."),
        ),
    ),
    "a warehouse that is down silences no other exporter": Case(
        (alert(DOWN), alert(VOLUME, "orders.volume", instance="exporter-2:9843")),
        (alert(VOLUME, "orders.volume"),),
    ),
    "an exporter that cannot be scraped silences what it said": Case(
        (alert(EXPORTER), alert(STALE, "ads.freshness", instance="exporter-2:9843")),
        (alert(STALE, "ads.freshness"),),
    ),
    "an exporter that nobody knows any more silences the whole job": Case(
        (alert(EXPORTER, instance=""),),
        (alert(STALE, "ads.freshness"), alert(VOLUME, "orders.volume", "warning")),
    ),
    "nothing silences the heartbeat": Case(
        (alert(DOWN), alert("WarehouseHeartbeat", severity="info")),
        (alert(UNSEEN, "orders.volume"),),
    ),
    "nothing silences alerts that are not ours": Case(
        (alert(DOWN), alert("NodeDown"), alert("NodeDown", severity="warning")),
        (alert(VOLUME, "orders.volume"),),
    ),
    "a pass that is stale silences what it leaves unmeasured, on its dataset alone": Case(
        (alert("WarehousePassStale", "events."), alert(UNSEEN, "spend.volume")),
        (alert(UNSEEN, "events.volume"),),
    ),
}


@pytest.fixture(scope="module")
def alertmanager() -> Iterator[AlertmanagerServer]:
    """An Alertmanager on two chains; the jobs of its tests do not know of each other."""
    text = render(parse(TWO_CHAINS, "chains.yml"))
    with AlertmanagerServer(text.replace("templates:\n- templates/*.tmpl\n", "")) as server:
        yield server


def of_job(labels: Labels, job: str) -> dict[str, str]:
    """The same alert of another warehouse; without labels that are empty."""
    return {name: text for name, text in {**labels, "job": job}.items() if text}


@pytest.mark.parametrize("name", CASES)
def test_while_it_fires(name: str, alertmanager: AlertmanagerServer) -> None:
    case = CASES[name]
    silent = [of_job(labels, name) for labels in case.silent]
    everything = [*(of_job(labels, name) for labels in case.told), *silent]
    fire(alertmanager, *everything)

    def seen() -> list[tuple[Labels, bool]]:
        held = [a for a in alertmanager.alerts() if a["labels"]["job"] == name]
        return [(a["labels"], bool(a["status"]["inhibitedBy"])) for a in held]

    wait_for(lambda: [a for a, quiet in seen() if quiet] if silent else seen())
    wait_for(lambda: len(seen()) == len(everything))
    wait_for(lambda: sum(quiet for _, quiet in seen()) >= len(silent))
    assert sorted(map(str, (a for a, quiet in seen() if quiet))) == sorted(
        str(labels | {}) for labels in (in_order(labels) for labels in silent)
    )


def in_order(labels: dict[str, str]) -> dict[str, str]:
    """The labels as Alertmanager lists them."""
    return dict(sorted(labels.items()))


def test_another_warehouse_is_never_silenced(alertmanager: AlertmanagerServer) -> None:
    cause = alert(DOWN, warehouse="ours")
    silent, told = (alert(VOLUME, "orders.volume", warehouse=name) for name in ("ours", "theirs"))
    fire(alertmanager, cause, silent, told)

    def quiet(name: str) -> list[bool]:
        alerts = [a for a in alertmanager.alerts() if a["labels"].get("warehouse") == name]
        return [bool(a["status"]["inhibitedBy"]) for a in alerts]

    wait_for(lambda: sorted(quiet("ours")) == [False, True])
    assert quiet("theirs") == [False]


def test_what_is_downstream_is_so_through_others() -> None:
    datasets = parse(TWO_CHAINS, "chains.yml").datasets
    assert downstream("events", datasets) == ["sessions", "orders"]
    assert downstream("ads", datasets) == ["spend"]
    assert downstream("orders", datasets) == []
