"""What is wrong, by cause: each root cause with the symptoms that follow from it.

What follows from what is as for alerts (passes/causes.py), but for time: a page does not know when
a finding began, and takes all of them as new. So it may fold together what pages separately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import RANK, State
from warehouse_exporter.passes.causes import Finding, because
from warehouse_exporter.server.web.lines import Line, View

DOWN = "The warehouse could not be reached by the last pass"
WAITING = "No pass has reached these checks yet"
EXPIRED = "No pass has refreshed these checks for too long"
COMMON = {Reason.CONNECTION: DOWN, Reason.PENDING: WAITING, Reason.EXPIRED: EXPIRED}
"""Reasons that are those of many checks at once: they are told once."""


@dataclass
class Cause:
    """A root cause, or a finding by itself, and what follows from it.

    A cause that is no finding of one check has a title instead of a line.
    """

    line: Line | None
    title: str = ""
    symptoms: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The findings in it, the root cause first."""
        return [*([self.line] if self.line else []), *self.symptoms]

    @property
    def state(self) -> State:
        """The worst of its findings."""
        return min((line.state for line in self.lines), key=RANK.__getitem__)

    @property
    def following(self) -> str:
        """`12 FAIL, 2 WARN` of the symptoms."""
        states = [line.state for line in self.symptoms]
        found = [(states.count(state), state.word) for state in State]
        return ", ".join(f"{count} {word}" for count, word in found if count)

    @property
    def what_follows(self) -> str:
        """`14 symptoms`, or how many checks share a reason."""
        thing = "symptom" if self.line else "check"
        return counted(len(self.symptoms), thing)


def causes(view: View) -> list[Cause]:
    """All that somebody has to look at, worst first; each finding is in one cause."""
    speaking = [line for line in view.lines if line.state.speaks]
    common = [line for line in speaking if line.reason in COMMON]
    found = [
        Cause(None, title, [line for line in common if line.reason is reason])
        for reason, title in COMMON.items()
        if any(line.reason is reason for line in common)
    ]
    found += by_root([line for line in speaking if line.reason not in COMMON], view)
    return sorted(found, key=lambda cause: RANK[cause.state])


def by_root(lines: Sequence[Line], view: View) -> list[Cause]:
    """The findings under the root causes that explain them."""
    by_id = {line.id: line for line in lines}
    roots: dict[CheckId, CheckId] = {}
    for finding, cause in because(map(finding_of, lines), view.config):
        own = finding.check.id
        roots[own] = own if cause is None else roots[cause.check.id]
    found = {root: Cause(by_id[root]) for root in (roots[line.id] for line in lines)}
    for line in lines:
        if roots[line.id] != line.id:
            found[roots[line.id]].symptoms.append(line)
    return list(found.values())


def finding_of(line: Line) -> Finding:
    """What a line says, as alerts know it."""
    unmeasured = line.state is State.UNMEASURED
    fault = Fault.UNMEASURED if unmeasured else line.check.kind.fault
    severity = line.check.worst_severity if unmeasured else line.verdict.severity
    return Finding(line.check, fault, severity or Severity.INFO)
