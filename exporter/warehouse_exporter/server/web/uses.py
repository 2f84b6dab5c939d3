"""Which days may be used for what: revenue, and attribution, each with the reasons.

A finding counts against attribution if it is about tracking, channels, or a column that tells
visitors and sources apart; against revenue if it is about money; any other against both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.history.model import RANK, Judged, State
from warehouse_exporter.server.web.lines import View

SOURCES = re.compile(
    r"client_?id|visitor|user_?id|session_?id|referr|utm|click_?id|clid|channel|campaign|source",
    re.IGNORECASE,
)
MONEY = re.compile(r"revenue|price|amount|total|value|paid|aov", re.IGNORECASE)
TRACKING_IDS, MONEY_IDS = "T", "R"
"""First letters of the catalogue's ids of checks about tracking, and about revenue."""
MOST = 3
"""Reasons that are told; the others are counted."""


class Use(StrEnum):
    """What the numbers of a day are used for."""

    REVENUE = "revenue"
    ATTRIBUTION = "attribution"


class May(StrEnum):
    """Whether a day may be used."""

    YES = "yes"
    CARE = "with care"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Reason:
    """A finding that counts against a day."""

    check: Check
    state: State
    text: str


@dataclass(frozen=True)
class Answer:
    """Whether a day may be used for something, and why not; the worst reason first."""

    may: May
    reasons: Sequence[Reason] = ()

    @property
    def told(self) -> Sequence[Reason]:
        """The first reasons."""
        return self.reasons[:MOST]

    @property
    def more(self) -> int:
        """How many others there are."""
        return max(0, len(self.reasons) - MOST)


@dataclass(frozen=True)
class Day:
    """One day with its answers, and the numbers of it that changed after it was judged."""

    day: date
    answers: dict[Use, Answer] = field(default_factory=dict)
    changed: Sequence[str] = ()


def used_for(check: Check, config: Config) -> frozenset[Use]:
    """What a finding of a check counts against."""
    kind = check.kind
    about = words_about(check, config)
    if any(one.startswith(TRACKING_IDS) for one in kind.ids) or SOURCES.search(about):
        return frozenset({Use.ATTRIBUTION})
    if all(one.startswith(MONEY_IDS) for one in kind.ids) or MONEY.search(about):
        return frozenset({Use.REVENUE})
    return frozenset(Use)


def words_about(check: Check, config: Config) -> str:
    """The column that a check is about, or the expressions of its metrics."""
    kind = check.kind
    found = [str(getattr(kind, name)) for name in ("column", "path") if getattr(kind, name, None)]
    for name in [*kind.builds_on(), *([kind.name] if kind.section == "metrics" else [])]:
        metric = config.metrics.get(name or "")
        parts = [config.metrics.get(part) for part in metric.ratio or ()] if metric else []
        for one in [metric, *parts]:
            found += [str(one.made_of or ""), str(one.where or "")] if one is not None else []
    return " ".join(found)


def days_of(view: View) -> list[Day]:
    """The known days, newest first; the newest day is as of now."""
    uses = {check.id: used_for(check, view.config) for check in view.config.checks}
    checks = view.config.by_id
    found = []
    for day in sorted({*view.past.days, view.day}, reverse=True):
        said = list(findings(view, day))
        answers = {
            use: answer(Reason(checks[c], s.state, s.text) for c, s in said if use in uses[c])
            for use in Use
        }
        changed = [
            one.metric for one in view.past.changes if one.day == day
        ]  # fmt: skip
        found.append(Day(day, answers, tuple(dict.fromkeys(changed))))
    return found


def findings(view: View, day: date) -> Iterable[tuple[CheckId, Judged]]:
    """What the checks with a limit say of a day."""
    if day == view.day:
        for line in view.lines:
            yield line.id, Judged(line.state, line.sentence)
        return
    for check, said in view.past.judged.get(day, {}).items():
        if check in view.by_id:
            yield check, said


def answer(reasons: Iterable[Reason]) -> Answer:
    """The answer for one use of one day."""
    every = list(reasons)
    counts = [one for one in every if one.state.speaks or one.state is State.ACCEPTED]
    speaking = sorted(counts, key=lambda one: RANK[one.state])
    if not every:
        return Answer(May.UNKNOWN)
    if any(one.state is State.CRITICAL for one in speaking):
        return Answer(May.NO, speaking)
    if any(one.state is State.UNMEASURED for one in speaking):
        return Answer(May.UNKNOWN, speaking)
    return Answer(May.CARE if speaking else May.YES, speaking)


def of_any_day(view: View) -> list[Reason]:
    """The findings of now that cannot be dated: they are about whole tables."""
    return [
        Reason(line.check, line.state, line.sentence)
        for line in view.lines
        if line.state.speaks and line.id in view.past.unknown
    ]
