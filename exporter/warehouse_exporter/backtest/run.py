"""Run a backtest: ask for all mornings at once, read one snapshot, judge morning by morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from warehouse_exporter.backtest.answers import History, read
from warehouse_exporter.backtest.messages import Messages, messages
from warehouse_exporter.backtest.pasting import Paste, pastes
from warehouse_exporter.backtest.progress import Step, Watcher
from warehouse_exporter.backtest.questions import Inquiry, Morning
from warehouse_exporter.backtest.sensitivity import Recall, Tally
from warehouse_exporter.backtest.suggesting import Memory, Proposed, proposals
from warehouse_exporter.backtest.timeline import Record, Said
from warehouse_exporter.backtest.wishes import Wishes
from warehouse_exporter.config import Check, Config, Warehouse
from warehouse_exporter.core.closures import Filled
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.model import CheckId, Result
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.closures import closing, learned_of, read_filled
from warehouse_exporter.passes.reader import make_views, relations_of
from warehouse_exporter.passes.run import result
from warehouse_exporter.passes.verdicts import not_measured

SINCE = "not of a past day: what came since would be taken for its future"
LONGEST = 86400.0
"""Seconds that a backtest may take at most."""


@dataclass(frozen=True)
class Backtest:
    """The verdicts of each day, oldest first, all judged at one time of day.

    `changed` has the records of checks under other limits, by the address of the original. What is
    `unmoved` asked the same on every day: the past is lost to it. A `recall` is there where faults
    were injected, and in `untouched` why some checks have none. `proposals` are other limits, with
    as few false alarms as are `wanted`.
    """

    config: Config
    as_of: datetime
    days: tuple[date, ...]
    records: tuple[Record, ...]
    changed: Mapping[CheckId, Record]
    statements: int
    unmoved: frozenset[CheckId] = frozenset()
    recall: Recall | None = None
    changed_recall: Mapping[CheckId, Mapping[str, Tally]] = field(default_factory=dict)
    untouched: Mapping[CheckId, str] = field(default_factory=dict)
    wanted: Wishes | None = None
    proposals: tuple[Proposed, ...] = ()

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets judged."""
        return tuple(dict.fromkeys(record.check.id.dataset for record in self.records))

    @property
    def with_changes(self) -> tuple[Record, ...]:
        """The records, the changed ones in place of their originals."""
        return tuple(self.changed.get(record.check.id, record) for record in self.records)

    @cached_property
    def pastes(self) -> tuple[Paste, ...]:
        """The lines of YAML of what is proposed; the file of the config is read for them."""
        return pastes(self.proposals, self.config)

    @cached_property
    def messages(self) -> Messages:
        """What people would have got."""
        return messages(self.records, self.days, self.config)

    @cached_property
    def changed_messages(self) -> Messages:
        """What people would have got under the other limits."""
        return messages(self.with_changes, self.days, self.config)


@dataclass(frozen=True)
class Past:
    """The requests of every morning, and all answers.

    `filled` says which days have rows, for the closed weekdays that each morning knows of.
    """

    relations: Mapping[tuple[str, ...], Relation]
    inquiry: Inquiry
    asked: Sequence[Morning]
    history: History
    filled: Mapping[str, Filled] = field(default_factory=dict)

    def views(self, config: Config, as_of: datetime) -> dict[str, DatasetView]:
        """Every dataset as its checks saw it at an instant."""
        return seen(config, self.relations, self.filled, as_of)


def seen(
    config: Config,
    relations: Mapping[tuple[str, ...], Relation],
    filled: Mapping[str, Filled],
    as_of: datetime,
) -> dict[str, DatasetView]:
    """Every dataset at an instant, with the closed weekdays that were known by then."""
    views = make_views(config, relations, as_of)
    return closing(views, learned_of(views, filled))


def patient(warehouse: Warehouse, days: int) -> Warehouse:
    """The same warehouse, with the time that so many passes may take: a backtest is as many."""
    return replace(warehouse, pass_timeout=min(warehouse.pass_timeout * days, LONGEST))


def mornings(as_of: datetime, zone: ZoneInfo, count: int) -> tuple[datetime, ...]:
    """The same time of day on the days up to `as_of`, oldest first; days are those of `zone`."""
    local = as_of.astimezone(zone)
    days = [local.date() - timedelta(days=back) for back in reversed(range(count))]
    return tuple(datetime.combine(day, local.timetz()).astimezone(UTC) for day in days)


def day_of(instant: datetime, config: Config) -> date:
    """The business day on which an instant lies."""
    return instant.astimezone(config.warehouse.timezone).date()


def backtest(
    config: Config,
    connector: Engine,
    instants: Sequence[datetime],
    checks: Sequence[Check],
    changed: Mapping[CheckId, Check],
    watcher: Watcher,
    *,
    inject: bool = False,
    wanted: Wishes | None = None,
) -> Backtest:
    """The verdicts of the checks, and of the `changed` ones, at each instant, oldest first.

    Raises Unreachable if nothing can be read.
    """
    aside = {address: under_another_name(check) for address, check in changed.items()}
    past = read_past(config, connector, instants, (*checks, *aside.values()), watcher)
    recall, others = Recall(tuple(checks)), Recall(tuple(aside.values()))
    still = unmoved(past.asked, checks)
    turned = [c for c in checks if wanted and c.kind.in_hindsight and c.id not in still]
    memory = Memory(turned)
    said = judge_past(config, past, [recall, others], watcher, memory, inject=inject)
    return Backtest(
        config,
        instants[-1],
        tuple(day_of(instant, config) for instant in instants),
        tuple(Record(check, said[check.id]) for check in checks),
        {address: Record(changed[address], said[check.id]) for address, check in aside.items()},
        past.history.statements,
        still,
        recall if inject else None,
        {address: others.checks.get(check.id, {}) for address, check in aside.items()},
        recall.without(past.inquiry) if inject else {},
        wanted,
        proposals(memory, wanted, len(instants)) if wanted else (),
    )


def read_past(
    config: Config,
    connector: Engine,
    instants: Sequence[datetime],
    checks: Sequence[Check],
    watcher: Watcher,
) -> Past:
    """Ask for all mornings at once, and read the answers in one snapshot."""
    with connector.snapshot() as session:
        session.careful = True
        relations = session.relations(relations_of(checks, config))
        ends = [make_views(config, relations, at) for at in (instants[0], instants[-1])]
        filled = read_filled(checks, ends, session)
        with session.planning():
            inquiry, asked = ask(config, relations, filled, instants, checks, watcher)
            targets = ends[-1]
            statements = inquiry.statements(targets)
        watcher.begin(Step.READING, len(statements))
        history = read(inquiry, statements, session, connector, targets, watcher.ended)
    return Past(relations, inquiry, asked, history, filled)


def judge_past(
    config: Config, past: Past, recalls: Sequence[Recall], watcher: Watcher, memory: Memory, *,
    inject: bool,
) -> dict[CheckId, dict[date, Said]]:  # fmt: skip
    """Judge the checks of the recalls morning by morning; to `inject`, also every fault.

    What the checks of the memory saw is kept there.
    """
    checks = [check for recall in recalls for check in recall.judged]
    said: dict[CheckId, dict[date, Said]] = {check.id: {} for check in checks}
    watcher.begin(Step.JUDGING, len(past.asked))
    for morning in past.asked:
        if watcher.stopped():
            break
        targets = past.views(config, morning.as_of)
        gathered = past.history.on(morning, past.inquiry)
        last = morning is past.asked[-1]
        results = [
            result(check, targets, gathered, morning.as_of)
            if last or check.kind.in_hindsight
            else Result(check.id, (not_measured(Skipped(SINCE)),), morning.as_of)
            for check in checks
        ]
        now = {
            check.id: Said.of(found, check, targets[check.id.dataset].calendar.expected)
            for check, found in zip(checks, results, strict=True)
        }
        day = day_of(morning.as_of, config)
        for check, one in now.items():
            said[check][day] = one
        by_check = {found.check: found for found in results}
        memory.add(morning, day, past.inquiry, gathered, targets, by_check)
        for recall in recalls if inject else ():
            recall.judge(morning, past.inquiry, gathered, targets, now)
        watcher.ended(f"{day}")
    return said


def ask(
    config: Config,
    relations: Mapping[tuple[str, ...], Relation],
    filled: Mapping[str, Filled],
    instants: Sequence[datetime],
    checks: Sequence[Check],
    watcher: Watcher,
) -> tuple[Inquiry, list[Morning]]:
    """What the checks ask at each instant, and all of it together."""
    inquiry, asked = Inquiry(), []
    watcher.begin(Step.PLANNING, len(instants))
    for instant in instants:
        if watcher.stopped():
            break
        targets = seen(config, relations, filled, instant)
        asked.append(inquiry.morning(checks, targets, instant))
        watcher.ended(f"{day_of(instant, config)}")
    return inquiry, asked


def unmoved(asked: Sequence[Morning], checks: Sequence[Check]) -> frozenset[CheckId]:
    """The checks that had the same requests on all days."""
    return frozenset(
        check.id
        for check in checks
        if len(asked) > 1 and len({morning.asked.get(check.id) for morning in asked}) == 1
    )


def under_another_name(check: Check) -> Check:
    """A check that is judged beside the one whose address it has."""
    return replace(check, id=CheckId(check.id.dataset, f"{check.id.name} --set"))
