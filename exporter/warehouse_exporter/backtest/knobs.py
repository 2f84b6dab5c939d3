"""What of a check's limits can be turned, and the values that people would write.

A knob is one number of one severity: the bound of a plain limit, or a term of an anomaly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from warehouse_exporter.config import Check
from warehouse_exporter.core.limits import SUFFIXES, WRITTEN, Condition, Limit, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.kinds.shared.departures import Departure, fires_late
from warehouse_exporter.kinds.shared.limited import Limited

TERMS = ("fall", "rise", "z")
"""The terms of an anomaly that are turned; where it has none of them, all that it has."""
GRID = tuple(range(10, 100))
"""Two digits: nobody writes a limit with more of them."""
PROBABILITIES = (
    0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.0025, 0.002, 0.001, 0.0005, 0.0003, 0.0002, 0.0001,
    0.00005, 0.00002, 0.00001, 0.000001,
)  # fmt: skip


@dataclass(frozen=True)
class Knob:
    """A number of a check's limits; `term` is None for a plain limit."""

    check: Check
    severity: Severity
    term: str | None = None

    @property
    def present(self) -> float:
        """The number as it is, in base units."""
        kind = self.check.kind
        if isinstance(kind, Anomaly):
            return kind.given()[self.severity][self.term or ""]
        (limit,) = getattr(kind, self.severity)
        return float(limit.bound)

    def at(self, value: float) -> Check:
        """The check with another value of it."""
        return replace(self.check, kind=self.check.kind.model_copy(update=self.changes(value)))

    def changes(self, value: float) -> dict[str, object]:
        """The fields of the kind with another value: of an anomaly all severities, as writing one
        of them leaves out the others that are built in."""
        kind = self.check.kind
        if isinstance(kind, Anomaly):
            terms = {severity: dict(given) for severity, given in kind.given().items()}
            terms[self.severity][self.term or ""] = value
            return {severity.value: Departure.of(given) for severity, given in terms.items()}
        return {self.severity.value: (limit_at(getattr(kind, self.severity)[0], value),)}

    def condition(self, value: float) -> Condition:
        """What the number decides with another value: of an anomaly, which has other alternatives
        as well, those that change with it."""
        if not isinstance(self.check.kind, Anomaly):
            return self.at(value).kind.conditions()[self.severity]
        mine, other = (
            self.at(one).kind.conditions()[self.severity].alternatives
            for one in (value, self.elsewhere)
        )
        changed = tuple(a for a, b in zip(mine, other, strict=True) if a != b)
        return Condition(changed or mine)

    @property
    def elsewhere(self) -> float:
        """A value that is no candidate, so that it tells what changes with it."""
        return self.present * 0.987654321 + 1e-12

    def allowed(self, value: float) -> bool:
        """Whether a warning would still fire before its critical."""
        found = self.at(value).kind.conditions()
        mild, hard = found.get(Severity.WARNING), found.get(Severity.CRITICAL)
        return mild is None or hard is None or not fires_late(mild, hard)

    def text(self, value: float) -> str:
        """The limit with a value, as the config has it: `> 6.2%`, or `fall: 0.5%`."""
        kind = self.check.kind
        if not isinstance(kind, Anomaly):
            return limit_at(getattr(kind, self.severity)[0], value).text
        return f"{self.term}: {written(value, kind.baseline.terms[self.term or ''].per_cent)}"

    def candidates(self, seen: Iterable[float]) -> list[float]:
        """The values to try, the last to fire first: the present one, and some near the `seen`."""
        kind = self.check.kind
        if isinstance(kind, Anomaly) and kind.method == "seasonal":
            found = {*PROBABILITIES, self.present}
        elif isinstance(kind, Anomaly):
            found = {*near([0.5, 20 if self.term == "z" else 1]), self.present}
        else:
            (limit,) = getattr(kind, self.severity)
            factor, seen = SUFFIXES[suffix(limit)][1], [*seen, limit.bound]
            whole = limit.unit is Unit.ROWS or all(value == int(value) for value in seen)
            values = near([value / factor for value in seen], whole=whole and factor == 1)
            limits = (limit_at(limit, value * factor) for value in values)
            found = {limit.bound, *(one.bound for one in limits if takes(kind, one))}
        rising = sorted(found)
        if len(rising) > 1 and self.sooner(rising[0], rising[-1]):
            rising.reverse()
        return rising

    def sooner(self, one: float, other: float) -> bool:
        """Whether a value fires whenever another one does."""
        first, second = self.condition(one), self.condition(other)
        return all(first.covers(terms) for terms in second.alternatives)


def knobs(check: Check) -> Iterator[Knob]:
    """What can be turned of a check, the most severe first."""
    kind = check.kind
    if isinstance(kind, Anomaly):
        silent = {name for name, there in (
            ("fall", kind.direction.falls), ("rise", kind.direction.rises)
        ) if not there}  # fmt: skip
        for severity, terms in kind.given().items():
            names = [name for name in TERMS if name in terms] or list(terms)
            yield from (Knob(check, severity, name) for name in names if name not in silent)
    elif isinstance(kind, Limited):
        for severity, limits in kind.limits().items():
            if len(limits) == 1 and limits[0].op[0] in "<>":
                yield Knob(check, severity)


def takes(kind: Kind, limit: Limit) -> bool:
    """Whether a kind takes a limit: some want a unit with every number but 0, or whole hours."""
    assert isinstance(kind, Limited)
    try:
        kind.term(limit)
    except ValueError:
        return False
    return True


def limit_at(limit: Limit, value: float) -> Limit:
    """A limit with another bound, in the unit in which it is written."""
    unit = suffix(limit)
    number = value / SUFFIXES[unit][1]
    return Limit.parse(f"{limit.op} {plain(number)}{f' {unit}' if len(unit) > 1 else unit}")


def suffix(limit: Limit) -> str:
    """The unit as it is written."""
    match = WRITTEN.match(limit.text)
    assert match is not None, limit.text
    return match[3]


def plain(number: float) -> str:
    """A number without what floats add to it, and without an exponent."""
    text = f"{number:.6g}"
    return text if "e" not in text else f"{number:.12f}".rstrip("0").rstrip(".")


def written(value: float, per_cent: bool) -> str:
    """A term of an anomaly."""
    return f"{plain(value * 100)}%" if per_cent else plain(value)


def near(seen: Iterable[float], *, whole: bool = False) -> set[float]:
    """The numbers of two digits among those that were seen, and one beyond each end."""
    values = [value for value in seen if math.isfinite(value)]
    sizes = [abs(value) for value in values if value]
    found = {0.0} if values else set()
    if not sizes:
        return found | {1.0} if whole else found
    low, high = math.floor(math.log10(min(sizes))), math.floor(math.log10(max(sizes))) + 1
    for exponent in range(max(low, high - 6), high + 1):
        found |= {float(f"{digits}e{exponent - 1}") for digits in GRID}
    found = {one for one in found if one <= 1.5 * max(sizes)}
    found |= {-one for one in found} if min(values) < 0 else set()
    return {one for one in found if one == int(one)} if whole else found
