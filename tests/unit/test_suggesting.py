"""Limits with as few false alarms as somebody wishes: the one that fires soonest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.backtest.knobs import Knob, knobs
from warehouse_exporter.backtest.suggesting import Day, Proposed, proposed
from warehouse_exporter.backtest.wishes import parse as wish
from warehouse_exporter.backtest.wishes import wishes
from warehouse_exporter.baselines.base import CHANGE, MISSED, SCORE
from warehouse_exporter.config import Config
from warehouse_exporter.config.document import read
from warehouse_exporter.config.flow import flow
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import CheckId, Severity

FIRST = date(2026, 3, 1)
TEXT = """
warehouse: {dsn: x}
datasets:
  orders:
    relation: orders
    time: ts
    checks:
      - volume: {critical: "< 50", warning: "< 95"}
      - completeness: {column: a, warning: "> 1%", critical: "> 5%"}
      - completeness: {column: b, warning: ["> 1%", "> 7 rows"]}
      - freshness: {warning: "> 12h"}
      - partition_freshness: {critical: "> 0"}
metrics: {orders: {dataset: orders, count: "*"}}
anomalies:
  - {metrics: [orders]}
  - {metrics: [orders], method: zscore, warning: {z: 3, change: 30%}}
  - {metrics: [orders], method: change, direction: fall, critical: {fall: 30%}}
"""
CONFIG: Config = parse(TEXT, "warehouse.yml", {})
ROWS, NULLS = "warehouse_rows", "warehouse_column_null_ratio"


def days(values: Sequence[Mapping[str, float]], **broken: float) -> list[Day]:
    """Days with these numbers; a fault multiplies the first of them."""
    found = []
    for n, given in enumerate(values):
        day, first = FIRST + timedelta(days=n), next(iter(given))
        faults = {name: ({**given, first: given[first] * by},) for name, by in broken.items()}
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=n)
        found.append(Day(day, day - timedelta(days=1), at, (given,), faults))
    return found


def asked(check: str, seen: Sequence[Day], text: str = "1 a month", *real: str) -> Proposed:
    """What is proposed for a check of `orders` over these days."""
    wanted = wishes([text], real)
    assert wanted is not None
    return proposed(CONFIG.check(CheckId("orders", check)), seen, wanted, len(seen))


def limits(found: Proposed) -> dict[str, str | None]:
    """`critical` -> `< 40`, and None where it stays."""
    return {
        " ".join([one.knob.severity, *([one.knob.term] if one.knob.term else [])]):
        one.other.text if one.other else None
        for one in found.suggestions
    }  # fmt: skip


SIXTY = [{ROWS: 100.0 + n % 10} for n in range(60)]


def some(**low: float) -> list[dict[str, float]]:
    """Sixty days of at least 100 rows, but for some days."""
    return [{ROWS: low.get(f"d{n}", given[ROWS])} for n, given in enumerate(SIXTY)]


def test_it_fires_as_soon_as_the_wish_allows() -> None:
    """Five days are low; two false alarms in sixty days are allowed, and days in a row are one."""
    seen = days(some(d5=80, d6=81, d20=85, d30=91, d40=94))
    assert limits(asked("volume", seen)) == {"critical": None, "warning": "< 91"}


def test_critical_becomes_later_unless_it_is_named() -> None:
    seen = days(some(d5=30, d20=35, d30=45))
    assert limits(asked("volume", seen)) == {"critical": "< 45", "warning": "< 45"}
    calm = days(some(), half=0.5)
    assert limits(asked("volume", calm))["critical"] is None
    assert limits(asked("volume", calm, "critical: 1 a month")) == {"critical": "< 95"}


def test_it_becomes_sooner_only_if_it_catches_more_and_the_days_can_tell() -> None:
    blind, seeing = days(some()), days(some(), half=0.5)
    assert limits(asked("volume", blind, "critical: 1 a month")) == {"critical": None}
    assert limits(asked("volume", seeing, "critical: 1 a year")) == {"critical": None}
    assert limits(asked("volume", seeing[:20], "critical: 1 a month")) == {"critical": None}


def test_a_limit_that_would_see_nothing_is_none() -> None:
    seen = days(some(d5=20, d20=25, d30=30), less=0.4)
    (one,) = asked("volume", seen, "critical: 0").suggestions
    assert one.because == "kept: with fewer false alarms it would catch none of these faults"


def test_a_limit_that_found_something_real_is_kept_or_says_so() -> None:
    seen = days(some(d5=80, d20=85, d30=91))
    found = asked("volume", seen, "warning: 0", "2026-03-31")
    (one,) = found.suggestions
    assert one.other is None
    assert one.because == "kept: with fewer false alarms it would miss 2026-03-31, which was real"
    (free,) = asked("volume", seen, "warning: 0").suggestions
    assert free.other is not None
    assert (free.other.text, free.lost) == (
        "< 80", (date(2026, 3, 6), date(2026, 3, 21), date(2026, 3, 31)),
    )  # fmt: skip


def test_a_real_day_is_no_false_alarm() -> None:
    """The day of the data or the morning: both name it."""
    seen = days(some(d5=80))
    for real in ("2026-03-06", "2026-03-05"):
        (one,) = asked("volume", seen, "warning: 0", real).suggestions
        assert one.present.alarms == 0


def test_what_it_still_sees_stands_beside_it() -> None:
    seen = days(some(d5=80, d20=85, d30=91), half=0.5, most=0.85)
    (one,) = asked("volume", seen, "warning: 0").suggestions
    assert one.other is not None
    shown = {name: (t.caught, t.silent) for name, t in one.other.caught.items()}
    assert shown == {"half": (60, 60), "most": (3, 60)}


def test_the_unit_stays_that_of_the_config() -> None:
    seen = days([{NULLS: share} for share in (0.02, 0.001, 0.031, 0.001, 0.042, *([0.001] * 55))])
    assert limits(asked("completeness_a", seen))["warning"] is not None
    (critical, warning) = asked("completeness_a", seen, "1 a month").suggestions
    assert critical.other is None
    assert warning.other is not None
    assert warning.other.text.endswith("%")


def test_a_warning_never_becomes_later_than_its_critical() -> None:
    seen = days([{NULLS: 0.2 if n % 3 == 0 else 0.001} for n in range(60)])
    critical, warning = asked("completeness_a", seen, "warning: 0").suggestions[:1] * 2
    assert critical.other is None
    assert warning.because == "kept: it would be later than critical"


def test_sides_of_seasonal_are_turned_one_by_one() -> None:
    falls = [{SCORE.name: -2.8, CHANGE.name: -0.2, MISSED.name: 0.0}] * 3
    calm = [{SCORE.name: 0.1, CHANGE.name: 0.01, MISSED.name: 0.0}]
    seen = days([*falls[:1], *calm, *falls[:1], *calm, *falls[:1], *(calm * 55)])
    found = limits(asked("seasonal_orders", seen, "warning: 1 a month"))
    assert found["warning fall"] == "fall: 0.5%"
    assert found["warning rise"] is None


def test_each_baseline_is_turned_by_what_it_has() -> None:
    turned = {
        check.id.name: [(one.severity.value, one.term) for one in knobs(check)]
        for check in CONFIG.checks
    }
    assert turned["zscore_orders"] == [("warning", "z")]
    assert turned["change_orders"] == [("critical", "fall")]
    assert turned["completeness_b"] == [], "a list of limits"
    assert turned["freshness"] == [("warning", None)]


def test_what_is_proposed_can_be_written() -> None:
    for check in CONFIG.checks:
        for knob in knobs(check):
            for value in knob.candidates([0.004, 17.0, 90_000.0]):
                assert knob.at(value).kind.conditions()
                assert Knob(knob.at(value), knob.severity, knob.term).present == pytest.approx(
                    value
                )


@pytest.mark.parametrize(
    ("written", "most"),
    [("1 a month", 3), ("2 per week", 25), ("1/year", 0), ("0", 0), ("critical: 4 a year", 0)],
)
def test_a_wish_is_a_number_in_ninety_days(written: str, most: int) -> None:
    assert wish(written).most(90) == most


def test_a_wish_may_be_about_one_severity() -> None:
    wanted = wishes(["1 a month", "critical: 1 a year"], [])
    assert wanted is not None
    named, other = wanted.of(Severity.CRITICAL), wanted.of(Severity.WARNING)
    assert (named and named.text, other and other.text) == ("critical: 1 a year", "1 a month")


@pytest.mark.parametrize(
    ("written", "real", "complaint"),
    [
        (["often"], [], "'often' is no number of false alarms: write a number and a period"),
        (["3"], [], "'3' is no number of false alarms"),
        (["1 a month", "2 a week"], [], "given twice"),
        (["1 a month"], ["yesterday"], "--real 'yesterday' is no day"),
        ([], ["2026-03-01"], "give both"),
    ],
)
def test_what_is_no_wish_is_refused(
    written: Sequence[str], real: Sequence[str], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        wishes(written, real)


def test_a_line_to_paste_reads_back_as_what_it_says() -> None:
    data = {
        "metrics": ["orders", "true", "7", "a b"], "while": [], "min_days": 9, "rate": False,
        "warning": {"fall": "0.5%", "z": 3.5}, "title": 'of "x": {y}', "name": None,
    }  # fmt: skip
    assert read(f"- {flow(data)}", "test.yml").data == [data]
    assert flow({"metrics": ["orders"], "warning": {"fall": "0.5%"}}) == (
        "{metrics: [orders], warning: {fall: 0.5%}}"
    )
