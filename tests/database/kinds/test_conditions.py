"""What is on /metrics is what the gate judges, and `where` narrows what a check looks at."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families as families_of
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Pass, Verdict
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.passes.verdicts import judge_sample
from warehouse_exporter.publish.metrics import labels_of
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.database.kinds.examples import EXAMPLES, ORDERS, OTHERS, READ, build, config_with
from tests.support.warehouses import NOON, RESET, Warehouse, complaint

SOON = NOON + timedelta(seconds=10)
DAMAGE = (
    "UPDATE orders SET client_id = NULL, revenue = -1, event = 'other', session_id = 'lost',"
    " rows_read = -1, gclid = NULL, stamp = 'never', document = '{}', rows_quarantined = 1"
    " WHERE ts::date >= '2026-03-09'; INSERT INTO orders SELECT * FROM orders"
)
"""Makes most kinds speak; the others say what they say of rows that are as they should be."""
Scraped = dict[tuple[str, frozenset[tuple[str, str]]], float]


def judged(warehouse: Warehouse, damage: str) -> tuple[Config, Pass, Scraped]:
    """A pass over the examples of all kinds, and every series of a scrape that shows it."""
    build(warehouse)
    if damage:
        warehouse.sql(damage)
    config = parse(
        config_with(list(EXAMPLES.values())), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn}
    )
    done = run_pass(config, Connector(config.warehouse), NOON)
    store = SnapshotStore(config, NOON)
    store.publish(done)
    text = Scrape(store, lambda: SOON).body("", zipped=False).content.decode()
    return (
        config,
        done,
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families_of(text)
            for sample in family.samples
        },
    )


def in_numbers(verdict: Verdict) -> bool:
    """Whether a text has the counts of a share: `3 of 20`, of what fails or of what does not."""
    assert verdict.sample is not None
    values = verdict.sample.values
    failed, total = values[names.ROWS_FAILED.name], values[names.ROWS_CHECKED.name]
    return any(f"{n:,.0f} of {total:,.0f} " in verdict.text for n in (failed, total - failed))


def test_every_kind_shows_a_gauge(warehouse: Warehouse) -> None:
    config, done, _ = judged(warehouse, "")
    measured = [c for c in config.checks if done.results[c.id].worst.sample is not None]
    assert {check.kind.kind for check in measured} == set(all_kinds())


@pytest.mark.parametrize("damage", ["", DAMAGE], ids=["good", "damaged"])
def test_the_gauges_are_the_numbers_that_the_gate_judges(warehouse: Warehouse, damage: str) -> None:
    config, done, scraped = judged(warehouse, damage)
    words: Counter[str] = Counter()
    for check in config.checks:
        for verdict in done.results[check.id].verdicts:
            if verdict.sample is None or not verdict.sample.only_shown:
                words[verdict.outcome.shown] += 1
            if verdict.sample is None:
                continue
            given = {"warehouse": config.warehouse.name, **labels_of(check.id, verdict.sample)}
            labels = frozenset(given.items())
            shown = {name: scraped[name, labels] for name in verdict.sample.values}
            assert shown == dict(verdict.sample.values)
            sample = replace(verdict.sample, values=shown)
            said = replace(verdict, sentence="")  # which is composed after it is judged
            assert judge_sample(sample, check.kind.conditions(), NOON) == said
    assert words["FAIL"] > 15 if damage else set(words) == {"PASS"}


def test_every_text_has_the_limit_and_the_counts(warehouse: Warehouse) -> None:
    for damage in ("", DAMAGE):
        warehouse.sql(RESET)
        config, done, _ = judged(warehouse, damage)
        for check in config.checks:
            for verdict in done.results[check.id].verdicts:
                if verdict.sample is None:
                    continue
                if verdict.sample.only_shown:
                    assert not check.kind.conditions()
                    assert verdict.text.endswith("(shown, no limit)")
                    continue
                assert "limit " in verdict.text
                if names.ROWS_FAILED.name in verdict.sample.values:
                    assert in_numbers(verdict), verdict.text


@pytest.mark.parametrize("kind", [k for k, e in EXAMPLES.items() if e.section == "checks"])
def test_where_leaves_all_other_rows_out(warehouse: Warehouse, kind: str) -> None:
    build(warehouse)
    narrowed = f"{kind}: {{where: id < 0, {EXAMPLES[kind].written}}}"
    if kind == "joint_fall":  # reads the rows that its metrics choose
        (only,) = complaint(
            narrowed, OTHERS, orders=ORDERS, more=f"metrics: {{{', '.join(READ)}}}"
        ).splitlines()
        assert "put `where` on them" in only
    elif EXAMPLES[kind].reads_rows:
        said = warehouse.say(narrowed, OTHERS, orders=ORDERS)
        assert said[0] == EXAMPLES[kind].empty, said
    else:
        assert "no `where`" in complaint(narrowed, OTHERS, orders=ORDERS)
