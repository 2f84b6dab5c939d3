"""A proposal tried on the past days, by the code of a backtest: what cannot be kept is unsure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from warehouse_exporter.backtest.progress import Watcher
from warehouse_exporter.backtest.run import Backtest, backtest, mornings
from warehouse_exporter.backtest.timeline import Record, in_words
from warehouse_exporter.backtest.timeline import episodes as runs
from warehouse_exporter.config.load import parse
from warehouse_exporter.config.model import Check, Config
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.discover.model import Proposal, Proposed
from warehouse_exporter.discover.writing import text_of
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.kinds.query import Query

Place = tuple[str | int, ...]
"""Where a part is: ("datasets", name, number among its checks), ("metrics", name), ..."""
EXPECTED = 28
"""Of so many mornings, a check may fire on one by chance."""
PART = re.compile(r"[^.\[\]]+|\[\d+\]")
ROUNDS = 5
FOUND = "FOUND"
"""Marks what already looks wrong."""
COUNTED = (
    "completeness", "absent_day", "rows", "volume", "missing_days", "deadline", "freshness",
    "duplicates", "accepted_values", "orphans", "future_rows", "required_columns",
    "impossible_sequence",
    "column_types", "new_columns",
)  # fmt: skip
"""Kinds whose limits come from the counted days themselves: they are tried once, now."""
HOME = {"WAREHOUSE_DSN": "dbname=unused"}


@dataclass(frozen=True)
class Tried:
    """A proposal after it was tried: how many checks fire now, and on how many mornings tried."""

    proposal: Proposal
    mornings: int
    firing: tuple[str, ...] = field(default=())


def tried(
    proposal: Proposal,
    engine: Engine,
    as_of: datetime,
    days: int,
    watcher: Watcher,
    since: Mapping[str, date],
) -> Tried:
    """The proposal without what cannot be measured, or would fire too often.

    `since` has the first day of each dataset: before it, a check fires on nothing that was there.
    Raises Unreachable where nothing at all could be read.
    """
    proposal, config = valid(proposal)
    config = replace(config, warehouse=engine.warehouse)
    if not config.checks:
        return Tried(proposal, 0)
    today = backtest(config, engine, [as_of], config.checks, {}, watcher)
    moving = [
        check for check in config.checks if check.kind.kind not in COUNTED and is_daily(check)
    ]
    found = [today]
    instants = mornings(as_of, config.warehouse.timezone, max(days, 1))
    if moving and not watcher.stopped():
        found.append(backtest(config, engine, instants, moving, {}, watcher))
    done = judged(proposal, found, since)
    return Tried(done, len(instants), firing(valid(done)[1], today))


def is_daily(check: Check) -> bool:
    """Whether a check may fire on one day and not on another.

    Over all rows it does not, unless these are held against what is usual on a day.
    """
    if isinstance(check.kind, Query):
        return ":day" in check.kind.sql or ":as_of" in check.kind.sql
    by_day = check.kind.window != "all" or getattr(check.kind, "beyond_usual", False)
    return by_day and check.kind.in_hindsight and check.worst_severity is not None


def firing(config: Config, today: Backtest) -> tuple[str, ...]:
    """What the checks that are kept find now, a sentence each."""
    kept = {check.id for check in config.checks}
    return tuple(
        f"{record.check.id}: {now.text}"
        for record in today.records
        if record.check.id in kept
        for now in [record.said[today.days[-1]]]
        if now.outcome in (Outcome.CRITICAL, Outcome.WARNING) and now.speaks
    )


def valid(proposal: Proposal) -> tuple[Proposal, Config]:
    """A proposal that is a config: a part with which it is not one is commented out.

    Raises ConfigError where that does not help.
    """
    for _ in range(ROUNDS):
        try:
            return proposal, parse(text_of(proposal), "the proposal", HOME)
        except ConfigError as error:
            wrong = {place(problem.path): problem.message for problem in error.problems}
            known = {at: text for at, text in wrong.items() if at is not None}
            if not known:
                raise
            proposal = changed(proposal, partial(refused, known))
    return proposal, parse(text_of(proposal), "the proposal", HOME)


def refused(wrong: Mapping[Place, str], at: Place, one: Proposed) -> Proposed:
    """A part that the config does not take."""
    return replace(one, unsure=f"the config does not take it: {wrong[at]}") if at in wrong else one


def place(path: str) -> Place | None:
    """The place of a problem by its dotted path; None where it is not in a single part."""
    parts = [int(part[1:-1]) if part.startswith("[") else part for part in PART.findall(path)]
    return part_of(parts)


def part_of(path: Sequence[str | int]) -> Place | None:
    """The place of the part that a path of the config leads into."""
    if path[:1] == ["datasets"] and len(path) > 3 and path[2] == "checks":
        return ("datasets", path[1], path[3])
    if len(path) > 1 and path[0] in ("metrics", "anomalies", "queries"):
        return (path[0], path[1])
    return None


Change = Callable[[Place, Proposed], Proposed]


def changed(proposal: Proposal, change: Change) -> Proposal:
    """The proposal with every part that is not unsure changed."""

    def listed(parts: Sequence[Proposed], *before: str) -> tuple[Proposed, ...]:
        made, number = [], 0
        for one in parts:
            made.append(one if one.unsure else change((*before, number), one))
            number += not one.unsure
        return tuple(made)

    return replace(
        proposal,
        datasets=tuple(
            one if one.unsure else replace(one, checks=listed(one.checks, "datasets", one.name))
            for one in proposal.datasets
        ),
        metrics={
            name: one if one.unsure else change(("metrics", name), one)
            for name, one in proposal.metrics.items()
        },
        anomalies=listed(proposal.anomalies, "anomalies"),
        queries=listed(proposal.queries, "queries"),
    )


def judged(proposal: Proposal, tests: Sequence[Backtest], since: Mapping[str, date]) -> Proposal:
    """What the past days say of each part."""
    records: dict[Place, list[tuple[Record, Backtest]]] = {}
    for found in tests:
        for record in found.records:
            at = part_of(list(record.check.path))
            if at is not None:
                records.setdefault(at, []).append((record, found))

    def change(at: Place, one: Proposed) -> Proposed:
        for record, found in records.get(at, ()):
            one = of_record(one, record, found, since.get(record.check.id.dataset))
            if one.unsure:
                break
        return one

    return changed(proposal, change)


def of_record(one: Proposed, record: Record, found: Backtest, since: date | None) -> Proposed:
    """What the past days of one check say of its part."""
    now = record.said.get(found.days[-1])
    if now is None or now.outcome is Outcome.UNMEASURED:
        return replace(one, unsure=f"it cannot be measured: {now.text if now else 'not tried'}")
    # The first day may be cut short, and is judged on the morning after it.
    fired = [day for day in record.fired_on if since is None or (day - since).days > 2]
    if not fired:
        return one
    if one.guess:
        return replace(one, unsure=f"it fires on past days: {now.text or in_words(runs(fired))}")
    if len(found.days) == 1:
        return more(one, f"{'It' if FOUND in one.why else 'FOUND: it'} fires now: {now.text}")
    text = f"it would have fired on {len(fired)} of the last {len(found.days)} mornings"
    text += f" ({in_words(runs(fired)[-5:])})"
    many = len(fired) > -(-len(found.days) // EXPECTED)
    if many and FOUND not in one.why:
        return replace(one, unsure=f"{text}: choose another limit")
    return more(one, f"{text[0].upper()}{text[1:]}")


def more(one: Proposed, text: str) -> Proposed:
    """A part with one more sentence about it."""
    return replace(one, why=f"{one.why}. {text}" if one.why else text)
