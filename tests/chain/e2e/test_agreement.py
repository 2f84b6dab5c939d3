"""The gate and a real Prometheus say the same of the same numbers, by check and severity.

One store with a random pass on it is published over HTTP as any other, scraped by Prometheus, and
judged there by the rules that we write. NaN is among the numbers, though none leaves a state.

An age is judged by Prometheus' clock, which moves, and in the gate at `as_of`, which does not.
So all ages are on their limits at one instant four minutes ahead, and far from any limit now: the
alerts are compared now, and the rules' expressions are asked to judge that instant.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.limits import Condition, Reading
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Sample, Severity
from warehouse_exporter.core.names import ALERT_UNMEASURED, label_name
from warehouse_exporter.passes.verdicts import judge_sample
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.process import Server, bind
from warehouse_exporter.server.web.app import make_app

from tests.chain.e2e.agreement import Dice, judged, random_config, random_pass
from tests.chain.e2e.servers import PrometheusServer
from tests.support.programs import needs
from tests.support.rules import all_rules, checks_of
from tests.support.serving import wait_for

pytestmark = needs("prometheus")
SEED = 20260310
EACH, MANY = 12, 80
"""Checks of every kind; and of a campaign, of which the counts below are."""
INTERVAL = timedelta(seconds=2)
AHEAD = timedelta(seconds=237)
"""To the instant at which ages are on their limits: less than Prometheus looks back."""
NEAR = timedelta(seconds=15)
"""Before that instant, ages are as far from their limits as they were at first."""
LONG = 180
"""Seconds that some thousand rules may take on a busy machine: less than that."""
RULE_LABELS = {
    "alertname", "warehouse", "severity", "dataset", "check", "owner", "layer", "incident", "fault",
    "explained_by", "series", "departure",
}  # fmt: skip
EVALUATED = re.compile(
    r"^prometheus_rule_group_last_evaluation_timestamp_seconds{.*} (.+)$", re.MULTILINE
)
TARGET_LABELS = {"instance", "job"}
Series = tuple[str, str, frozenset[tuple[str, str]]]
"""A dataset, a check, and the labels of one of its samples."""


@dataclass
class Published:
    """A store that nothing changes, as the web knows an exporter."""

    store: SnapshotStore
    ready: bool = True

    def reload(self) -> None:
        """There is no file."""

    def collect(self, *, full: bool = False) -> None:
        """There is no warehouse."""


def utc_now() -> datetime:
    """The clock of the exporter, which is also that of Prometheus."""
    return datetime.now(UTC)


@contextmanager
def served(store: SnapshotStore) -> Iterator[str]:
    """The host and port where a store is on /metrics."""
    app = make_app(Published(store), Scrape(store, utc_now), utc_now, lifecycle=False)
    server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none"))
    sock = bind(server, "127.0.0.1:0")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield f"127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass(frozen=True)
class Agreement:
    """What was published, and the Prometheus that has judged it."""

    config: Config
    done: Pass
    instant: datetime
    prometheus: PrometheusServer

    def part(self, count: int) -> float:
        """What is left here of a count among MANY checks of every kind."""
        kinds = {check.kind.kind for check in self.config.checks}
        return count * len(self.config.checks) / (MANY * len(kinds))

    def findings(self) -> Iterator[tuple[Check, Series, Sample, Severity, Condition]]:
        """Everything that can be told: each sample with each severity of its check."""
        checks = {check.id: check for check in self.config.checks}
        for check, sample, _ in judged(self.done):
            for severity, condition in checks[check].kind.conditions().items():
                yield checks[check], series_of(check, sample), sample, severity, condition

    def found(self) -> set[tuple[Series, str]]:
        """What the gate finds, by series and severity."""
        return {
            (series, severity.value)
            for _, series, sample, severity, condition in self.findings()
            if judge_sample(sample, {severity: condition}, self.done.as_of).severity is severity
        }


def series_of(check: Any, sample: Sample) -> Series:
    """The address of a sample; to Prometheus a label that is empty is none."""
    labels = {label_name(name): text for name, text in sample.labels.items() if text}
    return check.dataset, check.name, frozenset(labels.items())


def told(alert: Any) -> tuple[Series, str]:
    """The series and the severity of an alert."""
    labels: dict[str, str] = alert["labels"]
    own = {k: v for k, v in labels.items() if k not in RULE_LABELS | TARGET_LABELS}
    return (labels["dataset"], labels["check"], frozenset(own.items())), labels["severity"]


def last_evaluations(prometheus: httpx.Client) -> list[float]:
    """When each rule group was last evaluated, in seconds since the epoch."""
    shown = prometheus.get("/metrics").raise_for_status().text
    return [float(at) for at in EVALUATED.findall(shown)]


def wait_judged(prometheus: PrometheusServer) -> None:
    """Until every rule has judged the scrape, and nothing waits for its `for`."""
    [first] = prometheus.wait_for(lambda: prometheus.query("timestamp(warehouse_config_info)"))
    judged_by = float(first["value"][0]) + 2 * INTERVAL.total_seconds()
    with httpx.Client(base_url=prometheus.url) as client:
        wait_for(lambda: min(last_evaluations(client), default=0) > judged_by, LONG)
    wait_for(lambda: not prometheus.query('ALERTS{alertstate="pending"}'), LONG)


@pytest.fixture(scope="module", params=[EACH, pytest.param(MANY, marks=pytest.mark.campaign)])
def agreement(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Agreement]:
    """A random pass that a Prometheus has judged."""
    dice = Dice(SEED)
    config = random_config(request.param, dice)
    rules = tmp_path_factory.mktemp("agreement") / "rules.yml"
    rules.write_text(render(config))
    as_of = utc_now().replace(microsecond=0)
    done = random_pass(config, as_of, as_of + AHEAD, dice)
    store = SnapshotStore(config, as_of)
    store.publish(done)
    with (
        served(store) as target,
        PrometheusServer([target], [rules], scrape_interval=f"{INTERVAL.seconds}s") as prometheus,
    ):
        wait_judged(prometheus)
        yield Agreement(config, done, as_of + AHEAD, prometheus)


def test_the_scrape_is_large_and_its_numbers_are_on_the_limits(agreement: Agreement) -> None:
    [scraped] = agreement.prometheus.query("scrape_samples_post_metric_relabeling")
    assert int(scraped["value"][1]) >= agreement.part(10_000)
    near: Counter[str] = Counter()
    for _, _, sample, _, condition in agreement.findings():
        for term in condition.terms:
            value = term.value(sample.values, agreement.instant)
            if value is not None:
                near[place(value, term.limit.bound)] += 1
    places = ("on", "a float below", "a float above", "NaN", "infinite")
    assert min(near[place] for place in places) > agreement.part(100)
    outcomes = Counter(result.worst.outcome for result in agreement.done.results.values())
    assert min(outcomes[outcome] for outcome in Outcome) > agreement.part(50)


def place(value: float, bound: float) -> str:
    """Where a value is, seen from a bound."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinite"
    sides = {math.nextafter(bound, -math.inf): "a float below", bound: "on"}
    return {**sides, math.nextafter(bound, math.inf): "a float above"}.get(value, "far")


def test_every_rule_could_be_judged_and_every_text_be_written(agreement: Agreement) -> None:
    groups = agreement.prometheus.get("/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule.get("lastError", "") for rule in rules if rule["health"] != "ok"} == set()
    loaded = [r["labels"] for r in rules if r["type"] == "alerting" and "fault" in r["labels"]]
    written = [rule["labels"] for rule in all_rules(agreement.config) if checks_of(rule)]
    assert loaded == written
    told_of = [check for rule in all_rules(agreement.config) for check in checks_of(rule)]
    assert len(told_of) == sum(len(c.kind.conditions()) + 1 for c in agreement.config.checks)
    texts = [
        text for a in agreement.prometheus.alerts_on_data() for text in a["annotations"].values()
    ]
    assert [text for text in texts if "<error" in text or "%!" in text] == []


def test_prometheus_tells_what_the_gate_finds(agreement: Agreement) -> None:
    alerts = [
        told(alert)
        for alert in agreement.prometheus.alerts_on_data()
        if alert["labels"]["alertname"] != ALERT_UNMEASURED and alert["state"] == "firing"
    ]
    assert agreement.instant - NEAR > utc_now(), "ages came near their limits"
    assert len(alerts) == len(set(alerts))
    found = agreement.found()
    everything = list(agreement.findings())
    assert len(found) > agreement.part(2000)
    assert len(everything) - len(found) > agreement.part(2000)
    assert set(alerts) == found


def test_the_loudest_alert_is_the_verdict(agreement: Agreement) -> None:
    heard: dict[Series, set[str]] = {}
    for alert in agreement.prometheus.alerts_on_data():
        if alert["labels"]["alertname"] != ALERT_UNMEASURED:
            series, severity = told(alert)
            heard.setdefault(series, set()).add(severity)
    loudest = {
        series: next(severity for severity in Severity if severity in severities)
        for series, severities in heard.items()
    }
    assert loudest == {
        series_of(check, sample): verdict.severity
        for check, sample, verdict in judged(agreement.done)
        if verdict.severity is not None
    }


def test_unmeasured_in_the_gate_is_the_unmeasured_alert(agreement: Agreement) -> None:
    alerts = {
        (alert["labels"]["dataset"], alert["labels"]["check"], alert["labels"]["severity"])
        for alert in agreement.prometheus.alerts_on_data()
        if alert["labels"]["alertname"] == ALERT_UNMEASURED and alert["state"] == "firing"
    }
    assert alerts == {
        (check.id.dataset, check.id.name, next(iter(check.kind.conditions()), Severity.INFO).value)
        for check in agreement.config.checks
        if agreement.done.results[check.id].worst.outcome is Outcome.UNMEASURED
    }


def test_ages_on_their_limits_are_judged_alike_at_the_same_instant(agreement: Agreement) -> None:
    aged = (
        found
        for found in agreement.findings()
        if any(term.reading is Reading.AGE for term in found[-1].terms)
    )
    said, expected = [], []
    rules = {
        (check, rule["labels"]["severity"], rule["alert"]): rule["expr"]
        for rule in all_rules(agreement.config)
        for check in checks_of(rule)
    }
    with httpx.Client(base_url=agreement.prometheus.url) as client:
        for check, _, sample, severity, condition in aged:
            asked = {
                "query": rules[check.id, severity.value, check.kind.alert],
                "time": f"{agreement.instant.timestamp():.3f}",
            }
            answer = client.get("/api/v1/query", params=asked).raise_for_status().json()
            found = [one["metric"] for one in answer["data"]["result"]]
            mine = [CheckId(one["dataset"], one["check"]) == check.id for one in found]
            said.append((check.id, severity, any(mine)))
            verdict = judge_sample(sample, {severity: condition}, agreement.instant)
            expected.append((check.id, severity, verdict.severity is severity))
    assert said == expected
    assert Counter(breached for _, _, breached in said).most_common()[-1][1] > agreement.part(30)
