"""Closed days are read once: their answers are cached, and a pass reads only the open days.

The expected day and later days are open. An answer is cached by check and by the text of its
request, which contains the first open day. So it is read again when that day moves on, once a day,
and when the check or the file of a relation changes. A warning or critical finding that may be
about closed days is not cached, because its rows are about to be repaired. Without the cache,
everything is read.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from warehouse_exporter.core.closures import Filled
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.states import merged
from warehouse_exporter.core.wording import counted
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Reading, Rows, Scan
from warehouse_exporter.plan.prepared import Prepared
from warehouse_exporter.sql.words import render

NOTHING: Mapping[str, tuple[Hashable, Reading]] = {}


class Part(Enum):
    """Which rows a statement reads for a need."""

    WHOLE = "all"
    CLOSED = "those of closed days"
    OPEN = "those of open days"
    BOTH = "all, and those of closed days apart"


class ClosedDaysCache:
    """The answers of closed days, by check and need."""

    def __init__(self) -> None:
        self._found: dict[CheckId, dict[str, tuple[Hashable, Reading]]] = {}
        self.filled: dict[str, tuple[object, Filled]] = {}
        """Which past days of each dataset have rows, with what the question depended on."""
        self.prepared: Prepared[Mapping[str, Prospect]] = Prepared()
        """What was planned for each check; it goes with the answers, and is made again."""

    def recall(self, check: CheckId, name: str, key: Hashable) -> Reading | None:
        """The cached answer to a need, if it was requested in exactly this way."""
        found = self._found.get(check, NOTHING).get(name)
        return found[1] if found is not None and found[0] == key else None

    def keep(self, check: CheckId, name: str, key: Hashable, reading: Reading) -> None:
        """Cache an answer in place of the previous one."""
        self._found.setdefault(check, {})[name] = key, reading

    def forget(self, checks: Collection[CheckId]) -> None:
        """Forget some checks, so that their closed days are read again."""
        for check in checks:
            self._found.pop(check, None)

    def only(self, checks: Collection[CheckId]) -> ClosedDaysCache:
        """A new cache, with the answers of some checks."""
        other = ClosedDaysCache()
        kept = {check: self._found.get(check) for check in checks}
        other._found = {check: dict(found) for check, found in kept.items() if found}
        return other


@dataclass(frozen=True)
class Division:
    """A need, what must be read for it now, and what is cached of it under its key."""

    need: Need
    ask: Mapping[Part, Need]
    key: Hashable = None
    kept: Reading | None = None

    def to_keep(self, part: Part, reading: Reading) -> Reading | None:
        """What can be cached of a part that was read: nothing if it has NaN or infinity."""
        if part is Part.CLOSED:
            return reading
        if part is Part.BOTH:
            with suppress(Unmeasured):
                return Reading({None: self._two_states(reading)[0]})
        return None

    def answer(self, parts: Mapping[Part, Reading]) -> Reading:
        """The whole answer from its parts. Raises Unmeasured for NaN and infinity."""
        if Part.WHOLE in parts:
            return parts[Part.WHOLE]
        if Part.BOTH in parts:
            return Reading({None: self._two_states(parts[Part.BOTH])[1]})
        closed = self.kept or parts[Part.CLOSED]
        still = parts[Part.OPEN] if Part.OPEN in self.ask else None
        if still is None:
            return closed
        if isinstance(self.need, Probe):
            before, after = self._two_states(still)
            known: Any = closed.states[None]
            return Reading({None: known - before + after})
        if isinstance(self.need, Scan) and self.need.days is not None:
            return Reading({**closed.states, **still.states})
        both: Any = merged([closed.states[None], still.states[None]])
        return Reading({None: both})

    def _two_states(self, reading: Reading) -> tuple[Any, Any]:
        """The states over closed rows and over all rows, from one row that has both."""
        if len(reading.rows) != 1:
            raise Unmeasured(Reason.RESULT, f"{counted(len(reading.rows), 'row')} instead of one")
        cells, state = tuple(reading.rows[0].values()), self.need.state
        middle = len(cells) // 2
        assert state is not None
        return state.of(cells[:middle]), state.of(cells[middle:])


@dataclass(frozen=True)
class Prospect:
    """A need, and what must be read for it where the answer to its key is known, and where not."""

    need: Need
    unknown: Mapping[Part, Need]
    known: Mapping[Part, Need] = field(default_factory=dict)
    key: Hashable = None

    def divided(self, check: CheckId, name: str, kept: ClosedDaysCache) -> Division:
        """What must be read now, besides what is cached."""
        found = None if self.key is None else kept.recall(check, name, self.key)
        ask = self.unknown if found is None else self.known
        return Division(self.need, ask, self.key, found)


def prospect(need: Need, views: Collection[DatasetView]) -> Prospect:
    """What must be read to answer a need, whether something of it is cached or not.

    `views` are the datasets it reads, its own first. Raises Unmeasured for what is missing.
    """
    view, *_ = views
    if isinstance(need, Probe) and need.settled:
        return Prospect(need, {Part.CLOSED: need}, {}, (need.sql, files(views)))
    if isinstance(need, Probe) and need.parts is not None:
        both, still = (Probe(need.dataset, sql) for sql in (need.parts.both, need.parts.open))
        same = (need.parts.both, files(views))
        return Prospect(need, {Part.BOTH: both}, {Part.OPEN: still}, same)
    if not isinstance(need, Scan) or not view.tells_open_days:
        return Prospect(need, {Part.WHOLE: need})
    if need.days is None and not view.tells_open_rows:
        return Prospect(need, {Part.WHOLE: need})
    closed, still_open = halves(need, view)
    if closed is None:
        return Prospect(need, {Part.WHOLE: need})
    ask: dict[Part, Need] = {} if still_open is None else {Part.OPEN: still_open}
    early = render(view.closed_rows())
    key = (closed.days, early, need.state, need.texts, files(views))
    return Prospect(need, {Part.CLOSED: closed, **ask}, ask, key)


def halves(need: Scan, view: DatasetView) -> tuple[Scan | None, Scan | None]:
    """A scan over the closed days, and over the open ones; None where there is no such day."""
    if need.days is None:
        return replace(need, rows=Rows.CLOSED), replace(need, rows=Rows.OPEN)
    still = view.open_days(need.days)
    closed = tuple(day for day in need.days if day not in still)
    return (
        replace(need, days=closed) if closed else None,
        replace(need, days=still) if still else None,
    )


def files(views: Collection[DatasetView]) -> tuple[Hashable, ...]:
    """The files of relations, and which of their rows: a rebuilt one is read again."""
    known = [(view.relation, view.dataset) for view in views if view.relation is not None]
    return tuple((relation.file, dataset.filter, dataset.through) for relation, dataset in known)
