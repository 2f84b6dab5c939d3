"""How many false alarms somebody wishes for: `1 a month`, or `critical: 1 a year`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import Severity

PERIODS = {"week": 7, "month": 30, "quarter": 91, "year": 365}
WRITTEN = re.compile(
    r"(?:(critical|warning)\s*:\s*)?(\d+(?:\.\d+)?)(?:\s*(?:an?|per|/)\s*(week|month|quarter|year))?"
)
HOW = "write a number and a period, such as '1 a month' or 'critical: 1 a year', or 0"


@dataclass(frozen=True)
class Wish:
    """At most so many false alarms in so many days, of limits of a severity or of all."""

    count: float
    days: int
    text: str
    severity: Severity | None = None

    def most(self, days: int) -> int:
        """How many that are over some days at most: less than one is none."""
        return math.floor(self.count * days / self.days + 1e-9)


@dataclass(frozen=True)
class Wishes:
    """All that is wished, and the days on which findings were real."""

    every: Sequence[Wish]
    real: frozenset[date] = frozenset()

    def of(self, severity: Severity) -> Wish | None:
        """The wish for limits of a severity: one that names it counts more."""
        named = (one for one in self.every if one.severity is severity)
        return next(named, next((one for one in self.every if one.severity is None), None))

    @property
    def text(self) -> str:
        """`1 a month, critical: 1 a year`."""
        return ", ".join(one.text for one in self.every)


def parse(written: str) -> Wish:
    """A wish as it is typed. Raises UsageError."""
    match = WRITTEN.fullmatch(" ".join(written.lower().split()))
    if match is None or (match[3] is None and float(match[2])):
        raise UsageError(f"--suggest {written!r} is no number of false alarms: {HOW}")
    severity = Severity(match[1]) if match[1] else None
    return Wish(float(match[2]), PERIODS[match[3] or "month"], match[0], severity)


def wishes(written: Sequence[str], real: Sequence[str]) -> Wishes | None:
    """What is wished; None where nobody wishes anything. Raises UsageError."""
    found = [parse(one) for one in written]
    if real and not found:
        raise UsageError("--real says which findings --suggest must keep: give both")
    severities = [one.severity for one in found]
    if len(set(severities)) < len(severities):
        raise UsageError("--suggest is given twice for the same severity")
    return Wishes(found, frozenset(map(day, real))) if found else None


def day(written: str) -> date:
    """A day. Raises UsageError."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise UsageError(f"--real {written!r} is no day: write it as 2026-11-12") from None
