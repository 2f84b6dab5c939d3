"""What each day was for an objective, what its bad days are due to, and what is left of the budget.

All of it is computed from the last days as they are judged now (`history/read.py`), so that it is
there on the first day, and the same after a restart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.lineage import upstream
from warehouse_exporter.core.model import CheckId, Dataset, Severity
from warehouse_exporter.core.names import UNOWNED
from warehouse_exporter.core.objective import Budget, Day, Objective
from warehouse_exporter.core.wording import listed
from warehouse_exporter.history.model import Past, State
from warehouse_exporter.passes.causes import Finding, because
from warehouse_exporter.passes.reader import read_by

WRONG = (State.CRITICAL, State.UNMEASURED)
EARLY = "no whole day of rows by then"
NOT_READ = "not read yet"


@dataclass(frozen=True)
class Cause:
    """A finding that nothing explains: of which check, whose it is, and its sentence."""

    check: CheckId
    owner: str
    text: str


@dataclass(frozen=True)
class JudgedDay:
    """A day: what it was, why it is not counted, and what made it bad, causes first."""

    day: date
    was: Day
    why: str = ""
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class Standing:
    """The days of a window, or of a month, and what they spent.

    `length` is how many days there are in all, with those of a month that are still to come.
    `blind` has the critical checks whose past cannot be known: they spend nothing.
    """

    dataset: str
    owner: str
    objective: Objective
    days: tuple[JudgedDay, ...]
    length: int
    blind: tuple[CheckId, ...] = ()

    def count(self, was: Day) -> int:
        """How many days were of a sort."""
        return sum(one.was is was for one in self.days)

    @property
    def bad(self) -> int:
        """Bad days."""
        return self.count(Day.BAD)

    @property
    def judged(self) -> int:
        """Days that count."""
        return self.bad + self.count(Day.RIGHT)

    @property
    def budget(self) -> float:
        """How many days may be bad in all."""
        return self.objective.budget * self.length / self.objective.of

    @property
    def left(self) -> float:
        """How many more days may be bad; below zero, the objective is missed."""
        return self.budget - self.bad

    @property
    def in_a_row(self) -> int:
        """How many of the newest days that count were bad, one after the other."""
        number = 0
        for one in reversed(self.days):
            if one.was is Day.RIGHT:
                break
            number += one.was is Day.BAD
        return number

    @property
    def lately(self) -> int:
        """Bad days in the last third of the window."""
        return sum(one.was is Day.BAD for one in self.days[-self.objective.lately :])

    @property
    def spent(self) -> Counter[Cause]:
        """How many days each cause spent, the most first; its sentence is that of its last day.

        A day belongs to its first cause, so that the numbers add up to the bad days.
        """
        firsts = [one.causes[0] for one in self.days if one.causes]
        last = {(cause.check, cause.owner): cause for cause in firsts}
        return Counter(last[cause.check, cause.owner] for cause in firsts)


def budgets(past: Past, config: Config) -> tuple[Budget, ...]:
    """What is left of each objective whose whole window has been read."""
    return tuple(
        Budget(one.dataset, one.objective, one.count(Day.RIGHT), one.bad, one.count(Day.UNKNOWN),
               one.lately, one.in_a_row)
        for one in standings(past, config)
        if len(one.days) == one.objective.of
    )  # fmt: skip


def standings(past: Past, config: Config) -> Iterator[Standing]:
    """Each dataset with an objective over its own window; nothing where no day has been read."""
    for name, dataset in config.watched.items():
        if dataset.objective is not None and past.days:
            of = dataset.objective.of
            yield standing(past, config, name, past.days[-of:], of)


def concerned(config: Config) -> Config:
    """The config with the checks that matter to objectives: the critical ones of their datasets,
    and of those that may be the reason for what these find."""
    wanted = {name for name, dataset in config.watched.items() if dataset.objective is not None}
    wanted |= {above for name in wanted for above in upstream(name, config.datasets)}
    critical = [check for check in config.checks if check.worst_severity is Severity.CRITICAL]
    wanted |= {name for c in critical if c.id.dataset in wanted for name in read_by(c, config)}
    return replace(config, checks=tuple(c for c in critical if c.id.dataset in wanted))


def standing(past: Past, config: Config, name: str, days: Sequence[date], length: int) -> Standing:
    """The given days of a dataset, oldest first, of `length` in all."""
    dataset = config.datasets[name]
    assert dataset.objective is not None
    critical = [
        check
        for check in config.checks_of(frozenset({name}))
        if check.worst_severity is Severity.CRITICAL
    ]
    told = [check for check in critical if check.id not in past.unknown]
    return Standing(
        name,
        dataset.owner or UNOWNED,
        dataset.objective,
        tuple(judged(past, config, dataset, told, day) for day in days),
        length,
        tuple(check.id for check in critical if check.id in past.unknown),
    )


def judged(
    past: Past, config: Config, dataset: Dataset, told: Sequence[Check], day: date
) -> JudgedDay:
    """What a day was, by the critical checks of a dataset that can tell of past days."""
    excluding = [e.on(day) for e in config.events if e.excludes(dataset.name) and e.covers(day)]
    if excluding:
        return JudgedDay(day, Day.EXCLUDED, f"in the calendar ({', '.join(excluding)})")
    if day not in past.judged:
        return JudgedDay(day, Day.UNKNOWN, NOT_READ)
    if closed := past.closed.get(day, {}).get(dataset.name):
        return JudgedDay(day, Day.EXCLUDED, closed)
    if day <= past.begins.get(dataset.name, date.min):
        return JudgedDay(day, Day.UNKNOWN, EARLY)
    said = {check.id: past.on(check.id, day) for check in told}
    bad = {check for check, one in said.items() if one is not None and one.state in WRONG}
    if bad:
        return JudgedDay(day, Day.BAD, causes=tuple(causes(past, config, bad, day)))
    if silent := [check.name for check, one in said.items() if one is None]:
        return JudgedDay(day, Day.UNKNOWN, f"{listed(silent)} cannot be asked today")
    if not any(one is not None and one.state is not State.SKIPPED for one in said.values()):
        texts = [one.text for one in said.values() if one is not None]
        return JudgedDay(day, Day.UNKNOWN, texts[0] if texts else "no check can tell of past days")
    return JudgedDay(day, Day.RIGHT)


def causes(past: Past, config: Config, bad: Collection[CheckId], day: date) -> Iterator[Cause]:
    """What the findings of a day go back to, in this dataset or in another one, causes first."""
    explained = {
        finding.check.id: (finding.check, cause)
        for finding, cause in because(findings(past, config, day), config)
    }
    roots: dict[CheckId, Check] = {}
    for address in explained:
        if address in bad:
            check, cause = explained[address]
            while cause is not None:
                check, cause = explained[cause.check.id]
            roots.setdefault(check.id, check)
    for address, check in roots.items():
        said = past.on(address, day)
        yield Cause(address, check.owner or UNOWNED, "" if said is None else said.text)


def findings(past: Past, config: Config, day: date) -> Iterator[Finding]:
    """All that was critical, or could have been and was not measured, on a day."""
    for check in config.checks:
        said = past.on(check.id, day)
        if said is None or check.worst_severity is not Severity.CRITICAL:
            continue
        if said.state is State.CRITICAL:
            yield Finding(check, check.kind.fault, Severity.CRITICAL)
        elif said.state is State.UNMEASURED:
            yield Finding(check, Fault.UNMEASURED, Severity.CRITICAL)


def by_owner(some: Iterable[Standing]) -> Mapping[str, int]:
    """How many days the findings of each owner spent, of all datasets together."""
    found: Counter[str] = Counter()
    for one in some:
        for cause, number in one.spent.items():
            found[cause.owner] += number
    return dict(found.most_common())


def why_not_judged(one: Standing) -> Counter[str]:
    """The reasons why days are not judged, each with how many."""
    return Counter(day.why for day in one.days if day.was is Day.UNKNOWN)
