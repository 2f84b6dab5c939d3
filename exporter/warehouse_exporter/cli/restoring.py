"""What `restore` asks and shows."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.files import read_text

if TYPE_CHECKING:
    from warehouse_exporter.config import Config
    from warehouse_exporter.copies.restore import Change

MOST_DAYS = 14


def writer_dsn(file: str | None, variable: str | None, config: Config) -> str:
    """The DSN of the role that writes. Raises UsageError where it is not given, or the reader's."""
    if (file is None) == (variable is None):
        raise UsageError(
            "give the DSN of a role that may write: --writer-dsn-file FILE or --writer-dsn-env NAME"
        )
    if file is not None:
        try:
            found = read_text(file).strip()
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"{file} is not UTF-8 text") from None
    else:
        found = os.environ.get(variable or "", "").strip()
    if not found:
        raise UsageError(f"there is no DSN in {file or variable}")
    if found == config.warehouse.connection_string().strip():
        raise UsageError("this is the exporter's own DSN, whose role only reads: give another one")
    return found


def shown(changes: Sequence[Change]) -> str:
    """What would change, by table and day."""
    lines = []
    for change in changes:
        table = change.table
        now, then = change.total("now"), change.total("then")
        lines.append(f"{table.dataset} ({table.shown}): {now:,} rows now, {then:,} in the copy")
        different = [day for day in change.days if day.back or day.gone]
        if not different:
            lines.append("  no difference")
        for day in different[-MOST_DAYS:]:
            lines.append(
                f"  {day.day}: {day.now:,} rows now, {day.then:,} in the copy:"
                f" {day.back:,} come back, {day.gone:,} go"
            )
        more = different[:-MOST_DAYS]
        if more:
            back, gone = sum(day.back for day in more), sum(day.gone for day in more)
            lines.append(f"  and {len(more)} earlier days: {back:,} come back, {gone:,} go")
    return "\n".join(lines)


def confirmed(yes: bool) -> None:
    """Ask, unless the answer was given. Raises UsageError where nobody says yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was changed: there is no terminal to ask on; --yes does not ask")
    if not click.confirm("Replace the rows of these tables by those of the copy?"):
        raise UsageError("nothing was changed")
