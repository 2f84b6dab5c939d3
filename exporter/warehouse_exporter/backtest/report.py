"""A backtest for people: tables, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from warehouse_exporter.backtest import suggested
from warehouse_exporter.backtest.faults import FAULTS
from warehouse_exporter.backtest.messages import WORDS, Message, Messages
from warehouse_exporter.backtest.run import Backtest
from warehouse_exporter.backtest.sensitivity import Recall, Tally
from warehouse_exporter.backtest.sheet import NONE, Sheet, number, share
from warehouse_exporter.backtest.timeline import (
    COUNTED,
    Record,
    a_week,
    episodes,
    in_words,
    of_dataset,
)
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.core.wording import listed as listed_names
from warehouse_exporter.publish.report import cell

TEXTS = (
    "LIMIT",
    "IS",
    "FIRED ON",
    "TOLD ON",
    "BECAUSE",
    "OBJECTIVE",
    "CHECK",
    "OWNER",
    "DATASET",
    "FINDING",
)
"""Columns of text, which begin at the left."""
AS_THEY_ARE = "Judged on the rows as they are now: late rows are there on every day."
AS_IT_IS = (
    "at the whole table, or at the catalogue, as it is now, so the verdict is the same every day;"
    " --open-days-only limits checks over a whole table."
)


def rate(value: float) -> str:
    """Episodes a week."""
    return f"{value:.1f}" if value else NONE


def sheets(found: Backtest) -> Iterator[Sheet]:
    """All tables of the report."""
    yield of_checks(found)
    yield of_datasets(found)
    if found.messages.sent:
        yield of_messages("Pages and tickets", found.messages)
    if found.changed and found.changed_messages.sent:
        yield of_messages("Pages and tickets with --set", found.changed_messages)
    if found.recall is not None:
        faults = tuple(fault.name for fault in FAULTS)
        yield Sheet(
            "Faults caught, of the days that did not fire without them",
            ("CHECK", *faults),
            tuple(recalls(found.recall, found)),
        )
        yield Sheet(
            "Faults caught by some check of the dataset",
            ("DATASET", *faults),
            tuple(recalled(name, tallies) for name, tallies in found.recall.datasets.items()),
        )
    if found.wanted is not None:
        yield suggested.sheet(found.proposals, found.wanted)
    if found.untouched:
        yield Sheet(
            "Not injected",
            ("CHECK", "BECAUSE"),
            tuple((str(check), reason) for check, reason in found.untouched.items()),
        )


def of_checks(found: Backtest) -> Sheet:
    """A line for each check, those that fired most first, and one for each with other limits."""
    order = sorted(found.records, key=lambda record: -len(record.fired_on))
    rows = []
    for record in order:
        rows.append(line(str(record.check.id), record, found.days))
        other = found.changed.get(record.check.id)
        if other is not None:
            rows.append(line(f"  with {limits_text(other)}", other, found.days))
    head = ("CHECK", *COUNTED, "EPISODES", "A WEEK", "FIRED ON")
    return Sheet("Checks", head, tuple(rows))


def line(name: str, record: Record, days: Sequence[date]) -> tuple[str, ...]:
    """The counts of one check."""
    counts, runs = record.counts, episodes(record.fired_on)
    words = (number(counts[word]) for word in COUNTED)
    return (name, *words, number(len(runs)), rate(a_week(len(runs), days)), in_words(runs))


def limits_text(record: Record) -> str:
    """`critical > 3%`, as written."""
    conditions = record.check.kind.conditions()
    return ", ".join(f"{severity} {found.text}" for severity, found in conditions.items())


def of_datasets(found: Backtest) -> Sheet:
    """A line for each dataset: what people receive, one episode per table and run of days."""
    rows = []
    for name in found.datasets:
        rows.append(episodes_of(name, of_dataset(found.records, name), found.days))
        if any(check.dataset == name for check in found.changed):
            other = of_dataset(found.with_changes, name)
            rows.append(episodes_of("  with --set", other, found.days))
    head = ("DATASET", "DAYS", "EPISODES", "A WEEK", "FIRED ON")
    return Sheet("Datasets", head, tuple(rows))


def episodes_of(name: str, fired_on: Sequence[date], days: Sequence[date]) -> tuple[str, ...]:
    """The episodes of a dataset, in numbers."""
    runs = episodes(fired_on)
    week = rate(a_week(len(runs), days))
    return name, number(len(fired_on)), number(len(runs)), week, in_words(runs)


def of_messages(title: str, messages: Messages) -> Sheet:
    """A line for each fault that people were told of, those with most pages first."""
    by_fault: dict[str, list[Message]] = {}
    for one in messages.sent:
        by_fault.setdefault(one.incident, []).append(one)
    rows = []
    for incident, sent in by_fault.items():
        numbers = [sum(one.severity is severity for one in sent) for severity in WORDS]
        told = ", ".join(f"{one.day} ({word_of(one)})" for one in sent)
        rows.append((numbers, (incident, *map(number, numbers), told)))
    rows.sort(key=lambda row: row[0], reverse=True)
    head = ("FAULT", *(f"{word}s".upper() for word in WORDS.values()), "TOLD ON")
    return Sheet(title, head, tuple(row for _, row in rows))


def word_of(message: Message) -> str:
    """`page`, or `page: orders and sessions` of falls that page together."""
    of = f": {listed_names(message.datasets)}" if message.datasets else ""
    return f"{WORDS[message.severity]}{of}"


def recalls(recall: Recall, found: Backtest) -> Iterator[tuple[str, ...]]:
    """A line for each check with injected faults, and one for each with other limits."""
    for check, tallies in recall.checks.items():
        yield recalled(str(check), tallies)
        if check in found.changed:
            other = f"  with {limits_text(found.changed[check])}"
            yield recalled(other, found.changed_recall[check])


def recalled(name: str, tallies: Mapping[str, Tally]) -> tuple[str, ...]:
    """`57/60 95 %` for each fault."""
    return (name, *(share(tallies.get(fault.name)) for fault in FAULTS))


def summary(found: Backtest) -> list[str]:
    """The lines under the tables."""
    days = f"{counted(len(found.days), 'day')} from {found.days[0]} to {found.days[-1]}"
    lines = [f"{episodes_in(found, found.records)} in {days}."]
    lines.append(f"People get {found.messages.text}.")
    if found.changed:
        lines.append(f"With --set: {episodes_in(found, found.with_changes)}.")
        lines.append(f"With --set, people get {found.changed_messages.text}.")
    lines.append(AS_THEY_ARE)
    if found.wanted is not None:
        lines += suggested.summary(found.proposals, found.wanted, len(found.days))
    still = [str(r.check.id) for r in found.records if r.fired_on and r.check.id in found.unmoved]
    if still:
        looks = agreed(len(still), "looks", "look")
        lines.append(f"{', '.join(still)} {looks} {AS_IT_IS}")
    return lines


def episodes_in(found: Backtest, records: Iterable[Record]) -> str:
    """`6 episodes of 2 datasets, 0.5 a week`: one for each table and run of days."""
    every = list(records)
    runs = {name: len(episodes(of_dataset(every, name))) for name in found.datasets}
    total, speaking = sum(runs.values()), sum(map(bool, runs.values()))
    of = f" of {counted(speaking, 'dataset')}" if total else ""
    return f"{counted(total, 'episode')}{of}, {a_week(total, found.days):.1f} a week"


def is_text(sheet: Sheet, place: int) -> bool:
    """Whether a column holds text: the first, and the last of those that end with it."""
    return place == 0 or sheet.head[place] in TEXTS


def markdown(found: Backtest) -> str:
    """The backtest as a Markdown document."""
    parts = ["# Backtest", "", "\n\n".join(cell(text) for text in summary(found)), ""]
    for sheet in sheets(found):
        parts += markdown_table(sheet)
    if found.pastes:
        parts += ["## To paste", "", "```yaml", *suggested.to_paste(found.pastes), "```", ""]
    return "\n".join(parts[:-1]) + "\n"


def markdown_table(sheet: Sheet) -> list[str]:
    """The lines of a table with its heading; the last one is empty."""
    bars = ("---" if is_text(sheet, place) else "--:" for place in range(len(sheet.head)))
    head = listed(word.lower() for word in sheet.head)
    rows = (listed(row) for row in sheet.rows)
    return [f"## {sheet.title}", "", head, f"|{'|'.join(bars)}|", *rows, ""]


def listed(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cell(text) for text in cells)} |"
