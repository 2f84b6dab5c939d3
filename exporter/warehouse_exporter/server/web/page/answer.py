"""The first sentence of the page: whether yesterday can be used, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.times import Times

BLOCKED = (State.CRITICAL, State.UNMEASURED)


@dataclass(frozen=True)
class Answer:
    """The sentence, and the state in whose colour it stands; '' where nothing is known yet."""

    text: str
    state: str


def answer(view: View, times: Times) -> Answer:
    """What somebody wants to know who opens the page."""
    if not view.lines:
        return Answer("The config has no check: nothing is judged.", "")
    waiting = sum(line.reason is Reason.PENDING for line in view.lines)
    if waiting == len(view.lines):
        return Answer("Nothing has been measured yet: the first pass is under way.", "")
    last = view.snapshot.last
    if last is not None and not last.up:
        text = "The warehouse cannot be reached: nobody knows how the data are now."
        return Answer(text, State.UNMEASURED.value)
    state = next((state for state in State if view.counts[state]), State.PASS)
    shown = state.value if state.speaks else State.PASS.value
    return Answer(f"{about_the_day(view, times)} {about_checks(view)}", shown)


def about_the_day(view: View, times: Times) -> str:
    """`Yesterday, Sun 29 Nov, is complete.`"""
    late = "" if view.day >= times.today - ONE_DAY else due_later(view, times)
    day = times.day(view.day)
    name = f"{day}," if "," in day else day
    if "," not in day and not late:
        name = f"The newest day, {day},"
    blocked = [line for line in view.lines if line.state in BLOCKED]
    lacking = [line for line in blocked if line.check.kind.root_cause]
    if not blocked:
        return f"{late}{name} is complete."
    sets = listed(list(dict.fromkeys(line.id.dataset for line in lacking or blocked)))
    if lacking:
        return f"{late}{name} is not complete: see {sets}."
    return f"{late}{name} needs a look: see {sets}."


def due_later(view: View, times: Times) -> str:
    """`Yesterday, Sun 29 Nov, is not due before 06:30.`"""
    by = max(own.expect_by for own in view.config.datasets.values())
    return f"{times.day(times.today - ONE_DAY)}, is not due before {by:%H:%M}. "


def about_checks(view: View) -> str:
    """`2 of 99 checks warn, 1 cannot be measured.`"""
    counts, total = view.counts, len(view.lines)
    words = (
        (State.CRITICAL, "fails", "fail"),
        (State.UNMEASURED, "cannot be measured", "cannot be measured"),
        (State.WARNING, "warns", "warn"),
        (State.ACCEPTED, "has an accepted finding", "have accepted findings"),
    )
    parts = [(counts[s], agreed(counts[s], one, many)) for s, one, many in words if counts[s]]
    if parts:
        (first, does), *others = parts
        found = [f"{first} of {counted(total, 'check')} {does}"]
        return listed([*found, *(f"{count} {does}" for count, does in others)]) + "."
    judged = total - counts[State.SKIPPED]
    if judged == total:
        return f"All {counted(total, 'check')} pass." if total > 1 else "The one check passes."
    return (
        f"{judged} of {counted(total, 'check')} pass, {counts[State.SKIPPED]} had nothing to judge."
    )


def listed(parts: Sequence[str], most: int = 4) -> str:
    """`a, b and c`; of many the first few."""
    if len(parts) > most:
        return f"{', '.join(parts[:most])} and {len(parts) - most} more"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
