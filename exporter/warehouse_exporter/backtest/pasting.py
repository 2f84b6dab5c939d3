"""Suggested limits as lines of YAML, with the place of the present ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse_exporter.backtest.knobs import written
from warehouse_exporter.backtest.suggesting import Proposed
from warehouse_exporter.config import Config
from warehouse_exporter.config.flow import flow
from warehouse_exporter.config.load import document_of, text_of
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.anomaly import Anomaly


@dataclass(frozen=True)
class Paste:
    """Lines of YAML for a check, the place of those that they replace, and what is to be known."""

    check: CheckId
    place: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


def pastes(
    found: Iterable[Proposed], config: Config, environment: Mapping[str, str] | None = None
) -> tuple[Paste, ...]:
    """The lines for all checks with another limit, in the order of the config.

    The file of the config is read again, with the same environment.
    """
    changed = [one for one in found if one.changed]
    if not changed:
        return ()
    document, _ = document_of(text_of(config.path), config.path, environment)
    made = []
    for one in changed:
        path, kind = one.check.path, one.check.kind
        notes = tuple(notes_on(one))
        if isinstance(kind, Anomaly):
            item: Any = document.data
            for part in path:
                item = item[part]
            if len(item["metrics"]) > 1:
                notes = (*notes, f"take {kind.metrics[0]} out of `metrics` there, and add")
            line = f"- {flow({**item, 'metrics': list(kind.metrics), **terms_of(kind)})}"
            made.append(Paste(one.check.id, document.place(path), (line,), notes))
            continue
        if block := config.blocks.get(one.check.id.dataset):
            notes = (*notes, f"all datasets of the block {block} share this limit")
        severities = [each.knob.severity.value for each in one.suggestions if each.other]
        lines = tuple(f'{name}: "{getattr(kind, name)[0].text}"' for name in severities)
        place = document.place((*path, severities[0]))
        made.append(Paste(one.check.id, place, lines, notes))
    return tuple(made)


def terms_of(kind: Anomaly) -> dict[str, dict[str, str | float]]:
    """The limits of an anomaly, all that are given: writing one severity leaves out the others."""
    known = kind.baseline.terms

    def as_written(name: str, value: float) -> str | float:
        return written(value, True) if known[name].per_cent else value

    silent = {"fall"} if not kind.direction.falls else {"rise"} if not kind.direction.rises else {}
    return {
        severity.value: {n: as_written(n, v) for n, v in terms.items() if n not in silent}
        for severity, terms in kind.given().items()
    }


def notes_on(found: Proposed) -> Iterator[str]:
    """What changes with each limit, and what is no longer found."""
    for one in found.suggestions:
        if one.other is None:
            continue
        was, now = counted(one.present.alarms, "false alarm"), one.other.alarms
        yield f"{one.knob.severity}: {one.present.text} is now {one.other.text}: {was}, then {now}"
        if one.lost:
            yield f"silent then: {', '.join(map(str, one.lost))}"
