"""Limits that would have had as few false alarms as somebody wishes, and what they still see.

Every finding counts as a false alarm, but for those of days that a human calls real. Of all limits
with few enough of them the one is looked at that fires soonest. A limit that is too loud becomes
that one, unless it would then see nothing. One that is silent enough becomes it only if it then
catches more, and only over enough days to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from warehouse_exporter.backtest.faults import FAULTS
from warehouse_exporter.backtest.knobs import Knob, knobs
from warehouse_exporter.backtest.questions import Inquiry, Morning
from warehouse_exporter.backtest.sensitivity import Tally, can_see, has_rows, with_fault
from warehouse_exporter.backtest.timeline import episodes
from warehouse_exporter.backtest.wishes import Wish, Wishes
from warehouse_exporter.config import Check
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.model import CheckId, Outcome, Result, Severity
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.run import result

MORE = 0.1
"""A share of the days with a fault: less is luck, and no reason for another limit."""
Gauges = tuple[Mapping[str, float], ...]
"""The numbers of each series of a check."""


@dataclass(frozen=True)
class Day:
    """What a check saw on a morning, and what it would have seen of each fault.

    Of a day without rows there are no faults: none of its rows can be missing.
    """

    morning: date
    judged: date
    as_of: datetime
    seen: Gauges
    broken: Mapping[str, Gauges]

    def fires(self, condition: Condition, check: Check, gauges: Gauges) -> bool:
        """Whether a condition is met by numbers that nobody has accepted."""
        known = check.accepted
        return any(
            condition.broken_by(values, self.as_of)
            and not (known is not None and known.covers(values, self.as_of))
            for values in gauges
        )


@dataclass
class Memory:
    """The days of all checks whose limits can be turned."""

    checks: Sequence[Check]
    days: dict[CheckId, list[Day]] = field(default_factory=dict)

    def add(
        self,
        morning: Morning,
        day: date,
        inquiry: Inquiry,
        gathered: Collected,
        views: Mapping[str, DatasetView],
        results: Mapping[CheckId, Result],
    ) -> None:
        """One more morning."""
        for check in self.checks:
            found = results[check.id]
            if found.worst.outcome is Outcome.UNMEASURED or not gauges_of(found):
                continue
            broken: dict[str, Gauges] = {}
            if can_see(check, morning, inquiry) and has_rows(
                check, morning, inquiry, gathered, views
            ):
                for fault in FAULTS:
                    without = with_fault(fault, check, morning, inquiry, gathered, views)
                    if without is not None:
                        again = result(check, views, without, morning.as_of)
                        broken[fault.name] = gauges_of(again)
            judged = views[check.id.dataset].calendar.expected
            one = Day(day, judged, morning.as_of, gauges_of(found), broken)
            self.days.setdefault(check.id, []).append(one)


def gauges_of(found: Result) -> Gauges:
    """The numbers that are judged."""
    samples = (verdict.sample for verdict in found.verdicts)
    return tuple(one.values for one in samples if one is not None and one.skipped is None)


@dataclass(frozen=True)
class Tried:
    """What a limit would have done: false alarms, one for a run of days, and faults caught."""

    value: float
    text: str
    alarms: int
    fired_on: tuple[date, ...]
    caught: Mapping[str, Tally]

    @property
    def blind(self) -> bool:
        """Whether it catches no fault, but by luck."""
        return not any(tally.caught / tally.silent >= MORE for tally in self.caught.values())

    def catches_more_than(self, other: Tried) -> bool:
        """Whether it catches some fault on clearly more days."""
        both = ((tally, other.caught.get(name)) for name, tally in self.caught.items())
        return any(
            than is not None and mine.caught / mine.silent - than.caught / than.silent >= MORE
            for mine, than in both
        )


@dataclass(frozen=True)
class Suggestion:
    """Another value of a knob beside the present one; None with the reason why there is none."""

    knob: Knob
    wish: Wish
    present: Tried
    other: Tried | None
    because: str = ""

    @property
    def lost(self) -> tuple[date, ...]:
        """The mornings on which the present limit fired and the other one would not have."""
        kept = set(self.other.fired_on) if self.other else set(self.present.fired_on)
        return tuple(day for day in self.present.fired_on if day not in kept)


@dataclass(frozen=True)
class Proposed:
    """A check with all that is suggested for it."""

    check: Check
    suggestions: tuple[Suggestion, ...]

    @property
    def changed(self) -> bool:
        """Whether any limit is another one."""
        return any(one.other is not None for one in self.suggestions)


def proposals(memory: Memory, wanted: Wishes, days: int) -> tuple[Proposed, ...]:
    """What is suggested for each check, in the order of the config."""
    return tuple(
        proposed(check, memory.days[check.id], wanted, days)
        for check in memory.checks
        if memory.days.get(check.id)
    )


def proposed(check: Check, seen: Sequence[Day], wanted: Wishes, days: int) -> Proposed:
    """What is suggested for a check: critical first, as a warning must fire before it."""
    found, now = [], check
    for knob in knobs(check):
        wish = wanted.of(knob.severity)
        if wish is None or knob.severity is Severity.INFO:
            continue
        one = suggested(replace(knob, check=now), seen, wish, wanted.real, days)
        found.append(one)
        now = one.knob.at(one.other.value) if one.other else now
    return Proposed(now, tuple(found))


def suggested(
    knob: Knob, seen: Sequence[Day], wish: Wish, real: frozenset[date], days: int
) -> Suggestion:
    """The value of a knob that fires soonest with few enough false alarms.

    A critical limit only becomes later, unless its severity was named: a page must be worth it.
    """
    most = wish.most(days)
    present = tried(knob, knob.present, seen, real)
    must = [one for one in seen if is_real(one, real) and one.morning in present.fired_on]
    best: float | None = None
    late = False
    later_only = knob.severity is Severity.CRITICAL and wish.severity is None
    for value in knob.candidates(numbers(knob, seen)):
        if knob.allowed(value):
            if alarms(knob, value, seen, real) > most:
                break
            best = value
        late = late or not knob.allowed(value)
        if later_only and value == knob.present:
            break
    loud = present.alarms > most
    if best is None:
        why = "it would be later than critical" if late else "none that was tried is silent enough"
        return Suggestion(knob, wish, present, None, f"kept: {why}" if loud else "")
    other = tried(knob, best, seen, real)
    missed = [one.morning for one in must if one.morning not in other.fired_on]
    if missed:
        told = ", ".join(map(str, missed))
        why = f"kept: with fewer false alarms it would miss {told}, which was real"
        return Suggestion(knob, wish, present, None, why)
    if loud and other.blind and not present.blind:
        why = "kept: with fewer false alarms it would catch none of these faults"
        return Suggestion(knob, wish, present, None, why)
    if not loud and not (most and other.catches_more_than(present)):
        return Suggestion(knob, wish, present, None)
    return Suggestion(knob, wish, present, other)


def numbers(knob: Knob, seen: Iterable[Day]) -> list[float]:
    """The numbers that were compared with the limit, also on days with a fault."""
    term = knob.condition(knob.present).alternatives[0][0]
    every = (
        (values, day.as_of)
        for day in seen
        for gauges in (day.seen, *day.broken.values())
        for values in gauges
    )
    return [found for values, at in every if (found := term.value(values, at)) is not None]


def is_real(one: Day, real: frozenset[date]) -> bool:
    """Whether a human says so: of the day judged, or of the morning."""
    return bool(real & {one.morning, one.judged})


def firing(knob: Knob, value: float, seen: Iterable[Day]) -> Iterator[Day]:
    """The days on which it would have fired."""
    condition = knob.condition(value)
    return (one for one in seen if one.fires(condition, knob.check, one.seen))


def alarms(knob: Knob, value: float, seen: Iterable[Day], real: frozenset[date]) -> int:
    """How many false alarms; a run of days is one."""
    fired = firing(knob, value, seen)
    return len(episodes(one.morning for one in fired if not is_real(one, real)))


def tried(knob: Knob, value: float, seen: Sequence[Day], real: frozenset[date]) -> Tried:
    """What a limit with this value would have done."""
    condition, fired = knob.condition(value), list(firing(knob, value, seen))
    loud, caught = {one.morning for one in fired}, dict[str, Tally]()
    for one in (one for one in seen if one.morning not in loud):
        for fault, gauges in one.broken.items():
            caught.setdefault(fault, Tally()).add(one.fires(condition, knob.check, gauges))
    return Tried(
        value,
        knob.text(value),
        len(episodes(one.morning for one in fired if not is_real(one, real))),
        tuple(one.morning for one in fired),
        caught,
    )
