"""Every value is held against the catalogue's, and a wrong or missing one is named."""

from __future__ import annotations

from typing import Any

import pytest
from warehouse_exporter.config import load

from labs.bench import measures
from labs.bench.contenders import ROOT, Failed, must_be_measured
from labs.bench.measures import (
    FAILED,
    MEASURES,
    Gauges,
    Measure,
    Place,
    Ratio,
    Rows,
    Series,
    Shares,
    compared,
)

ROWS: dict[type[Measure], Rows] = {
    Measure: [[4.0]],
    Ratio: [[1.0]],
    Series: [["2026-03-02", 4.0], ["2026-02-28", 3.0], ["2026-03-01", 5.0]],
    Shares: [["direct", 4.0]],
}
"""What the catalogue's SQL answers where each of our gauges is 4."""


def right() -> tuple[dict[str, dict[str, float]], dict[str, Rows], dict[str, Rows]]:
    """Gauges, answers of the catalogue and of differs.sql, all of which agree."""
    gauges: dict[str, dict[str, float]] = {}
    answers: dict[str, Rows] = {}
    differing: dict[str, Rows] = {}
    for measure in MEASURES:
        for place in measure.places:
            gauges.setdefault(place.check, {})[gauge_of(measure, place)] = 4.0
        (differing if measure.differs else answers)[measure.name] = ROWS[type(measure)]
    return gauges, answers, differing


def gauge_of(measure: Measure, place: Place) -> str:
    """A gauge by the name that it has among those of its check."""
    return f"{place.gauge}{{direct}}" if isinstance(measure, Shares) else place.gauge


def test_values_that_agree_are_no_complaint() -> None:
    assert list(compared(*right())) == []


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_value_that_differs_is_named(measure: Measure) -> None:
    gauges, answers, differing = right()
    gauges[measure.at.check][gauge_of(measure, measure.at)] += 1e-6
    wrong = list(compared(gauges, answers, differing))
    assert f"{measure.number} {measure.name}" in " ".join(wrong)


def test_a_check_that_gave_nothing_is_named() -> None:
    gauges, answers, differing = right()
    del gauges["orders.duplicates"][FAILED]
    (wrong,) = compared(gauges, answers, differing)
    assert wrong == "21 orders_duplicate_id: ours None, its SQL 4.0"


def test_the_days_before_the_last_are_held_by_their_mean() -> None:
    gauges, answers, differing = right()
    gauges["events.zscore_events"]["metric_expected"] = 4.5
    (wrong,) = compared(gauges, answers, differing)
    assert wrong == (
        "43 daily_series_events: ours last day 4.0, mean before 4.5,"
        " its SQL last day 4.0, mean before 4.0"
    )


def test_a_channel_that_only_one_side_has_is_named() -> None:
    gauges, answers, differing = right()
    gauges["attribution.channel_mix"]["channel_share_ratio{other}"] = 0.0
    assert list(compared(gauges, answers, differing)) == []
    gauges["attribution.channel_mix"]["channel_share_ratio{other}"] = 0.1
    (wrong,) = compared(gauges, answers, differing)
    assert wrong.endswith("ours direct 4.0, other 0.1, its SQL direct 4.0")
    del gauges["attribution.channel_mix"]["channel_share_ratio{other}"]
    answers["channel_revenue_share_yesterday"] = [["direct", 4.0], ["email", 0.5]]
    (wrong,) = compared(gauges, answers, differing)
    assert wrong.endswith("ours direct 4.0, its SQL direct 4.0, email 0.5")


def test_the_config_has_the_checks_of_the_measures_and_no_others() -> None:
    config = load(str(ROOT / "labs/bench/full.yml"), {"WAREHOUSE_DSN": "dbname=nowhere"})
    places = [place for measure in MEASURES for place in measure.places]
    assert {place.check for place in places} == {str(check.id) for check in config.checks}


def test_gauges_are_found_by_the_address_of_their_check() -> None:
    rows = {"check": "volume", "labels": {}, "values": {"warehouse_rows": 3.0}}
    direct = {"check": "mix", "labels": {"channel": "direct"}, "values": {"warehouse_share": 0.4}}
    email = {"check": "mix", "labels": {"channel": "email"}, "values": {"warehouse_share": 0.6}}
    entries = [{"dataset": "orders", **entry} for entry in (rows, direct, email)]
    found: Gauges = measures.gauges_of({"checks": entries})
    shares = {"share{direct}": 0.4, "share{email}": 0.6}
    assert found == {"orders.volume": {"rows": 3.0}, "orders.mix": shares}


def test_a_check_that_was_not_measured_ends_the_bench() -> None:
    entry: dict[str, Any] = {"dataset": "orders", "check": "volume", "text": "locked"}
    must_be_measured({"checks": [{**entry, "outcome": "pass"}]})
    with pytest.raises(Failed, match=r"orders\.volume: locked"):
        must_be_measured({"checks": [{**entry, "outcome": "unmeasured"}]})
