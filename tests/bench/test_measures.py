"""Every value is held against the catalogue's, and a wrong or missing one is named."""

from __future__ import annotations

from typing import Any

import pytest

from bench import measures
from bench.contenders import ROOT, Failed, must_be_measured
from bench.measures import COVERED, FAILED, Gauges, Rows, compared
from exporter.config import load


def right() -> tuple[dict[str, dict[str, float]], dict[str, Rows], dict[str, Rows]]:
    """Gauges, answers of the catalogue and of differs.sql, all of which agree."""
    gauges: dict[str, dict[str, float]] = {}
    answers: dict[str, Rows] = {}
    differing: dict[str, Rows] = {}
    for measure in COVERED:
        for place in (measure.at, measure.of, measure.before):
            if place is not None:
                gauges.setdefault(place.check, {})[place.gauge] = 4.0
        value = 1.0 if measure.of else 4.0
        days: Rows = [["2026-03-02", 4.0], ["2026-02-28", 3.0], ["2026-03-01", 5.0]]
        found = days if measure.before else [[value]]
        (differing if measure.differs else answers)[measure.name] = found
    return gauges, answers, differing


def test_values_that_agree_are_no_complaint() -> None:
    assert list(compared(*right())) == []


@pytest.mark.parametrize("measure", COVERED, ids=lambda measure: measure.name)
def test_a_value_that_differs_is_named(measure: measures.Measure) -> None:
    gauges, answers, differing = right()
    assert measure.at is not None
    gauges[measure.at.check][measure.at.gauge] += 1e-6
    wrong = list(compared(gauges, answers, differing))
    assert f"{measure.number} {measure.name}" in " ".join(wrong)


def test_a_check_that_gave_nothing_is_named() -> None:
    gauges, answers, differing = right()
    del gauges["orders.duplicates"][FAILED]
    (wrong,) = compared(gauges, answers, differing)
    assert wrong == "21 orders_duplicate_id: ours (None,), its SQL (4.0,)"


def test_the_days_before_the_last_are_held_by_their_mean() -> None:
    gauges, answers, differing = right()
    gauges["events.zscore_events"]["metric_expected"] = 4.5
    (wrong,) = compared(gauges, answers, differing)
    assert wrong == "43 daily_series_events: ours (4.0, 4.5), its SQL (4.0, 4.0)"


def test_the_config_has_the_checks_of_the_measures_and_no_others() -> None:
    config = load(str(ROOT / "bench/full.yml"), {"WAREHOUSE_DSN": "dbname=nowhere"})
    places = [p for m in COVERED for p in (m.at, m.of, m.before) if p is not None]
    assert {place.check for place in places} == {str(check.id) for check in config.checks}


def test_gauges_are_found_by_the_address_of_their_check() -> None:
    entry = {"dataset": "orders", "check": "volume", "values": {"warehouse_rows": 3.0}}
    found: Gauges = measures.gauges_of({"checks": [entry]})
    assert found == {"orders.volume": {"rows": 3.0}}


def test_a_check_that_was_not_measured_ends_the_bench() -> None:
    entry: dict[str, Any] = {"dataset": "orders", "check": "volume", "text": "locked"}
    must_be_measured({"checks": [{**entry, "outcome": "pass"}]})
    with pytest.raises(Failed, match=r"orders\.volume: locked"):
        must_be_measured({"checks": [{**entry, "outcome": "unmeasured"}]})
