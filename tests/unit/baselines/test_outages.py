"""An outage never becomes normal: mornings of shops, each judged from the days before it alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import Direction, Question
from warehouse_exporter.baselines.shared.daily import Series, judged
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.limits import said
from warehouse_exporter.core.model import Severity

FIRST = date(2025, 10, 1)
BEGINS = 100
"""The first day of the outage, by its number."""
WEEK = (1, 1.05, 1, 0.95, 1.1, 0.8, 0.7)
SEASONAL = all_baselines()["seasonal"]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Change = Callable[[int], float]
Known = Callable[[list[float], int], Series]


def shop(noise: float, size: float, change: Change, seed: int = 5) -> list[float]:
    """Days of a shop with weekdays, and how many times as much each of them has."""
    draws = np.random.RandomState(seed).standard_normal(260)
    return [
        float(round(size * WEEK[day % 7] * math.exp(noise * draw) * change(day)))
        for day, draw in enumerate(draws)
    ]


def by_day(values: list[float], until: int) -> dict[date, float]:
    """The days up to one, by their dates."""
    return {FIRST + timedelta(days=n): values[n] for n in range(until + 1)}


def counts(values: list[float], day: int) -> Series:
    """What is known of a count in the morning after a day."""
    days = by_day(values, day)
    return Series(days, days, counts=True)


def sums(values: list[float], day: int) -> Series:
    """The same as a sum of a tenth as many rows, which has no value without them."""
    days = by_day(values, day)
    rows = {day: float(round(value / 10)) for day, value in days.items()}
    return Series({d: 7 * value for d, value in days.items() if rows[d]}, rows)


def shares(values: list[float], day: int) -> Series:
    """The same as a share of what it usually is."""
    whole = {
        day: (value, float(round(12000 * WEEK[n % 7])))
        for n, (day, value) in enumerate(by_day(values, day).items())
    }
    return Series({day: hits / total for day, (hits, total) in whole.items()}, shares=whole)


def morning(series: Series, day: int) -> tuple[str, str]:
    """What a check says of a day: PASS, WARN, FAIL or SKIP, `rise` if it is one, and the text."""
    limits = {s: SEASONAL.filled(s, {}) for s in SEASONAL.defaults}
    asked = Question(
        name="orders", today=FIRST + timedelta(days=day), series=series, days=(), history=28,
        needed=7, limits=limits,
    )  # fmt: skip
    try:
        found = SEASONAL.judge(asked)
    except Skipped as why:
        return "SKIP", str(why)
    except Unmeasured as why:
        return "UNKNOWN", why.detail
    conditions = {s: SEASONAL.condition(s, one, Direction.BOTH) for s, one in limits.items()}
    worst = said(conditions, found.values, NOON)
    word = {None: "PASS", Severity.WARNING: "WARN", Severity.CRITICAL: "FAIL"}[worst]
    return f"{word} rise" if worst and found.rises else word, found.text


def outage(times: float, days: int) -> Change:
    """So many days at a share of what there was."""
    return lambda day: times if BEGINS <= day < BEGINS + days else 1.0


def words(values: list[float], known: Known, first: int, last: int) -> list[str]:
    """What is said in the mornings after some days."""
    return [morning(known(values, day), day)[0] for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("noise", "times"),
    [
        (0.05, 0.5),
        (0.05, 0.2),
        (0.1, 0.5),
        (0.1, 0.2),
        (0.1, 0.03),
        (0.1, 0.0),
        (0.2, 0.2),
        (0.2, 0.0),
    ],
)
@pytest.mark.parametrize("known", [counts, sums, shares])
def test_an_outage_is_a_finding_every_morning_and_its_end_is_none(
    known: Known, times: float, noise: float
) -> None:
    days = 14
    values = shop(noise, 400, outage(times, days))
    during = words(values, known, BEGINS, BEGINS + days - 1)
    assert set(during) <= {"WARN", "FAIL"}, during
    after = words(values, known, BEGINS + days, BEGINS + days + 13)
    assert after.count("PASS") >= 13, after
    assert not {"FAIL rise", "WARN rise", "SKIP"} & set(after), after


def test_half_of_a_noisy_shop_is_found_on_most_mornings_once_it_is_found() -> None:
    """20 % of noise: one day is twice what the half is, by chance alone."""
    values = shop(0.2, 400, outage(0.5, 14))
    during = words(values, counts, BEGINS, BEGINS + 13)
    assert during[2:].count("PASS") == 1, during


@pytest.mark.parametrize("times", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("known", [counts, sums, shares])
def test_eight_weeks_are_known_by_the_days_before_them(known: Known, times: float) -> None:
    values = shop(0.1, 400, outage(times, 56))
    for day in (BEGINS + 20, BEGINS + 40, BEGINS + 55):
        word, text = morning(known(values, day), day)
        assert word == "FAIL", (day, text)
    assert words(values, known, BEGINS + 56, BEGINS + 70) == ["PASS"] * 15


def test_a_feed_that_is_dead_for_longer_is_unknown_and_never_too_new() -> None:
    values = shop(0.1, 400, outage(0.0, 150))
    for known in (counts, sums):
        for day in (BEGINS + 80, BEGINS + 83):
            whole = known(values, day)
            read = {FIRST + timedelta(days=n) for n in range(day - 84, day + 1)}
            series = Series(
                {d: value for d, value in whole.values.items() if d in read},
                {d: rows for d, rows in whole.rows.items() if d in read}, whole.counts,
            )  # fmt: skip
            word, text = morning(series, day)
            assert word == "UNKNOWN", text
            assert text.startswith(
                "orders has had no row since 2026-01-08, and too few of the days"
            )


def test_ten_weeks_are_still_a_finding() -> None:
    values = shop(0.1, 400, outage(0.5, 70))
    assert set(words(values, counts, BEGINS + 57, BEGINS + 69)) == {"FAIL"}


def test_a_collapse_within_two_weeks_is_found_from_the_third_morning_on() -> None:
    """From 320 orders a day to 1: no day is small beside the one before it."""

    def level(day: int) -> float:
        return math.pow(320, -min(max(day - BEGINS, 0), 14) / 14)

    for seed in range(4):
        values = shop(0.15, 320, level, seed)
        said_of_it = words(values, counts, BEGINS + 3, BEGINS + 40)
        assert set(said_of_it) == {"FAIL"}, (seed, said_of_it)


def test_a_thirtieth_is_no_pass_however_long_it_lasts() -> None:
    """One order a day is few, but that is no reason not to judge a shop that has 38."""
    values = shop(0.2, 38, outage(0.03, 60))
    for day in range(BEGINS, BEGINS + 60, 7):
        word, text = morning(counts(values, day), day)
        assert word == "FAIL", (day, text)


def test_a_dead_feed_with_a_row_now_and_then_is_no_closed_shop() -> None:
    values = shop(0.1, 300, lambda day: 0.0 if day >= BEGINS else 1.0)
    for day in range(BEGINS + 2, 200, 7):
        values[day] = 1.0
    said_of_it = words(values, counts, BEGINS, BEGINS + 50)
    assert set(said_of_it) == {"FAIL"}, said_of_it


def test_a_shop_that_is_closed_on_sundays_stays_closed_on_them() -> None:
    values = shop(0.1, 300, outage(0.2, 14))
    values[6::7] = [0.0] * len(values[6::7])
    said_of_it = words(values, counts, BEGINS, BEGINS + 21)
    closed = {day for day in range(22) if (BEGINS + day) % 7 == 6}
    assert {said_of_it[day] for day in set(range(14)) - closed} == {"FAIL"}
    assert {said_of_it[day] for day in {*range(14, 22)} | closed} == {"PASS"}


def test_a_campaign_that_is_over_leaves_no_outage() -> None:
    """Ten days at three times as much became the level; what was before is normal again."""
    values = shop(0.1, 300, lambda day: 3.0 if BEGINS <= day < BEGINS + 10 else 1.0)
    after = words(values, counts, BEGINS + 10, BEGINS + 24)
    assert set(after[5:]) == {"PASS"}, after


def test_a_rise_for_good_is_learnt_after_five_mornings_and_needs_no_new_history() -> None:
    values = shop(0.1, 300, lambda day: 2.5 if day >= BEGINS else 1.0)
    said_of_it = words(values, counts, BEGINS, BEGINS + 20)
    assert said_of_it == ["FAIL rise"] * 5 + ["PASS"] * 16
    _, text = morning(counts(values, BEGINS + 4), BEGINS + 4)
    assert "regime changed: the level since 2026-01-09 is 2." in text


def test_a_fall_says_with_which_days_it_is_judged() -> None:
    values = shop(0.1, 400, outage(0.5, 14))
    _, text = morning(counts(values, BEGINS + 3), BEGINS + 3)
    assert "; 3 days since 2026-01-09 had fallen, and are judged together with this one" in text


@pytest.mark.parametrize("known", [counts, shares])
@pytest.mark.parametrize("fallen", [1, 2, 4, 9])
@pytest.mark.parametrize("noise", [0.05, 0.2, 0.35])
def test_the_band_of_a_day_after_falls_ends_where_the_score_is_its_limit(
    known: Known, fallen: int, noise: float
) -> None:
    """The lowest value that does not fire by the score, which then counts for a change of 15 %."""
    values = shop(noise, 400, outage(0.45, 14))
    day = BEGINS + fallen
    today = FIRST + timedelta(days=day)
    plain = judged(today, known(values, day), 28)
    assert plain.bound is not None
    low = plain.bound(0.01, -1)
    for value, fires in ((low * 0.98, True), (low * 1.02, False)):
        series = known([*values[:day], value, *values[day + 1 :]], day)
        if series.shares is not None:
            total = series.shares[today][1]
            series = Series(
                {**series.values, today: value},
                shares={**series.shares, today: (value * total, total)},
            )
        score = judged(today, series, 28).score
        assert score is not None
        assert (score <= -2.5758) is fires, (value, low, score)
