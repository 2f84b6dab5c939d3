"""Checks -> needs -> statements: a missing column affects only its own check."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from warehouse_exporter.config import Check
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.kinds.shared import untimed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.plan import late_rows
from warehouse_exporter.plan.closed_days import ClosedDaysCache, Division, Part, divide, files
from warehouse_exporter.plan.fusion import CheckNeed, Statement, fuse

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
    found = questions_of(checks, views, kept)
    made = sorted(fuse(found.asked, views), key=lambda s: (s.costly, not s.critical))
    return Plan(tuple(made), found.unmeasured, found.divisions)


def questions_of(
    checks: Iterable[Check], views: Mapping[str, DatasetView], kept: ClosedDaysCache | None = None
) -> Questions:
    """The needs of the checks, before any of them share a statement."""
    asked: list[CheckNeed] = []
    unmeasured: dict[CheckId, Unmeasured | Skipped] = {}
    divisions: dict[CheckId, Mapping[str, Division]] = {}
    for check in checks:
        try:
            divided = divisions_of(check, views, kept)
            divisions[check.id] = divided
            critical = Severity.CRITICAL in check.kind.conditions()
            asked += [
                CheckNeed(check.id, name, need, part, critical)
                for name, division in divided.items()
                for part, need in division.ask.items()
            ]
        except (Unmeasured, Skipped) as error:
            unmeasured[check.id] = error
        except Exception as error:  # a fault of ours costs one check, never the pass
            log.exception("kind failed", extra={"fields": {"check": check.id}})
            what = f"{type(error).__name__} in {check.kind.kind}"
            unmeasured[check.id] = Unmeasured(Reason.INTERNAL, what)
    return Questions(tuple(asked), unmeasured, divisions)


def divisions_of(
    check: Check, views: Mapping[str, DatasetView], kept: ClosedDaysCache | None
) -> dict[str, Division]:
    """The needs of a check, each with what must be read of it.

    Raises Skipped where it expects something of days which the calendar excludes, and of no other.
    """
    found, own = {}, views[check.id.dataset]
    needs = {**check.kind.needs(own), **untimed.needs_of(check.kind, own)}
    for need in needs.values():
        require(need, views[need.dataset])
    expects = check.kind.expects(own)
    if expects and not own.calendar.due(expects):
        raise Skipped(own.calendar.why_not(expects[-1]))
    for name, need in needs.items():
        if kept is None:
            found[name] = Division(need, {Part.WHOLE: need})
            continue
        found[name] = divide(check.id, name, need, read_for(check, need, views), kept)
    for day, state in late_rows.days_of(check, own).items():
        on_day = late_rows.expecting(day, views)
        for plain, need in check.kind.needs(on_day[own.dataset.name]).items():
            name, read = late_rows.name_of(day, plain), read_for(check, need, views)
            found[name] = again(check.id, name, need, (state, files(read)), kept)
    return found


def read_for(check: Check, need: Need, views: Mapping[str, DatasetView]) -> list[DatasetView]:
    """The datasets that answer a need, its own first."""
    return [views[one] for one in dict.fromkeys((need.dataset, *check.kind.refers_to()))]


def again(
    check: CheckId, name: str, need: Need, state: Hashable, kept: ClosedDaysCache | None
) -> Division:
    """What must be read of a closed day that is judged again, once for each state of it."""
    if kept is None:
        return Division(need, {Part.WHOLE: need})
    key = (text_of(need), state)
    found = kept.recall(check, name, key)
    return Division(need, {Part.CLOSED: need} if found is None else {}, key, found)


def text_of(need: Need) -> Hashable:
    """The text of a need's request."""
    return need.texts if isinstance(need, Scan) else need


def require(need: Need, view: DatasetView) -> None:
    """Raise Unmeasured where a scan's relation, or the time column it is read by, is not there.

    A count of rows names no column, so nothing else would notice before the statement is written.
    """
    if isinstance(need, Scan):
        view.source(need.days)
