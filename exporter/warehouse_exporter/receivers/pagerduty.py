"""Pages by PagerDuty's Events API, version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.receivers.base import Audience, Configs, Receiver, Url, template


class PagerDuty(Receiver):
    """Who is paged."""

    name: ClassVar[str] = "pagerduty"
    about: ClassVar[str] = "Pages for critical."

    routing_key_file: str = Field(description="File with the key of an Events v2 integration.")
    url: Url | None = Field(None, description="URL for events; default: PagerDuty's US region.")

    def everybody(self) -> Mapping[Audience, Configs]:
        """An incident that begins and ends with its group of critical alerts."""
        found = {
            "send_resolved": True,
            "routing_key_file": self.routing_key_file,
            **({"url": self.url} if self.url else {}),
            "client": "Alertmanager",
            "client_url": template("link"),
            "description": template("title"),
            "severity": template("pagerduty.severity"),
            "class": template("pagerduty.class"),
            "component": template("pagerduty.component"),
            "group": template("pagerduty.group"),
            "details": {
                key: template(f"pagerduty.{key}")
                for key in ("firing", "resolved", "num_firing", "num_resolved")
            },
            "links": [
                {"href": template("status"), "text": "Status"},
                {"href": template("runbook"), "text": "Runbook"},
                {"href": template("dashboard"), "text": "Dashboard"},
                {"href": template("silence"), "text": "Silence"},
            ],
        }
        return {Audience.CRITICAL: {"pagerduty_configs": [found]}}
