"""Every alert of every kind begins with the gate's sentence, word for word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Outcome, Pass, Verdict
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.conftest import execute
from tests.database.kinds.broken import BREAKS, SENTENCES
from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.programs import needs
from tests.support.rendered import Alert, alerts_of, message
from tests.support.warehouses import NOON, RESET, Warehouse

SHIFT = -NOON.timestamp()
"""promtool counts from 1970 on, so timestamps are given as if the pass was then."""
Said = tuple[dict[str, Verdict], dict[str, str]]
WHOLE = config_with(list(EXAMPLES.values()))


def config() -> Config:
    """A check of every kind."""
    loaded = parse(WHOLE, "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})
    return replace(loaded, alerts=replace(loaded.alerts, unmeasured_for="0s", keep_firing_for="0s"))


def series_of(config: Config, done: Pass, kind: str) -> dict[str, str]:
    """What an exporter shows of the check of one kind, as promtool takes it."""
    store = SnapshotStore(config, NOON)
    store.publish(done)
    text = Scrape(store, lambda: NOON).body("", zipped=False).content.decode()
    mine = {str(check.id) for check in config.checks if check.kind.kind == kind}
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {"job": "warehouse", "instance": "a", **sample.labels}
            if f"{labels.get('dataset')}.{labels.get('check')}" not in mine:
                continue
            listed = ",".join(f"{k}={quoted(v)}" for k, v in labels.items())
            age = sample.name.endswith("timestamp_seconds")
            found[f"{sample.name}{{{listed}}}"] = repr(sample.value + SHIFT * age)
    return found


def quoted(text: str) -> str:
    """A value as promtool reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module")
def said(kinds_dsn: str) -> Said:
    """The gate's worst verdict of each kind on broken data, and what the exporter shows then."""
    loaded = config()
    verdicts: dict[str, Verdict] = {}
    series: dict[str, str] = {}
    for kind, sql in BREAKS.items():
        execute(kinds_dsn, RESET)
        warehouse = Warehouse(kinds_dsn)
        build(warehouse)
        warehouse.sql(sql)
        check, *_ = [check.id for check in loaded.checks if check.kind.kind == kind]
        done = warehouse.run(WHOLE)
        verdicts[kind] = done.results[check].worst
        series |= series_of(loaded, done, kind)
    return verdicts, series


@pytest.fixture(scope="module")
def alerts(said: Said,
           tmp_path_factory: pytest.TempPathFactory) -> list[Alert]:  # fmt: skip
    """Every alert that the rules fire on all of it at once."""
    folder, loaded = tmp_path_factory.mktemp("rules"), config()
    kinds = {check.kind.alert for check in loaded.checks}
    return alerts_of(folder, render(loaded), kinds, said[1])


@pytest.mark.parametrize("kind", list(BREAKS))
def test_the_gate_says_it_in_one_sentence(said: Said, kind: str) -> None:
    verdict = said[0][kind]
    assert verdict.outcome in (Outcome.CRITICAL, Outcome.WARNING), verdict.text
    assert verdict.sentence == SENTENCES[kind]


@needs("promtool")
@needs("amtool")
@pytest.mark.parametrize("kind", list(BREAKS))
def test_the_first_line_of_its_page_is_the_sentence_of_the_gate(
    said: Said,
    alerts: list[Alert],
    kind: str,
    tmp_path: Path,
) -> None:
    verdict = said[0][kind]
    check, *_ = [check for check in config().checks if check.kind.kind == kind]
    mine = [a for a in alerts if a["labels"]["alertname"] == check.kind.alert]
    told = {alert["annotations"]["summary"]: alert for alert in mine}
    assert verdict.sentence in told, list(told)
    page = message(tmp_path, "warehouse.title", [told[verdict.sentence]])
    severity = "CRITICAL" if verdict.outcome is Outcome.CRITICAL else "WARNING"
    assert page.strip() == f"{severity} {verdict.sentence}"


def test_every_kind_is_broken() -> None:
    assert set(BREAKS) == set(EXAMPLES) == set(SENTENCES)


def test_a_sentence_is_no_label_of_the_alert(alerts: list[Alert]) -> None:
    assert alerts
    assert all(names.FINDING.name not in str(alert["labels"]) for alert in alerts)
    assert all("sentence" not in alert["labels"] for alert in alerts)
