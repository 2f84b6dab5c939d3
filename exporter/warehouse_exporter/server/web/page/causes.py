"""What is wrong, by cause: each root cause with the symptoms that follow from it.

A root cause explains the symptoms in its dataset and downstream, unless they are more severe than
it is. Findings about rows that are wrong in themselves stand alone. Alerts know more: their label
`explained_by` goes by the sort of fault and by when a finding began (alerting/causes.py), so the
page may fold together what pages separately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.lineage import depths, downstream
from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import RANK, State
from warehouse_exporter.server.web.lines import Line, View

Place = tuple[int, int, int]
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
    datasets, depth = view.config.datasets, depths(view.config.datasets)
    roots: dict[str, list[tuple[Place, Line]]] = {}
    for place, line in enumerate(lines):
        if line.check.kind.root_cause and line.state is not State.UNMEASURED:
            name = line.id.dataset
            where = (depth.get(name, 0), RANK[line.state], place)
            for affected in (name, *downstream(name, datasets)):
                roots.setdefault(affected, []).append((where, line))
    found: dict[object, Cause] = {}
    for line in lines:
        root = root_of(line, roots.get(line.id.dataset, ()))
        key: object = root.id if root is not None else alike(line)
        if key not in found:
            found[key] = Cause(root or line)
            if root is None or root is line:
                continue
        if found[key].line is not line:
            found[key].symptoms.append(line)
    return list(found.values())


def root_of(line: Line, roots: Sequence[tuple[Place, Line]]) -> Line | None:
    """The root cause that explains a finding, which may be itself; None where there is none."""
    kind = line.check.kind
    if not (kind.symptom or kind.root_cause or line.state is State.UNMEASURED):
        return None
    able = [(where, root) for where, root in roots if RANK[root.state] <= RANK[line.state]]
    return min(able, key=lambda one: one[0])[1] if able else None


def alike(line: Line) -> object:
    """What several findings share that are one: the reason why a dataset cannot be measured."""
    if line.state is State.UNMEASURED:
        return line.id.dataset, line.verdict.text
    return line.id
