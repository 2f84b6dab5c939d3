"""What somebody was told, whichever way it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from warehouse_exporter.core.model import Severity

from tests.chain.alertmanager.recorder import Recorder

PAGE = "PagerDuty"
CHANNEL = {Severity.CRITICAL: "#data-alerts", Severity.WARNING: "#data-warnings"}
OBSERVABILITY = "observability"
LEAD = re.compile(r'dataset="([^"]+)",check="([^"]+)"')
"""The check that a message begins with, as the link to silence it has it."""


@dataclass(frozen=True)
class Notice:
    """One message, as its reader sees it."""

    at: float
    """Seconds since the epoch when it was here."""
    to: str
    """`PagerDuty`, a channel such as `#data-alerts`, an address, or `observability`."""
    resolved: bool
    """Whether it says that all is over."""
    title: str
    key: str = ""
    """What joins messages to one story: PagerDuty's key, or the incident that they are of."""
    lead: str = ""
    """The check that it is about, such as `orders.volume`; none where it is about ourselves."""
    text: str = ""
    """What stands below the title."""


def pages(told: Iterable[Notice]) -> list[Notice]:
    """Those that came to the pager."""
    return [notice for notice in told if notice.to == PAGE]


def notices(sent: Recorder) -> list[Notice]:
    """Everything but the heartbeat, in order of arrival."""
    found = []
    for request in list(sent.requests):
        body, at = request.body, request.at
        if request.path == "/pagerduty":
            payload = body.get("payload", {})
            title = payload.get("summary", "")
            text = payload.get("custom_details", {}).get("firing", "")
            over = body["event_action"] == "resolve"
            found.append(Notice(at, PAGE, over, title, body["dedup_key"], lead_of(body), text))
        elif request.path == "/slack":
            (attachment,) = body["attachments"]
            title, key, over = attachment["title"], attachment["footer"], attachment["color"]
            lead, text = lead_of(attachment), attachment["text"]
            found.append(Notice(at, body["channel"], over == "good", title, key, lead, text))
        elif request.path == "/info":
            first, over = body["alerts"][0], body["status"] == "resolved"
            title, labels = first["annotations"].get("summary", ""), first["labels"]
            lead = f"{labels['dataset']}.{labels['check']}" if "check" in labels else ""
            found.append(Notice(at, OBSERVABILITY, over, title, body["groupKey"], lead))
    for mail in list(sent.mails):
        title, text = str(mail.message["Subject"]), mail.part("plain")
        incident = next(line for line in text.splitlines() if line.startswith("Incident "))
        over = title.startswith("RESOLVED")
        found.append(Notice(mail.at, mail.to, over, title, incident, lead_of(text)))
    return sorted(found, key=lambda notice: notice.at)


def lead_of(body: Any) -> str:
    """The check that the text of a message begins with."""
    text = unquote(json.dumps(body, ensure_ascii=False)).replace('\\"', '"')
    found = LEAD.search(text)
    return ".".join(found.groups()) if found else ""
