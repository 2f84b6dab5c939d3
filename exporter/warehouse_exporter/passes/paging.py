"""Who is paged: the one rule that alerts, Grafana's expressions and backtests go by.

A verdict is what is wrong; this is how loudly people are told. Exit codes, pages and reports show
verdicts, and know nothing of it. `config.paging` says it in words:

- A critical finding pages, a warning is a ticket.
- A rise of a baseline that tells falls from rises (`seasonal`) is a ticket at most. A double load,
  which must page, is found by exact checks.
- Falls of such baselines that are tickets page together, if they are in several datasets on the
  same day: one of them is likely to be chance, several are not. What a page has told already does
  not count: neither a dataset that pages for a fall, nor a fall that follows from a critical
  finding. A critical fall that begins with them explains them: it has woken somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.limits import Condition, Side, Term
from warehouse_exporter.core.model import Severity, Verdict

T = TypeVar("T")
TOGETHER = "falls"
"""The incident of falls that page together."""


def told_as(severity: Severity, side: Side | None, config: Config) -> Severity:
    """The severity with which people are told of a finding on a side."""
    softer = side is Side.RISE and config.paging.rises == "ticket"
    return Severity.WARNING if softer and severity is Severity.CRITICAL else severity


def notifying(check: Check, config: Config) -> Mapping[Severity, Condition]:
    """When people are told with each severity, worst first: what the rules of alerts state."""
    known: Mapping[Severity, Condition] | None = config.derived.get((notifying, check.id))
    if known is None:
        known = config.derived[notifying, check.id] = conditions_told(check, config)
    return known


def conditions_told(check: Check, config: Config) -> Mapping[Severity, Condition]:
    """The same, worked out anew."""
    found: dict[Severity, list[tuple[Term, ...]]] = {}
    moved: list[tuple[Severity, tuple[Term, ...]]] = []
    for severity, condition in check.kind.conditions().items():
        for terms in condition.alternatives:
            told = told_as(severity, terms[0].side, config)
            if told is severity:
                found.setdefault(severity, []).append(terms)
            else:
                moved.append((told, terms))
    for told, terms in moved:
        own = found.setdefault(told, [])
        if not Condition(tuple(own)).covers(terms):
            own.append(terms)
    return {one: Condition(tuple(found[one])) for one in Severity if one in found}


def rises_softly(check: Check, config: Config) -> bool:
    """Whether people are told of a critical rise as of a warning."""
    worst = check.kind.conditions().get(Severity.CRITICAL)
    softened = told_as(Severity.CRITICAL, Side.RISE, config) is not Severity.CRITICAL
    return softened and worst is not None and worst.on(Side.RISE) is not None


def falling(config: Config) -> list[Check]:
    """The checks that may find a fall that is a ticket."""
    found = ((check, notifying(check, config).get(Severity.WARNING)) for check in config.checks)
    return [check for check, told in found if told is not None and told.on(Side.FALL)]


def spoken_as(told: Severity, check: Check, config: Config) -> list[Severity]:
    """The severities of the verdicts that people may be told of with one severity."""
    sides = {term.side for one in check.kind.conditions().values() for term in one.terms}
    return [
        given for given in Severity if any(told_as(given, side, config) is told for side in sides)
    ]


def side_of(check: Check, verdict: Verdict, as_of: datetime) -> Side | None:
    """On which side a finding is; None where its limits tell no sides apart."""
    if verdict.severity is None or verdict.sample is None:
        return None
    broken = check.kind.conditions()[verdict.severity].broken_by(verdict.sample.values, as_of)
    return broken[0].side if broken else None


def together(fell: Iterable[tuple[str, date, T]], config: Config) -> list[T]:
    """Of falls that nobody was paged for, by dataset and day, those that page together."""
    least, every = config.paging.falls_together, list(fell)
    if least is None:
        return []
    datasets: dict[date, set[str]] = {}
    for dataset, day, _ in every:
        datasets.setdefault(day, set()).add(dataset)
    return [one for _, day, one in every if len(datasets[day]) >= least]
