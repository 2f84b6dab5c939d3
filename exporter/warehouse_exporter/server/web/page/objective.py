"""The objective on the page of a dataset: its days, what is left of its budget, what spent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse_exporter.core.objective import Day
from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import State
from warehouse_exporter.history.objectives import Standing, standing
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.strips import squares

if TYPE_CHECKING:
    from markupsafe import Markup

SHOWN = {Day.RIGHT: State.PASS, Day.BAD: State.CRITICAL, Day.EXCLUDED: State.SKIPPED}
"""How the days are drawn; one that is not judged is drawn as not known."""


@dataclass(frozen=True)
class Shown:
    """What the page says of an objective: its days, the sum, and a line for each cause."""

    text: str
    strip: Markup
    sum: str
    spent: tuple[str, ...]


def shown(view: View, name: str) -> Shown | None:
    """The objective of a dataset; None where it has none, or no day has been read."""
    own = view.config.datasets.get(name)
    if own is None or own.objective is None or not view.past.days:
        return None
    of = own.objective.of
    found = standing(view.past, view.config, name, view.past.days[-of:], of)
    states = {one.day: SHOWN[one.was] for one in found.days if one.was in SHOWN}
    texts = {one.day: one.causes[0].text if one.causes else one.why for one in found.days}
    days = [one.day for one in found.days]
    return Shown(own.objective.text, squares(days, states, texts), sum_of(found), spent(found))


def sum_of(found: Standing) -> str:
    """`27 days right, 1 bad. 1 of 2 bad days is left.`"""
    parts = [f"{counted(found.count(Day.RIGHT), 'day')} right", f"{found.bad} bad"]
    if excluded := found.count(Day.EXCLUDED):
        parts.append(f"{excluded} excluded")
    if unknown := found.count(Day.UNKNOWN):
        parts.append(f"{unknown} not judged")
    budget = counted(found.objective.budget, "bad day")
    left = f"Of {budget} that may be, {max(round(found.left), 0)} left."
    if not found.judged:
        left = f"Nobody knows what is left of {budget} that may be."
    elif found.left < 0:
        left = f"The objective is missed: {budget} may be."
    return f"{', '.join(parts)}. {left}"


def spent(found: Standing) -> tuple[str, ...]:
    """What spent the budget, the most first."""
    return tuple(
        f"{counted(days, 'day')}: {cause.check} ({cause.owner}). {cause.text}"
        for cause, days in found.spent.most_common()
    )
