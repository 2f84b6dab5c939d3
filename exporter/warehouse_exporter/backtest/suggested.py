"""Suggested limits for people: a table, and the lines to paste into the config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from warehouse_exporter.backtest.faults import FAULTS
from warehouse_exporter.backtest.pasting import Paste
from warehouse_exporter.backtest.sensitivity import Tally
from warehouse_exporter.backtest.sheet import NONE, Sheet, share
from warehouse_exporter.backtest.suggesting import Proposed, Suggestion, Tried
from warehouse_exporter.backtest.wishes import Wishes
from warehouse_exporter.core.wording import counted


def sheet(found: Sequence[Proposed], wanted: Wishes) -> Sheet:
    """Two lines for each limit that would be another one: as it is, and as it would be."""
    faults = tuple(fault.name for fault in FAULTS)
    rows = [row for one in found for each in one.suggestions for row in lines(each)]
    head = ("LIMIT", "IS", "FALSE ALARMS", *faults, "BECAUSE")
    return Sheet(f"Limits with at most so many false alarms ({wanted.text})", head, tuple(rows))


def lines(one: Suggestion) -> Iterator[tuple[str, ...]]:
    """The line of the present limit and that of the other one; none of one that stays as it is."""
    if one.other is None and not one.because:
        return
    name = f"{one.knob.check.id} {one.knob.severity}"
    yield (name, *cells(one.present, one), one.because)
    if one.other is not None:
        yield ("  suggested", *cells(one.other, one), "")


def cells(tried: Tried, one: Suggestion) -> Iterator[str]:
    """The limit, its false alarms, and which faults it catches; a dash where neither catches it."""
    yield tried.text
    yield str(tried.alarms)
    for fault in FAULTS:
        both = [each.caught.get(fault.name) for each in (one.present, one.other) if each]
        caught = any(tally is not None and tally.caught for tally in both)
        yield share(tried.caught.get(fault.name)) if caught else NONE


def summary(found: Sequence[Proposed], wanted: Wishes, days: int) -> Iterator[str]:
    """What is not in the table, and what the counts mean."""
    allowed = (f"{one.text} is {one.most(days) or 'none'}" for one in wanted.every)
    yield f"In {counted(days, 'day')}, {', '.join(allowed)}."
    every = [each for one in found for each in one.suggestions]
    same = sum(each.other is None and not each.because for each in every)
    if same:
        yield f"{counted(same, 'limit')} would stay as {'it is' if same == 1 else 'they are'}."
    real = ", ".join(map(str, sorted(wanted.real)))
    but = f", but for those of {real}" if real else ""
    yield (
        f"Every finding counts as a false alarm{but}; a run of days is one. --real 2026-11-12 names"
        " a day on which something was wrong."
    )


def to_paste(found: Sequence[Paste]) -> Iterator[str]:
    """The lines of YAML, each under its place and what changes."""
    for one in found:
        yield f"# {one.place}, {one.check}"
        yield from (f"# {note}" for note in one.notes)
        yield from one.lines


def as_data(found: Sequence[Proposed], pastes: Sequence[Paste]) -> list[dict[str, Any]]:
    """The same for machines: every limit that was looked at."""
    by_check = {one.check: one for one in pastes}
    return [
        {
            "dataset": one.check.id.dataset,
            "check": one.check.id.name,
            "severity": each.knob.severity.value,
            "term": each.knob.term,
            "wish": each.wish.text,
            "present": of_one(each.present),
            "suggested": of_one(each.other) if each.other else None,
            "because": each.because or None,
            "silent_then": [str(day) for day in each.lost],
            "place": by_check[one.check.id].place if each.other else None,
            "yaml": list(by_check[one.check.id].lines) if each.other else [],
        }
        for one in found
        for each in one.suggestions
    ]


def of_one(tried: Tried) -> dict[str, Any]:
    """What a limit would have done."""
    return {
        "limit": tried.text,
        "false_alarms": tried.alarms,
        "fired_on": [str(day) for day in tried.fired_on],
        "caught": {name: counts(tally) for name, tally in tried.caught.items()},
    }


def counts(tally: Tally) -> dict[str, int]:
    """Days on which a fault was caught, of those that were silent without it."""
    return {"caught": tally.caught, "silent": tally.silent}
