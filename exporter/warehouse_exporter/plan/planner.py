"""Checks -> needs -> statements: a missing column affects only its own check."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.config import Check
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.kinds.shared import untimed, usual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.plan import late_rows
from warehouse_exporter.plan.closed_days import (
    ClosedDaysCache,
    Division,
    Part,
    Prospect,
    files,
    prospect,
)
from warehouse_exporter.plan.fusion import CheckNeed, Statement, fuse
from warehouse_exporter.plan.prepared import Prints

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """The statements of a pass, and the checks that need none."""

    statements: tuple[Statement, ...]
    unmeasured: Mapping[CheckId, Unmeasured | Skipped]
    divisions: Mapping[CheckId, Mapping[str, Division]]


@dataclass(frozen=True)
class Questions:
    """The needs of checks, one by one, and what is known without reading."""

    asked: tuple[CheckNeed, ...]
    unmeasured: Mapping[CheckId, Unmeasured | Skipped]
    divisions: Mapping[CheckId, Mapping[str, Division]]


def make_plan(
    checks: Iterable[Check], views: Mapping[str, DatasetView], kept: ClosedDaysCache | None = None
) -> Plan:
    """The statements that answer the checks; checks whose columns are missing need none.

    Of what is `kept`, only the open days are read again; without it, everything is. Expensive
    checks, and those that cannot be critical, come last: a pass that runs out of time loses them
    first.
    """
    seen = Prints(views)

    def divided(check: Check) -> Mapping[str, Division]:
        if kept is None:
            return undivided(settled(needs_of(check, views)))
        known = kept.prepared.of(check, seen, prospects_of)
        return {name: one.divided(check.id, name, kept) for name, one in known.items()}

    found = questions_of(checks, divided)
    prepared = None if kept is None else (kept.prepared, seen)
    made = sorted(fuse(found.asked, views, prepared), key=lambda s: (s.costly, not s.critical))
    return Plan(tuple(made), found.unmeasured, found.divisions)


def questions_of(
    checks: Iterable[Check], divided: Callable[[Check], Mapping[str, Division]]
) -> Questions:
    """The needs of the checks, before any of them share a statement."""
    asked: list[CheckNeed] = []
    unmeasured: dict[CheckId, Unmeasured | Skipped] = {}
    divisions: dict[CheckId, Mapping[str, Division]] = {}
    for check in checks:
        try:
            mine = divided(check)
            divisions[check.id] = mine
            critical = Severity.CRITICAL in check.kind.conditions()
            asked += [
                CheckNeed(check.id, name, need, part, critical)
                for name, division in mine.items()
                for part, need in division.ask.items()
            ]
        except (Unmeasured, Skipped) as error:
            unmeasured[check.id] = error
        except Exception as error:  # a fault of ours costs one check, never the pass
            log.exception("kind failed", extra={"fields": {"check": check.id}})
            what = f"{type(error).__name__} in {check.kind.kind}"
            unmeasured[check.id] = Unmeasured(Reason.INTERNAL, what)
    return Questions(tuple(asked), unmeasured, divisions)


def whole_questions_of(checks: Iterable[Check], views: Mapping[str, DatasetView]) -> Questions:
    """The needs of the checks over all their rows, with the trees of which they are made."""
    return questions_of(checks, lambda check: undivided(needs_of(check, views)))


def undivided(needs: Mapping[str, Need]) -> dict[str, Division]:
    """All rows are read for each of the needs."""
    return {name: Division(need, {Part.WHOLE: need}) for name, need in needs.items()}


def needs_of(check: Check, views: Mapping[str, DatasetView]) -> dict[str, Need]:
    """The needs of a check, also of closed days that are judged again.

    Raises Skipped where it expects something of days which the calendar excludes, and of no other.
    """
    found = of_the_expected_day(check, views)
    for day, needs in of_late_days(check, views):
        found |= {late_rows.name_of(day, name): need for name, need in needs.items()}
    return found


def of_the_expected_day(check: Check, views: Mapping[str, DatasetView]) -> dict[str, Need]:
    """The needs of a check, and of the rows beside those that it sees. Raises like `needs_of`."""
    own = views[check.id.dataset]
    needs = {**usual.needs_of(check.kind, own), **untimed.needs_of(check.kind, own)}
    for need in needs.values():
        require(need, views[need.dataset])
    expects = check.kind.expects(own)
    if expects and not own.calendar.due(expects):
        raise Skipped(own.calendar.why_not(expects[-1]))
    return needs


def of_late_days(
    check: Check, views: Mapping[str, DatasetView]
) -> Iterator[tuple[date, Mapping[str, Need]]]:
    """The closed days that a check judges again, and its needs of each of them."""
    for day in late_rows.days_of(check, views[check.id.dataset]):
        on_day = late_rows.expecting(day, views)
        yield day, usual.needs_of(check.kind, on_day[check.id.dataset])


def prospects_of(check: Check, views: Mapping[str, DatasetView]) -> dict[str, Prospect]:
    """The needs of a check, each with what must be read of it, as text. Raises like `needs_of`."""
    states = late_rows.days_of(check, views[check.id.dataset])
    found = {
        name: prospect(need, read_for(check, need, views))
        for name, need in settled(of_the_expected_day(check, views)).items()
    }
    for day, needs in of_late_days(check, views):
        for plain, need in settled(needs).items():
            state = (states[day], files(read_for(check, need, views)))
            found[late_rows.name_of(day, plain)] = again(need, state)
    return found


def settled(needs: Mapping[str, Need]) -> dict[str, Need]:
    """The needs with the texts of their cells: each is rendered once, and its tree is let go."""
    return {
        name: need.settled() if isinstance(need, Scan) else need for name, need in needs.items()
    }


def read_for(check: Check, need: Need, views: Mapping[str, DatasetView]) -> list[DatasetView]:
    """The datasets that answer a need, its own first."""
    named = dict.fromkeys((need.dataset, *check.kind.refers_to()))
    times = [of.dataset for one in named if (of := views[one].dataset.through) is not None]
    return [views[one] for one in dict.fromkeys((*named, *times))]


def again(need: Need, state: Hashable) -> Prospect:
    """What must be read of a closed day that is judged again, once for each state of it."""
    return Prospect(need, {Part.CLOSED: need}, {}, (text_of(need), state))


def text_of(need: Need) -> Hashable:
    """The text of a need's request."""
    return need.texts if isinstance(need, Scan) else need


def require(need: Need, view: DatasetView) -> None:
    """Raise Unmeasured where a scan's relation, or the time column it is read by, is not there.

    A count of rows names no column, so nothing else would notice before the statement is written.
    """
    if isinstance(need, Scan):
        view.source(need.days)
