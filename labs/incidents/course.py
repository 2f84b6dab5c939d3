"""What was seen of one incident, and what is to be said of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warehouse_exporter.core.model import Severity

from labs.incidents.incident import Incident
from labs.incidents.notices import CHANNEL, OBSERVABILITY, PAGE, Notice

LOCAL, ANYWHERE = re.compile(r"http://(127\.0\.0\.1|localhost):\d+"), "http://alertmanager.example"
"""The servers of a run have ports that nobody needs to know."""
Seen = Mapping[str, Any]
"""A course as it is kept: see `Course.summary`."""


@dataclass(frozen=True)
class Course:
    """Who was told of an incident, when, and of what."""

    incident: str
    seed: int
    rhythm: str
    told: list[Notice]
    told_until_repair: int
    """How many of these came before it was repaired."""
    first: float
    """Seconds from the damage to the first message."""
    over: float
    """Seconds from the repair to the last message, which says that it is over."""
    spoken: list[str]
    """Severity, alert and check of all that fired and was told."""
    silent: list[str]
    """The same of what went without saying."""

    @property
    def title(self) -> str:
        """What the first message says, the loudest of them first."""
        return self.first_message.title

    @property
    def first_message(self) -> Notice:
        """The first message, the loudest of them first."""
        order = {PAGE: 0, CHANNEL[Severity.WARNING]: 1, OBSERVABILITY: 2}
        known = [notice for notice in self.told[: self.told_until_repair] if notice.to in order]
        return min(known, key=lambda notice: (order[notice.to], notice.at))

    @property
    def stories(self) -> Counter[str]:
        """Whom it began for, and how often: an update of what is open is the same story."""
        begun: Counter[str] = Counter()
        open_ones: set[tuple[str, str]] = set()
        for notice in self.told:
            at = (notice.to, notice.key)
            if notice.resolved:
                open_ones.discard(at)
            elif at not in open_ones:
                open_ones.add(at)
                begun[notice.to] += 1
        return begun

    @property
    def anew(self) -> list[str]:
        """Whom a story began for again after it was over: it flapped."""
        begun: Counter[tuple[str, str]] = Counter()
        last: dict[tuple[str, str], bool] = {}
        for notice in self.told:
            at = (notice.to, notice.key)
            if not notice.resolved and last.get(at, True):
                begun[at] += 1
            last[at] = notice.resolved
        return sorted(to for (to, _), number in begun.items() if number > 1)

    @property
    def messages(self) -> Counter[str]:
        """All messages, by whom they were for."""
        return Counter(notice.to for notice in self.told)

    def summary(self) -> Seen:
        """What is kept of it."""
        return {
            "incident": self.incident,
            "seed": self.seed,
            "rhythm": self.rhythm,
            "first": round(self.first, 1),
            "over": round(self.over, 1),
            "title": self.title,
            "lead": self.first_message.lead,
            "text": LOCAL.sub(ANYWHERE, self.first_message.text).strip(),
            "stories": dict(sorted(self.stories.items())),
            "anew": self.anew,
            "messages": dict(sorted(self.messages.items())),
            "spoken": self.spoken,
            "silent": self.silent,
        }


def too_soon(course: Course) -> list[Notice]:
    """Messages that it is over, while it was not."""
    return [notice for notice in course.told[: course.told_until_repair] if notice.resolved]


def is_over(told: list[Notice]) -> bool:
    """Whether everybody who was told was told that it is over."""
    last = {(notice.to, notice.key): notice.resolved for notice in told}
    return all(last.values())


def complaints(seen: Seen, incident: Incident) -> list[str]:
    """What was not as it has to be: one page, or one ticket, that names the cause, and its end."""
    stories: Counter[str] = Counter(seen["stories"])
    pages, tickets = stories[PAGE], stories[CHANNEL[Severity.WARNING]]
    found = []
    if pages != (incident.told is Severity.CRITICAL):
        found.append(f"{pages} pages for an incident that is {incident.told}")
    if incident.told is Severity.WARNING and tickets != 1:
        found.append(f"{tickets} tickets")
    if incident.told is Severity.INFO and (tickets or stories[OBSERVABILITY] != 1):
        found.append(f"for an info: {dict(stories)}")
    if seen["anew"]:
        found.append(f"told anew after the end: {', '.join(seen['anew'])}")
    if seen.get("over", 1.0) <= 0:  # a record that was made from what was printed has no times
        found.append("it was over before it was repaired")
    title = seen["title"].removeprefix("CRITICAL ").removeprefix("WARNING ")
    lead = seen.get("lead")  # an older record has it in the title
    subject = f"{lead}: {title}" if lead else title
    if not re.match(incident.cause, subject):
        found.append(f"the title names another cause: {subject}")
    return found
