"""The status page: an answer, what is wrong by cause, the daily numbers, the datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.lines import Line, View
from warehouse_exporter.server.web.page.answer import answer
from warehouse_exporter.server.web.page.causes import causes
from warehouse_exporter.server.web.page.frame import rendered, times_of
from warehouse_exporter.server.web.page.numbers import numbers
from warehouse_exporter.server.web.page.sets import rows
from warehouse_exporter.server.web.page.times import day_name

MOST = 40
"""Causes, symptoms of one cause, and lines of a list that are shown at once."""


@dataclass(frozen=True)
class Tally:
    """How many checks are in a state, and the address of their list."""

    state: State
    count: int
    query: str


def render_front(view: View, wanted: Filter, problem: str = "") -> str:
    """The page, or the checks that a filter wants; `problem` says what is wrong with the filter."""
    given = {"wanted": wanted, "problem": problem, "choices": choices(view)}
    if wanted or problem:
        found = wanted.of(view.lines)
        said = heads(view, wanted)
        return rendered("filtered.html", view, "./", "checks", lines=found, **said, **given)
    return rendered("front.html", view, "./", "status", **contents(view, wanted), **given)


def heads(view: View, wanted: Filter) -> dict[str, Any]:
    """What stands above the lists: the answer, and how many checks are in which state."""
    return {
        "most": MOST,
        "tallies": tallies(view, wanted),
        "total": counted(len(view.lines), "check"),
        "shown": shown_text(len(view.shown)),
        "answer": answer(view, times_of(view)),
        "day": day_name(view.day),
        "waiting": not view.snapshot.results,
    }


def contents(view: View, wanted: Filter) -> dict[str, Any]:
    """All that the page of a view shows, also as the report of a gate."""
    every = numbers(view)
    return {
        **heads(view, wanted),
        "causes": causes(view),
        "accepted": [line for line in view.lines if line.state is State.ACCEPTED],
        "notices": [line for line in view.lines if line.state is State.INFO],
        "skipped": [line for line in view.lines if line.state is State.SKIPPED],
        "passing": by_dataset([line for line in view.lines if line.state is State.PASS]),
        "judged": [one for one in every if one.is_judged],
        "others": [one for one in every if not one.is_judged],
        "rows": rows(view, times_of(view)),
    }


def tallies(view: View, wanted: Filter) -> list[Tally]:
    """How many checks are in each state; all of them are in one."""
    return [
        Tally(state, view.counts[state], wanted.with_verdict(state.value))
        for state in State
        if view.counts[state] or state not in (State.INFO, State.ACCEPTED)
    ]


def shown_text(number: int) -> str:
    """`16 numbers are shown without a limit, and not judged`; '' for none."""
    if not number:
        return ""
    return f"{counted(number, 'number')} {agreed(number, 'is', 'are')} shown without a limit"


def choices(view: View) -> dict[str, list[str]]:
    """What the filter can be set to."""
    return {
        "dataset": list(dict.fromkeys(line.id.dataset for line in view.lines)),
        "owner": sorted({line.owner for line in view.lines if line.owner}),
    }


def by_dataset(lines: list[Line]) -> dict[str, list[Line]]:
    """The lines of each dataset."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.id.dataset, []).append(line)
    return found
