"""A limit: written once in the YAML, judged in Python and in PromQL by the same rule.

A limit states the breach (`> 5%`), never its negation: comparing NaN is then the same on both sides
(false, but for `!=`), so the gate and Prometheus agree. Bounds are written with `repr`, the
shortest text that reads back as the same number.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from warehouse_exporter.core.grammar import SECONDS, exactly

S = TypeVar("S")


class Unit(StrEnum):
    """The unit of a bound; values are stored and exported in the base unit."""

    SHARE = "share"
    DURATION = "duration"
    ROWS = "rows"
    NUMBER = "number"


OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
SUFFIXES: Mapping[str, tuple[Unit, float]] = {
    "": (Unit.NUMBER, 1.0),
    "%": (Unit.SHARE, 0.01),
    "row": (Unit.ROWS, 1.0),
    "rows": (Unit.ROWS, 1.0),
    **{unit: (Unit.DURATION, seconds) for unit, seconds in SECONDS.items()},
}
WRITTEN = re.compile(
    r"^(>=|<=|==|!=|>|<)\s*(-?\d+(?:_\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?)\s*([%a-z]*)$"
)
EXAMPLES = "such as '> 5%', '> 12h', '> 10 rows' or '< 100'"


def scaled(number: str, suffix: str) -> float:
    """The number in its base unit, rounded once: `18.6%` is exactly the float 0.186."""
    return exactly(number, SUFFIXES[suffix][1])


@dataclass(frozen=True)
class Limit:
    """The positive statement of a breach: an operator and a bound in base units."""

    op: str
    bound: float
    unit: Unit
    text: str

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read a limit as it is written in the config; ValueError says how to write it."""
        match = WRITTEN.match(text.strip().lower())
        if match is None:
            raise ValueError(
                f"{text!r} is not a limit: write a comparison, a number and its unit, {EXAMPLES}"
            )
        op, number, suffix = match.groups()
        if suffix not in SUFFIXES:
            raise ValueError(f"{suffix!r} in {text!r} is not a unit: use %, s, m, h, d or rows")
        bound = scaled(number.replace("_", ""), suffix)
        if not math.isfinite(bound):
            raise ValueError(f"{number} in {text!r} is too large a number")
        written = f"{number} {suffix}" if suffix.isalpha() and len(suffix) > 1 else number + suffix
        return cls(op, bound, SUFFIXES[suffix][0], f"{op} {written}")

    def breached(self, value: float) -> bool:
        """Whether `value`, in base units, is in breach; NaN is in none but that of `!=`."""
        return OPERATORS[self.op](value, self.bound)

    def promql(self, series: str) -> str:
        """The same statement in PromQL."""
        return f"{series} {self.op} {self.bound!r}"

    def laxer_than(self, other: Limit) -> bool:
        """Whether this limit is breached later than `other`, if both have the same direction."""
        if self.op[0] != other.op[0] or self.op[0] not in "<>" or self.unit != other.unit:
            return False
        return self.bound > other.bound if self.op[0] == ">" else self.bound < other.bound


class Reading(StrEnum):
    """How the judged number is computed from a gauge."""

    AS_IS = "as is"
    AGE = "age"
    MAGNITUDE = "magnitude"
    SIGNED = "signed"

    @property
    def of_a_departure(self) -> bool:
        """Whether it is the distance of two values, with or without its sign."""
        return self in (Reading.MAGNITUDE, Reading.SIGNED)


class Side(StrEnum):
    """On which side of what was expected a finding of a baseline is, where it tells them apart."""

    FALL = "fall"
    RISE = "rise"


@dataclass(frozen=True)
class Term:
    """A limit on one gauge, or on its age (seconds since that timestamp) or its magnitude.

    A baseline whose falls and rises notify differently gives its terms a `side`.
    """

    metric: str
    limit: Limit
    reading: Reading = Reading.AS_IS
    side: Side | None = None

    def implies(self, other: Term) -> bool:
        """Whether whatever breaches this limit breaches another one as well."""
        if (self.metric, self.reading) != (other.metric, other.reading):
            return False
        mine, theirs = self.limit, other.limit
        return (mine.op, mine.bound) == (theirs.op, theirs.bound) or mine.laxer_than(theirs)

    def value(self, values: Mapping[str, float], as_of: datetime) -> float | None:
        """The number to judge, or None when the gauge has no value."""
        number = values.get(self.metric)
        if number is None:
            return None
        if self.reading is Reading.AGE:
            return as_of.timestamp() - number
        return abs(number) if self.reading is Reading.MAGNITUDE else number

    def breached(self, values: Mapping[str, float], as_of: datetime) -> bool:
        """Whether the gauge's value at `as_of` is in breach; a missing value never is."""
        number = self.value(values, as_of)
        return number is not None and self.limit.breached(number)

    def promql(self, select: Callable[[str], str]) -> str:
        """The same judgement in PromQL over the series that `select` makes of a metric name."""
        series = select(self.metric)
        if self.reading is Reading.AGE:
            series = f"time() - {series}"
        elif self.reading is Reading.MAGNITUDE:
            series = f"abs({series})"
        return self.limit.promql(series)


@dataclass(frozen=True)
class Condition:
    """When a severity is in breach: in any alternative, each of which needs all its terms."""

    alternatives: tuple[tuple[Term, ...], ...]

    @classmethod
    def any_of(cls, *terms: Term) -> Condition:
        """In breach when one of the terms is."""
        return cls(tuple((term,) for term in terms))

    @classmethod
    def all_of(cls, *terms: Term) -> Condition:
        """In breach when every term is."""
        return cls((terms,))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term, in the order written."""
        return tuple(term for terms in self.alternatives for term in terms)

    @property
    def text(self) -> str:
        """The limits as people wrote them."""
        joined = (" and ".join(t.limit.text for t in terms) for terms in self.alternatives)
        return " or ".join(dict.fromkeys(joined))

    def on(self, *sides: Side | None) -> Condition | None:
        """The alternatives on some sides; None where it has none of them."""
        found = tuple(terms for terms in self.alternatives if terms[0].side in sides)
        return Condition(found) if found else None

    def covers(self, terms: Sequence[Term]) -> bool:
        """Whether it is in breach whenever all these terms are, as far as the bounds say it."""
        return any(
            all(any(given.implies(mine) for given in terms) for mine in own)
            for own in self.alternatives
        )

    def broken_by(self, values: Mapping[str, float], as_of: datetime) -> tuple[Term, ...]:
        """The terms of the first alternative in breach; empty when there is none."""
        for terms in self.alternatives:
            if all(term.breached(values, as_of) for term in terms):
                return terms
        return ()

    def promql(self, select: Callable[[str], str]) -> str:
        """The same in PromQL; series of one sample share their labels, so `and` matches."""
        return joined(
            " or ",
            [joined(" and ", [t.promql(select) for t in terms]) for terms in self.alternatives],
        )


def said(
    conditions: Mapping[S, Condition], values: Mapping[str, float], as_of: datetime
) -> S | None:
    """The first of the severities, worst first, whose condition is met; None where none is."""
    spoken = (s for s, condition in conditions.items() if condition.broken_by(values, as_of))
    return next(spoken, None)


def joined(word: str, parts: Sequence[str]) -> str:
    """The parts joined by a word, each in parentheses if there are several."""
    return parts[0] if len(parts) == 1 else word.join(f"({part})" for part in parts)
