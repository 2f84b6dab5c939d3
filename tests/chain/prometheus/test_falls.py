"""Which findings of `seasonal` page, and which are tickets: the rules by promtool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from warehouse_exporter.alerting.grafana.managed.causes import causes
from warehouse_exporter.alerting.grafana.managed.falls import expression
from warehouse_exporter.config.load import parse

from tests.chain.prometheus.test_causes import judged, rules_of
from tests.support.alerts import series
from tests.support.programs import needs
from tests.support.rendered import alerts_of

pytestmark = needs("promtool")
CONFIG = """
warehouse: {dsn: x}
datasets:
  events:
    relation: events
    time: ts
    checks: [freshness: {critical: "> 2h"}, volume: {critical: "< 5"}]
  sessions: {relation: sessions, time: ts, depends_on: [events], owner: growth}
  orders: {relation: orders, time: ts, owner: finance}
  ads: {relation: ads, time: ts}
metrics:
  sessions: {dataset: sessions, count: "*"}
  orders: {dataset: orders, count: "*"}
  revenue: {dataset: orders, sum: revenue}
  ads: {dataset: ads, count: "*"}
anomalies:
  - metrics: [sessions, orders, revenue, ads]
  - {metrics: [ads], method: zscore, warning: {z: 3}, critical: {z: 5}}
"""
LONG = 60
DAY = 86400 * 20_000
SESSIONS, ORDERS, REVENUE, ADS = (
    f"{dataset}.seasonal_{metric}"
    for dataset, metric in (
        ("sessions", "sessions"), ("orders", "orders"), ("orders", "revenue"), ("ads", "ads"),
    )
)  # fmt: skip
ZSCORE = "ads.zscore_ads"
LATE = "events.freshness"
FINE, FELL, FAR, ROSE, ROSE_FAR = (0, 0), (-3, -0.25), (-4, -0.5), (3.4, 0.5), (5, 2)
"""A score and a change."""


@dataclass(frozen=True)
class Case:
    """What is wrong from which minute on, and who is told of what in the end.

    Told are `page` or `ticket`, then the incident; `days` are those that datasets expect,
    and `built` says from which others they are.
    """

    broken: Mapping[str, tuple[int, tuple[float, float]]]
    told: set[str]
    more: str = ""
    days: Mapping[str, int] = field(default_factory=dict)
    built: Mapping[str, str] = field(default_factory=dict)


def ticket(check: str) -> str:
    """That a finding of an anomaly is a ticket."""
    dataset, _, name = check.partition(".")
    return f"ticket {dataset}/statistics/{name}"


CASES = {
    "a critical rise is a ticket": Case({ORDERS: (10, ROSE_FAR)}, {ticket(ORDERS)}),
    "rises in two datasets are two tickets": Case(
        {ORDERS: (10, ROSE_FAR), ADS: (10, ROSE)}, {ticket(ORDERS), ticket(ADS)}
    ),
    "unless the config says that rises page": Case(
        {ORDERS: (10, ROSE_FAR)},
        {"page orders/statistics/seasonal_orders"},
        more="paging: {rises: page}",
    ),
    "a critical fall pages": Case({ORDERS: (10, FAR)}, {"page orders/statistics/seasonal_orders"}),
    "a critical rise of zscore pages": Case(
        {ZSCORE: (10, ROSE_FAR)}, {"page ads/statistics/zscore_ads"}
    ),
    "a fall is a ticket": Case({ORDERS: (10, FELL)}, {ticket(ORDERS)}),
    "falls of two metrics of a dataset are a ticket": Case(
        {ORDERS: (10, FELL), REVENUE: (10, FELL)}, {ticket(ORDERS)}
    ),
    "falls in two datasets page once": Case({ORDERS: (10, FELL), ADS: (30, FELL)}, {"page falls"}),
    "a fall and a rise do not": Case(
        {ORDERS: (10, FELL), ADS: (10, ROSE)}, {ticket(ORDERS), ticket(ADS)}
    ),
    "nor a fall of seasonal and one of zscore": Case(
        {ORDERS: (10, FELL), ZSCORE: (10, (-4, -0.5))},
        {ticket(ORDERS), "ticket ads/statistics/zscore_ads"},
    ),
    "falls on two days do not": Case(
        {ORDERS: (10, FELL), ADS: (10, FELL)}, {ticket(ORDERS), ticket(ADS)}, days={"ads": 1}
    ),
    "falls in two datasets, and a third, and the rise of a fourth": Case(
        {ORDERS: (10, FELL), ADS: (10, FELL), SESSIONS: (20, FELL)}, {"page falls"}
    ),
    "three datasets are asked for": Case(
        {ORDERS: (10, FELL), ADS: (10, FELL)},
        {ticket(ORDERS), ticket(ADS)},
        more="paging: {falls_together: 3}",
    ),
    "nobody asks for it": Case(
        {ORDERS: (10, FELL), ADS: (10, FELL)},
        {ticket(ORDERS), ticket(ADS)},
        more="paging: {falls_together: never}",
    ),
    "what a late load explains does not count": Case(
        {LATE: (10, FINE), SESSIONS: (20, FELL), ADS: (20, FELL)},
        {"page events/load/all", ticket(ADS)},
    ),
    "all of it follows from one late load": Case(
        {LATE: (10, FINE), SESSIONS: (20, FELL), ORDERS: (20, FELL)},
        {"page events/load/all"},
        built={"orders": "events"},
    ),
    "a critical fall that begins with them is the page": Case(
        {SESSIONS: (10, FAR), ORDERS: (10, FELL), ADS: (10, FELL)},
        {"page sessions/statistics/seasonal_sessions", ticket(ORDERS), ticket(ADS)},
    ),
    "an old critical fall silences no new falls": Case(
        {SESSIONS: (3, FAR), ORDERS: (40, FELL), ADS: (40, FELL)},
        {"page sessions/statistics/seasonal_sessions", "page falls"},
    ),
    "a dataset that pages is none of several": Case(
        {SESSIONS: (3, FAR), ADS: (40, FELL)},
        {"page sessions/statistics/seasonal_sessions", ticket(ADS)},
    ),
}


def given(case: Case) -> list[dict[str, str]]:
    """The gauges of all checks, by the minute."""
    expected = 'warehouse_expected_day_timestamp_seconds{warehouse="warehouse",dataset="%s"}'
    found = [
        {"series": expected % name, "values": f"{DAY + 86400 * case.days.get(name, 0)}x{LONG}"}
        for name in ("events", "sessions", "orders", "ads")
    ]
    for check in (SESSIONS, ORDERS, REVENUE, ADS, ZSCORE):
        begins, values = case.broken.get(check, (LONG, FINE))
        for gauge, value in zip(("score", "change_ratio"), values, strict=True):
            metric = check.rpartition("_")[2]
            one = series(f"metric_{gauge}", check, metric=metric)
            found.append({"series": one, "values": f"0x{begins - 1} {value}x{LONG}"})
        found.append({"series": series("check_measured", check), "values": f"1x{2 * LONG}"})
    late = case.broken.get(LATE, (LONG, FINE))[0]
    newest = series("newest_row_timestamp_seconds", LATE)
    found.append({"series": newest, "values": f"0+60x{late - 1} {60 * late - 9999}x{LONG}"})
    found.append({"series": series("check_measured", LATE), "values": f"1x{2 * LONG}"})
    found.append({"series": series("check_outcome", LATE), "values": f"0x{late - 1} 4x{LONG}"})
    return found


FIRES = 'alertstate="firing",explained_by="nothing"'
TOLD = f'group by(incident) (ALERTS{{{FIRES},severity="SEVERITY"}} UNLESS)'
INHIBITED = (
    f'unless on(dataset, check) ALERTS{{{FIRES},alertname="WarehouseFallsTogether"}}'
    ' unless on(alertname, dataset, check) ALERTS{alertstate="firing",severity="critical"}'
)
"""What Alertmanager inhibits of the tickets."""


OLD = "an old critical fall silences no new falls"
GRAFANA_PAGES = {name for name, case in CASES.items() if "page falls" in case.told} - {OLD}
"""An expression of Grafana does not know what is old."""


@pytest.mark.parametrize("name", CASES)
def test_who_is_told(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    text = CONFIG + case.more
    asked: list[dict[str, object]] = []
    for dataset, of in case.built.items():
        text = text.replace(f"relation: {dataset},", f"relation: {dataset}, depends_on: [{of}],")
    for word, severity, unless in (("page", "critical", ""), ("ticket", "warning", INHIBITED)):
        incidents = [one.partition(" ")[2] for one in case.told if one.startswith(word)]
        told = TOLD.replace("SEVERITY", severity).replace("UNLESS", unless)
        wanted = [{"labels": f'{{incident="{one}"}}', "value": 1} for one in incidents]
        asked.append({"expr": told, "eval_time": "55m", "exp_samples": wanted})
    config = parse(text, "warehouse.yml", {})
    if expr := expression(config, causes(config)):
        found = [{"labels": "{}", "value": 1}] if name in GRAFANA_PAGES else []
        asked.append({"expr": f"group({expr})", "eval_time": "55m", "exp_samples": found})
    assert judged(tmp_path, given(case), asked, text) == ""


def test_the_page_names_datasets_and_numbers(tmp_path: Path) -> None:
    case = Case({ORDERS: (1, FELL), ADS: (1, FELL)}, set())
    series_of = {one["series"]: one["values"] for one in given(case)}
    for check, text in ((ORDERS, "60 orders on Sat 28 Nov, -25 %"), (ADS, "ads 30, -25 %")):
        labels = {"severity": "warning", "metric": check.rpartition("_")[2]}
        dataset = check.partition(".")[0]
        found = series("finding_info", check, **labels, sentence=f"{dataset}: {text}")
        series_of[found] = f"1x{LONG}"
    rules = rules_of(CONFIG + "alerts: {external_url: https://w.example}")
    alerts = alerts_of(tmp_path, rules, ["WarehouseFallsTogether"], series_of, "5m")
    said = {one["labels"]["dataset"]: one["annotations"] for one in alerts}
    assert {name: texts["summary"] for name, texts in said.items()} == {
        "orders": "orders: 60 orders on Sat 28 Nov, -25 %; also fell that day: ads",
        "ads": "ads: ads 30, -25 %; also fell that day: orders",
    }
    assert said["orders"]["runbook_url"] == "https://w.example/runbooks/WarehouseFallsTogether"
    assert said["orders"]["status_url"] == "https://w.example/datasets/orders"
    assert {one["labels"]["incident"] for one in alerts} == {"falls"}
    assert {one["labels"]["owner"] for one in alerts} == {"finance", "unowned"}
