"""The highest of the days before."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import Direction, Question
from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.core.model import Severity

TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(("value", "fires"), [(44.0, False), (45.0, True)])
def test_it_fires_beyond_the_highest_day(value: float, fires: bool) -> None:
    baseline = all_baselines()["highest"]
    days = baseline.before(TODAY, 3, 1, lambda day: False)
    series = Series(dict(zip((*days, TODAY), (10.0, 30.0, 20.0, value), strict=True)))
    limits = {Severity.WARNING: {"above": 0.5}}
    found = baseline.judge(Question("orders", TODAY, series, days, 3, 2, limits))
    condition = baseline.condition(Severity.WARNING, limits[Severity.WARNING], Direction.BOTH)
    assert bool(condition.broken_by(found.values, datetime(2026, 3, 10, tzinfo=UTC))) == fires
    assert found.text.startswith(f"orders: {value:g} vs highest 30 of 3 days")
