"""Mornings of the small shop in Postgres: some of those that `make year` lives through."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from warehouse_exporter.baselines.base import SCORE
from warehouse_exporter.baselines.shared.daily import forget
from warehouse_exporter.core.model import Outcome, Sample
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings

from labs.year.at_once import known_of
from labs.year.counting import SHOPS
from labs.year.found import read
from labs.year.lived import gate, three_ways
from labs.year.rows import opened
from labs.year.series import anomalies, config, judged_year, metric_of
from labs.year.simulator import NOISES, SALE, simulated, small_year
from labs.year.troubles import LIVED, troubled_year

SALE_BEGINS = SALE[0] - timedelta(days=1)
AGAIN = """\
INSERT INTO analytics.fct_orders
SELECT * FROM analytics.fct_orders ORDER BY order_ts DESC LIMIT 1"""
MOVED = date(2025, 4, 12)
"""The fifth day on which there is twice as much."""


def test_mornings_of_the_sale_are_what_was_kept(database: str) -> None:
    """No exact check says a word, until a row is there twice; baselines say what was kept."""
    kept = {morning.day: morning for morning in read().ordinary}
    with opened(database, small_year(), SALE_BEGINS) as rows:
        for day in (SALE_BEGINS, *SALE[:2]):
            lived = gate(rows, day)
            assert lived == kept[day]
            assert not lived.exact_findings
        with rows.connection, rows.connection.cursor() as cursor:
            cursor.execute(AGAIN)
        broken = gate(rows, SALE[1]).exact_findings
    assert broken["orders.duplicates"].startswith("FAIL 1 of ")


def test_nothing_is_remembered_when_a_level_moves(database: str) -> None:
    """The first of the mornings is the one on which it is said that it has moved."""
    moved, after = three_ways(database, MOVED, MOVED + timedelta(days=1), lambda line: None)
    assert moved.moved > after.moved
    assert (moved.differ, after.differ) == ({}, {})


def test_months_say_the_same_to_those_who_forget_everything_every_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    year, checks = troubled_year(), [
        check for check in anomalies(config(), "seasonal") if metric_of(check) == "sessions"
    ]  # fmt: skip
    (running,) = judged_year(year, config(), checks, *LIVED).values()
    judge = Anomaly.samples

    def restarted(self: Anomaly, view: DatasetView, readings: Readings) -> list[Sample]:
        forget()
        return judge(self, view, readings)

    monkeypatch.setattr(Anomaly, "samples", restarted)
    (fresh,) = judged_year(year, config(), checks, *LIVED).values()
    assert fresh == running
    assert any(day.verdict.outcome is Outcome.CRITICAL for day in running)
    assert any("regime changed" in day.verdict.text for day in running)


def test_a_year_in_one_walk_is_what_its_mornings_say() -> None:
    """A count and a share, on some days of a shop, against the judge that a pass asks."""
    number, noise, days = SHOPS[0], NOISES[1], (date(2025, 6, 20), date(2025, 6, 23))
    year = simulated(number, noise)
    for check in anomalies(config(), "seasonal"):
        metric = metric_of(check)
        if metric not in ("orders", "conversion"):
            continue
        (mornings,) = judged_year(year, config(), [check], *days).values()
        walked = {one.day: one.judged(year[one.day]) for one in known_of(metric, year)}
        for morning in mornings:
            one = walked[morning.day]
            sample = morning.verdict.sample
            if sample is None or SCORE.name not in sample.values or one is None:
                continue
            assert one.score == pytest.approx(sample.values[SCORE.name], abs=1e-6)
