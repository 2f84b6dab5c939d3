"""What to do about a finding, in the words of its runbook."""

from __future__ import annotations

import re

from warehouse_exporter.alerting.assets import runbooks
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.names import ALERT_DOWN
from warehouse_exporter.server.web.page.causes import Cause

MITIGATION = re.compile(r"^## Mitigation\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\s*\(\[how\]\([^)]*\)\)|\[([^\]]*)\]\([^)]*\)")
BETWEEN = re.compile(r"\n\s*\n|\n(?=- )")


def alert_of(cause: Cause) -> str:
    """The alert whose runbook is about a cause."""
    if cause.line is not None:
        return cause.line.alert
    first = cause.symptoms[0]
    return ALERT_DOWN if first.reason is Reason.CONNECTION else first.alert


def steps(cause: Cause) -> list[str]:
    """What to do, step by step, each on one line; empty where no runbook says."""
    return steps_of(alert_of(cause))


def steps_of(alert: str) -> list[str]:
    """The same by the name of an alert."""
    found = MITIGATION.search(runbooks().get(alert, ""))
    if found is None:
        return []
    text = LINK.sub(lambda link: link[1] or "", CODE.sub("", found[1]))
    parts = (" ".join(part.split()).removeprefix("- ") for part in BETWEEN.split(text))
    return [part for part in parts if part]


def advice(cause: Cause) -> str:
    """The same as one text without marks, for a page."""
    return " ".join(steps(cause)).replace("`", "")
