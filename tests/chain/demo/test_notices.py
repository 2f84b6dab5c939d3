"""What the demo prints of messages from Alertmanager, and in which colours."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from warehouse_exporter.demo.notices import Notice, Reader
from warehouse_exporter.demo.receiver import HEARTBEAT, OBSERVABILITY, PAGERDUTY, SLACK, listening
from warehouse_exporter.demo.runner import heard_on
from warehouse_exporter.demo.screen import Screen

RECORDED: list[tuple[str, Any]] = json.loads(
    Path(__file__).with_name("recorded.json").read_text(encoding="utf-8")
)
"""Path and JSON of messages in the form in which Alertmanager sent them while checkout-tag,
zero-revenue, future-rows and new-column came and went. The texts were put in by hand, in the words
of today's templates: they are input for the reader, and no evidence of what is sent."""
NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
SHOWN = """\
12:00:05  heartbeat: the whole chain is alive, from rules to messages
12:00:05  #data-alerts (Slack): CRITICAL orders: 0 orders on Sat 21 Nov (at
          least 5; expected 100) (one of 7 alerts)
12:00:05  PAGE to PagerDuty
          CRITICAL orders: 0 orders on Sat 21 Nov (at least 5; expected 100)
          (one of 7 alerts)
          Since Sat 21 Nov 15:27 UTC, critical, owner finance-data
          value=0 (limit < 5).
          Runbook: /runbooks/WarehouseVolumeOutOfBounds on the exporter
          also orders: orders 0 on Sat 21 Nov, -100 % (expected 95; normally
          above 0; sessions normal)
          also orders: conversion 0 % on Sat 21 Nov, -100 % (expected 6.05 %;
          normally 4.6 % to 7.6 %)
          also orders: orders 0 on Sat 21 Nov, -100 % (expected 100; normally 75
          to 130)
          also daily_metrics: purchase_rate 0 % on Sat 21 Nov, -100 % (expected
          54.42 %; normally 43.1 % to 65.7 %)
          also orders: revenue 0 on Sat 21 Nov, -100 % (expected 7,855.52;
          normally 5,602.14 to 10,890.40)
          also orders: conversion 0 % on Sat 21 Nov (at least 0.5 %)
12:00:05  #data-alerts (Slack): RESOLVED orders.volume after 1 min
12:00:05  RESOLVED at PagerDuty: orders: 0 orders on Sat 21 Nov (at least 5;
          expected 100)
12:00:05  #data-alerts (Slack): CRITICAL daily_metrics: revenue 7,558.62 on Fri
          20 Nov, but 7,855.52 in orders: 296.90 too little, -3.8 % (at most
          0.01 apart)
12:00:05  PAGE to PagerDuty
          CRITICAL daily_metrics: revenue 7,558.62 on Fri 20 Nov, but 7,855.52
          in orders: 296.90 too little, -3.8 % (at most 0.01 apart)
          Since Sat 21 Nov 15:28 UTC, critical, owner finance-data
          value=296.9 (limit > 0.01).
          Runbook: /runbooks/WarehouseTotalsDisagree on the exporter
12:00:05  #data-alerts (Slack): still CRITICAL daily_metrics
12:00:05  still at PagerDuty: CRITICAL daily_metrics
12:00:05  #data-alerts (Slack): still CRITICAL daily_metrics
12:00:05  still at PagerDuty: CRITICAL daily_metrics
12:00:05  RESOLVED at PagerDuty: daily_metrics: revenue 7,558.62 on Fri 20 Nov,
          but 7,855.52 in orders: 296.90 too little, -3.8 % (at most 0.01 apart)
12:00:05  #data-alerts (Slack): RESOLVED daily_metrics.agreement_revenue after 1
          min
12:00:05  #data-warnings (Slack): WARNING events: 5 events with an event_ts in
          the future (none allowed)
          Since Sat 21 Nov 15:37 UTC · warning · owner growth-data
          value=5 (limit > 0).
          Runbook: /runbooks/WarehouseFutureRows on the exporter
12:00:05  #growth-data (Slack): WARNING events: 5 events with an event_ts in the
          future (none allowed)
12:00:05  #growth-data (Slack): RESOLVED events.future_rows after 1 min
12:00:05  #data-warnings (Slack): RESOLVED events.future_rows after 1 min
12:00:05  observability (webhook): INFO orders: 1 new column: discount_code
          value=1 (limit > 0).
12:00:05  observability (webhook): RESOLVED orders: 1 new column: discount_code
"""
ESCAPE = "\x1b["


def printed(*notices: Notice, **terminal: Any) -> str:
    """What a terminal of 80 columns, or a file, gets to see of some notices."""
    file = io.StringIO()
    screen = Screen(Console(file=file, width=80, **terminal))
    for notice in notices:
        screen.show(notice, NOON)
    return file.getvalue()


def read(*messages: tuple[str, Any]) -> list[Notice]:
    """What there is to say of some messages."""
    reader = Reader()
    return [notice for path, body in messages if (notice := reader.read(path, body))]


def test_all_that_was_sent_is_readable_in_80_columns() -> None:
    shown = printed(*read(*RECORDED))
    assert shown == SHOWN
    assert max(map(len, shown.splitlines())) <= 80


def event(key: str, title: str, *checks: str, action: str = "trigger") -> tuple[str, Any]:
    """An event of PagerDuty."""
    first, *others = [f"{check}: is wrong" for check in checks] or [""]
    also = "\n".join(["\nAlso firing:", *(f"- {other}" for other in others)]) if others else ""
    firing = f"{first}\nvalue=1 (limit > 0).\nSilence: x\n{also}" if checks else ""
    payload = {"summary": title, "custom_details": {"firing": firing}}
    return PAGERDUTY, {"dedup_key": key, "event_action": action, "payload": payload}


def message(channel: str, title: str, color: str, said: str = "") -> tuple[str, Any]:
    """A message of Slack."""
    attachment = {"title": title, "color": color, "text": said, "footer": "incident pipeline"}
    return SLACK, {"channel": channel, "attachments": [attachment]}


def test_a_cause_that_comes_later_joins_the_page_and_both_end_under_its_first_title() -> None:
    page, joined, again, over = read(
        event("1", "CRITICAL orders.volume: is wrong", "orders.volume"),
        event("1", "CRITICAL events.freshness: is wrong", "events.freshness", "orders.volume"),
        event("1", "CRITICAL events.freshness: is wrong", "events.freshness"),
        event("1", "RESOLVED events.freshness: is wrong", action="resolve"),
    )
    assert page.head == "PAGE to PagerDuty"
    assert page.more == ("CRITICAL orders.volume: is wrong", "value=1 (limit > 0).")
    assert joined.head == "still at PagerDuty: CRITICAL events.freshness"
    assert joined.more == ("also events.freshness: is wrong",)
    assert again.more == ()
    assert over.head == "RESOLVED at PagerDuty: orders.volume: is wrong"


def test_what_joins_a_message_is_named_by_the_next_one() -> None:
    both = "value=1\n\nAlso firing:\n• b.b: is wrong\n"
    _, joined, over, again = read(
        message("#data-warnings", "WARNING a.a: is wrong", "warning", "value=1\n"),
        message("#data-warnings", "WARNING a.a: is wrong (one of 2 alerts)", "warning", both),
        message("#data-warnings", "RESOLVED a.a: is wrong", "good"),
        message("#data-warnings", "WARNING b.b: is wrong", "warning", "value=2\n"),
    )  # fmt: skip
    assert joined.head == "#data-warnings (Slack): still WARNING a.a (one of 2 alerts)"
    assert joined.more == ("also b.b: is wrong",)
    assert over.head == "#data-warnings (Slack): RESOLVED a.a: is wrong"
    assert (again.head, again.more) == ("#data-warnings (Slack): WARNING b.b: is wrong",
                                        ("value=2",))  # fmt: skip


def test_another_incident_and_one_that_comes_back_are_pages_of_their_own() -> None:
    begins, ends = (
        event("1", "CRITICAL orders.volume: is wrong", "orders.volume"),
        event("1", "RESOLVED orders.volume: is wrong", action="resolve"),
    )
    other = event("2", "CRITICAL spend.volume: is wrong", "spend.volume")
    heads = [notice.head.split()[0] for notice in read(begins, other, ends, begins)]
    assert heads == ["PAGE", "PAGE", "RESOLVED", "PAGE"]


def test_a_page_names_the_others_a_line_each() -> None:
    (page,) = read(event("1", "CRITICAL b.b: is wrong (one of 3 alerts)", "b.b", "a.a", "c.c"))
    assert page.more[-2:] == ("also a.a: is wrong", "also c.c: is wrong")


def test_an_owner_is_told_in_one_line_and_everybody_in_full() -> None:
    said = "value=1 (limit &gt; 0).\nsince then · warning · owner growth-data\n"
    title = "WARNING events.silence: no rows"
    everybody, owner = read(
        message("#data-warnings", title, "warning", said),
        message("#growth-data", title, "warning", said),
    )
    assert everybody.more == ("value=1 (limit > 0).", "since then · warning · owner growth-data")
    assert (owner.head, owner.more) == (f"#growth-data (Slack): {title}", ())


def test_a_message_with_links_shows_where_they_lead_but_not_how_to_silence() -> None:
    said = (
        "<https://r.example/a|Runbook> · <https://am/#/new|Silence>\n"
        "\nAlso firing:\n• b.b: is wrong\n"
    )
    (notice,) = read(message("#data-warnings", "WARNING a.a: is wrong (one of 2 alerts)",
                             "warning", said))  # fmt: skip
    assert notice.more == ("Runbook: https://r.example/a", "also b.b: is wrong")


NOTHING: list[Any] = [None, 1, "text", [], {}, [[]], {"status": 1}]
NO_MESSAGES: list[tuple[str, Any]] = [
    *((path, body) for path in (SLACK, PAGERDUTY, OBSERVABILITY, HEARTBEAT) for body in NOTHING),
    (PAGERDUTY, {"dedup_key": "1", "payload": {"summary": "x", "custom_details": []}}),
    (SLACK, {"channel": "#a", "attachments": []}),
    (SLACK, {"channel": "#a", "attachments": {"title": "x"}}),
    (OBSERVABILITY, {"status": "firing", "alerts": "none"}),
]


@pytest.mark.parametrize(("path", "body"), NO_MESSAGES)
def test_what_is_no_message_is_refused(path: str, body: Any) -> None:
    with pytest.raises(ValueError, match="is no text"):
        Reader().read(path, body)


def test_what_is_refused_is_said_in_one_line_on_the_screen() -> None:
    file = io.StringIO()
    with listening(*heard_on(Screen(Console(file=file, width=80)))) as url:
        assert httpx.post(url + SLACK, content=b'{"channel": "#data-alerts"}').status_code == 400
    [line] = file.getvalue().splitlines()
    assert line[10:] == "refused what came to /slack: attachments.0.title is no text"


def test_names_out_of_the_warehouse_cannot_move_the_cursor() -> None:
    (notice,) = read(event("1", "CRITICAL orders.mix: \x1b[2J\rgone\n\x07", "orders.mix"))
    assert ESCAPE not in printed(notice, force_terminal=True).replace("\x1b[1;31m", "").replace(
        "\x1b[0m", ""
    )
    assert "\r" not in printed(notice)


def colours(environment: Mapping[str, str], **terminal: Any) -> list[str]:
    """The colours in which the recorded messages are shown."""
    shown = printed(*read(*RECORDED), _environ=dict(environment), **terminal)
    return sorted(set(re.findall(r"\x1b\[([\d;]+)m", shown)) - {"0"})


def test_a_page_is_red_a_warning_yellow_and_what_is_over_green() -> None:
    assert colours({"TERM": "xterm"}, force_terminal=True) == ["1;31", "2", "31", "32", "33", "36"]


def test_there_is_no_colour_without_a_terminal_or_against_the_wish_of_its_owner() -> None:
    assert colours({"TERM": "xterm"}) == []
    found = colours({"TERM": "xterm", "NO_COLOR": "1"}, force_terminal=True)
    assert not [code for code in found if code not in ("1", "2")]
