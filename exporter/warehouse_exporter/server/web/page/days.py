"""The page of days: which of them may be used for revenue, which for attribution, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from warehouse_exporter.core.wording import counted
from warehouse_exporter.history.model import State
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.check import path_of
from warehouse_exporter.server.web.page.frame import rendered
from warehouse_exporter.server.web.page.numbers import number_text
from warehouse_exporter.server.web.page.times import day_name
from warehouse_exporter.server.web.uses import Day, May, Use, days_of, of_any_day

BADGES = {
    May.YES: State.PASS.value, May.CARE: State.WARNING.value, May.NO: State.CRITICAL.value,
    May.UNKNOWN: State.UNMEASURED.value,
}  # fmt: skip


def render_days(view: View) -> str:
    """The page."""
    days = days_of(view) if view.snapshot.results else []
    return rendered(
        "days.html",
        view,
        "./",
        "days",
        answer=in_a_sentence(days),
        days=days,
        uses=list(Use),
        badges=BADGES,
        day_name=day_name,
        path_of=path_of,
        undated=of_any_day(view),
        changes=[
            (day_name(one.day), one.metric, path_of(one.check), number(one.then), number(one.now))
            for one in view.past.changes
        ],
        unversioned=view.past.unversioned,
    )


def number(value: float | None) -> str:
    """A value of a metric; what nobody knows is said."""
    return "not known" if value is None else number_text(value, share=False)


def in_a_sentence(days: Sequence[Day]) -> str:
    """`Of the last 30 days, 28 may be used for revenue and 27 for attribution.`"""
    if not days:
        return "Nothing has been measured yet: no day can be judged."
    counts = {use: Counter(day.answers[use].may for day in days) for use in Use}
    good = {use: counts[use][May.YES] + counts[use][May.CARE] for use in Use}
    revenue, attribution = good[Use.REVENUE], good[Use.ATTRIBUTION]
    if len(days) == 1:
        words = {use: "may" if good[use] else "may not" for use in Use}
        return (
            f"{day_name(days[0].day)} {words[Use.REVENUE]} be used for revenue,"
            f" and {words[Use.ATTRIBUTION]} for attribution."
        )
    return (
        f"Of the last {counted(len(days), 'day')}, {revenue} may be used for revenue"
        f" and {attribution} for attribution."
    )
