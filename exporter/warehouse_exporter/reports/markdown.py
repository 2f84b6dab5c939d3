"""The report as Markdown, to be read in the morning: the answer, what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from warehouse_exporter import __version__
from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.wording import agreed, counted, spoken_day
from warehouse_exporter.history.model import State
from warehouse_exporter.reports.advice import steps
from warehouse_exporter.reports.made import Report
from warehouse_exporter.server.web.lines import Line, runbook_of
from warehouse_exporter.server.web.page.causes import Cause
from warehouse_exporter.server.web.page.frame import since
from warehouse_exporter.server.web.page.numbers import Number, numbers
from warehouse_exporter.server.web.page.times import day_name

MARKS = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)|://")
"""What Markdown would take for a mark, or for a link, in a text from the data."""
MOST = 200
"""Findings under one cause that are listed; the JSON has them all."""


def as_markdown(report: Report) -> str:
    """The whole report."""
    parts = (head(report), wrong(report), daily(report), rest(report), foot(report))
    return "\n".join(line for part in parts for line in part)


def safe(text: str) -> str:
    """Text that stays text: it makes no link, no HTML, no row and no heading."""
    line = plain(text, len(text)).replace("&", "&amp;").replace("<", "&lt;")
    return MARKS.sub(lambda found: f"\\{found[0]}" if found[0] != "://" else ":&#8203;//", line)


def name_of(line: Line) -> str:
    """The address of a check."""
    return f"**{safe(str(line.id))}**"


def head(report: Report) -> Iterator[str]:
    """The answer, the counts and the exit code."""
    view = report.view
    day = spoken_day(view.day, view.now.date())
    counts = ", ".join(f"{view.counts[s]} {s.word}" for s in State if view.counts[s])
    yield from (f"# Data quality of {safe(view.config.warehouse.name)}, {day}", "")
    yield from (f"**{safe(report.answer.text)}**", "")
    yield f"{counts or 'No checks'}. The gate ended with exit code {report.exit_code}."
    if report.only:
        names = ", ".join(map(safe, report.only))
        yield f"Only {agreed(len(report.only), 'this dataset was', 'these were')} judged: {names}."
    yield ""


def wrong(report: Report) -> Iterator[str]:
    """What is wrong, by cause, with what to do."""
    if not report.causes:
        return
    yield from ("## What is wrong", "")
    for number, cause in enumerate(report.causes, 1):
        title = name_of(cause.line) if cause.line else safe(cause.title)
        yield from (f"### {number}. {cause.state.word}: {title}", "")
        yield from cause_lines(report, cause)
        yield ""


def cause_lines(report: Report, cause: Cause) -> Iterator[str]:
    """One cause: its sentence, since when, whose it is, what to do, and what follows from it."""
    line = cause.line
    yield from (safe(line.sentence if line else cause.symptoms[0].verdict.text), "")
    if line is not None:
        for other in line.others:
            yield f"- also: {safe(other.sentence or other.text)}"
        first = since(report.view)(line)
        if first:
            yield f"- {first}"
        yield f"- owner: {safe(line.owner) or 'nobody is named'}"
        runbook = runbook_of(line, report.config, None)
        yield f"- runbook: {f'<{runbook}>' if runbook else safe(line.alert)}"
    todo = steps(cause)
    yield from [f"- what to do: {todo[0]}"] if len(todo) == 1 else todo_list(todo)
    if cause.symptoms:
        word = "follows from it" if line else "concerns"
        yield f"- {word}: {cause.what_follows} ({cause.following})"
        for one in cause.symptoms[:MOST]:
            yield f"  - {one.state.word} {name_of(one)}: {safe(one.sentence)}"
        if len(cause.symptoms) > MOST:
            yield f"  - and {len(cause.symptoms) - MOST} more"


def todo_list(todo: list[str]) -> Iterator[str]:
    """Several steps."""
    if todo:
        yield "- what to do:"
        yield from (f"  - {one}" for one in todo)


def daily(report: Report) -> Iterator[str]:
    """The daily numbers with what was expected."""
    found = numbers(report.view)
    if not found:
        return
    yield from (f"## Daily numbers, {day_name(report.view.day)}", "")
    yield from table(("number", "value", "expected", "verdict"), map(number_row, found))


def number_row(one: Number) -> tuple[str, ...]:
    """One daily number."""
    value = safe(f"{one.value}: {one.why}" if one.why else one.value)
    state = one.state.word if one.state else "no limit"
    return safe(one.name), value, safe(one.expected) or "-", state


def rest(report: Report) -> Iterator[str]:
    """The checks that nobody has to look at."""
    for state, title in (
        (State.ACCEPTED, "with an accepted finding, silent until a day"),
        (State.INFO, "to know about, which notifies nobody"),
        (State.SKIPPED, "had nothing to judge"),
        (State.PASS, "passed"),
    ):
        lines = [line for line in report.view.lines if line.state is state]
        if lines:
            yield from (f"## {counted(len(lines), 'check')} {title}", "")
            rows = ((name_of(one), safe(told(one)), safe(one.owner) or "-") for one in lines)
            yield from table(("check", state.word, "owner"), rows)


def told(line: Line) -> str:
    """The sentence of a check, and until when it is accepted."""
    return f"{line.sentence} [{line.accepted}]" if line.accepted else line.sentence


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table and a blank line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def foot(report: Report) -> Iterator[str]:
    """Of when it is, and what made it."""
    view, done = report.view, report.done
    at = view.now.astimezone(view.config.warehouse.timezone)
    yield from ("---", "")
    took = f"{done.seconds:.2f} s and {done.statements} statements"
    yield f"As of {at:%Y-%m-%d %H:%M %Z}. The pass took {took}."
    yield f"Days are those of {at.tzinfo}. {view.past.status}".rstrip()
    yield f"Config {report.config.sha256[:12]}, warehouse-exporter {__version__}."
    yield ""
