"""Every query of every panel, asked of a real Prometheus that the sample shop feeds.

The shop is looked at whole and broken. Its past was backfilled with the fault of a past day in it,
so that what is shown of the past, and what is not told of it, can be seen.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as datetime_time
from functools import cached_property
from typing import Any

import psycopg2
import pytest
from warehouse_exporter.alerting.grafana.dashboards import places, render
from warehouse_exporter.demo.postgres import Postgres

from labs.dashboards.ask import Asked, Prometheus, asked, chosen, filled
from labs.dashboards.draw import picture
from labs.dashboards.stage import SMALL, Stage, set_up
from tests.support.programs import require

pytestmark = pytest.mark.campaign
DATASET = "orders"
PAST_FAULT = "missing-day"
"""Three days before the last, no event was read: the volume of that day was critical."""
FAULTS = ("items-mismatch", "null-column", "attribution-stops", "new-column", "rename-column")
ONLY_IN_TROUBLE = {
    "Failed statements, by reason",
    "Notifications that failed, by integration",
    "Days that changed",
}
"""Panels about trouble that this stage does not have, or that nobody here reports to Prometheus."""
OF_OBJECTIVES = {"Objective", "Budget left", "Bad days", "Bad days that may be"}
"""Panels that are empty until the exporter has read as many past days as an objective has."""
DAY = (
    "date_trunc('day', now() at time zone 'utc' - interval '6 hours 30 minutes') - interval '1 day'"
)
"""The expected day: the one before is over, and half past six has come."""
ONE_HOUR = datetime_time(1)
YESTERDAY = f"date_trunc('day', order_ts at time zone 'utc') = {DAY}"


@dataclass
class Seen:
    """The stage, and what all panels were answered in one state of it."""

    stage: Stage
    panels: dict[str, list[Asked]] = field(default_factory=dict)
    others: list[Asked] = field(default_factory=list)

    def look(self) -> None:
        """Ask every query of every panel."""
        prometheus = Prometheus(self.stage.prometheus.url, time.time(), 1)
        for uid, board in self.boards.items():
            given = {"dataset": DATASET} if uid == places.DATASET else {}
            self.panels[uid] = list(asked(board, prometheus, given))
        other = {"dataset": "events"}  # it has the kinds of checks that the first one lacks
        self.others = list(asked(self.boards[places.DATASET], prometheus, other))

    @cached_property
    def boards(self) -> dict[str, Any]:
        """The dashboards by uid."""
        made = map(json.loads, render(self.stage.config).values())
        return {board["uid"]: board for board in made}

    def panel(self, uid: str, title: str) -> Asked:
        """A panel by its title."""
        return next(one for one in self.panels[uid] if one.panel["title"] == title)

    def last(self, uid: str, title: str, name: str) -> float:
        """The newest value of a series of a panel."""
        return next(one.last for one in self.panel(uid, title).series if one.name == name)

    def sql(self, query: str) -> Any:
        """What the database says."""
        with closing(psycopg2.connect(self.stage.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            ((found,),) = cursor.fetchall()
        return found


@dataclass
class Both:
    """The shop whole, but for its past, and broken."""

    whole: Seen
    broken: Seen
    alerts: list[dict[str, Any]]
    """Those on the data while it was whole."""
    findings: set[tuple[str, str]]
    """What the exporter itself said was wrong then."""


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    """The answers in both states; the stage is left broken."""
    require("prometheus")
    with Postgres() as server, set_up(server.create_database("shop"), SMALL, PAST_FAULT) as stage:
        whole, broken = Seen(stage), Seen(stage)
        whole.look()
        alerts, found = stage.prometheus.alerts_on_data(), findings(stage)
        stage.break_(*FAULTS)
        broken.look()
        yield Both(whole, broken, alerts, found)


def findings(stage: Stage) -> set[tuple[str, str]]:
    """The dataset and check of what is not fine now, by the gauge of outcomes."""
    found = stage.prometheus.query("warehouse_check_outcome > 1")
    return {(one["metric"]["dataset"], one["metric"]["check"]) for one in found}


def test_every_query_is_answered_and_no_panel_is_empty_in_both_states(both: Both) -> None:
    found: dict[str, bool] = {}
    for seen in (both.whole, both.broken):
        for uid, panels in [*seen.panels.items(), (places.DATASET, seen.others)]:
            for one in panels:
                if one.panel["type"] != "row":
                    key = f"{uid}: {one.panel['title']}"
                    found[key] = found.get(key, False) or bool(one.series)
    empty = {key for key, there in found.items() if not there}
    assert {key.partition(": ")[2] for key in empty} <= ONLY_IN_TROUBLE | OF_OBJECTIVES, sorted(
        empty
    )
    assert len(found) > 60


def test_the_overview_shows_the_number_of_the_database(both: Both) -> None:
    orders = both.broken.sql(f"select count(*) from analytics.fct_orders where {YESTERDAY}")
    assert both.broken.last(places.OVERVIEW, "orders", "orders") == orders
    failed = both.broken.last(places.OVERVIEW, "Checks by outcome", "FAIL")
    assert failed > both.whole.last(places.OVERVIEW, "Checks by outcome", "FAIL")


def test_open_findings_have_the_sentence_and_the_age_of_their_alert(both: Both) -> None:
    rows = both.broken.panel(places.OVERVIEW, "Open findings").series
    mine = [one for one in rows if one.labels["check"] == "reconciliation"]
    assert [one.labels["severity"] for one in mine] == ["critical"]
    assert "3" in mine[0].labels["sentence"]
    assert 0 <= mine[0].last < 600


def test_the_dataset_shows_the_number_of_the_database_and_the_limits_of_the_config(
    both: Both,
) -> None:
    share = both.broken.sql(
        "select avg((revenue is null)::int)::float from analytics.fct_orders where " + YESTERDAY
    )
    assert both.broken.last(places.DATASET, "completeness_revenue", "revenue") == share
    title = "completeness_client_id"
    assert both.whole.last(places.DATASET, title, "critical limit >") == 0.05
    assert both.whole.last(places.DATASET, title, "warning limit >") == 0.01


def test_a_renamed_column_is_named_and_what_needs_it_is_not_measured(both: Both) -> None:
    found = both.broken.panel(places.DATASET, "Schema: what changed").series
    assert "client_id" in " ".join(one.labels["sentence"] for one in found)
    unmeasured = both.broken.panel(places.DATASET, "Not measured now").series
    reasons = {one.labels["check"]: one.labels["reason"] for one in unmeasured}
    assert reasons["completeness_client_id"] == "missing_column"


def test_revenue_can_be_trusted_while_the_shop_is_whole_and_not_after(both: Both) -> None:
    amount = both.broken.sql(
        "select sum(abs(o.revenue - i.total))::float from analytics.fct_orders o join"
        " (select order_id, sum(quantity * price) total from analytics.fct_order_items"
        " group by 1) i using (order_id) where abs(o.revenue - i.total) > 0.01"
    )
    shown = both.broken.last(places.REVENUE, "Amounts that differ", "orders.reconciliation")
    assert shown == pytest.approx(amount)
    assert both.broken.panel(places.REVENUE, "Revenue").series[0].last == 4
    assert both.whole.panel(places.REVENUE, "Amounts that differ").series


def test_the_exporter_shows_how_many_checks_the_config_has(both: Both) -> None:
    assert both.whole.panel(places.EXPORTER, "Checks").series[0].last == len(
        both.whole.stage.config.checks
    )
    for title in ("Exporter scraped", "Warehouse reached", "Rules in date", "Config in date"):
        assert both.whole.panel(places.EXPORTER, title).series[0].last == 1, title


def test_a_day_that_has_not_changed_since_it_was_judged_is_a_zero(both: Both) -> None:
    shown = both.whole.panel(places.REVENUE, "Change since a day was judged").series
    assert {one.name for one in shown} >= {"orders", "revenue", "conversion"}
    zeros = {one.name: [value for _, value in one.points].count(0.0) for one in shown}
    assert min(zeros.values()) > 0, "rows that come late may change a day; most are not changed"


def test_the_past_is_seen_in_the_default_range(both: Both) -> None:
    counted = both.whole.sql(
        "select json_object_agg(d, n) from (select (order_ts at time zone 'utc')::date::text d,"
        " count(*) n from analytics.fct_orders group by 1) s"
    )
    shown = both.whole.panel(places.OVERVIEW, "orders")
    points = next(one for one in shown.series if one.name == "orders").points
    days: dict[str, set[float]] = {}
    for at, value in points[:-1]:  # the last is of the exporter that runs
        # numbers of a day stand from 06:30 of the next day on, and the past has one of each hour
        since = datetime.fromtimestamp(at, UTC) - timedelta(hours=30, minutes=30)
        if since.time() > ONE_HOUR:
            days.setdefault(str(since.date()), set()).add(value)
    assert len(days) >= SMALL.back - 1
    assert days == {day: {counted[day]} for day in days}
    assert len(points) > 10 * (len(days) - 1), "one in each step of the chart, which is 2 hours"


def test_outcomes_of_the_past_are_seen_and_nothing_is_told_of_them(both: Both) -> None:
    worst = both.whole.panel(places.OVERVIEW, "Worst outcome of each dataset")
    events = next(one for one in worst.series if one.name == "events").points
    assert 4.0 in [value for _, value in events[:-1]], "the day without events was critical"
    told = {(one["labels"]["dataset"], one["labels"]["check"]) for one in both.alerts}
    assert told <= both.findings, "only what the exporter finds now"
    assert ("events", "volume") not in told


def test_critical_findings_mark_the_charts_and_only_those_of_the_dataset(both: Both) -> None:
    prometheus = Prometheus(both.broken.stage.prometheus.url, time.time(), 1)
    board = both.broken.boards[places.DATASET]
    (marks,) = board["annotations"]["list"]
    asked_for = filled(marks["expr"], chosen(board, prometheus, {"dataset": DATASET}))
    found = [one["metric"] for one in prometheus.instant(asked_for)]
    assert "reconciliation" in {one["check"] for one in found}
    assert {(one["dataset"], one["severity"]) for one in found} == {(DATASET, "critical")}


def test_a_picture_has_every_title(both: Both) -> None:
    for uid, panels in both.broken.panels.items():
        drawn = picture(both.broken.boards[uid]["title"], panels, time.time())
        assert drawn.count("<svg") == 1
        assert not re.search(r"\b(nan|inf)\b", drawn)
