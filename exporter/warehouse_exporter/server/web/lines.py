"""The checks as pages and answers show them: state, sentence, since when, whose, and where to look.

A number without a limit is no check: it has no state, and is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import quote, urlencode

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.calendar import MIDNIGHT, ONE_DAY, expected_day
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.limits import Unit
from warehouse_exporter.core.model import SIX, CheckId, Result, Verdict
from warehouse_exporter.core.names import ALERT_UNMEASURED
from warehouse_exporter.history.model import RANK, Past, State, decisive, state_of, worst
from warehouse_exporter.publish.snapshots import Snapshot

UNITS = {Unit.SHARE: "ratio", Unit.DURATION: "seconds", Unit.ROWS: "rows", Unit.NUMBER: "number"}


def sentence_of(check: Check, verdict: Verdict) -> str:
    """What is said of a verdict, to people."""
    return verdict.sentence or verdict.text


@dataclass(frozen=True)
class Line:
    """One check as it is now."""

    check: Check
    result: Result
    state: State
    verdict: Verdict

    @property
    def id(self) -> CheckId:
        """The address of the check."""
        return self.check.id

    @property
    def sentence(self) -> str:
        """What it says."""
        return sentence_of(self.check, self.verdict)

    @property
    def accepted(self) -> str:
        """Until when it is accepted, and why; '' where it is not."""
        return self.verdict.accepted.text if self.verdict.accepted else ""

    @property
    def is_open(self) -> bool:
        """Whether there is a finding, also one that is accepted."""
        return self.state.speaks or self.state is State.ACCEPTED

    @property
    def owner(self) -> str:
        """Whose it is; '' where nobody is named."""
        return self.check.owner or ""

    @property
    def reason(self) -> Reason | None:
        """Why it was not measured."""
        return self.verdict.reason

    @property
    def others(self) -> list[Verdict]:
        """The other verdicts that somebody has to look at: of more channels, or columns."""
        return [
            one for one in self.result.verdicts if one is not self.verdict and state_of(one).speaks
        ]

    @property
    def alert(self) -> str:
        """The alert that tells of it, whose runbook says what to do."""
        return ALERT_UNMEASURED if self.state is State.UNMEASURED else self.check.kind.alert

    @property
    def path(self) -> str:
        """The address of its page, from the root of the site."""
        return f"checks/{quote(self.id.dataset, safe='')}/{quote(self.id.name, safe='')}"


class View:
    """All that a page may show: the snapshot, the past, and what time it is."""

    def __init__(self, snapshot: Snapshot, past: Past, now: datetime) -> None:
        self.snapshot = snapshot
        self.past = past
        self.now = now
        self.config = snapshot.config

    @cached_property
    def results(self) -> Mapping[CheckId, Result]:
        """The result of every configured check."""
        return self.snapshot.current(self.now)

    @cached_property
    def lines(self) -> list[Line]:
        """The checks that have a limit, worst first."""
        found = []
        for check in self.config.checks:
            if check.worst_severity is not None:
                found.append(self.line_of(check))
        return sorted(found, key=lambda line: RANK[line.state])

    @cached_property
    def by_id(self) -> Mapping[CheckId, Line]:
        """The same by their addresses."""
        return {line.id: line for line in self.lines}

    @cached_property
    def shown(self) -> list[Check]:
        """The numbers without a limit."""
        return [check for check in self.config.checks if check.worst_severity is None]

    def line_of(self, check: Check) -> Line:
        """One check as it is now."""
        result = self.results[check.id]
        verdict = decisive(result)
        return Line(check, result, state_of(verdict), verdict)

    @cached_property
    def counts(self) -> Counter[State]:
        """How many checks are in each state; the sum is the number of checks."""
        return Counter(line.state for line in self.lines)

    @cached_property
    def names(self) -> list[str]:
        """The datasets that have something to show, in the order of the config."""
        return list(
            dict.fromkeys([*self.config.watched, *(c.id.dataset for c in self.config.checks)])
        )

    def state_of(self, dataset: str) -> State | None:
        """The state of a dataset now: that of its worst check."""
        return self._states.get(dataset)

    @cached_property
    def _states(self) -> Mapping[str, State | None]:
        found: dict[str, set[State]] = {}
        for line in self.lines:
            found.setdefault(line.id.dataset, set()).add(line.state)
        return {name: worst(states) for name, states in found.items()}

    def expected(self, dataset: str) -> date:
        """The newest day that a dataset must have by now."""
        zone, own = self.config.warehouse.timezone, self.config.datasets.get(dataset)
        if own is None:
            return expected_day(self.now, zone, SIX, "yesterday")
        by = MIDNIGHT if self.config.built else own.expect_by
        return expected_day(self.now, zone, by, own.expect_day)

    @cached_property
    def day(self) -> date:
        """The day that a page is about: the newest that all datasets must have by now."""
        own = self.config.datasets.values()
        names = [one.name for one in own if one.expect_day == "yesterday"]
        if not names:
            return self.now.astimezone(self.config.warehouse.timezone).date() - ONE_DAY
        return min(self.expected(name) for name in names)

    def since(self, line: Line) -> date | None:
        """The first day of a finding that is still open; None where the past is not known."""
        first = self.past.speaking_since(line.id, self.day)
        if first is None and self.past.on(line.id, self.day - ONE_DAY) is not None:
            return self.day
        return first


def runbook_of(line: Line, config: Config, root: str | None) -> str:
    """The address of what to do about a check: the owner's runbook, or ours for its table.

    `root` leads to the root of the site; '' is the answer where there is none.
    """
    if config.alerts.runbook_url is not None or root is None:
        return config.alerts.runbook(line.alert, line.id) or ""
    asked = urlencode({"dataset": line.id.dataset, "check": line.id.name})
    return f"{root}runbooks/{line.alert}?{asked}"


def unit_of(check: Check) -> str:
    """What the judged number is measured in: `ratio`, `seconds`, `rows` or `number`."""
    for condition in check.kind.conditions().values():
        for term in condition.terms:
            return UNITS[term.limit.unit]
    return "number"
