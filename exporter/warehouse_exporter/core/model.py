"""The values that the parts exchange: frozen, and without I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.closures import Learned
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.nouns import Noun
from warehouse_exporter.core.objective import Objective

NO_LABELS: Mapping[str, str] = MappingProxyType({})


class Severity(StrEnum):
    """How urgent a finding is: critical pages, warning is a ticket, info is only shown."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Outcome(StrEnum):
    """The five outcomes of a check, worst first."""

    CRITICAL = "critical"
    UNMEASURED = "unmeasured"
    WARNING = "warning"
    SKIPPED = "skipped"
    PASS = "pass"

    @property
    def shown(self) -> str:
        """The word in tables and on pages."""
        return SHOWN[self]


SHOWN = {
    Outcome.CRITICAL: "FAIL",
    Outcome.UNMEASURED: "UNKNOWN",
    Outcome.WARNING: "WARN",
    Outcome.SKIPPED: "SKIP",
    Outcome.PASS: "PASS",
}
NUMBERS = {
    Outcome.PASS: 0,
    Outcome.SKIPPED: 1,
    Outcome.WARNING: 2,
    Outcome.UNMEASURED: 3,
    Outcome.CRITICAL: 4,
}
"""The number of each outcome in `warehouse_check_outcome`: the larger, the worse."""
RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


SIX = dt.time(6)
"""The default of `expect_by`: yesterday is complete by then, in the warehouse's time zone."""


@dataclass(frozen=True)
class Through:
    """Where rows without a time of their own have it: in a column of another dataset.

    `by` are the own columns that name its row, and `key` those of the other dataset, in one order.
    """

    dataset: str
    column: str
    by: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the time is called among the columns of the dataset, and in messages."""
        return f"{self.dataset}.{self.column}"


class Select(tuple[str, ...]):
    """A SELECT of the owner's in the place of a relation's name; its text is the only part."""

    __slots__ = ()


@dataclass(frozen=True)
class Dataset:
    """A relation that is checked, as the config describes it; it may be a `Select`.

    `unparsable` is the share of its rows whose time may be text that is not a time, or infinite.
    Only the rows for which `filter` is true are the dataset. With `through`, `time` is not one of
    its columns, but the name of the time that it has from another dataset.
    Weekdays on which it is `closed` are "learned" or "never"; None: where an index finds its days.
    `run` is the column by which the runs of a log are told apart, and `given_run` the run to judge
    in place of the newest one. `budget` is how many seconds of the warehouse's work its checks may
    take in an hour; None for any.
    """

    name: str
    relation: tuple[str, ...]
    time: str | None = None
    key: tuple[str, ...] = ()
    loaded: str | None = None
    filter: str | None = None
    through: Through | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    owner: str | None = None
    depends_on: tuple[str, ...] = ()
    expect_by: dt.time = SIX
    expect_day: str = "yesterday"
    every: float = 300.0
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    unparsable: float = 0.0
    noun: str | None = None
    run: str | None = None
    given_run: str | None = None
    objective: Objective | None = None
    closed: str | None = None
    budget: float | None = None

    @property
    def thing(self) -> Noun:
        """What one of its rows is called: as the config says, or by the dataset's name."""
        return Noun.parse(self.noun) if self.noun else Noun.of_dataset(self.name)

    @property
    def query(self) -> str | None:
        """The SELECT whose rows are the dataset; None where a relation is."""
        return self.relation[0] if isinstance(self.relation, Select) else None

    @property
    def shown(self) -> str:
        """The relation's name for messages; the dataset's own where it is a query."""
        return ".".join(self.relation) if self.query is None else self.name


Datasets = Mapping[str, Dataset]


@dataclass(frozen=True, order=True)
class CheckId:
    """The address of a check: its dataset and its name there."""

    dataset: str
    name: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.name}"


@dataclass(frozen=True)
class Fact:
    """What was seen, as people are told: `0 orders on Sun 29 Nov`.

    `beside` helps to judge it, such as `expected 76`. A `coverage` is a share that must be high:
    what it needs and what it has then come first. With `complete` the text holds the value. `then`
    is a sentence of its own behind it, such as `Sessions normal`.
    """

    text: str
    beside: tuple[str, ...] = ()
    coverage: bool = False
    complete: bool = False
    then: str = ""


@dataclass(frozen=True)
class Sample:
    """One measured series of a check: labels, numbers by metric name, and the evidence in words.

    Those `beside` it are shown together with it, and never judged. `skipped` says why there is
    nothing to judge; `blind`, why it is skipped unless it is in breach of a limit. `fact` is the
    evidence as the sentence says it; without one, the evidence is taken. A number without a limit
    is `only_shown`: it is no check, and reports give it no verdict.
    """

    values: Mapping[str, float]
    evidence: str
    labels: Mapping[str, str] = field(default_factory=dict)
    skipped: str | None = None
    beside: tuple[Sample, ...] = ()
    blind: str | None = None
    fact: Fact | None = None
    only_shown: bool = False


@dataclass(frozen=True)
class Verdict:
    """The verdict on one sample, or on a check that has none.

    `sentence` is one line for people: the gate, the alert and the page all show it. `text` is the
    reason with all its numbers. `remedy` is what to do about a check that is not measured. A
    finding may be `accepted`: it keeps its outcome and its severity, and is silent.
    """

    outcome: Outcome
    text: str
    sample: Sample | None = None
    severity: Severity | None = None
    reason: Reason | None = None
    sentence: str = ""
    remedy: str = ""
    accepted: Accepted | None = None

    @property
    def only_shown(self) -> bool:
        """Whether it is a number without a limit, on which there is no verdict."""
        return self.sample is not None and self.sample.only_shown

    @property
    def loud(self) -> bool:
        """Whether it is a finding that nobody has accepted."""
        return self.severity is not None and self.accepted is None


@dataclass(frozen=True)
class Result:
    """The result of one check in one pass."""

    check: CheckId
    verdicts: tuple[Verdict, ...]
    measured_at: datetime

    @property
    def worst(self) -> Verdict:
        """The verdict that decides for the check."""
        return min(self.verdicts, key=lambda verdict: RANK[verdict.outcome])

    def at(self, now: datetime) -> Result:
        """The same at a later instant: what is accepted no longer is loud again."""
        if all(one.accepted is None or not one.accepted.ended(now) for one in self.verdicts):
            return self
        verdicts = [
            replace(one, accepted=None) if one.accepted and one.accepted.ended(now) else one
            for one in self.verdicts
        ]
        return replace(self, verdicts=tuple(verdicts))

    @property
    def accepted(self) -> bool:
        """Whether there are findings, and all of them are accepted."""
        found = [one for one in self.verdicts if one.severity is not None]
        return bool(found) and not any(one.loud for one in found)

    @property
    def number(self) -> int:
        """The outcome as a number; a finding of severity info notifies nobody: it is a pass."""
        return max(
            0 if verdict.severity is Severity.INFO else NUMBERS[verdict.outcome]
            for verdict in self.verdicts
        )


@dataclass(frozen=True)
class Asked:
    """A statement that was sent to the warehouse, and what it is in a few words."""

    about: str
    text: str


@dataclass(frozen=True)
class Pass:
    """One consistent run over the due datasets; `costs` are seconds of the warehouse's work.

    `sql` has the statements that were sent for each check; what was known is not asked again.
    `closures` has what was learned of the closed weekdays of its datasets.
    """

    as_of: datetime
    results: Mapping[CheckId, Result]
    datasets: frozenset[str]
    up: bool
    seconds: float
    statements: int = 0
    failures: Mapping[Reason, int] = field(default_factory=dict)
    costs: Mapping[CheckId, float] = field(default_factory=dict)
    sql: Mapping[CheckId, tuple[Asked, ...]] = field(default_factory=dict)
    closures: Mapping[str, Learned] = field(default_factory=dict)

    @cached_property
    def work(self) -> Mapping[str, float]:
        """The same seconds by dataset; nothing of one that took none."""
        found: dict[str, float] = {}
        for check, cost in self.costs.items():
            found[check.dataset] = found.get(check.dataset, 0.0) + cost
        return found
