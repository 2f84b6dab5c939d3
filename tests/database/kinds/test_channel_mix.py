"""T4: the channels' shares of revenue, and channels that vanish."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.model import CheckId, Verdict
from warehouse_exporter.kinds.shared.mixes import Mix, moves

from tests.database.kinds.attributions import shop
from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "channel: client_id, sum: revenue, model: view, model_column: event, critical: '>= 15%'",
    "revenue",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
)

MIX = "channel_mix: {sum: attributed_revenue, warning: '>= 15%'}"
OWN = "{relation: attribution, time: ts}"
TIMELESS = "{relation: attribution}"
BY_ORDER = MIX.replace("warning", "orders: {dataset: sales, by: order_id}, warning")
SALES = {"sales": "{relation: orders, time: ts, key: id}"}
DAY = "ts >= '2026-03-09' AND ts < '2026-03-10' AND model = 'last_click'"


def mix(
    warehouse: Warehouse, check: str = MIX, as_of: datetime = NOON, orders: str = OWN
) -> dict[str, Verdict]:
    """What is said of each channel; without any, under ``."""
    done = warehouse.run(config_of(check, SALES, orders=orders), as_of)
    verdicts = done.results[CheckId("orders", "channel_mix")].verdicts
    return {v.sample.labels["channel"] if v.sample else "": v for v in verdicts}


def words(said: dict[str, Verdict]) -> dict[str, str]:
    """The word of each channel."""
    return {channel: verdict.outcome.shown for channel, verdict in said.items()}


def gauges(verdict: Verdict) -> dict[str, float]:
    """The gauges of one channel, in short."""
    assert verdict.sample is not None
    return {name.removeprefix("warehouse_channel_"): v for name, v in verdict.sample.values.items()}


@pytest.mark.parametrize(("check", "orders"), [(MIX, OWN), (BY_ORDER, TIMELESS)])
@pytest.mark.parametrize("indexes", ["", "attribution (ts)", "attribution (order_id)"])
def test_a_channel_that_is_booked_as_another_is_found_until_it_is_mended(
    warehouse: Warehouse, check: str, orders: str, indexes: str
) -> None:
    shop(warehouse)
    if indexes:
        warehouse.sql(f"CREATE INDEX ON {indexes}")
    said = mix(warehouse, check, orders=orders)
    assert words(said) == dict.fromkeys(
        ["paid_search", "paid_social", "email", "direct", "other"], "PASS"
    )
    told = "of the revenue attributed by last_click on 2026-03-09"
    assert said["paid_search"].text == (
        f"paid_search: 40 % {told}, 40 % on average of 7 days before"
        " (0 %, limit >= 15% or vanished)"
    )
    warehouse.sql(f"UPDATE attribution SET channel = 'direct' WHERE channel = 'email' AND {DAY}")
    said = mix(warehouse, check, orders=orders)
    assert {name for name, word in words(said).items() if word == "WARN"} == {"direct", "email"}
    assert said["direct"].text == (
        f"direct: 30 % {told}, 10 % on average of 7 days before (20 %, limit >= 15%)"
    )
    assert gauges(said["email"]) == {
        "share_ratio": 0.0,
        "share_baseline_ratio": pytest.approx(0.2),
        "share_change_ratio": -0.2,
        "vanished": 1.0,
    }
    shop(warehouse)
    assert set(words(mix(warehouse, check, orders=orders)).values()) == {"PASS"}


def test_one_that_vanishes_is_a_finding_whatever_its_share_was(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql(
        f"UPDATE attribution SET channel = 'paid_search' WHERE channel = 'direct' AND {DAY}"
    )
    said = mix(warehouse)
    assert said["direct"].text == (
        "direct: 0 % of the revenue attributed by last_click on 2026-03-09,"
        " 10 % on average of 7 days before (limit vanished)"
    )
    assert {name for name, word in words(said).items() if word == "WARN"} == {"direct"}
    both = MIX.replace("warning", "critical: '>= 30%', warning")
    assert words(mix(warehouse, both))["direct"] == "WARN", "of the mildest severity"
    top = MIX.replace("warning", "top: 3, warning")
    assert set(words(mix(warehouse, top)).values()) == {"PASS"}, "it is not among the largest"
    warehouse.sql("DELETE FROM attribution WHERE channel = 'direct' AND ts::date = '2026-03-05'")
    assert words(mix(warehouse))["direct"] == "PASS", "it has been absent before"


def test_the_small_ones_are_counted_together(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql(
        "UPDATE attribution SET channel = 'c' || order_id % 3 WHERE channel = 'direct';"
        "UPDATE attribution SET channel = NULL WHERE channel = 'email';"
        "UPDATE attribution SET channel = 'other' WHERE channel = 'paid_social'"
    )
    said = mix(warehouse, MIX.replace("warning", "top: 2, warning"))
    # The two largest of either side are the same: one that is called other is no channel.
    assert list(said) == ["paid_search", "(none)", "other"]
    other = gauges(said["other"])
    assert (other["share_ratio"], other["warehouse_channels_cut"]) == (0.4, 4)
    assert said["other"].text.startswith("other (4 small channels): 40 % of the revenue attributed")
    assert "warehouse_channels_cut" not in gauges(said["paid_search"])


def test_a_large_one_of_the_day_is_shown_beside_those_of_the_baseline() -> None:
    before = Mix({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 7, "b": 7, "c": 7}, 7, 0)
    day = Mix({"new": 0.6, "c": 0.3, "a": 0.1}, {"new": 1, "c": 1, "a": 1}, 1, 5)
    found = {move.channel: move for move in moves(day, before, 2)}
    assert list(found) == ["a", "b", "new", "c", "other"]
    assert (found["b"].vanished, found["b"].change, found["new"].change) == (True, -0.3, 0.6)
    assert (found["other"].share, found["other"].baseline, found["other"].cut) == (0.0, 0.0, 5)


def test_ten_are_shown_and_of_them_the_five_largest_are_missed() -> None:
    """Small ones come and go: to show them is no reason to tell of it."""
    shares = {f"c{rank}": (12 - rank) / 66 for rank in range(1, 12)}
    before = Mix(shares, dict.fromkeys(shares, 7), 7, 0)
    found = {move.channel: move for move in moves(Mix({"c1": 1.0}, {"c1": 1}, 1, 0), before, 10)}
    assert list(found) == [*(f"c{rank}" for rank in range(1, 11)), "other"]
    assert [name for name, move in found.items() if move.vanished] == ["c2", "c3", "c4", "c5"]
    assert found["other"].cut == 1


def test_a_shift_that_chance_makes_is_no_finding() -> None:
    """From 20 % to 40 % is 1.4 standard errors of ten equal orders against seventy."""
    usual = Mix({"a": 0.8, "b": 0.2}, {"a": 7, "b": 7}, 7, 0, 1 / 70)

    def score(share: float, rows: int) -> float:
        day = Mix({"a": 1 - share, "b": share}, {"a": 1, "b": int(share > 0)}, 1, 0, 1 / rows)
        return {move.channel: move for move in moves(day, usual, 5)}["b"].score

    pooled = (4 + 14) / 80
    expected = 0.2 / (pooled * (1 - pooled) * (1 / 10 + 1 / 70)) ** 0.5
    assert score(0.4, 10) == pytest.approx(expected)
    assert score(0.4, 10) < 2 < score(0.4, 100)
    assert score(0.0, 10) == pytest.approx(-1.6, abs=0.05), "two orders fewer than usual"
    assert score(0.2, 10) == 0.0


@pytest.mark.parametrize(("check", "orders"), [(MIX, OWN), (BY_ORDER, TIMELESS)])
def test_what_chance_moves_depends_on_how_many_orders_there_are(
    warehouse: Warehouse, check: str, orders: str
) -> None:
    shop(warehouse)
    warehouse.sql(f"UPDATE attribution SET channel = 'direct' WHERE channel = 'email' AND {DAY}")
    sure = check.replace("warning", "beyond_chance: 3, warning")
    said = mix(warehouse, sure, orders=orders)
    assert set(words(said).values()) == {"PASS"}
    assert "20 % on average of 7 days before, 0.9 standard errors (20 %," in said["email"].text
    less = check.replace("warning", "beyond_chance: 0.8, warning")
    found = mix(warehouse, less, orders=orders)
    assert {name for name, word in words(found).items() if word == "WARN"} == {"direct", "email"}
    assert "limit >= 15% and >= 0.8 standard errors)" in found["direct"].text
    assert found["direct"].sentence.endswith(
        "usually 10 %: +20 points, 1.0 standard errors (limit 15 points and 0.8 standard errors)"
    )


def test_the_baseline_is_the_mean_of_the_days_shares(warehouse: Warehouse) -> None:
    """A day of ten times the revenue counts as one day."""
    shop(warehouse)
    warehouse.sql(
        "UPDATE attribution SET attributed_revenue = 1400"
        " WHERE channel = 'paid_search' AND ts::date = '2026-03-04'"
    )
    expected = (6 * 0.4 + 1400 / 1460) / 7
    assert gauges(mix(warehouse)["paid_search"])["share_baseline_ratio"] == pytest.approx(expected)


def test_before_its_deadline_the_day_before_is_judged(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql(f"UPDATE attribution SET channel = 'direct' WHERE channel = 'email' AND {DAY}")
    longer = MIX.replace("warning", "min_days: 6, warning")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert set(words(mix(warehouse, longer, at_three)).values()) == {"PASS"}
    assert "WARN" in words(mix(warehouse, longer)).values()


def test_with_too_little_to_compare_nothing_is_judged(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("DELETE FROM attribution WHERE ts::date IN ('2026-03-04', '2026-03-05')")
    assert mix(warehouse, MIX.replace("warning", "min_days: 6, warning"))[""].text == (
        "insufficient history: revenue was attributed by last_click on 5 of the 7 days before"
        " 2026-03-09, 6 are needed"
    )
    holes = mix(warehouse)["email"]
    assert (holes.outcome.shown, " 20 % on average on 5 of 7 days before " in holes.text) == (
        "PASS", True,
    )  # fmt: skip
    warehouse.sql("DELETE FROM attribution WHERE ts::date IN ('2026-03-06', '2026-03-07')")
    assert "3 of the 7 days before 2026-03-09, 4 are needed" in mix(warehouse)[""].text
    warehouse.sql(f"UPDATE attribution SET attributed_revenue = 0 WHERE {DAY}")
    told = "nothing is attributed by last_click on 2026-03-09"
    assert (mix(warehouse)[""].outcome.shown, mix(warehouse)[""].text) == ("SKIP", told)


@pytest.mark.parametrize(("check", "orders"), [(MIX, OWN), (BY_ORDER, TIMELESS)])
@pytest.mark.parametrize("indexes", ["", "attribution (ts)", "attribution (order_id)"])
def test_days_in_the_calendar_are_stepped_over(
    warehouse: Warehouse, check: str, orders: str, indexes: str
) -> None:
    """What little came on a closed day is no example: the days before it are the baseline."""
    shop(warehouse)
    warehouse.sql(
        "UPDATE attribution SET channel = 'direct' WHERE ts::date IN ('2026-03-04', '2026-03-06')"
    )
    if indexes:
        warehouse.sql(f"CREATE INDEX ON {indexes}")
    check = check.replace("warning", "days: 5, warning")
    usual = gauges(mix(warehouse, check, orders=orders)["direct"])["share_baseline_ratio"]
    assert usual == pytest.approx((2 * 1 + 3 * 0.1) / 5)
    calendar = "calendar: {works: {days: [2026-03-04, 2026-03-06], falls: silent}}"
    config = config_of(check, SALES, orders=orders, more=calendar)
    found = warehouse.run(config).results[CheckId("orders", "channel_mix")].verdicts
    texts = [v.text for v in found if v.sample and v.sample.labels["channel"] == "direct"]
    assert " 10 % on average of 5 days before " in texts[0]


def test_models_are_kept_apart_and_an_order_counts_once(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql(f"UPDATE attribution SET channel = 'direct' WHERE {DAY}")
    first = MIX.replace("warning", "model: first_click, warning")
    assert set(words(mix(warehouse, first)).values()) == {"PASS"}
    (other, *_) = mix(warehouse, first).values()
    assert other.sample is not None
    assert other.sample.labels["model"] == "first_click"
    any_model = MIX.replace("warning", "model: null, warning")
    (first_one, *_) = mix(warehouse, any_model).values()
    assert first_one.sample is not None
    assert set(first_one.sample.labels) == {"channel"}
    shop(warehouse)
    warehouse.sql("INSERT INTO orders SELECT * FROM orders WHERE id % 10 = 1")
    said = mix(warehouse, BY_ORDER, orders=TIMELESS)
    assert gauges(said["direct"])["share_ratio"] == 0.1
    email = MIX.replace("warning", "where: channel <> 'email', warning")
    assert gauges(mix(warehouse, email)["paid_search"])["share_ratio"] == 0.5


def test_a_thousand_channels_are_read_and_the_others_counted(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql(
        "INSERT INTO attribution SELECT n, 'last_click', 'junk' || n, 0.01, '2026-03-09'"
        " FROM generate_series(1, 1200) AS n"
    )
    said = mix(warehouse)
    assert len(said) == 11, "ten of the day, four of which are those before, and the others"
    assert "other (1,194 small channels): " in said["other"].text
    assert "junk1" in said


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert complaint(MIX, orders=OWN) == complaint(BY_ORDER, SALES, orders=TIMELESS) == ""
    told = complaint(MIX, orders=TIMELESS)
    assert "channel_mix needs `time:` on dataset orders, or `orders: {dataset: orders, by:" in told
    assert "there is no dataset `sales`" in complaint(BY_ORDER, orders=TIMELESS)
    keyless = complaint(BY_ORDER, {"sales": "{relation: s, time: ts}"}, orders=TIMELESS)
    assert "orders needs `key:` (dataset sales has no key)" in keyless
    assert "points of a share, such as '>= 15%'" in complaint(MIX.replace("15%", "15"), orders=OWN)
    window = MIX.replace("warning", "window: 7d, warning")
    assert "channel_mix judges the expected day: no `window`" in complaint(window, orders=OWN)
    more = MIX.replace("warning", "min_days: 8, warning")
    assert "min_days 8 is more than days 7" in complaint(more, orders=OWN)
