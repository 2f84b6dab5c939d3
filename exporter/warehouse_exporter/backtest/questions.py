"""The requests of many days, combined: a day is read once, however many mornings need it.

Every morning has the requests of a pass on that morning. Scans that differ only in their days
become one; equal lookups, probes and scans of a whole table run once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from warehouse_exporter.config import Check
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Probe, Scan
from warehouse_exporter.plan.fusion import CheckNeed, Statement, fuse
from warehouse_exporter.plan.planner import whole_questions_of

Key = tuple[CheckId, str]
"""A check, and one of its requests."""
Days = tuple[date, ...]


@dataclass(frozen=True)
class Question:
    """One need of a check on one morning: which answer it takes, and which days of it."""

    name: str
    key: Key
    days: Days | None


@dataclass(frozen=True)
class Morning:
    """The instant of a judgement, what its checks ask, and what is known without asking."""

    as_of: datetime
    asked: Mapping[CheckId, tuple[Question, ...]]
    unmeasured: Mapping[CheckId, Unmeasured | Skipped]


@dataclass
class Inquiry:
    """The requests of all mornings, each different one once.

    `first` has the first morning with it.
    """

    asked: dict[Key, CheckNeed] = field(default_factory=dict)
    first: dict[Key, datetime] = field(default_factory=dict)
    _days: dict[Key, set[date]] = field(default_factory=dict)
    _names: dict[tuple[Any, ...], str] = field(default_factory=dict)
    _variants: dict[Key, int] = field(default_factory=dict)

    def morning(
        self, checks: Iterable[Check], views: Mapping[str, DatasetView], as_of: datetime
    ) -> Morning:
        """Take in what the checks ask on a morning."""
        found = whole_questions_of(checks, views)
        asked: dict[CheckId, list[Question]] = {check: [] for check in found.divisions}
        for one in found.asked:
            days = one.need.days if isinstance(one.need, Scan) else None
            asked[one.check].append(Question(one.name, self._take(one, days, as_of), days))
        by_check = {check: tuple(questions) for check, questions in asked.items()}
        return Morning(as_of, by_check, found.unmeasured)

    def _take(self, asked: CheckNeed, days: Days | None, as_of: datetime) -> Key:
        """The key of a request; a new one for a new request."""
        text = (asked.check, asked.name, *text_of(asked.need))
        if text not in self._names:
            same = (asked.check, asked.name)
            variant = self._variants[same] = self._variants.get(same, 0) + 1
            self._names[text] = f"{asked.name} ({variant})"
        key = asked.check, self._names[text]
        if key not in self.asked:
            self.asked[key], self.first[key] = replace(asked, name=key[1]), as_of
        if days is not None:
            self._days.setdefault(key, set()).update(days)
        return key

    def need(self, question: Question) -> Need:
        """The requests of a morning, by its own days."""
        need = self.asked[question.key].need
        return replace(need, days=question.days) if isinstance(need, Scan) else need

    def statements(self, views: Mapping[str, DatasetView]) -> list[Statement]:
        """As few statements as the questions allow; single values of one morning go together."""
        scans, probes = [], []
        lookups: dict[datetime, list[CheckNeed]] = {}
        for key, one in self.asked.items():
            if isinstance(one.need, Scan):
                scans.append(self._whole(key, one))
            elif isinstance(one.need, Lookup):
                lookups.setdefault(self.first[key], []).append(one)
            else:
                probes.append(one)
        found = [*fuse(scans, views)]
        for together in lookups.values():
            found += fuse(together, views)
        return [*found, *fuse(probes, views)]

    def _whole(self, key: Key, asked: CheckNeed) -> CheckNeed:
        """The request over all days that any morning needs."""
        if key not in self._days:
            return asked
        assert isinstance(asked.need, Scan)
        return replace(asked, need=replace(asked.need, days=tuple(sorted(self._days[key]))))

    def asked_on(self, statement: Statement) -> datetime:
        """The morning that asked the first question of a statement first."""
        asked = statement.slots[0].asked
        return self.first[asked.check, asked.name]


def text_of(need: Need) -> tuple[Any, ...]:
    """The text of a request without its days; equal texts have equal answers."""
    if isinstance(need, Scan):
        return need.dataset, need.state, need.texts, need.rows, need.days is None
    if isinstance(need, Lookup):
        return need.dataset, need.state, need.subqueries
    assert isinstance(need, Probe)
    return need.dataset, need.state, need.sql
