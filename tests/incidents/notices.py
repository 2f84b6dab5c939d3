"""What somebody was told, whichever way it came."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.model import Severity
from tests.alertmanager.recorder import Recorder

PAGE = "PagerDuty"
CHANNEL = {Severity.CRITICAL: "#data-alerts", Severity.WARNING: "#data-warnings"}
OBSERVABILITY = "observability"


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
    """What PagerDuty joins messages to one page by."""


def notices(sent: Recorder) -> list[Notice]:
    """Everything but the heartbeat, in order of arrival."""
    found = []
    for request in list(sent.requests):
        body = request.body
        if request.path == "/pagerduty":
            title = body.get("payload", {}).get("summary", "")
            over = body["event_action"] == "resolve"
            found.append(Notice(request.at, PAGE, over, title, body["dedup_key"]))
        elif request.path == "/slack":
            (attachment,) = body["attachments"]
            over = attachment["color"] == "good"
            found.append(Notice(request.at, body["channel"], over, attachment["title"]))
        elif request.path == "/info":
            first = body["alerts"][0]["annotations"].get("summary", "")
            over = body["status"] == "resolved"
            found.append(Notice(request.at, OBSERVABILITY, over, first))
    for mail in list(sent.mails):
        title = str(mail.message["Subject"])
        found.append(Notice(mail.at, mail.to, "RESOLVED" in title, title))
    return sorted(found, key=lambda notice: notice.at)
