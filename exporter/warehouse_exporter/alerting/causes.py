"""What an alert may follow from: the label `explained_by`, which says that it pages nobody.

Every finding may be a cause. A finding is explained by another one if that is upstream of what
the check reads, of a sort that leads to it, and no less severe. Only a load that did not arrive
explains what begins while it lasts. All other causes explain what begins at about the same time as
they do: an old finding that is still open must not silence a new one.

The answer is found when the alert begins, by a query in the label's template, which looks at
Prometheus' own series `ALERTS`. An alert that nothing explained at its beginning stays so while it
fires. One that is explained stays so until its causes are over, and a while longer: it must end
before it could page. If it does not end, it pages as a finding of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.lineage import upstream
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.future_rows import FutureRows
from warehouse_exporter.kinds.query import Query
from warehouse_exporter.passes.reader import read_by

WORD = re.compile(r"\w+")
ANY = ".*"
ABSENT = (Fault.COLUMNS, Fault.PRESENCE)
"""What is not there spoils whatever is computed from the dataset, for whatever reason it is not."""
LASTING = 15
"""Seconds between two evaluations; a cause counts as new for a little more than was asked."""
NOTHING = names.NOTHING
ROOT, SYMPTOM = f"{names.EXPLAINED}={quoted(NOTHING)}", f"{names.EXPLAINED}!={quoted(NOTHING)}"
SPOKEN = {
    Severity.CRITICAL: (Severity.CRITICAL,),
    Severity.WARNING: (Severity.CRITICAL, Severity.WARNING),
    Severity.INFO: tuple(Severity),
}
"""Severity of a finding -> severities of what may explain it: a warning silences no page."""


@dataclass(frozen=True)
class Cause:
    """Findings of some sorts on some datasets; `topics` of VALUES are columns."""

    faults: tuple[Fault, ...]
    datasets: frozenset[str]
    topics: frozenset[str] | None = None

    def pattern(self) -> str:
        """A regular expression for the label `incident`."""
        topics = ANY if self.topics is None else one_of(map(re.escape, self.topics))
        return f"{one_of(self.datasets)}/{one_of(map(str, self.faults))}/{topics}"


def one_of(texts: Iterable[str]) -> str:
    """A regular expression for one of these."""
    found = sorted(texts)
    return found[0] if len(found) == 1 else f"({'|'.join(found)})"


@dataclass(frozen=True)
class Reasons:
    """What may explain a finding: causes while they last, and causes that are as new as it is.

    `roots` explain only if nothing explains them: what follows from one fault must not explain
    another fault, and of two that may follow from each other one is told. So do `peers`, matchers
    of findings on the same dataset that begin together with it.
    """

    lasting: tuple[Cause, ...] = ()
    new: tuple[Cause, ...] = ()
    roots: tuple[Cause, ...] = ()
    peers: str = ""


def incident_of(check: Check, fault: Fault) -> str:
    """The label by which people are told: `orders/values/revenue`."""
    return f"{check.id.dataset}/{fault}/{check.topic(fault)}"


def reasons(check: Check, fault: Fault, config: Config) -> Reasons:
    """What may explain a finding of a check; with UNMEASURED, that it is not measured."""
    own, above = (
        frozenset([check.id.dataset]),
        frozenset(upstream(check.id.dataset, config.datasets)),
    )
    read = frozenset(read_by(check, config)) | own
    near = read if read != own else own | above
    everything = read | above
    load, others = (Cause((Fault.LOAD,), near),), read - own
    match fault:
        case Fault.LOAD:
            return Reasons((Cause((Fault.LOAD,), above),))
        case Fault.COLUMNS:
            return Reasons(roots=(Cause((Fault.COLUMNS,), above),))
        case Fault.PRESENCE:
            wide = (Cause((Fault.LOAD,), own | above),)
            moved = Cause((Fault.COUNT,), own, in_the_future(own, config))
            before = Cause((Fault.PRESENCE,), above)
            return Reasons(wide, (), (before, moved), peers(own, fault))
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
            return Reasons(
                load, (unlikely, Cause(ABSENT, read)), exact, alike(check, own, fault, config)
            )
        case Fault.TOTALS:
            exact = (Cause((Fault.COUNT, Fault.MATCH), near), Cause((fault,), near - own))
            wrong = columns(check, everything, config)
            return Reasons(
                load, (Cause(ABSENT, near),), (*exact, *wrong), alike(check, own, fault, config)
            )
        case Fault.STATISTICS:
            wide = (Cause((Fault.LOAD,), everything),)
            exact = (Cause((Fault.COUNT, Fault.TOTALS), everything), Cause((Fault.MATCH,), own))
            wrong = columns(check, everything, config)
            unlikely = Cause((fault,), everything - own)
            new = (Cause(ABSENT, everything),)
            return Reasons(wide, new, (*exact, *wrong, unlikely), peers(own, fault))
        case Fault.UNMEASURED:
            absent = (Cause((Fault.LOAD,), own), Cause(ABSENT, read))
            return Reasons((), absent, (Cause((fault,), others),), peers(own, fault))


def peers(own: frozenset[str], fault: Fault) -> str:
    """All findings of one sort on the dataset."""
    return f"incident=~{quoted(Cause((fault,), own).pattern())}"


def alike(check: Check, own: frozenset[str], fault: Fault, config: Config) -> str:
    """Those of the same alert on the dataset, or that read the same datasets."""
    read = read_by(check, config)
    checks = [
        re.escape(other.id.name)
        for other in config.checks_of(own)
        if other.kind.fault is fault
        and (other.kind.alert == check.kind.alert or read_by(other, config) == read)
    ]
    return f"check=~{quoted(one_of(checks))},{peers(own, fault)}"


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


def queries(config: Config) -> frozenset[str]:
    """The names of all queries: what one finds upstream may be the reason for anything."""
    return frozenset(c.id.name for c in config.checks if isinstance(c.kind, Query))


def words_of(check: Check, config: Config) -> set[str]:
    """The words of a check's parameters, and of the metrics that it builds on."""
    kinds, found = [check.kind], set[str]()
    named = list(check.kind.builds_on())
    while named:
        metric = config.metrics.get(named.pop())
        if metric is not None and metric not in kinds:
            kinds.append(metric)
            named += metric.builds_on()
    for kind in kinds:
        found |= set(WORD.findall(json.dumps(kind.model_dump(mode="json"), default=str)))
    return found


def explained_by(
    check: Check, fault: Fault, severity: Severity, config: Config, kept: float
) -> str:
    """The template of the label; `kept` is how long the alert keeps firing, in seconds.

    The label is never empty: Prometheus would put the template itself into `ALERTS`.
    """
    found = reasons(check, fault, config)
    causes = (known(some, config) for some in (found.lasting, found.new, found.roots))
    lasting, new, above = map(patterns, causes)
    ours = f"ALERTS{{{names.WAREHOUSE}={quoted(config.warehouse.name)}"
    loud = f"{ours},severity=~{quoted(one_of(SPOKEN[severity]))}"
    seconds = round(2 * slowest(check, config) + LASTING)
    told = [f"incident=~{given}" for given in (lasting, new) if given]
    roots = [f"incident=~{above}"] if above else []
    if found.peers:
        roots.append(f"{found.peers},check!={quoted(check.id.name)}")
    if not told and not roots:
        return NOTHING
    parts = [f"{loud},incident=~{lasting}}}"] if lasting else []
    parts += [young(f"{loud},incident=~{new}}}", ours, seconds)] if new else []
    parts += [young(f"{loud},{one},{ROOT}}}", ours, seconds) for one in roots]
    own = quoted(incident_of(check, fault))
    mine = f"{ours},incident={own},severity={quoted(severity)}"
    given = [lasting, new, above, found.peers and quoted(f"{check.id.dataset}/{fault}/{ANY}")]
    one = quoted("|".join(text[1:-1] for text in given if text)).replace("\\\\", "\\")
    over = f"last_over_time({loud},incident=~{one},incident!={own}}}[{round(seconds + kept)}s])"
    parts.append(f"({over} and on() {mine},{SYMPTOM}}})")
    silent = f'{mine},{ROOT},alertstate="firing"}}'
    question = f"({' or '.join(parts)}) unless on() {silent}"
    found_it = "{{ . | first | label `incident` }}"
    return f"{{{{ with `{question}` | query }}}}{found_it}{{{{ else }}}}{NOTHING}{{{{ end }}}}"


def slowest(check: Check, config: Config) -> float:
    """Seconds between two passes over the dataset that is read least often of all concerned."""
    above = upstream(check.id.dataset, config.datasets)
    return max(map(config.interval, {check.id.dataset, *above, *read_by(check, config)}))


def young(series: str, ours: str, seconds: int) -> str:
    """Alerts that were not there so many seconds ago; `ours` begins the selector of all alerts."""
    return f"({series} unless ignoring(alertstate, explained_by) {ours}}} offset {seconds}s)"


def patterns(causes: Iterable[Cause]) -> str:
    """A quoted regular expression for all of them; empty for none."""
    found = [cause.pattern() for cause in causes if cause.datasets]
    return quoted("|".join(found)) if found else ""


def known(causes: Iterable[Cause], config: Config) -> tuple[Cause, ...]:
    """The causes of which the config has checks."""
    found = []
    for cause in causes:
        datasets = frozenset(
            name
            for name in cause.datasets
            if any(
                fault in config.faults.get(name, {})
                and not (
                    cause.topics is not None and cause.topics.isdisjoint(config.faults[name][fault])
                )
                for fault in cause.faults
            )
        )
        found.append(replace(cause, datasets=datasets))
    return tuple(found)


def may_explain(incident: str, check: Check, fault: Fault, config: Config) -> bool:
    """Whether a finding with this label `incident` is among those that may explain one of a check.

    Findings of the check's own peers are: the first of them is told.
    """
    found = reasons(check, fault, config)
    wanted = [
        cause.pattern() for cause in (*found.lasting, *found.new, *found.roots) if cause.datasets
    ]
    if found.peers:
        wanted.append(Cause((fault,), frozenset([check.id.dataset])).pattern())
    return any(re.fullmatch(pattern, incident) for pattern in wanted)
