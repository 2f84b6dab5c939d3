"""`accept:` of the checks, with the instant at which it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from warehouse_exporter.config.document import Document
from warehouse_exporter.config.model import Check, Config
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.calendar import ONE_DAY, day_start


def accepting(checks: Iterable[Check], zone: ZoneInfo, document: Document) -> Iterator[Check]:
    """The checks, each with what is accepted of it; the last day ends in the warehouse's zone."""
    for check in checks:
        given = check.kind.accept
        if given is None:
            yield check
            continue
        path = (*check.path, "accept")
        if check.worst_severity is None:
            document.complain(path, f"{check.id} has no limit: there is no finding to accept")
        ends = day_start(given.until + ONE_DAY, zone)
        beyond, place = check.kind.beyond_accepted(), document.place(path)
        yield replace(check, accepted=Accepted(given.until, given.reason, ends, beyond, place))


def expired(config: Config, now: datetime) -> Iterator[str]:
    """A warning for each acceptance that has ended, with its place: remove it, or renew it."""
    seen = set()
    for check in config.checks:
        given = check.accepted
        if given is not None and given.ended(now) and check.path not in seen:
            seen.add(check.path)
            yield (
                f"{given.place}: accept of {check.id} expired on {given.until}: its"
                " findings are loud again; remove it, or write a later day"
            )
