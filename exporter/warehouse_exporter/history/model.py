"""The last days as they are judged today: one outcome for each check and day, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.model import CheckId, Outcome, Result, Severity, Verdict


class State(StrEnum):
    """What a page says of a check: its outcome, with findings that notify nobody apart.

    Those are accepted, or of severity info.

    Worst first.
    """

    CRITICAL = "critical"
    UNMEASURED = "unmeasured"
    WARNING = "warning"
    ACCEPTED = "accepted"
    INFO = "info"
    SKIPPED = "skipped"
    PASS = "pass"

    @property
    def word(self) -> str:
        """The word that people see."""
        if self in (State.INFO, State.ACCEPTED):
            return self.name
        return Outcome(self.value).shown

    @property
    def speaks(self) -> bool:
        """Whether somebody has to look at it."""
        return self in PROBLEMS


PROBLEMS = (State.CRITICAL, State.UNMEASURED, State.WARNING)
RANK = {state: rank for rank, state in enumerate(State)}


def state_of(verdict: Verdict) -> State:
    """The state of one verdict."""
    if verdict.accepted is not None:
        return State.ACCEPTED
    return State.INFO if verdict.severity is Severity.INFO else State(verdict.outcome.value)


def decisive(result: Result) -> Verdict:
    """The verdict that decides for a check: the worst, where a notice is less than a warning."""
    return min(result.verdicts, key=lambda verdict: RANK[state_of(verdict)])


def worst(states: Iterable[State]) -> State | None:
    """The state of several checks together; None for none of them.

    One that was skipped, or that only shows a notice, says nothing against those that pass.
    """
    found = set(states)
    for state in (*PROBLEMS, State.ACCEPTED, State.PASS, State.INFO, State.SKIPPED):
        if state in found:
            return State.PASS if state is State.INFO else state
    return None


@dataclass(frozen=True)
class Point:
    """The numbers of one series of a check on one day, in base units; None where there is none.

    `value` is the number that was judged; the band is that of a baseline.
    """

    labels: tuple[tuple[str, str], ...] = ()
    value: float | None = None
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    failed: float | None = None
    checked: float | None = None


@dataclass(frozen=True)
class Judged:
    """What is said of a check for one day; the text only where it did not pass."""

    state: State
    text: str = ""
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Change:
    """A number of a closed day that is not what it was when the day was judged.

    `then` counts the rows that had arrived by that morning; None: nobody knows.
    """

    metric: str
    check: CheckId
    day: date
    then: float | None
    now: float


@dataclass(frozen=True)
class Past:
    """The last days, oldest first, as they are judged by the warehouse of `read_at`.

    `unknown` says of some checks why their past cannot be known. `status` says why there is no
    history, or not yet; it is '' where there is one. `changes` are None where they are not known
    of any dataset; `unversioned` are the datasets of which they are not. `begins` has the day of
    the first row of datasets with an objective; of one without rows it is the last day there is.
    `closed` says of each day why nothing was expected of some datasets, as far as it was learned.
    """

    days: tuple[date, ...] = ()
    judged: Mapping[date, Mapping[CheckId, Judged]] = field(default_factory=dict)
    unknown: Mapping[CheckId, str] = field(default_factory=dict)
    read_at: datetime | None = None
    status: str = ""
    wanted: int = 0
    changes: tuple[Change, ...] = ()
    unversioned: tuple[str, ...] = ()
    begins: Mapping[str, date] = field(default_factory=dict)
    closed: Mapping[date, Mapping[str, str]] = field(default_factory=dict)

    def on(self, check: CheckId, day: date) -> Judged | None:
        """What is said of a check for a day; None where it is not known."""
        return self.judged.get(day, {}).get(check)

    @cached_property
    def datasets(self) -> Mapping[str, Mapping[date, State]]:
        """The state of each dataset by day: that of its worst check."""
        found: dict[str, dict[date, State]] = {}
        for day, judged in self.judged.items():
            states: dict[str, set[State]] = {}
            for check, said in judged.items():
                states.setdefault(check.dataset, set()).add(said.state)
            for name, mine in states.items():
                state = worst(mine)
                if state is not None:
                    found.setdefault(name, {})[day] = state
        return found

    def speaking_since(self, check: CheckId, before: date) -> date | None:
        """The first of the days in a row, up to the one before, on which a check had a finding.

        None where it had none on that day, or where nobody knows.
        """
        first, day = None, before - ONE_DAY
        while (said := self.on(check, day)) is not None and said.state.speaks:
            first, day = day, day - ONE_DAY
        return first


NO_PAST = Past()
