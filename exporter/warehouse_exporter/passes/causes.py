"""What follows from what: the one relation that rules, Grafana's expressions and pages go by.

Every finding may be a cause. A finding is explained by another one if that is upstream of what
the check reads, of a sort that leads to it, and no less severe. Only a load that did not arrive
explains what begins while it lasts. All other causes explain what begins at about the same time as
they do: an old finding that is still open must not silence a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.faults import WHOLE_LOAD, Fault
from warehouse_exporter.core.lineage import depths
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.kinds.future_rows import FutureRows
from warehouse_exporter.kinds.orphans import Orphans
from warehouse_exporter.kinds.query import Query
from warehouse_exporter.passes.mentioned import WORD, words_of
from warehouse_exporter.passes.reader import read_by

RANK = {fault: rank for rank, fault in enumerate(Fault)}
ABSENT = (Fault.COLUMNS, Fault.PRESENCE)
"""What is not there spoils whatever is computed from the dataset, for whatever reason it is not."""
NO_LESS_SEVERE = {
    Severity.CRITICAL: (Severity.CRITICAL,),
    Severity.WARNING: (Severity.CRITICAL, Severity.WARNING),
    Severity.INFO: tuple(Severity),
}
"""Severity of a finding -> severities of what may explain it: a warning silences no page."""


@dataclass(frozen=True)
class Cause:
    """Findings of some sorts on some datasets.

    `topics` is what tells faults of a sort apart (`Check.topic`); None stands for any.
    """

    faults: tuple[Fault, ...]
    datasets: frozenset[str]
    topics: frozenset[str] | None = None

    def covers(self, check: Check, fault: Fault) -> bool:
        """Whether a finding of a check is one of these."""
        return (
            fault in self.faults
            and check.id.dataset in self.datasets
            and (self.topics is None or check.topic(fault) in self.topics)
        )


@dataclass(frozen=True)
class Reasons:
    """What may explain a finding: causes while they last, and causes that are as new as it is.

    `roots` explain only if nothing explains them: what follows from one fault must not explain
    another fault, and of two that may follow from each other the first is told. So do findings of
    the same sort by other checks on the same dataset, its `peers`, if it has any.
    """

    lasting: tuple[Cause, ...] = ()
    new: tuple[Cause, ...] = ()
    roots: tuple[Cause, ...] = ()
    peers: Cause | None = None

    @property
    def by_themselves(self) -> tuple[Cause, ...]:
        """Those that explain only if nothing explains them."""
        return (*self.roots, *([self.peers] if self.peers else []))


Key = tuple[CheckId, Fault, Severity]


@dataclass(frozen=True)
class Finding:
    """A breach of a check, or that it is not measured."""

    check: Check
    fault: Fault
    severity: Severity

    @property
    def key(self) -> Key:
        """What it is known by from one instant to the next."""
        return self.check.id, self.fault, self.severity

    @property
    def incident(self) -> str:
        """The fault it belongs to."""
        return incident_of(self.check, self.fault)


Before = Mapping[Key, Finding | None]
"""What was found at the instant before -> what explained it."""
NEVER: Before = {}


@dataclass(frozen=True)
class Seen:
    """A finding, whether nothing explains it, and whether it has just begun."""

    finding: Finding
    root: bool
    new: bool


Known = dict[tuple[str, Fault], list[Seen]]
"""Dataset and sort of fault -> findings."""


def because(
    findings: Iterable[Finding], config: Config, before: Before = NEVER
) -> list[tuple[Finding, Finding | None]]:
    """The findings of one instant, causes first, each with the one that explains it.

    What was there `before` goes on, all else begins now. What nothing explained stays so. What was
    explained stays so while its cause is there; then anything that is there may explain it.
    """
    place = {check.id: n for n, check in enumerate(causes_first(config))}
    known: Known = {}
    found = []
    judged = sorted(findings, key=lambda one: (one.fault is Fault.UNMEASURED, place[one.check.id]))
    there = {one.incident for one in judged}
    for one in judged:
        new, cause = one.key not in before, before.get(one.key)
        if new or (cause is not None and cause.incident not in there):
            cause = next(explaining(one, known, config, goes_on=not new), None)
        found.append((one, cause))
        seen = Seen(one, cause is None, new)
        known.setdefault((one.check.id.dataset, one.fault), []).append(seen)
    return found


def explaining(
    finding: Finding, known: Known, config: Config, *, goes_on: bool
) -> Iterator[Finding]:
    """The findings among those known that explain one that begins, or that `goes_on`."""
    causes = reasons(finding.check, finding.fault, config)
    loud = NO_LESS_SEVERE[finding.severity]
    every = [(cause, False, True) for cause in causes.lasting]
    every += [(cause, False, goes_on) for cause in causes.new]
    every += [(cause, True, goes_on) for cause in causes.by_themselves]
    for cause, alone, old in every:
        for place in product(sorted(cause.datasets), cause.faults):
            for seen in known.get(place, ()):
                other = seen.finding
                counts = (seen.root or not alone) and (seen.new or old)
                if counts and other.severity in loud and cause.covers(other.check, other.fault):
                    yield other


def causes_first(config: Config) -> list[Check]:
    """The checks in the order of judgement: each after whatever may explain it."""
    found: list[Check] | None = config.derived.get(causes_first)
    if found is None:
        found = config.derived[causes_first] = in_order(config)
    return found


def in_order(config: Config) -> list[Check]:
    """The same, worked out anew."""
    names = dict.fromkeys(check.id.dataset for check in config.checks)
    depth = depths(config.datasets)
    place = {name: n for n, name in enumerate(sorted(names, key=lambda name: depth.get(name, 0)))}

    def order(check: Check) -> tuple[bool, int, int, int, bool]:
        compared, rank, part, now = sort_of(check)
        return compared, place[check.id.dataset], rank, part, now

    return sorted(config.checks, key=order)


def sort_of(check: Check) -> tuple[bool, int, int, bool]:
    """Whether it is compared with others, and its place among the checks of its dataset.

    Exact findings come before unlikely ones, which are judged against past days. Rows in the future
    come before the hours, and those before the days, out of which they have moved.
    """
    moved, hours = isinstance(check.kind, FutureRows), check.kind.part_of_a_load
    rank = RANK[Fault.PRESENCE if moved or hours else check.kind.fault]
    part = 0 if moved else 1 if hours else 2
    return rank >= RANK[Fault.MATCH], rank, part, not check.kind.in_the_past


def incident_of(check: Check, fault: Fault) -> str:
    """The name of a fault, by which people are told: `orders/values/revenue`."""
    return f"{check.id.dataset}/{fault}/{check.topic(fault)}"


def reasons(check: Check, fault: Fault, config: Config) -> Reasons:
    """What may explain a finding of a check; with UNMEASURED, that it is not measured."""
    own, above = frozenset([check.id.dataset]), config.upstream(check.id.dataset)
    read = frozenset(read_by(check, config)) | own
    near = read if read != own else own | above
    everything = read | above
    load, others = (Cause((Fault.LOAD,), near),), read - own
    peers, moved = Cause((fault,), own), Cause((Fault.COUNT,), own, in_the_future(own, config))
    match fault:
        case Fault.LOAD if check.kind.part_of_a_load:
            whole = Cause((Fault.LOAD,), own, frozenset([WHOLE_LOAD]))
            topics = config.faults[check.id.dataset][fault] - {WHOLE_LOAD, check.topic(fault)}
            beside = Cause((fault,), own, frozenset(topics))
            return Reasons((Cause((Fault.LOAD,), above), whole), roots=(moved, beside))
        case Fault.LOAD:
            return Reasons((Cause((Fault.LOAD,), above),))
        case Fault.COLUMNS:
            return Reasons(roots=(Cause((Fault.COLUMNS,), above),))
        case Fault.PRESENCE:
            wide = (Cause((Fault.LOAD,), own | above),)
            before = Cause((Fault.PRESENCE,), above)
            return Reasons(wide, (), (before, moved), peers)
        case Fault.COUNT if check.kind.symptom:
            return Reasons(roots=(Cause((Fault.LOAD, Fault.PRESENCE), own | above),))
        case Fault.COUNT:
            return Reasons()
        case Fault.VALUES:
            same = frozenset([check.topic(fault)])
            return Reasons(roots=(Cause((Fault.VALUES,), above, same),))
        case Fault.MATCH:
            unlikely = Cause((Fault.STATISTICS,), others)
            asked = Cause((Fault.COUNT,), above, queries(config))
            exact = (Cause((Fault.COUNT,), read), asked, *columns(check, read, config))
            beside = alike(check, own, fault, config)
            return Reasons(load, (unlikely, Cause(ABSENT, read)), (*exact, beside))
        case Fault.TOTALS:
            differ = Cause((Fault.MATCH,), near, about_numbers(near, config))
            exact = (Cause((Fault.COUNT,), near), differ, Cause((fault,), near - own))
            wrong, beside = columns(check, everything, config), alike(check, own, fault, config)
            return Reasons(load, (Cause(ABSENT, near),), (*exact, *wrong, beside))
        case Fault.STATISTICS:
            wide = (Cause((Fault.LOAD,), everything),)
            exact = (Cause((Fault.COUNT, Fault.TOTALS), everything), Cause((Fault.MATCH,), own))
            wrong = columns(check, everything, config)
            unlikely = Cause((fault,), everything - own)
            new = (Cause(ABSENT, everything),)
            return Reasons(wide, new, (*exact, *wrong, unlikely), peers)
        case Fault.UNMEASURED:
            absent = (Cause((Fault.LOAD,), own), Cause(ABSENT, read))
            return Reasons((), absent, (Cause((fault,), others),), peers)


def alike(check: Check, own: frozenset[str], fault: Fault, config: Config) -> Cause:
    """Other checks of the same alert on the dataset, or that read the same datasets."""
    read = read_by(check, config)
    topics = frozenset(
        other.topic(fault)
        for other in config.checks_of(own)
        if other.kind.fault is fault
        and other.id != check.id
        and (other.kind.alert == check.kind.alert or read_by(other, config) == read)
    )
    return Cause((fault,), own, topics)


def columns(check: Check, datasets: frozenset[str], config: Config) -> Iterator[Cause]:
    """Wrong values in the columns that a check mentions."""
    mentioned = words_of(check, config)
    topics = frozenset(
        topic
        for name in datasets
        for topic in config.faults.get(name, {}).get(Fault.VALUES, ())
        if mentioned.issuperset(WORD.findall(topic)[:1])
    )
    if topics:
        yield Cause((Fault.VALUES,), datasets, topics)


def in_the_future(own: frozenset[str], config: Config) -> frozenset[str]:
    """The checks for rows in the future: a shifted clock moves rows out of their days."""
    return frozenset(c.id.name for c in config.checks_of(own) if isinstance(c.kind, FutureRows))


def about_numbers(datasets: frozenset[str], config: Config) -> frozenset[str]:
    """The checks that match rows by what they add up to.

    A row that points to nothing is still counted: it makes no total wrong.
    """
    return frozenset(
        check.topic(Fault.MATCH)
        for check in config.checks_of(datasets)
        if check.kind.fault is Fault.MATCH and not isinstance(check.kind, Orphans)
    )


def queries(config: Config) -> frozenset[str]:
    """The names of all queries: what one finds upstream may be the reason for anything."""
    return frozenset(c.id.name for c in config.checks if isinstance(c.kind, Query))
