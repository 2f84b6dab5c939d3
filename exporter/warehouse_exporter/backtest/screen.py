"""A backtest on a terminal: how far it is, and then its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.report import is_text, sheets, summary
from warehouse_exporter.backtest.run import Backtest
from warehouse_exporter.backtest.sheet import NONE, Sheet
from warehouse_exporter.backtest.suggested import to_paste
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.core.wording import counted
from warehouse_exporter.publish.report import on_one_line
from warehouse_exporter.publish.table import STYLES

WORDS = {outcome.shown: STYLES[outcome] for outcome in Outcome}
"""The columns of verdicts, each in its colour."""


class Bar:
    """Watches a backtest: says how much is read, and on a terminal how far it is."""

    def __init__(self, console: Console, what: str, stopped: Callable[[], bool]) -> None:
        self._console = console
        self._what = what
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[part]}", markup=False),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self.stopped = stopped

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, step: Step, parts: int) -> None:
        """Restart the bar."""
        if step is Step.READING:
            self._console.print(f"{self._what}: {counted(parts, 'statement')}", highlight=False)
        self.restart(step.value, parts)

    def restart(self, step: str, parts: int) -> None:
        """Begin a step of so many parts."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(step, total=parts, part="")

    def ended(self, what: str) -> None:
        """One part more."""
        if self._task is not None:
            self._progress.update(self._task, advance=1, part=on_one_line(what))


def print_tables(found: Backtest, console: Console) -> None:
    """The tables: in colour and folded on a terminal, one line each elsewhere."""
    for sheet in sheets(found):
        console.file.write(f"{sheet.title}\n\n")
        if console.is_terminal:
            console.print(rich_table(sheet))
        else:
            for text in plain_table(sheet):
                console.file.write(f"{text}\n")
        console.file.write("\n")
    for text in summary(found):
        console.file.write(f"{on_one_line(text)}\n")
    if found.pastes:
        console.file.write("\nTo paste:\n\n")
        console.file.writelines(f"{on_one_line(text)}\n" for text in to_paste(found.pastes))


def rich_table(sheet: Sheet) -> Table:
    """A table for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(sheet.head):
        text = is_text(sheet, place)
        table.add_column(
            name, justify="left" if text else "right", overflow="fold", no_wrap=not text
        )
    for row in sheet.rows:
        table.add_row(*(coloured(n, on_one_line(c)) for n, c in zip(sheet.head, row, strict=True)))
    return table


def coloured(column: str, text: str) -> Text:
    """A cell in the colour of its verdict; none where it says nothing."""
    return Text(text, style="dim" if text == NONE else WORDS.get(column, ""))


def plain_table(sheet: Sheet) -> Iterator[str]:
    """A table for pipes and logs; nothing is folded."""
    rows = [sheet.head, *(tuple(on_one_line(text) for text in row) for row in sheet.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(sheet.head))]
    for row in rows:
        cells = (
            f"{text:<{width}}" if is_text(sheet, place) else f"{text:>{width}}"
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
