"""The status page: an answer first, problems by their cause, and sums that add up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from warehouse_exporter.core.closures import Learned
from warehouse_exporter.core.errors import Reason, UsageError
from warehouse_exporter.core.model import CheckId, Outcome, Severity
from warehouse_exporter.history.model import NO_PAST, Judged, Past, Point, State
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.shards import Shard, part_of
from warehouse_exporter.server.web.filters import Filter, read_filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.causes import causes
from warehouse_exporter.server.web.page.check import render_check
from warehouse_exporter.server.web.page.dataset import render_dataset
from warehouse_exporter.server.web.page.front import render_front

from tests.support.made import Said, config, found, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON

EVIL = "<script>alert('1')</script>"
CHECKS = (
    "volume: {critical: '< 5', warning: '< 9'}\n"
    "duplicates: {critical: '> 0'}\n"
    "freshness: {critical: '> 24h'}\n"
    f'completeness: {{column: "{EVIL}", critical: "> 5%"}}\n'
    "zero_revenue: {column: revenue, warning: '> 5%'}\n"
    "future_rows: {info: '> 0'}"
)
OWNED = f'{{relation: orders, time: ts, key: id, owner: "{EVIL}"}}'
ITEMS = {
    "items": "{relation: items, depends_on: [orders], checks: "
    "[{duplicates: {key: id, critical: '> 0'}}, {volume: {window: all, critical: '< 1'}}]}"
}
METRICS = "metrics: {sales: {dataset: orders, count: '*'}}"
YESTERDAY = date(2026, 3, 9)
EVERY: dict[str, Said] = {
    "orders.volume": passed(rows=9),
    "orders.duplicates": skipped(),
    "orders.freshness": unmeasured(Reason.LOCK),
    f"orders.completeness_{EVIL}": found(Outcome.CRITICAL, f"{EVIL} & more"),
    "orders.zero_revenue": found(Outcome.WARNING, "6 of 100 rows"),
    "orders.future_rows": found(Outcome.WARNING, "1 row", severity=Severity.INFO),
    "orders.metric_sales": found(Outcome.SKIPPED, "sales 9", {"metric_value": 9.0}),
}
FINE: dict[str, Said] = {name: passed(rows=9) for name in EVERY}


def store(said: dict[str, Said] = EVERY, *, up: bool = True) -> SnapshotStore:
    """A store after a pass."""
    published = SnapshotStore(config(CHECKS, orders=OWNED, more=METRICS), NOON)
    published.publish(pass_of(said, up=up))
    return published


def test_a_shard_says_that_others_show_the_rest() -> None:
    whole = config(CHECKS, orders=OWNED, datasets=ITEMS, more=METRICS)
    published = SnapshotStore(part_of(whole, Shard(2, 2)), NOON)
    page = render_front(view(published), Filter(), "")
    assert "This exporter is shard 2 of 2: it watches 2 of the 9 checks of the config." in page
    assert "shard" not in render_front(view(store()), Filter(), "")


def view(on: SnapshotStore, after: timedelta = timedelta(), past: Past = NO_PAST) -> View:
    """What a page shows some time after noon."""
    return View(on.snapshot, past, NOON + after)


def front(on: SnapshotStore, after: timedelta = timedelta(), wanted: Filter | None = None) -> str:
    """The page some time after noon."""
    return render_front(view(on, after), wanted or Filter())


def first(page: str) -> str:
    """The sentence at the top."""
    (text,) = re.findall(r"<h1>([^<]*)</h1>", page)
    return str(text)


def test_the_first_sentence_answers() -> None:
    assert first(front(store(FINE))) == ("Yesterday, Mon 9 Mar, is complete. All 6 checks pass.")
    assert first(front(store())) == (
        "Yesterday, Mon 9 Mar, is not complete: see orders."
        " 1 of 6 checks fails, 1 cannot be measured and 1 warns."
    )
    mild = {**FINE, "orders.zero_revenue": found(Outcome.WARNING, "6 of 100 rows")}
    assert first(front(store(mild))) == ("Yesterday, Mon 9 Mar, is complete. 1 of 6 checks warns.")
    wrong = {**FINE, "orders.duplicates": found(Outcome.CRITICAL, "3 keys")}
    assert first(front(store(wrong))) == (
        "Yesterday, Mon 9 Mar, needs a look: see orders. 1 of 6 checks fails."
    )
    idle = {**FINE, "orders.duplicates": skipped()}
    assert first(front(store(idle))).endswith("5 of 6 checks pass, 1 had nothing to judge.")


def test_before_a_day_is_due_the_page_is_about_the_one_before() -> None:
    page = front(store(FINE), timedelta(hours=-7))
    assert first(page) == (
        "Yesterday, Mon 9 Mar, is not due before 06:00. Sun 8 Mar is complete. All 6 checks pass."
    )


def test_it_says_when_nothing_is_known() -> None:
    empty = SnapshotStore(config(CHECKS, orders=OWNED), NOON)
    page = front(empty)
    assert first(page) == "Nothing has been measured yet: the first pass is under way."
    assert "The first pass has not ended yet." in page
    assert "What is wrong" not in page
    gone = store({name: unmeasured(Reason.CONNECTION) for name in EVERY}, up=False)
    page = front(gone)
    assert first(page) == "The warehouse cannot be reached: nobody knows how the data are now."
    assert page.count('<article class="cause') == 1
    assert "6 checks: 6 UNKNOWN" in page


def test_every_check_is_counted_once_and_numbers_without_a_limit_never() -> None:
    page = front(store())
    counts = re.findall(r'<span class="badge b-(\w+)">\w+</span> (\d+)</a></li>', page)
    assert {state: int(number) for state, number in counts} == {
        state.value: 1 for state in State if state is not State.ACCEPTED
    }
    assert "6 checks; 1 number is shown without a limit" in page
    assert "sales" not in page.split("Daily numbers")[0]


def test_a_notice_is_no_problem() -> None:
    told = {**FINE, "orders.future_rows": found(Outcome.WARNING, "1 row", severity=Severity.INFO)}
    page = front(store(told))
    assert "What is wrong" not in page
    assert "1 to know about (INFO: notifies nobody)" in page


def test_what_is_shown_is_escaped() -> None:
    for page in (front(store()), *(pages_of(store()))):
        assert "<script" not in page
    text = front(store())
    assert text.count("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;") >= 3
    assert "&amp; more" in text


def pages_of(on: SnapshotStore) -> list[str]:
    """Every other page."""
    shown = view(on)
    return [
        render_dataset(shown, "orders"),
        *(render_check(shown, check) for check in shown.config.checks),
    ]


def test_a_dataset_shows_on_which_weekdays_nothing_is_expected() -> None:
    on = store()
    assert "closed weekdays" not in render_dataset(view(on), "orders")
    known = Learned(((6, "no rows on any of the last 4 Sundays"),))
    on.publish(replace(pass_of({}), closures={"orders": known}))
    page = render_dataset(view(on), "orders")
    assert "closed weekdays" in page
    assert "Sundays: no rows on any of the last 4 Sundays" in page


def test_what_nobody_refreshed_is_unknown() -> None:
    old = front(store(), timedelta(days=1))
    assert "No pass has refreshed these checks for too long" in old
    assert "6 checks: 6 UNKNOWN" in old
    assert "no pass since 2026-03-10 12:00:00 UTC" in old


def test_trouble_is_said_at_the_top() -> None:
    published = store()
    assert 'class="trouble"' not in front(published)
    published.reload_failed()
    assert "The config could not be reloaded." in front(published)
    published.publish(pass_of({"orders.volume": unmeasured()}, up=False))
    assert "The warehouse could not be reached." in front(published)


def test_times_are_those_of_the_warehouse_with_utc_beside() -> None:
    made = SnapshotStore(config(CHECKS, orders=OWNED, zone="Europe/Berlin"), NOON)
    made.publish(pass_of(FINE))
    page = render_front(View(made.snapshot, NO_PAST, NOON + timedelta(seconds=65)), Filter())
    assert "Last pass 1 min 5 s ago, at 13:00 CET (12:00 UTC)" in page
    assert "those of Europe/Berlin" in page


def chain(orders: Outcome, items: Outcome, severity: Severity | None = None) -> View:
    """Orders that are stale, or not, and the items that are made from them."""
    made = SnapshotStore(config("freshness: {critical: '> 24h', warning: '> 12h'}", ITEMS), NOON)
    said: dict[str, Said] = {
        "orders.freshness": found(orders, "30 h old"),
        "items.volume": found(items, "0 rows", severity=severity),
        "items.duplicates_id": found(Outcome.CRITICAL, "3 keys"),
    }
    made.publish(pass_of(said))
    return view(made)


def test_symptoms_are_folded_under_their_root_cause() -> None:
    stale, twice = causes(chain(Outcome.CRITICAL, Outcome.CRITICAL))
    assert str(stale.lines[0].id) == "orders.freshness"
    assert [str(line.id) for line in stale.symptoms] == ["items.volume"]
    assert [str(line.id) for line in twice.lines] == ["items.duplicates_id"]


def test_a_warning_explains_nothing_that_is_critical() -> None:
    found_causes = causes(chain(Outcome.WARNING, Outcome.CRITICAL))
    assert [len(cause.lines) for cause in found_causes] == [1, 1, 1]


def test_a_filter_narrows_the_checks() -> None:
    page = front(store(), wanted=Filter(verdict="problem"))
    assert first(page) == "3 of 6 checks"
    assert first(front(store(), wanted=Filter(text="6 OF 100"))) == "1 of 6 checks"
    assert first(front(store(), wanted=Filter(dataset="users"))) == "0 of 6 checks"
    assert first(front(store(), wanted=Filter(owner=EVIL, kind="volume"))) == "1 of 6 checks"


def test_a_filter_is_read_from_the_address() -> None:
    assert read_filter({"verdict": "FAIL", "text": " a "}) == Filter("critical", text="a")
    assert not read_filter({"page": "2"})
    with pytest.raises(UsageError, match="write one of problem, critical"):
        read_filter({"verdict": "bad"})


def past(state: State, days: int) -> Past:
    """So many days before yesterday on which the volume was something, and one where it passed."""
    check = CheckId("orders", "volume")
    judged = {
        YESTERDAY - timedelta(days=back): {
            check: Judged(state if back <= days else State.PASS, "few", (Point(value=back * 1.0),))
        }
        for back in range(1, days + 2)
    }
    return Past(tuple(sorted(judged)), judged, read_at=NOON)


def test_a_finding_says_since_when() -> None:
    low = store({**FINE, "orders.volume": found(Outcome.CRITICAL, "3 rows")})
    shown = render_front(view(low, past=past(State.WARNING, 2)), Filter())
    assert "since Sat 7 Mar (3 days)" in shown
    assert "since Mon 9 Mar" in render_front(view(low, past=past(State.PASS, 2)), Filter())
    assert "since" not in front(low)


def test_a_check_has_its_days_its_limits_and_its_sql() -> None:
    shown = view(store(), past=past(State.WARNING, 2))
    page = render_check(shown, shown.config.check(CheckId("orders", "volume")))
    assert "4 days" not in page
    assert page.count('class="f-warning"') == 2
    assert "2 WARN (Sat 7 Mar, Sun 8 Mar)" in page
    assert "critical &lt; 5" in page
    assert "No statement for it alone" in page
