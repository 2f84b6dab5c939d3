"""What people would have got: the pages and tickets of some days, grouped as Alertmanager does it.

The definition, of which `docs/how-to/backtest.md` has the words for users:

- One fault is one message. A critical finding is a page, a warning is a ticket, one of severity
  info is neither. A check that is not measured counts as the worst that it can find.
- `paging` of the config says which findings notify as less, and which of them page together.
- What follows from another finding that fires is no message (`passes/causes.py`).
- What goes on from one morning to the next is no new message: repeats do not count. A warning that
  becomes critical is a ticket and then a page.
- A finding that is accepted is no message, and explains none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from warehouse_exporter.backtest.timeline import Record, Said
from warehouse_exporter.config import Config
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Side
from warehouse_exporter.core.model import CheckId, Outcome, Severity
from warehouse_exporter.core.wording import counted
from warehouse_exporter.passes.causes import Finding, Key, because
from warehouse_exporter.passes.paging import TOGETHER, together, told_as

WORDS = {Severity.CRITICAL: "page", Severity.WARNING: "ticket"}
"""What a finding that nothing explains is, by its severity."""
A_MONTH = 30


@dataclass(frozen=True)
class Message:
    """The beginning of a fault, as people are told: on a morning, by the first of its checks."""

    day: date
    severity: Severity
    incident: str
    check: CheckId
    fault: Fault
    datasets: tuple[str, ...] = ()
    """Those of falls that page together."""


@dataclass(frozen=True)
class Messages:
    """The messages of so many days, oldest first."""

    sent: tuple[Message, ...]
    days: int

    def of(self, severity: Severity) -> tuple[Message, ...]:
        """The pages, or the tickets."""
        return tuple(one for one in self.sent if one.severity is severity)

    def a_month(self, severity: Severity) -> float:
        """How many of them that is in 30 days."""
        return len(self.of(severity)) * A_MONTH / self.days

    @property
    def text(self) -> str:
        """`2 pages and 1 ticket: 4.3 pages and 2.1 tickets a month`."""
        count = [counted(len(self.of(severity)), word) for severity, word in WORDS.items()]
        month = [f"{self.a_month(severity):.1f} {word}s" for severity, word in WORDS.items()]
        blind = sum(one.fault is Fault.UNMEASURED for one in self.sent)
        of_these = f" ({blind} because a check is not measured)" if blind else ""
        return f"{' and '.join(count)}{of_these}: {' and '.join(month)} a month"


def messages(records: Sequence[Record], days: Sequence[date], config: Config) -> Messages:
    """What people get if these are the verdicts of these days, oldest first.

    What was wrong on the first of them counts as begun then.
    """
    replay = Replay(config)
    for day in days:
        replay.add(day, {record.check.id: record.said[day] for record in records}, records)
    return Messages(tuple(replay.sent), len(days))


Explained = Sequence[tuple[Finding, Finding | None]]
"""Findings of a morning, causes first, each with what explains it."""


@dataclass
class Replay:
    """The mornings so far: what was sent, what was there, and of what people know.

    `excused` is the critical fall because of which falls do not page together.
    """

    config: Config
    sent: list[Message] = field(default_factory=list)
    before: dict[Key, Finding | None] = field(default_factory=dict)
    told: dict[str, set[Severity]] = field(default_factory=dict)
    excused: Finding | None = None
    falling: bool = False

    def add(self, day: date, said: Mapping[CheckId, Said], records: Sequence[Record]) -> None:
        """One more morning."""
        found = because(findings(records, day, self.config), self.config, self.before)
        members = falls(found, said, self.config)
        paged = self.page_together(day, members, found, said)
        open_now: dict[str, set[Severity]] = {TOGETHER: {Severity.CRITICAL}} if paged else {}
        for one in (one for one, cause in found if cause is None and one not in paged):
            known = open_now.setdefault(one.incident, set())
            if one.severity not in known | self.told.get(one.incident, set()):
                message = Message(day, one.severity, one.incident, one.check.id, one.fault)
                self.sent.append(message)
            known.add(one.severity)
        self.before, self.falling = dict(going_on(found)), bool(members)
        self.told = {
            incident: known | (self.told.get(incident, set()) & {Severity.WARNING})
            for incident, known in open_now.items()
        }

    def page_together(
        self, day: date, members: list[Finding], found: Explained, said: Mapping[CheckId, Said]
    ) -> Collection[Finding]:
        """The falls of which people are told by one page, which is sent if it is new."""
        critical = [one for one, cause in found if cause is None and fell(one, said)
                    and one.severity is Severity.CRITICAL]  # fmt: skip
        if not self.falling:
            new = (one for one in critical if one.key not in self.before)
            self.excused = next(new, None)
        elif self.excused is not None and self.excused.key not in {one.key for one in critical}:
            self.excused = None
        if not members or self.excused is not None:
            return ()
        if TOGETHER not in self.told:
            first, datasets = members[0], dict.fromkeys(one.check.id.dataset for one in members)
            page = Message(
                day, Severity.CRITICAL, TOGETHER, first.check.id, first.fault, tuple(datasets)
            )
            self.sent.append(page)
        return members


def fell(one: Finding, said: Mapping[CheckId, Said]) -> bool:
    """Whether a finding is a fall below a baseline."""
    return one.fault is not Fault.UNMEASURED and said[one.check.id].side is Side.FALL


def falls(found: Explained, said: Mapping[CheckId, Said], config: Config) -> list[Finding]:
    """The falls that page together: tickets, none of which a page has told already."""
    every = [(one, cause) for one, cause in found if fell(one, said)]
    paging = {one.check.id.dataset for one, _ in every if one.severity is Severity.CRITICAL}
    untold = (
        one
        for one, cause in every
        if one.check.id.dataset not in paging
        and one.severity is Severity.WARNING
        and (cause is None or cause.severity is not Severity.CRITICAL)
    )
    return together(((o.check.id.dataset, said[o.check.id].day, o) for o in untold), config)


def findings(records: Iterable[Record], day: date, config: Config) -> Iterator[Finding]:
    """What would have notified somebody on a day, if nothing explained it."""
    for record in records:
        check, said = record.check, record.said[day]
        fault, severity = check.kind.fault, said.loud and told_as(said.loud, said.side, config)
        if said.outcome is Outcome.UNMEASURED:
            fault, severity = Fault.UNMEASURED, check.worst_severity
        if severity in WORDS:
            yield Finding(check, fault, severity)


def going_on(
    found: Iterable[tuple[Finding, Finding | None]],
) -> Iterator[tuple[Key, Finding | None]]:
    """What is known the next morning; what was critical and is a warning then is not new."""
    for one, cause in found:
        for severity in list(WORDS)[list(WORDS).index(one.severity) :]:
            yield replace(one, severity=severity).key, cause
