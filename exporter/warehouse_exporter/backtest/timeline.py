"""The verdicts by day and in episodes: the notifications that people would have received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.limits import Side
from warehouse_exporter.core.model import Outcome, Result, Severity
from warehouse_exporter.passes.paging import side_of

Episode = tuple[date, date]
"""First and last of consecutive days."""
A_WEEK = 7
COUNTED = ("FAIL", "UNKNOWN", "WARN", "INFO", "SKIP")
"""What is counted of a check's days, beside those on which it passed."""


@dataclass(frozen=True)
class Said:
    """The verdict that decided for a check on one day.

    `loud` is the worst severity of its findings that nobody has accepted, and `side` that of the
    finding. `day` is the day that was judged.
    """

    outcome: Outcome
    severity: Severity | None
    text: str
    loud: Severity | None
    side: Side | None
    day: date

    @classmethod
    def of(cls, found: Result, check: Check, day: date) -> Said:
        """What a result says of a day, without its samples."""
        worst, places = found.worst, list(Severity)
        loud = [(places.index(v.severity), v) for v in found.verdicts if v.loud and v.severity]
        first = min(loud, key=lambda one: one[0], default=(0, None))[1]
        side = None if first is None else side_of(check, first, found.measured_at)
        severity = None if first is None else first.severity
        return cls(worst.outcome, worst.severity, worst.text, severity, side, day)

    @property
    def is_info(self) -> bool:
        """Whether it is a finding that notifies nobody."""
        return self.severity is Severity.INFO

    @property
    def speaks(self) -> bool:
        """Whether it notifies somebody: a finding, or an unmeasured check."""
        told = self.loud in (Severity.CRITICAL, Severity.WARNING)
        return told or self.outcome is Outcome.UNMEASURED


@dataclass(frozen=True)
class Record:
    """The verdicts of one check, by day."""

    check: Check
    said: Mapping[date, Said]

    @property
    def counts(self) -> Counter[str]:
        """Days by the word that people see; an info finding counts apart, as INFO."""
        return Counter("INFO" if s.is_info else s.outcome.shown for s in self.said.values())

    @property
    def fired_on(self) -> list[date]:
        """The days on which it notified somebody."""
        return [day for day, said in self.said.items() if said.speaks]


def episodes(days: Iterable[date]) -> list[Episode]:
    """Runs of consecutive days, oldest first."""
    found: list[Episode] = []
    for day in sorted(set(days)):
        if found and day == found[-1][1] + ONE_DAY:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def a_week(count: int, days: Collection[date]) -> float:
    """How many that are a week, on average over the days looked at."""
    return count * A_WEEK / len(days)


def in_words(found: Iterable[Episode]) -> str:
    """`2026-03-01, 2026-03-04 to 2026-03-06`."""
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in found)


def of_dataset(records: Iterable[Record], dataset: str) -> list[date]:
    """The days on which some check of a dataset fired."""
    mine = (record for record in records if record.check.id.dataset == dataset)
    return sorted({day for record in mine for day in record.fired_on})
