"""The terminal of the demo: what it says by itself, and what people would be told, with the time.

In colour on a terminal only, and not where NO_COLOR asks for none.
"""

from __future__ import annotations

import textwrap
from datetime import datetime

from rich.console import Console
from rich.text import Text

from warehouse_exporter.demo.notices import Notice

WIDEST = 100
"""Characters of a line, also where there is more room: longer ones are hard to read."""
TIME = "%H:%M:%S  "


class Screen:
    """Prints line by line, as things happen."""

    def __init__(self, console: Console | None = None) -> None:
        """On standard output, unless another console is given."""
        self.console = console or Console()

    def say(self, line: str, style: str = "") -> None:
        """A line as it is; it is never cut."""
        self.console.print(Text(line, style), soft_wrap=True)

    def show(self, notice: Notice, at: datetime) -> None:
        """What somebody is told, folded at words, behind the time of it."""
        clock = at.strftime(TIME)
        width = min(self.console.width, WIDEST) - len(clock)
        head, *rest = folded(notice.head, width)
        found = Text(clock, end="").append(head, notice.style)
        for line in rest:
            found.append("\n" + " " * len(clock)).append(line, notice.style)
        for line in notice.more:
            for part in folded(line, width):
                found.append("\n" + " " * len(clock) + part)
        self.console.print(found, soft_wrap=True)


def folded(line: str, width: int) -> list[str]:
    """A line as several that are not too long, unless a word is; nothing in it moves the cursor.

    Some names come out of the warehouse, where anything may stand.
    """
    plain = "".join(one if one.isprintable() else " " for one in line)
    return textwrap.wrap(plain, max(width, 1), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]
