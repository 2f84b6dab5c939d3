"""A verdict as one sentence: its parts, its length, and how it comes to Prometheus."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.core.bounds import SENTENCE
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import Fact, Outcome, Sample, Severity, Verdict
from warehouse_exporter.core.nouns import Noun
from warehouse_exporter.passes.sentences import worded
from warehouse_exporter.passes.verdicts import judge_sample, not_measured
from warehouse_exporter.publish.metrics import MOST_FINDINGS
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.made import config, found, pass_of, passed, unmeasured
from tests.support.programs import needs
from tests.support.rendered import alerts_of
from tests.support.warehouses import NOON

FLOOR = "volume: {critical: '< 5'}"
SEEN = Fact("0 orders on Mon 9 Mar")


def said(written: str, fact: Fact, number: float = 0.0) -> str:
    """The sentence of a check on one sample."""
    (check,) = config(written).checks
    sample = Sample({check.kind.metric.name: number}, "evidence", fact=fact)
    return worded(check, judge_sample(sample, check.kind.conditions(), NOON), NOON).sentence


@pytest.mark.parametrize(
    ("name", "one", "many"),
    [
        ("orders", "order", "orders"),
        ("order_items", "order item", "order items"),
        ("fct_sessions", "session", "sessions"),
        ("deliveries", "delivery", "deliveries"),
        ("boxes", "box", "boxes"),
        ("daily_metrics", "row", "rows"),
        ("attribution", "row", "rows"),
        ("daily_status", "row", "rows"),
    ],
)
def test_rows_are_called_by_the_name_of_their_dataset(name: str, one: str, many: str) -> None:
    assert Noun.of_dataset(name) == Noun(one, many)


def test_the_owner_may_say_what_a_row_is() -> None:
    assert Noun.parse("person/people").counted(2) == "2 people"
    assert Noun.parse("delivery").counted(1200) == "1,200 deliveries"
    (check,) = config(FLOOR, orders="{relation: o, time: ts, key: id, noun: sale}").checks
    assert check.id.dataset == "orders"


def test_limit_and_what_helps_to_judge_stand_behind() -> None:
    told = said(FLOOR, replace(SEEN, beside=("expected 76",)))
    assert told == "orders: 0 orders on Mon 9 Mar (at least 5; expected 76)"


def test_a_title_of_the_owners_comes_first_and_only_of_a_finding() -> None:
    titled = "volume: {critical: '< 5', title: nobody can check out}"
    assert said(titled, SEEN) == (
        "orders: nobody can check out: 0 orders on Mon 9 Mar (at least 5)"
    )
    assert said(titled, SEEN, 9.0) == "orders: 0 orders on Mon 9 Mar (at least 5)"


def test_a_sentence_is_cut_between_words() -> None:
    told = said(FLOOR, Fact("rows " * 100))
    assert len(told) <= SENTENCE
    assert told.endswith("rows …")


def test_what_is_not_measured_says_why_and_what_to_type() -> None:
    (check,) = config(FLOOR).checks
    error = Unmeasured(
        Reason.PERMISSION,
        "no SELECT on analytics.orders: grant it to the exporter's role",
        "Run: GRANT SELECT ON analytics.orders TO reporter",
    )
    assert worded(check, not_measured(error), NOON).sentence == (
        "orders: not measured: no SELECT on analytics.orders."
        " Run: GRANT SELECT ON analytics.orders TO reporter"
    )


def sentences(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str]]:
    """Severity and sentence of every series of findings, as it is scraped."""
    made = config(FLOOR)
    told = [worded(made.checks[0], one, NOON) for one in verdicts]
    store = SnapshotStore(made, NOON)
    store.publish(pass_of({"orders.volume": tuple(told)}))
    text = Scrape(store, lambda: NOON + timedelta(minutes=1)).body("", zipped=False).content
    return [
        (sample.labels["severity"], sample.labels["sentence"])
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.name == "warehouse_finding_info"
    ]


def test_there_is_a_sentence_only_while_there_is_a_finding() -> None:
    assert sentences((passed(rows=9),)) == []
    critical = found(Outcome.CRITICAL, "e", {"rows": 0.0})
    assert sentences((critical,)) == [("critical", "orders: e (at least 5)")]
    info = found(Outcome.WARNING, "e", severity=Severity.INFO)
    with pytest.raises(KeyError):  # the check has no limit of that severity
        sentences((info,))
    assert sentences((unmeasured(),))[0][0] == "unmeasured"


def test_of_one_check_there_are_no_more_sentences_than_a_person_reads() -> None:
    many = tuple(
        found(Outcome.CRITICAL, f"e {n}", {"rows": 0.0}, {"country": str(n)}) for n in range(99)
    )
    assert len(sentences(many)) == MOST_FINDINGS


@needs("promtool")
def test_the_sentence_is_held_while_the_check_is_blind(tmp_path: Path) -> None:
    own = 'warehouse="warehouse",job="a",instance="a",dataset="orders",check="volume"'
    told = f'warehouse_finding_info{{{own},severity="critical",sentence="%s"}}'
    before, after = "orders: 0 orders", "orders: 1 order"
    inputs = {
        f"warehouse_rows{{{own}}}": "0 stale _ 1",
        f"warehouse_check_measured{{{own}}}": "1 0 0 1",
        told % before: "1 stale",
        told % after: "_ _ _ 1",
    }
    for minute, text in ((0, before), (2, before), (3, after)):
        at = f"{minute}m"
        alerts = alerts_of(tmp_path, render(config(FLOOR)), ["WarehouseVolumeOutOfBounds"],
                           inputs, at)  # fmt: skip
        assert [alert["annotations"]["summary"] for alert in alerts] == [text]


@needs("promtool")
def test_without_a_sentence_the_alert_has_the_numbers(tmp_path: Path) -> None:
    own = 'warehouse="warehouse",job="a",instance="a",dataset="orders",check="volume"'
    inputs = {f"warehouse_rows{{{own}}}": "3", f"warehouse_check_measured{{{own}}}": "1"}
    (alert,) = alerts_of(tmp_path, render(config(FLOOR)), ["WarehouseVolumeOutOfBounds"], inputs)
    assert alert["annotations"]["summary"] == "orders: row count outside its limits: 3 (limit < 5)"
