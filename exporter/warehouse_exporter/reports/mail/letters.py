"""Who is told of which findings: one letter to each owner, and one for what nobody owns.

A finding is the same as before if it is of the same warehouse, day, check, severity and series: a
gate that runs again for the same day has nothing new to tell, unless something got worse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from warehouse_exporter.config.mail import MailSpec, addresses
from warehouse_exporter.core.model import Verdict
from warehouse_exporter.history.model import State, state_of
from warehouse_exporter.reports.made import Report
from warehouse_exporter.server.web.lines import Line
from warehouse_exporter.server.web.page.causes import Cause

TOLD = (State.CRITICAL, State.WARNING)
"""What is worth an e-mail: the exit code and the scheduler tell of what was not measured."""
EVERYBODY = "everybody"
"""Whom a letter is for that goes to `to`."""


@dataclass(frozen=True)
class Letter:
    """What somebody has to know: findings by cause, and the keys by which they are known again.

    `before` counts the findings that the same people were told of earlier.
    """

    whom: str
    to: tuple[str, ...]
    causes: tuple[Cause, ...]
    keys: frozenset[str]
    before: int = 0

    @property
    def state(self) -> State:
        """The worst of it."""
        return min((line.state for line in self.lines), key=list(State).index)

    @property
    def lines(self) -> list[Line]:
        """Its findings, each root cause before what follows from it."""
        return [line for cause in self.causes for line in cause.lines]

    @property
    def id(self) -> str:
        """The same for the same findings to the same people."""
        return digest([*sorted(self.keys), *self.to])


def digest(parts: Iterable[str]) -> str:
    """A short name for some texts, which says nothing about them."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:40]


def keys_of(report: Report, line: Line, to: Collection[str]) -> frozenset[str]:
    """By what the findings of a check are known again, one for each series."""
    view = report.view
    about = (view.config.warehouse.name, str(view.expected(line.id.dataset)), str(line.id), *to)
    return frozenset(
        digest([*about, verdict.outcome.value, json.dumps(labels(verdict), sort_keys=True)])
        for verdict in (line.verdict, *line.others)
        if state_of(verdict) in TOLD
    )


def labels(verdict: Verdict) -> Mapping[str, str]:
    """Which series a verdict is about."""
    return dict(verdict.sample.labels) if verdict.sample else {}


def letters(report: Report, mail: MailSpec, known: Collection[str] = ()) -> list[Letter]:
    """The letters with what is new, given what was told before; none where nothing is."""
    every: dict[tuple[str, ...], tuple[str, list[Cause]]] = {}
    for cause in report.causes:
        for line in cause.lines:
            if line.state in TOLD:
                whom, to = recipient(report, line, mail)
                _, mine = every.setdefault(to, (whom, []))
                if not mine or mine[-1] is not cause:
                    mine.append(cause)
    found = (letter(report, mail, whom, to, mine, known) for to, (whom, mine) in every.items())
    return [one for one in found if one.keys]


def recipient(report: Report, line: Line, mail: MailSpec) -> tuple[str, tuple[str, ...]]:
    """Who is told of a finding: its owner, or everybody's address."""
    address = report.config.owners.get(line.owner, {}).get("email")
    return (line.owner, addresses(address)) if address else (EVERYBODY, mail.to)


def letter(
    report: Report,
    mail: MailSpec,
    whom: str,
    to: tuple[str, ...],
    causes: Iterable[Cause],
    known: Collection[str],
) -> Letter:
    """What is new for one recipient; a cause is told with those of its findings that are theirs."""
    kept, keys, before = [], set[str](), 0
    for cause in causes:
        new = []
        for line in cause.lines:
            if line.state not in TOLD or recipient(report, line, mail)[1] != to:
                continue
            mine = keys_of(report, line, to)
            if mine <= set(known):
                before += 1
                continue
            keys |= mine
            new.append(line)
        if new:
            kept.append(Cause(new[0], explained(cause, new[0]), new[1:]))
    return Letter(whom, to, tuple(kept), frozenset(keys), before)


def explained(cause: Cause, first: Line) -> str:
    """The root cause of somebody else's that findings follow from; '' where there is none."""
    if cause.line is None or cause.line is first:
        return ""
    return f"Follows from {cause.line.id}: {cause.line.sentence}"
