"""What Slack, PagerDuty and the webhooks are sent, as those would read it who are told.

Shortened: how to silence an alert is left out, a page names its first alert in full and the others
by what is wrong, and what the page says is not said again by the channel that has it, too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from warehouse_exporter.demo.receiver import HEARTBEAT, PAGERDUTY, SLACK

OTHERS = re.compile(r" \(one of \d+ alerts\)$")
"""The end of a title, in which an alert speaks for a group."""
SILENCE = re.compile(r" · <[^<>]*\|Silence>")
ALSO, COUNTED = "Also firing:", "The first "
"""What stands before the other alerts of a message, and the line that says how many there are."""
LINK = re.compile(r"<([^<>|]*)\|([^<>]*)>")
COLORS = {"danger": "red", "warning": "yellow"}
"""What Slack calls a colour -> what a terminal does."""
EVERYBODY = ("#data-alerts", "#data-warnings")
"""The channels that are told all; that of an owner repeats what is its own."""
NEWS, OLD, OVER = "bold red", "dim", "green"


@dataclass(frozen=True)
class Notice:
    """What one reader is told at one time: a line in a style, and lines below it."""

    head: str
    style: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alert:
    """An alert in a message: what is wrong, and what else is said of it."""

    what: str
    details: tuple[str, ...]


@dataclass
class Thread:
    """A page that is open, or an incident in a channel: its title, and what it named so far."""

    title: str
    named: set[str] = field(default_factory=set)


class Reader:
    """Knows what was told before: of that, a message only says that it goes on, or is over."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.threads: dict[tuple[str, str], Thread] = {}
        self.alive = False

    def read(self, path: str, body: Any) -> Notice | None:
        """What a message says; None where it says nothing. Raises ValueError where it is none."""
        if path == PAGERDUTY:
            return self.paged(body)
        if path == SLACK:
            return self.written(body)
        return self.beat(body) if path == HEARTBEAT else observed(body)

    def paged(self, body: Any) -> Notice:
        """An event of PagerDuty. The title of an incident is that of its first event."""
        thread, title = ("PagerDuty", text(body, "dedup_key")), text(body, "payload", "summary")
        said = text(body, "payload", "custom_details", "firing")
        if text(body, "event_action") == "resolve":
            page = self.threads.pop(thread, None)
            return Notice(f"RESOLVED at PagerDuty: {what(page.title if page else title)}", OVER)
        alerts = list(alerts_of_page(said))
        if thread in self.threads:
            return self.goes_on(thread, "still at PagerDuty: ", title, alerts)
        self.begins(thread, title, alerts)
        return Notice("PAGE to PagerDuty", NEWS, (title, *in_full(title, alerts)))

    def written(self, body: Any) -> Notice:
        """A message to a channel of Slack."""
        channel, title = text(body, "channel"), text(body, "attachments", 0, "title")
        color, said = text(body, "attachments", 0, "color"), text(body, "attachments", 0, "text")
        thread, where = (channel, text(body, "attachments", 0, "footer")), f"{channel} (Slack): "
        if color == "good":
            self.threads.pop(thread, None)
            return Notice(where + title, OVER)
        alerts = list(alerts_of_message(said, title))
        if thread in self.threads:
            return self.goes_on(thread, f"{where}still ", title, alerts)
        self.begins(thread, title, alerts)
        repeats = color == "danger" or channel not in EVERYBODY
        more = () if repeats else in_full(title, alerts)
        return Notice(where + title, COLORS.get(color, "cyan"), more)

    def begins(self, thread: tuple[str, str], title: str, alerts: list[Alert]) -> None:
        """Remember what was told first."""
        self.threads[thread] = Thread(title, {alert.what for alert in alerts})

    def goes_on(
        self, thread: tuple[str, str], where: str, title: str, alerts: list[Alert]
    ) -> Notice:
        """The title in brief, and what has joined it since it was told last."""
        named = self.threads[thread].named
        new = [alert for alert in alerts if alert.what not in named]
        named.update(alert.what for alert in new)
        return Notice(where + brief(title), OLD, also(new))

    def beat(self, body: Any) -> Notice | None:
        """The heartbeat, of which only the first is news."""
        grafana = isinstance(body, dict) and "status" in body
        text(body, "status" if grafana else "event_action")
        if self.alive:
            return None
        self.alive = True
        return Notice("heartbeat: the whole chain is alive, from rules to messages", OLD)


def refused(path: str, why: str) -> Notice:
    """What was sent and not understood, so that nobody is told of it."""
    return Notice(f"refused what came to {path}: {why}", "red")


def observed(body: Any) -> Notice:
    """What the webhook for info is sent: Alertmanager's own JSON."""
    over = text(body, "status") == "resolved"
    summary = text(body, "alerts", 0, "annotations", "summary")
    more = f" (one of {len(body['alerts'])} alerts)" if len(body["alerts"]) > 1 else ""
    head = f"observability (webhook): {'RESOLVED' if over else 'INFO'} {summary}{more}"
    if over:
        return Notice(head, OVER)
    return Notice(head, "cyan", (text(body, "alerts", 0, "annotations", "description"),))


def text(data: Any, *path: str | int) -> str:
    """The text at a place in JSON. Raises ValueError where there is none."""
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            data = None
    if not isinstance(data, str):
        raise ValueError(f"{'.'.join(map(str, path))} is no text")
    return data


def what(title: str) -> str:
    """A title without its severity, and without the others that it speaks for."""
    return OTHERS.sub("", title).partition(" ")[2]


def brief(title: str) -> str:
    """A title with the check alone, and not what is wrong with it."""
    others = OTHERS.search(title)
    return title.partition(": ")[0] + (others[0] if others and ": " in title else "")


def in_full(title: str, alerts: list[Alert]) -> tuple[str, ...]:
    """What is said of the alert that a title names, then what else is wrong."""
    named = [alert for alert in alerts if alert.what == what(title)]
    first = (named or alerts)[:1]
    details = [line for alert in first for line in alert.details]
    return (*details, *also([alert for alert in alerts if alert not in first]))


def also(alerts: list[Alert]) -> tuple[str, ...]:
    """Other alerts, a line each."""
    return tuple(a.what if a.what.startswith(COUNTED) else f"also {a.what}" for a in alerts)


def alerts_of_page(said: str) -> Iterator[Alert]:
    """The alerts in the details of an event: the first in full, and a line for each other one."""
    full, _, others = said.strip().partition(ALSO)
    if full:
        first, *more = full.strip().splitlines()
        yield Alert(first, tuple(line for line in more if not line.startswith("Silence: ")))
    for line in others.strip().splitlines():
        yield Alert(line.lstrip("-• "), ())


def alerts_of_message(said: str, title: str) -> Iterator[Alert]:
    """The alerts in the text of a message; the first is named by its title alone."""
    plain = html.unescape(LINK.sub(r"\2: \1", SILENCE.sub("", said)))
    lines = [line for line in plain.splitlines() if line and not line.startswith("Resolved: ")]
    if lines:
        yield from alerts_of_page("\n".join([what(title), *lines]))
