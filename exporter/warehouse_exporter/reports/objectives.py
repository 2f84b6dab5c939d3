"""Data objectives for people and programs: what is left of each budget, and what spent it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse_exporter.backtest.report import AS_THEY_ARE, markdown_table
from warehouse_exporter.backtest.screen import plain_table
from warehouse_exporter.backtest.sheet import NONE, Sheet
from warehouse_exporter.core.objective import Day
from warehouse_exporter.core.wording import agreed, counted, listed
from warehouse_exporter.history.objectives import Standing, by_owner, why_not_judged
from warehouse_exporter.publish.report import cell, on_one_line

HOW = (
    "A day is right if on its morning no critical check failed and nothing that could be critical"
    " was unmeasured."
)
HEAD = ("DATASET", "OBJECTIVE", "RIGHT", "BAD", "NOT JUDGED", "EXCLUDED", "BUDGET", "LEFT", "OWNER")


@dataclass(frozen=True)
class Report:
    """The standings of some datasets, in a month or each in its own window."""

    period: str
    last: date
    standings: tuple[Standing, ...]


def sheets(report: Report) -> Iterator[Sheet]:
    """All tables."""
    rows = tuple(row_of(one) for one in report.standings)
    yield Sheet(f"Objectives, {report.period}", HEAD, rows)
    spent = [
        (one.dataset, f"{days}", str(cause.check), cause.owner, cause.text)
        for one in report.standings
        for cause, days in one.spent.most_common()
    ]
    if spent:
        head = ("DATASET", "DAYS", "CHECK", "OWNER", "FINDING")
        yield Sheet("What spent the budgets", head, tuple(spent))
        owners = tuple((name, f"{days}") for name, days in by_owner(report.standings).items())
        yield Sheet("Whose findings spent them", ("OWNER", "DAYS"), owners)
        yield Sheet("Bad days", ("DAY", "DATASET", "CHECK", "FINDING"), tuple(bad_days(report)))


def row_of(one: Standing) -> tuple[str, ...]:
    """A dataset in numbers."""
    counts = (one.count(was) for was in (Day.RIGHT, Day.BAD, Day.UNKNOWN, Day.EXCLUDED))
    numbers = (f"{number}" if number else NONE for number in counts)
    left = (days_of(one.budget), days_of(one.left) if one.judged else "not known")
    return (one.dataset, one.objective.text, *numbers, *left, one.owner)


def days_of(days: float) -> str:
    """A number of days, with one decimal where it is not whole."""
    return f"{round(days, 1):g}"


def bad_days(report: Report) -> Iterator[tuple[str, ...]]:
    """Every bad day with all of its causes, the newest first."""
    days = [(day, one.dataset) for one in report.standings for day in one.days if day.causes]
    for day, name in sorted(days, key=lambda found: found[0].day, reverse=True):
        for cause in day.causes:
            yield day.day.isoformat(), name, str(cause.check), cause.text


def notes(report: Report) -> Iterator[str]:
    """What must be known to read the tables."""
    for one in report.standings:
        if one.left < 0:
            were = f"{counted(one.bad, 'day')} {agreed(one.bad, 'was', 'were')} bad"
            most = days_of(one.budget)
            yield f"{one.dataset} has missed its objective: {were}, and {most} may be."
        for why, days in why_not_judged(one).most_common():
            yield f"{one.dataset} is not judged on {counted(days, 'day')}: {why}."
        if one.blind:
            names = listed([check.name for check in one.blind])
            yield (
                f"{one.dataset}: {counted(len(one.blind), 'critical check')} can tell nothing of"
                f" past days, and spent nothing: {names}."
            )
    yield HOW
    yield AS_THEY_ARE


def table(report: Report) -> str:
    """For a terminal, a pipe or a log."""
    parts: list[str] = []
    for sheet in sheets(report):
        parts += [sheet.title, "", *plain_table(sheet), ""]
    return "\n".join([*parts, *map(on_one_line, notes(report))]) + "\n"


def markdown(report: Report) -> str:
    """A document, such as the report of a month."""
    parts = [f"# Data objectives, {report.period}", ""]
    for sheet in sheets(report):
        parts += markdown_table(sheet)
    return "\n".join([*parts, "\n\n".join(cell(text) for text in notes(report))]) + "\n"


def as_json(report: Report) -> str:
    """For programs."""
    data = {
        "period": report.period,
        "last_day": report.last.isoformat(),
        "datasets": [data_of(one) for one in report.standings],
        "days_spent_by_owner": by_owner(report.standings),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def data_of(one: Standing) -> dict[str, Any]:
    """A dataset, with all of its days."""
    return {
        "dataset": one.dataset,
        "owner": one.owner,
        "objective": {"days": one.objective.days, "of": one.objective.of},
        "right": one.count(Day.RIGHT),
        "bad": one.bad,
        "excluded": one.count(Day.EXCLUDED),
        "not_judged": one.count(Day.UNKNOWN),
        "budget": round(one.budget, 3),
        "left": round(one.left, 3) if one.judged else None,
        "spent": [
            {"check": str(cause.check), "owner": cause.owner, "days": days, "finding": cause.text}
            for cause, days in one.spent.most_common()
        ],
        "cannot_tell_of_past_days": [str(check) for check in one.blind],
        "days": [
            {
                "day": day.day.isoformat(),
                "was": day.was.value,
                **({"why": day.why} if day.why else {}),
                **({"causes": causes_of(day.causes)} if day.causes else {}),
            }
            for day in one.days
        ],
    }


def causes_of(causes: Sequence[Any]) -> list[dict[str, str]]:
    """The causes of a day."""
    return [{"check": str(c.check), "owner": c.owner, "finding": c.text} for c in causes]
