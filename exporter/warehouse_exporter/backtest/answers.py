"""The answers to an inquiry: read in one snapshot, kept by question and day, given by morning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from warehouse_exporter.backtest.questions import Inquiry, Key, Morning, Question
from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.engines.base import Engine, Session
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading, Scan
from warehouse_exporter.passes.collect import NO_RETRY, Collected, answer
from warehouse_exporter.passes.workers import work_off
from warehouse_exporter.plan.closed_days import Division, Part
from warehouse_exporter.plan.decode import Row, readings
from warehouse_exporter.plan.fusion import CheckNeed, Slot, Statement, fuse, narrowed
from warehouse_exporter.plan.planner import Plan

NOT_ANSWERED = Unmeasured(Reason.CANCELED, "not begun")


@dataclass
class History(Collected):
    """What the statements answered; a failure costs the days it is about, and no other.

    `gone` says why the rest was not answered, where the connection broke.
    """

    lost: dict[Key, dict[date | None, Unmeasured]] = field(default_factory=dict)
    gone: Unmeasured = NOT_ANSWERED

    def lose(self, asked: Iterable[CheckNeed], error: Unmeasured) -> None:
        for one in asked:
            mine = self.lost.setdefault((one.check, one.name), {})
            mine.update(dict.fromkeys(days_of(one) or (None,), error))

    def hand_out(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Where a number among the days is none, the other days still have theirs."""
        for slot, (asked, found) in zip(statement.slots, readings(statement, rows), strict=True):
            if not isinstance(found, Unmeasured):
                self.take(asked, found)
            elif slot.days is None or len(slot.days) == 1:
                self.lose([asked], found)
            else:
                singly = (Slot(narrowed(asked, (day,)), slot.places, (day,)) for day in slot.days)
                self.hand_out(replace(statement, slots=tuple(singly)), rows)

    def reading(self, question: Question) -> Reading | Unmeasured:
        """The answer to a question of a morning, or why there is none."""
        days = question.days or (None,)
        lost = self.lost.get(question.key, {})
        for day in days:
            if day in lost:
                return lost[day]
        found = self.parts.get(question.key, {}).get(Part.WHOLE)
        if found is None:
            return self.gone
        if question.days is None:
            return found
        if not found.states.keys() >= set(days):
            return self.gone
        return Reading({day: found.states[day] for day in days})

    def on(self, morning: Morning, inquiry: Inquiry) -> Collected:
        """What a pass of that morning would have gathered."""
        divisions: dict[CheckId, dict[str, Division]] = {}
        gathered = Collected(Plan((), morning.unmeasured, divisions))
        gathered.errors.update(morning.unmeasured)
        for check, questions in morning.asked.items():
            divisions[check] = {}
            for question in questions:
                need = inquiry.need(question)
                divisions[check][question.name] = Division(need, {Part.WHOLE: need})
                found = self.reading(question)
                if isinstance(found, Unmeasured):
                    gathered.errors[check] = found
                else:
                    gathered.take(CheckNeed(check, question.name, need), found)
        return gathered


def days_of(asked: CheckNeed) -> tuple[date, ...] | None:
    """The days a question is about; None where it is not by day."""
    return asked.need.days if isinstance(asked.need, Scan) else None


def read(
    inquiry: Inquiry,
    statements: Sequence[Statement],
    session: Session,
    connector: Engine,
    views: Mapping[str, DatasetView],
    ended: Callable[[str], None],
) -> History:
    """Run the statements; `ended` is called after each. Raises Unreachable if none succeeded."""
    history = History()

    def one(statement: Statement, session: Session) -> None:
        answer(statement, session, views, history)
        ended(label(statement, inquiry))

    def again(statement: Statement, session: Session) -> None:
        answer(statement, session, views, history)

    try:
        history.statements = work_off(statements, session, connector, one)
        singly = list(day_by_day(history, inquiry, views))
        if singly:
            beside = history.statements - session.statements
            history.statements = beside + work_off(singly, session, connector, again)
    except Unreachable as error:
        if not history.answered:
            raise
        history.gone = error
    return history


def label(statement: Statement, inquiry: Inquiry) -> str:
    """What a statement reads, for those who wait for it."""
    days = statement.days
    if days is None:
        return f"{statement.dataset}, {inquiry.asked_on(statement):%Y-%m-%d}"
    return f"{statement.dataset}, {days[0]} to {days[-1]}"


def day_by_day(
    history: History, inquiry: Inquiry, views: Mapping[str, DatasetView]
) -> Iterable[Statement]:
    """Statements over single days for those that failed over many: usually one day has the bad row.

    Without an index each of them would read the whole table.
    """
    wanted: dict[tuple[CheckId, date], list[CheckNeed]] = {}
    for key, lost in history.lost.items():
        asked = inquiry.asked[key]
        if len(lost) < 2 or not views[asked.need.dataset].tells_open_days:
            continue
        for day in [day for day, error in lost.items() if error.reason not in NO_RETRY]:
            if day is not None:
                del lost[day]
                wanted.setdefault((asked.check, day), []).append(narrowed(asked, (day,)))
    for together in wanted.values():
        yield from fuse(together, views)
