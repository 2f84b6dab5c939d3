"""The output on a terminal: the table of a pass, and progress before it.

Separate from the reports, so that the exporter, which has no terminal, does not load its library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse_exporter.core.model import Outcome
from warehouse_exporter.publish.report import Results, lines, on_one_line, summary, word
from warehouse_exporter.publish.report import shown as told

STYLES = {
    Outcome.CRITICAL: "bold red",
    Outcome.UNMEASURED: "bold magenta",
    Outcome.WARNING: "yellow",
    Outcome.SKIPPED: "dim",
    Outcome.PASS: "green",
}


@contextmanager
def waiting(checks: int) -> Iterator[None]:
    """A sign of life while the warehouse works, on a terminal only."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(f"asking the warehouse for {checks} checks …"):
        yield


def print_table(results: Results, as_of: datetime, console: Console) -> None:
    """The compact table: in colour and folded on a terminal, one line a verdict elsewhere."""
    if console.is_terminal:
        console.print(rich_table(results))
    else:
        for line in plain_table(results):
            console.file.write(f"{line}\n")
    console.file.write(f"\n{summary(results, as_of)}\n")


def table_rows(results: Results) -> list[tuple[Outcome, str, str, str]]:
    """Outcome, word, check and reason of every verdict, worst first."""
    return [
        (verdict.outcome, word(verdict), on_one_line(str(check)), on_one_line(told(verdict)))
        for check, verdict in lines(results)
    ]


def rich_table(results: Results) -> Table:
    """The table for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("VERDICT", no_wrap=True)
    table.add_column("CHECK", overflow="fold")
    table.add_column("REASON", overflow="fold")
    for outcome, shown, check, text in table_rows(results):
        table.add_row(Text(shown, style=STYLES[outcome]), Text(check), Text(text))
    return table


def plain_table(results: Results) -> Iterator[str]:
    """The table for pipes and logs; nothing is folded."""
    rows = [("VERDICT", "CHECK", "REASON"), *(row[1:] for row in table_rows(results))]
    first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
    for row in rows:
        yield f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}"
