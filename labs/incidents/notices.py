"""What somebody was told, whichever way it came."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.model import Severity

from tests.chain.alertmanager.recorder import Recorder

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
    """What joins messages to one story: PagerDuty's key, or the incident that they are of."""


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
            incident = attachment["footer"]
            found.append(Notice(request.at, body["channel"], over, attachment["title"], incident))
        elif request.path == "/info":
            first = body["alerts"][0]["annotations"].get("summary", "")
            over = body["status"] == "resolved"
            found.append(Notice(request.at, OBSERVABILITY, over, first, body["groupKey"]))
    for mail in list(sent.mails):
        title, (_, incident, *_) = str(mail.message["Subject"]), mail.part("plain").splitlines()
        found.append(Notice(mail.at, mail.to, title.startswith("RESOLVED"), title, incident))
    return sorted(found, key=lambda notice: notice.at)
