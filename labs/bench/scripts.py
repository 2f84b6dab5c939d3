"""SQL files as psql takes them, cut into their statements: for a client that is no psql."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ECHO = re.compile(r"^\\echo (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """One statement of a file, and the name that an `\\echo` before it gives it."""

    name: str
    sql: str


def statements(text: str) -> Iterator[Written]:
    """The statements of a file, without comments. No literal in these files holds `;` or `--`."""
    bare = re.sub(r"--.*$", "", text, flags=re.MULTILINE)
    for piece in bare.split(";"):
        names = ECHO.findall(piece)
        sql = ECHO.sub("", piece).strip()
        if sql:
            yield Written(names[-1] if names else "", sql)


def read(file: str) -> tuple[Written, ...]:
    """The statements of a file of the bench."""
    return tuple(statements((FOLDER / file).read_text(encoding="utf-8")))


def asking(file: str) -> int:
    """How many statements of a file read tables: settings do not count."""
    return sum(not one.sql.upper().startswith("SET ") for one in read(file))
