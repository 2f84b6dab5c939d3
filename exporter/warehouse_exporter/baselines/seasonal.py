"""Weekday-aware, robust, honest about few days: docs/reference/baselines.md says how."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from statistics import median
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    DIFFERENCE,
    EXPECTED,
    LOWER,
    MISSED,
    SCORE,
    UPPER,
    Baseline,
    Direction,
    Finding,
    Question,
    Terms,
    Written,
)
from warehouse_exporter.baselines.shared.daily import Day, days_before, judged
from warehouse_exporter.baselines.shared.replay import ENOUGH_DAYS
from warehouse_exporter.baselines.shared.score import settled
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.teaching import ALL_DAYS, ENOUGH_ROWS, FIFTH
from warehouse_exporter.baselines.shared.wording import by_name, no_value, numbers, one_side
from warehouse_exporter.core.calendar import weekday
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.limits import Condition, Limit, Reading, Side, Term, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted, shown

MILD: Terms = {"fall": 0.01, "rise": 0.0025, "change": 0.15}
LIMITS: Mapping[Severity, Terms] = {
    Severity.CRITICAL: {"fall": 0.001, "rise": 0.0002, "change": 0.3},
    Severity.WARNING: MILD,
    Severity.INFO: MILD,
}
SIDES = {-1: Side.FALL, 1: Side.RISE}
MISSED_ROWS = {Severity.CRITICAL: 10.0, Severity.WARNING: 7.0, Severity.INFO: 7.0}


class Seasonal(Baseline):
    """What is expected of a weekday after the weeks before, and how unlikely the value is."""

    name: ClassVar[str] = "seasonal"
    terms: ClassVar[Mapping[str, Written]] = {
        "fall": Written("two-sided probability of a fall", per_cent=True),
        "rise": Written("two-sided probability of a rise", per_cent=True),
        "change": Written("change of either sign, at least this", per_cent=True),
        "points": Written(
            "of a ratio: points of difference, instead of `change`", per_cent=True, of_ratios=True
        ),
    }
    example: ClassVar[str] = "{warning: {fall: 1%, rise: 0.25%, change: 15%}}"
    defaults: ClassVar[Mapping[Severity, Terms]] = {
        severity: LIMITS[severity] for severity in (Severity.CRITICAL, Severity.WARNING)
    }
    days: ClassVar[int] = 28
    takes_rate: ClassVar[bool] = True
    judges_empty_days: ClassVar[bool] = True
    guard: ClassVar[tuple[str, Terms]] = ("seasonal", MILD)

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        if "change" in terms and "points" in terms:
            return "`change` is a fraction of the baseline, `points` is not: write one of them"
        if any(terms.get(side, 0.0) >= 1 for side in ("fall", "rise")):
            return f"a probability is less than 100 %, for example {self.example}"
        return None

    def problem_of_days(self, days: int, needed: int | None) -> str | None:
        if days < ALL_DAYS:
            return f"seasonal compares weeks: days is {ALL_DAYS} or more"
        if needed is not None and needed < ENOUGH_DAYS:
            return f"seasonal needs {ENOUGH_DAYS} days at least"
        return None

    def filled(self, severity: Severity, terms: Terms) -> Terms:
        of_change = () if "points" in terms else ("change",)
        usual = LIMITS[severity]
        return {**{name: usual[name] for name in ("fall", "rise", *of_change)}, **terms}

    def needed(self, days: int) -> int:
        return ENOUGH_DAYS

    def before(
        self, today: date, days: int, step: int, excluded: Callable[[date], bool]
    ) -> tuple[date, ...]:
        """Three times as many days: each is judged by those before it, and an outage by those
        before that. Days that are excluded are among them; the series says that they do not
        teach."""
        return days_before(today, days)

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        """Less likely than said, and a change that matters; or nothing where rows were expected."""
        gauge, size = (CHANGE, terms.get("change"))
        if "points" in terms:
            gauge, size = DIFFERENCE, terms["points"]
        alphas = {-1: terms["fall"], 1: terms["rise"]}
        found = [
            told_apart(one_side(side, two_sided(alphas[side]), gauge, size), SIDES[side])
            for side in direction.sides
        ]
        if direction.falls:
            rows = MISSED_ROWS[severity]
            limit = Limit(">=", rows, Unit.NUMBER, f"{rows:g} rows missed")
            found.append((Term(MISSED.name, limit, Reading.SIGNED, Side.FALL),))
        return Condition(tuple(found))

    def judge(self, asked: Question) -> Finding:
        name, today, series = asked.name, asked.today, asked.series
        if today not in series.values and series.rows.get(today) != 0:
            raise no_value(name, today)
        said = judged(today, series, asked.history)
        if said.days < asked.needed and not said.low:
            refuse_forgotten(asked)
        missed = said.empty.missed if said.empty else 0.0
        if said.empty and said.empty.closed and said.value and not said.low:
            day = weekday(today)
            raise Skipped(f"closed weekday: {name} {shown(said.value)}, and a {day} has no rows")
        if today not in series.values and said.score != -math.inf and missed < ENOUGH_ROWS:
            raise no_value(name, today)
        if series.shares is not None and said.low:
            total = series.shares[today][1]
            raise Skipped(
                f"too few to judge: {shown((said.expected or 0.0) * total)} of {shown(total)} are"
                f" expected for {name} on {today}, {ENOUGH_ROWS:g} are needed"
            )
        if not missed and not said.low and (said.days < asked.needed or said.expected is None):
            raise Skipped(why_not(asked, said))
        text = "; ".join([described(asked, said), *notes(asked, said)])
        brief = f"{name} {shown(said.value)} vs {shown(said.expected or 0.0)}"
        empty = said.empty.run if said.empty else 0
        return Finding(by_name(gauges(asked, said)), text, brief, value=said.value, empty=empty)


def told_apart(terms: tuple[Term, ...], side: Side) -> tuple[Term, ...]:
    """Terms that say on which side they are: of a rise fewer people are woken (`paging`)."""
    return tuple(replace(term, side=side) for term in terms)


def refuse_forgotten(asked: Question) -> None:
    """Raise where there are too few days because rows have been missing for so long."""
    before = {day: n for day, n in asked.series.rows.items() if n and day < asked.today}
    if asked.series.rows.get(asked.today) != 0 or not before:
        return
    last = max(before)
    if (asked.today - last).days > asked.history and median(before.values()) >= ENOUGH_ROWS:
        raise Unmeasured(
            Reason.NO_VALUES,
            f"{asked.name} has had no row since {last}, and too few of the days before are still"
            " read to know what is normal: load the days, or put them in the calendar",
        )


def why_not(asked: Question, said: Day) -> str:
    """Why there is no baseline."""
    if said.days >= asked.needed:
        return f"{asked.name} is not above 0 on most days: judge it by zscore"
    return (
        f"insufficient history: {asked.name} has {counted(said.days, 'day')} to learn from among"
        f" the {asked.history} before {asked.today}, {asked.needed} are needed"
    )


def gauges(asked: Question, said: Day) -> dict[Gauge, float]:
    """The score, where there is one, and the band that the limits draw."""
    found: dict[Gauge, float] = {}
    if said.expected is not None and said.change is not None:
        found = {
            EXPECTED: said.expected,
            CHANGE: said.change,
            DIFFERENCE: settled(said.value - said.expected),
        }
    if said.score is not None:
        found[SCORE] = said.score
    if said.empty is not None:
        found[MISSED] = said.empty.missed
    return found | band(asked, said)


def band(asked: Question, said: Day) -> dict[Gauge, float]:
    """The values at which a fall and a rise become as unlikely as the limits say."""
    found: dict[Gauge, float] = {}
    if said.bound is None or said.expected is None:
        return found
    if asked.direction.falls:
        low = said.bound(asked.mildest["fall"], -1)
        found[LOWER] = min(low, FIFTH * said.expected) if said.short else low
    if asked.direction.rises and not said.short:
        found[UPPER] = said.bound(asked.mildest["rise"], 1)
    return found


def described(asked: Question, said: Day) -> str:
    """`orders: 120 vs expected 210 (151 to 289) of 28 days (z=-4.10, change=-43 %, frac=0.57)`."""
    value = shown(said.value) if asked.today in asked.series.values else "nothing"
    if said.expected is None:
        return f"{asked.name}: {value}"
    if said.low:
        return f"{asked.name}: {value} vs {shown(said.expected)} a day"
    ends = {gauge: shown(end) for gauge, end in band(asked, said).items()}
    text = f"{asked.name}: {value} vs expected {shown(said.expected)}"
    if len(ends) == 2:
        text += f" ({ends[LOWER]} to {ends[UPPER]})"
    elif ends:
        text += f" (at least {ends[LOWER]})" if LOWER in ends else f" (at most {ends[UPPER]})"
    text += f" of {counted(said.days, 'day')}"
    return f"{text} {numbers(said.value, said.expected, said.score, said.change)}"


def notes(asked: Question, said: Day) -> Iterator[str]:
    """What else a reader must know to believe the numbers."""
    empty = said.empty
    if empty is not None and empty.run:
        mean = "" if said.low else f", {shown(empty.mean)} a day before"
        yield f"{counted(empty.run, 'open day')} without a row{mean}"
    elif empty is not None and empty.closed and not said.value:
        yield f"closed weekday: a {weekday(asked.today)} has no rows"
    if said.low:
        yield f"fewer than {ENOUGH_ROWS:g} a day: only a run of empty days speaks"
    elif said.expected is not None and said.short and said.days >= ENOUGH_DAYS:
        yield f"only {counted(said.days, 'day')} of history: {seen_after(asked, said)}"
    if said.moved_by is not None:
        yield (
            f"regime changed: the level since {said.since} is {shown(said.moved_by)} times the"
            " earlier one, and from now on the normal one"
        )
    elif said.fallen:
        days = counted(said.fallen, "day")
        yield f"{days} since {said.since} had fallen, and are judged together with this one"


def seen_after(asked: Question, said: Day) -> str:
    """What a short history shows."""
    low = band(asked, said).get(LOWER)
    return "sees no rises" if low is None else f"sees falls to {shown(low)} and nothing else"
