"""How many of the faults that the past never had would have been seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from warehouse_exporter.backtest.faults import FAULTS, Fault
from warehouse_exporter.backtest.questions import Inquiry, Morning
from warehouse_exporter.backtest.timeline import Said
from warehouse_exporter.config import Check
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.states import Count, Figure, Hits, State, Total
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Reading, Scan
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.run import result
from warehouse_exporter.plan.closed_days import Part


@dataclass
class Tally:
    """On how many days a fault was caught, of those that were silent without it."""

    caught: int = 0
    silent: int = 0

    def add(self, caught: bool) -> None:
        """One more silent day."""
        self.silent += 1
        self.caught += caught


@dataclass
class Recall:
    """Tallies of the checks `judged`, and by dataset, each by the name of the fault.

    A day counts for a check if it had rows: of none, none can be missing. A dataset is silent where
    all its checks are that could see a fault. The column of a check is
    its own, so that a dataset has no tally of columns that are NULL.
    """

    judged: tuple[Check, ...]
    checks: dict[CheckId, dict[str, Tally]] = field(default_factory=dict)
    datasets: dict[str, dict[str, Tally]] = field(default_factory=dict)
    _ever_silent: set[CheckId] = field(default_factory=set)
    _ever_loud: set[CheckId] = field(default_factory=set)
    _ever_empty: set[CheckId] = field(default_factory=set)

    def judge(
        self,
        morning: Morning,
        inquiry: Inquiry,
        gathered: Collected,
        views: Mapping[str, DatasetView],
        said: Mapping[CheckId, Said],
    ) -> None:
        """Judge a morning again for every fault: which checks would have fired?"""
        able = [check for check in self.judged if can_see(check, morning, inquiry)]
        speaking = {check.id for check in able if said[check.id].speaks}
        loud = {check.dataset for check in speaking}
        quiet = [c for c in able if c.id not in speaking and c.id not in gathered.errors]
        silent = [c for c in quiet if has_rows(c, morning, inquiry, gathered, views)]
        self._ever_loud |= speaking
        self._ever_silent |= {check.id for check in quiet}
        self._ever_empty |= {check.id for check in quiet} - {check.id for check in silent}
        for fault in FAULTS:
            caught: dict[str, bool] = {}
            for check in silent:
                broken = with_fault(fault, check, morning, inquiry, gathered, views)
                if broken is None:
                    continue
                found, day = result(check, views, broken, morning.as_of), said[check.id].day
                spoke = Said.of(found, check, day).speaks
                mine = self.checks.setdefault(check.id, {})
                mine.setdefault(fault.name, Tally()).add(spoke)
                caught[check.id.dataset] = caught.get(check.id.dataset, False) or spoke
            for dataset, spoke in caught.items():
                if not fault.of_a_column and dataset not in loud:
                    ours = self.datasets.setdefault(dataset, {})
                    ours.setdefault(fault.name, Tally()).add(spoke)

    def without(self, inquiry: Inquiry) -> dict[CheckId, str]:
        """The checks in which no fault could be made on any day, and why."""
        asked: dict[CheckId, list[Need]] = {}
        for (check, _), one in inquiry.asked.items():
            asked.setdefault(check, []).append(one.need)
        return {
            check.id: self.why_not(check, asked.get(check.id, ()))
            for check in self.judged
            if check.id not in self.checks
        }

    def why_not(self, check: Check, needs: Iterable[Need]) -> str:
        """Why no fault could be made in a check."""
        if check.id in self._ever_loud - self._ever_silent:
            return "it is never silent"
        if check.id in self._ever_empty:
            return "what it counts was 0 on every day on which it was silent"
        return untouched(check, needs)


def with_fault(
    fault: Fault,
    check: Check,
    morning: Morning,
    inquiry: Inquiry,
    gathered: Collected,
    views: Mapping[str, DatasetView],
) -> Collected | None:
    """What the check would have read if the expected day of its dataset had the fault.

    None where the fault means nothing to it.
    """
    day = views[check.id.dataset].calendar.expected
    broken = Collected(gathered.plan)
    hit = False
    for question in morning.asked[check.id]:
        need, parts = inquiry.need(question), gathered.parts[check.id, question.name]
        found = parts[Part.WHOLE]
        if is_of_day(need, check) and day in found.states:
            assert isinstance(need, Scan)
            state = fault.on(found.states[day], need.cells)
            if state is not None:
                found, hit = Reading({**found.states, day: state}), True
        broken.parts[check.id, question.name] = {Part.WHOLE: found}
    return broken if hit else None


def has_rows(
    check: Check,
    morning: Morning,
    inquiry: Inquiry,
    gathered: Collected,
    views: Mapping[str, DatasetView],
) -> bool:
    """Whether there is anything in what the check reads of the day that may be broken."""
    day = views[check.id.dataset].calendar.expected
    states = [
        gathered.parts[check.id, question.name][Part.WHOLE].states.get(day)
        for question in morning.asked[check.id]
        if is_of_day(inquiry.need(question), check)
    ]
    return any(map(is_something, states)) or not any(state is not None for state in states)


def is_something(state: State | None) -> bool:
    """Whether a state is of any row; what is not counted or added up counts as something."""
    match state:
        case None:
            return False
        case Count():
            return state.rows > 0
        case Hits():
            return bool(state.total)
        case Total() | Figure():
            return state.count > 0
    return True


def can_see(check: Check, morning: Morning, inquiry: Inquiry) -> bool:
    """Whether a check reads days of its dataset, and has a limit to judge them by."""
    needs = (inquiry.need(question) for question in morning.asked.get(check.id, ()))
    return bool(check.kind.conditions()) and any(is_of_day(need, check) for need in needs)


def is_of_day(need: Need, check: Check) -> bool:
    """Whether a need is about days of the check's own dataset."""
    return isinstance(need, Scan) and need.days is not None and need.dataset == check.id.dataset


def untouched(check: Check, needs: Iterable[Need]) -> str:
    """Why no fault can be made in what a check reads."""
    if not check.kind.conditions():
        return "it has no limit"
    return ", ".join(dict.fromkeys(reasons(check, needs))) or "the catalogue answers it"


def reasons(check: Check, needs: Iterable[Need]) -> Iterator[str]:
    """What a check reads instead of counts and sums of the day."""
    for need in needs:
        if is_of_day(need, check):
            yield "its aggregates are no counts or sums of the expected day"
        elif isinstance(need, Scan):
            yield "it reads a whole table" if need.days is None else "it reads another dataset"
        else:
            single = isinstance(need, Lookup)
            yield "it looks up single values" if single else "it is a statement of its own"
