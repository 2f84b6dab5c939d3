"""What people would have got: the pages and tickets of some days, grouped as Alertmanager does it.

The definition, of which `docs/how-to/backtest.md` has the words for users:

- One fault is one message. A critical finding is a page, a warning is a ticket, one of severity
  info is neither. A check that is not measured counts as the worst that it can find.
- What follows from another finding that fires is no message (`passes/causes.py`).
- What goes on from one morning to the next is no new message: repeats do not count. A warning that
  becomes critical is a ticket and then a page.
- A finding that is accepted is no message, and explains none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse_exporter.backtest.timeline import Record
from warehouse_exporter.config import Config
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Outcome, Severity
from warehouse_exporter.core.wording import counted
from warehouse_exporter.passes.causes import Finding, Key, because

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
    sent: list[Message] = []
    before: dict[Key, Finding | None] = {}
    told: dict[str, set[Severity]] = {}
    for day in days:
        found = because(findings(records, day), config, before)
        before = dict(going_on(found))
        open_now: dict[str, set[Severity]] = {}
        for one in (one for one, cause in found if cause is None):
            known = open_now.setdefault(one.incident, set())
            if one.severity not in known | told.get(one.incident, set()):
                sent.append(Message(day, one.severity, one.incident, one.check.id, one.fault))
            known.add(one.severity)
        told = {
            incident: known | (told.get(incident, set()) & {Severity.WARNING})
            for incident, known in open_now.items()
        }
    return Messages(tuple(sent), len(days))


def findings(records: Iterable[Record], day: date) -> Iterator[Finding]:
    """What would have notified somebody on a day, if nothing explained it."""
    for record in records:
        check, said = record.check, record.said[day]
        if said.outcome is Outcome.UNMEASURED:
            fault, severity = Fault.UNMEASURED, check.worst_severity
        else:
            fault, severity = check.kind.fault, said.loud
        if severity in WORDS:
            yield Finding(check, fault, severity)


def going_on(
    found: Iterable[tuple[Finding, Finding | None]],
) -> Iterator[tuple[Key, Finding | None]]:
    """What is known the next morning; what was critical and is a warning then is not new."""
    for one, cause in found:
        for severity in list(WORDS)[list(WORDS).index(one.severity) :]:
            yield replace(one, severity=severity).key, cause
