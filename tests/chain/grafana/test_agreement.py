"""Grafana's expressions and Prometheus' rules agree, whatever is wrong with the shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
import pytest
from warehouse_exporter.alerting.grafana.managed import expressions
from warehouse_exporter.alerting.grafana.managed.causes import causes
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import ALERT_UNMEASURED, NOTHING
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG

from tests.chain.grafana.campaign import HEALTHY, Campaign, judged, shops
from tests.conftest import execute
from tests.support.programs import needs

pytestmark = [needs("prometheus"), needs("prometheus-alertmanager")]
FEW = ("truncate-orders", "duplicate-orders", "rename-column")
MANY = (
    "missing-day", "half-load", "channel-gone", "negative-revenue", "timezone-shift",
    "text-revenue", "no-pipeline-run", "tracking-lost",
)  # fmt: skip
BLINDING = {"rename-column", "text-revenue"}
"""Faults by which checks cannot be measured."""
Told = tuple[str, str, str, frozenset[tuple[str, str]]]
"""Job, check, severity, and the labels of the series."""
OWN = {
    "warehouse", "job", "instance", "dataset", "check", "severity", "owner", "layer", "incident",
    "fault", "role", "alertname", "explained_by", "series",
}  # fmt: skip


@pytest.fixture(scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.campaign)])
def campaign(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Campaign]:
    """All shops, judged."""
    text = CONFIG.read_text() + "alerts: {unmeasured_for: 0s}\n"
    config = parse(text, "shop.yml", {"WAREHOUSE_DSN": ""})
    texts = shops(postgres, request.param)
    execute(postgres.dsn, "DROP DATABASE campaign WITH (FORCE)")
    with judged(texts, config, tmp_path_factory.mktemp("campaign")) as found:
        yield found


def told(labels: Mapping[str, str], check: str, severity: str) -> Told:
    """An alert or a series, by what is peculiar to it."""
    rest = frozenset((name, text) for name, text in labels.items() if name not in OWN)
    return labels["job"], check, severity, rest


def of_prometheus(alerts: list[dict[str, Any]], *, unmeasured: bool = False) -> set[Told]:
    """The alerts about data, or those that say that a check is not measured."""
    return {
        told(labels, f"{labels['dataset']}.{labels['check']}", labels["severity"])
        for labels in (alert["labels"] for alert in alerts)
        if "check" in labels and (labels["alertname"] == ALERT_UNMEASURED) is unmeasured
    }


def of_grafana(campaign: Campaign, expressions: Mapping[tuple[str, str], str]) -> set[Told]:
    """What the expressions find, by check and severity."""
    with httpx.Client(base_url=campaign.prometheus.url, timeout=30) as client:
        return {
            told(series["metric"], check, severity)
            for (check, severity), expression in expressions.items()
            for series in asked(client, expression)
        }


def asked(client: httpx.Client, expression: str) -> list[dict[str, Any]]:
    """The result of an instant query: by POST, as some expressions are long."""
    answer = client.post("/api/v1/query", data={"query": expression}).raise_for_status().json()
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


@cache
def found(campaign: Campaign) -> set[Told]:
    """What Grafana's rules find before anything is excluded."""
    return of_grafana(
        campaign,
        {
            (str(check.id), severity.value): expressions.finding(condition, check, campaign.config)
            for check in campaign.config.checks
            for severity, condition in check.kind.conditions().items()
        },
    )


@cache
def notified(campaign: Campaign) -> set[Told]:
    """What Grafana's rules find as they are written."""
    known = causes(campaign.config)
    return of_grafana(
        campaign,
        {
            (str(check.id), severity.value): expressions.notified(
                severity, check, campaign.config, known
            )
            for check in campaign.config.checks
            for severity in check.kind.conditions()
        },
    )


def test_the_same_checks_are_in_breach(campaign: Campaign) -> None:
    theirs = of_prometheus(campaign.prometheus.alerts())
    assert found(campaign) == theirs
    assert {job for job, *_ in theirs} >= {*campaign.jobs} - BLINDING - {HEALTHY}
    assert len(theirs) > 5


def test_the_same_checks_are_not_measured(campaign: Campaign) -> None:
    theirs = of_prometheus(campaign.prometheus.alerts(), unmeasured=True)
    ours = of_grafana(
        campaign,
        {
            (str(check.id), next(iter(check.kind.conditions()), Severity.INFO).value): (
                expressions.unmeasured(check, campaign.config)
            )
            for check in campaign.config.checks
        },
    )
    assert ours == theirs
    assert {job for job, *_ in theirs} >= BLINDING.intersection(campaign.jobs)


def notifying(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The alerts that Alertmanager sends to people."""
    free = [alert for alert in alerts if not alert["status"]["inhibitedBy"]]
    return [one for one in free if one["labels"].get("explained_by", NOTHING) == NOTHING]


def test_nothing_is_excluded_that_alertmanager_sends(campaign: Campaign) -> None:
    """Grafana excludes less: it does not know what an alert follows from."""
    firing = [alert for alert in campaign.prometheus.alerts() if alert["state"] == "firing"]
    sent = of_prometheus(firing)
    campaign.prometheus.wait_for(lambda: of_prometheus(campaign.alertmanager.alerts()) >= sent)
    heard = campaign.alertmanager.alerts()
    loud = of_prometheus(notifying(heard))
    paged = {one for one in loud & sent if one[2] != Severity.INFO}  # those it may exclude
    assert notified(campaign) >= paged
    assert loud & sent


def test_nothing_that_is_not_measured_is_excluded_and_sent_by_alertmanager(
    campaign: Campaign,
) -> None:
    known = causes(campaign.config)
    asked = {
        (str(check.id), next(iter(check.kind.conditions()), Severity.INFO).value): (
            expressions.unmeasured(check, campaign.config)
            + expressions.excluded(known.get((check.id, None), ()), campaign.config)
        )
        for check in campaign.config.checks
    }
    sent = of_prometheus(campaign.prometheus.alerts(), unmeasured=True)
    assert sent
    campaign.prometheus.wait_for(
        lambda: of_prometheus(campaign.alertmanager.alerts(), unmeasured=True) >= sent
    )

    def all_are_ours() -> bool:
        """Asked again where a scrape was late."""
        heard = notifying(campaign.alertmanager.alerts())
        return of_grafana(campaign, asked) >= of_prometheus(heard, unmeasured=True)

    campaign.prometheus.wait_for(all_are_ours)


def test_a_healthy_shop_is_silent(campaign: Campaign) -> None:
    assert {one for one in notified(campaign) if one[0] == HEALTHY} == set()
