"""From what was found out to a whole config, tried on the past days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.core.wording import counted
from warehouse_exporter.discover import business, document_checks
from warehouse_exporter.discover.bounds import Bounds, Stopwatch
from warehouse_exporter.discover.choosing import Chosen
from warehouse_exporter.discover.database import Looked, look
from warehouse_exporter.discover.datasets import dataset
from warehouse_exporter.discover.model import DSN, Proposal
from warehouse_exporter.discover.trying import Tried, tried, valid
from warehouse_exporter.engines.base import Engine, Surveyed

LEAST = 20.0
"""Seconds that trying may always take."""


@dataclass(frozen=True)
class Proposed:
    """A proposal, and what is said about it when it is written."""

    proposal: Proposal
    firing: tuple[str, ...]
    tables: int
    left_out: tuple[str, ...]

    @property
    def summary(self) -> str:
        """How much is in it."""
        made = self.proposal
        parts = [part for one in made.datasets for part in one.checks]
        parts += [*made.metrics.values(), *made.anomalies, *made.queries]
        sure = sum(not part.unsure for part in parts)
        return (
            f"{counted(len(made.datasets), 'dataset')}, {sure:,} checks and metrics:"
            f" {len(parts) - sure} more are uncertain, and commented out"
        )


class Both(Protocol):
    """Receives the progress of the looking, and of the trying, and may stop it."""

    def begin(self, step: Step | str, parts: int) -> None:
        """A step of so many parts begins."""

    def ended(self, what: str) -> None:
        """One part has ended."""

    def stopped(self) -> bool:
        """Whether to do no more."""


def propose(
    connect: Callable[[float], Engine],
    choice: Callable[[Sequence[Surveyed]], Chosen],
    bounds: Bounds,
    as_of: datetime,
    watcher: Both,
) -> Proposed:
    """A config for a database. `connect` makes an engine for passes of so many seconds.

    Raises Unreachable, and UsageError where there is nothing to propose.
    """
    watch = Stopwatch(bounds.seconds)
    looked = look(connect(bounds.seconds), choice, bounds, watch, as_of, watcher)
    made = proposal(looked)
    found = attempt(made, connect(max(watch.left, LEAST)), looked, bounds, as_of, watcher)
    done = replace(found.proposal, head=head(looked, bounds, as_of, found))
    return Proposed(done, found.firing, len(looked.tables), looked.left_out)


def attempt(
    made: Proposal, engine: Engine, looked: Looked, bounds: Bounds, as_of: datetime, watcher: Both
) -> Tried:
    """The proposal tried; as it is where nothing could be read any more."""
    try:
        since = {one.name: one.past.days[0].day for one in looked.tables if one.past is not None}
        return tried(made, engine, as_of, bounds.days, watcher, since)
    except Unreachable:
        return Tried(valid(made)[0], 0)


def proposal(looked: Looked) -> Proposal:
    """The config as it is proposed at first."""
    datasets = tuple(dataset(known, looked) for known in looked.tables)
    full = [known for known in looked.tables if known.sample.rows]
    metrics = business.metrics(full, looked.found.orders)
    zone = str(looked.tables[0].zone) if looked.tables else "UTC"
    return Proposal(
        {"dsn": DSN, "timezone": zone, "statement_timeout": "60s"},
        datasets,
        metrics,
        tuple(business.anomalies(metrics, full)),
        tuple(
            query
            for known in full
            if known.name in looked.found.orders
            for query in document_checks.queries(known, looked.found.orders[known.name])
        ),
        left_out=looked.left_out,
    )


def head(looked: Looked, bounds: Bounds, as_of: datetime, found: Tried) -> tuple[str, ...]:
    """The comment on top of the file."""
    return tuple(lines_of_head(looked, bounds, as_of, found))


def lines_of_head(looked: Looked, bounds: Bounds, as_of: datetime, found: Tried) -> Iterator[str]:
    """Its lines."""
    yield (
        f"Proposed by `warehouse-exporter init --database` on {as_of:%Y-%m-%d %H:%M} UTC, from"
        f" {counted(len(looked.tables), 'table')} of {looked.chosen.all:,}."
        f" It read {bounds.shown}."
    )
    yield (
        "A comment says why each check is there. Anything uncertain is commented out, with the"
        " reason: remove the `# ` to use it. FOUND marks what already looks wrong."
    )
    if found.mornings:
        yield (
            "Each check was run once. Those whose limits do not come from counts by day were also"
            f" judged on the last {counted(found.mornings, 'morning')}: one without a remark"
            " never fired."
        )
    else:
        yield "The checks were not tried on past days: the time was up, or nothing could be read."
    yield "Fill in the owners, then: warehouse-exporter validate --connect --config.file THIS FILE"
