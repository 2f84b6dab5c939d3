"""What people are told in a year under the recommended config: pages and tickets, by backtest.

A shop's year is filled in rows, and each morning of it is judged as `backtest` does, with the
paging policy of the config. Some mornings are judged again as if the day had been wrong in every
table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
from warehouse_exporter.backtest.faults import Scaled
from warehouse_exporter.backtest.messages import Message, Replay
from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.questions import Inquiry, Morning
from warehouse_exporter.backtest.run import SINCE, Past, day_of, read_past
from warehouse_exporter.backtest.timeline import Record, Said
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.model import CheckId, Result, Severity
from warehouse_exporter.core.states import State, Total
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading, Scan
from warehouse_exporter.passes.collect import Collected
from warehouse_exporter.passes.run import result
from warehouse_exporter.passes.verdicts import not_measured
from warehouse_exporter.plan.closed_days import Part

from labs.year.faults import ordinary_days
from labs.year.rows import Rows, opened
from labs.year.series import MORNING, Year, days_between
from labs.year.simulator import FIRST, SMALL, Shop, year_of


@dataclass(frozen=True)
class Watched:
    """A shop, of which 6 % of so many sessions a day buy, and how many mornings are lived through.

    Its weekdays and growth are drawn from its seed.
    """

    name: str
    seed: int
    sessions: float
    noise: float
    mornings: int


PEOPLE = (Watched("small", 7000, 300.0, 0.2, 120),)
"""Nothing was chosen on this seed. A morning costs a second or two, and more in a larger shop."""
FAULTS = tuple(Scaled(times) for times in (0.0, 0.2, 0.5, 2.0))
BUILT = ("pipeline", "daily_metrics")
"""Datasets with one row a day: their sums are wrong with the tables they are made of."""
SETTINGS = {"shared_buffers": "256MB", "jit": "off"}
Spoken = tuple[str, str]
"""A severity, and the fault that people are told of."""


@dataclass
class Recalled:
    """Mornings with a fault, those with a message because of it, those with a page, and by what."""

    mornings: int = 0
    told: int = 0
    paged: int = 0
    by: dict[str, int] = field(default_factory=dict)

    def add(self, sent: Mapping[Spoken, str]) -> None:
        """One more morning, and what was sent."""
        self.mornings += 1
        self.told += bool(sent)
        self.paged += any(severity == Severity.CRITICAL.value for severity, _ in sent)
        for check in set(sent.values()):
            self.by[check] = self.by.get(check, 0) + 1


@dataclass(frozen=True)
class People:
    """What was told in a year.

    `findings` has days by check and word, `sent` the messages, and `recall` what came of faults.
    """

    orders: float
    verdicts: int
    mornings: int
    findings: Mapping[str, Mapping[str, int]]
    sent: Sequence[Mapping[str, str]]
    recall: Mapping[str, Recalled]


class Silent:
    """Watches nothing."""

    def begin(self, step: Step, parts: int) -> None:
        """No bar."""

    def ended(self, what: str) -> None:
        """No bar."""

    def stopped(self) -> bool:
        """Never."""
        return False


def year_of_people(of: Watched) -> People:
    """The mornings of a shop, on a server of its own."""
    draw = np.random.RandomState([of.seed, round(1000 * of.noise)])
    shop = replace(Shop.drawn(draw), size=of.sessions, conversion=SMALL.conversion)
    year, last = year_of(shop, of.noise, draw), FIRST + timedelta(days=of.mornings - 1)
    with Postgres(settings=SETTINGS) as server:
        dsn = server.create_database("year")
        with opened(dsn, year, FIRST) as rows:
            rows.until(last)
            with rows.connection, rows.connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            return lived(rows, year, days_between(FIRST, last))


def lived(rows: Rows, year: Year, days: Sequence[date]) -> People:
    """Every morning of the year, and what would have been told of wrong days."""
    config = rows.config.open_days_only()  # a whole table is as it is now, and costs most
    instants = [datetime.combine(day + timedelta(days=1), MORNING) for day in days]
    past = read_past(config, rows.connector, instants, config.checks, Silent())
    people = Mornings(config, past)
    for morning in past.asked:
        people.live(morning)
    return People(
        orders=round(sum(year[day].orders for day in days) / len(days), 1),
        verdicts=people.verdicts,
        mornings=len(past.asked),
        findings={str(check): dict(count) for check, count in people.findings.items()},
        sent=[as_text(one) for one in people.replay.sent],
        recall=people.recall,
    )


def as_text(one: Message) -> dict[str, str]:
    """A message as plain data."""
    return {
        "day": str(one.day), "severity": one.severity.value, "check": str(one.check),
        "datasets": ", ".join(one.datasets),
    }  # fmt: skip


class Mornings:
    """The mornings so far, and what was told."""

    def __init__(self, config: Config, past: Past) -> None:
        """Nothing yet."""
        self.config, self.past = config, past
        self.replay = Replay(config)
        self.findings: dict[CheckId, Counter[str]] = {}
        self.recall = {fault.name: Recalled() for fault in FAULTS}
        self.verdicts = 0
        self.tried = set(ordinary_days())

    def live(self, morning: Morning) -> None:
        """One more morning; first as if its day had been wrong, where that is tried."""
        views = self.past.views(self.config, morning.as_of)
        gathered = self.past.history.on(morning, self.past.inquiry)
        day = day_of(morning.as_of, self.config)
        said = self.said(views, gathered, morning)
        if day - timedelta(days=1) in self.tried:
            ordinary = self.told(self.replay, day, said)
            for fault in FAULTS:
                broken = everywhere(fault, morning, self.past.inquiry, gathered, views)
                told = self.told(self.replay, day, self.said(views, broken, morning))
                new = {what: by for what, by in told.items() if what not in ordinary}
                self.recall[fault.name].add(new)
        for check, one in said.items():
            self.verdicts += 1
            if one.speaks:
                self.findings.setdefault(check, Counter())[one.outcome.shown] += 1
        self.replay.add(day, said, records(self.config.checks, day, said))

    def told(self, replay: Replay, day: date, said: Mapping[CheckId, Said]) -> dict[Spoken, str]:
        """What people would be told anew on a morning with these verdicts, and by which check."""
        told = {incident: set(known) for incident, known in replay.told.items()}
        one = replace(replay, sent=[], before=dict(replay.before), told=told)
        one.add(day, said, records(self.config.checks, day, said))
        return {(sent.severity.value, sent.incident): str(sent.check) for sent in one.sent}

    def said(
        self, views: Mapping[str, DatasetView], gathered: Collected, morning: Morning
    ) -> dict[CheckId, Said]:
        """The verdicts of a morning."""
        found = {}
        for check in self.config.checks:
            one = (
                result(check, views, gathered, morning.as_of)
                if check.kind.in_hindsight
                else Result(check.id, (not_measured(Skipped(SINCE)),), morning.as_of)
            )
            expected = views[check.id.dataset].calendar.expected
            found[check.id] = Said.of(one, check, expected)
        return found


def records(checks: Sequence[Check], day: date, said: Mapping[CheckId, Said]) -> list[Record]:
    """The verdicts of one morning by check."""
    return [Record(check, {day: said[check.id]}) for check in checks]


def everywhere(
    fault: Scaled, morning: Morning, inquiry: Inquiry, gathered: Collected,
    views: Mapping[str, DatasetView],
) -> Collected:  # fmt: skip
    """What every check would have read, had the expected day the fault in every table."""
    broken = replace(gathered, parts=dict(gathered.parts))
    for check, questions in morning.asked.items():
        for question in questions:
            need, at = inquiry.need(question), (check, question.name)
            if at not in gathered.parts or not isinstance(need, Scan) or need.days is None:
                continue
            found, day = gathered.parts[at][Part.WHOLE], views[need.dataset].calendar.expected
            state = found.states.get(day)
            wrong = None if state is None else of_table(fault, state, need)
            if wrong is not None:
                broken.parts[at] = {Part.WHOLE: Reading({**found.states, day: wrong})}
    return broken


def of_table(fault: Scaled, state: State, need: Scan) -> State | None:
    """The state of a wrong day; None where the fault means nothing to it."""
    if need.dataset not in BUILT:
        return fault.on(state, need.cells)
    if need.dataset == "daily_metrics" and isinstance(state, Total) and state.total is not None:
        total = state.total * fault.factor
        money = any("revenue" in text for text in need.texts)
        return replace(state, total=total if money else float(round(total)))
    return None
