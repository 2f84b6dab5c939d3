"""Facts about the raw events: what was published about them, and what was found besides.

Each fact is a statement of its own in facts/*.sql, with its definition, over the raw table alone:
neither the exporter nor a model of the shop takes part. Run them on a raw table that was loaded
with `Mode.ADDED`; the other mode drops the referrer when its header does, and its facts with it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from psycopg2.extensions import connection as Connection

from labs.case_study.names import Names

DIRECTORY = Path(__file__).parent / "facts"
_FACT = re.compile(r"-- fact: (\w+)\n((?:-- .*\n)+)([\s\S]*?;)\n")


@dataclass(frozen=True)
class Count:
    """A number, and what it is out of (None if it is not a part of anything)."""

    n: Decimal
    total: Decimal | None = None

    def __str__(self) -> str:
        """The number as people write it: 2,908 of 49,963 (5.82 %)."""
        if self.total is None:
            return f"{self.n:,f}"
        share = f" ({self.n / self.total:.2%})".replace("%", " %") if self.total else ""
        return f"{self.n:,f} of {self.total:,f}{share}"


@dataclass(frozen=True)
class Statement:
    """A fact that can be asked for."""

    name: str
    means: str
    sql: str


@dataclass(frozen=True)
class Fact:
    """A fact with its numbers: per day of the file, and over all days where that makes sense."""

    name: str
    means: str
    days: Mapping[date, Count]
    whole: Count | None


def statements() -> Iterator[Statement]:
    """All facts that can be asked for, in the order of their files."""
    for topic in ("published", "orders", "traffic", "funnel"):
        text = (DIRECTORY / f"{topic}.sql").read_text(encoding="utf-8")
        for name, comment, sql in _FACT.findall(text):
            yield Statement(name, re.sub(r"\s*-- ", " ", comment).strip(), sql)


def facts(connection: Connection, names: Names) -> dict[str, Fact]:
    """Every fact about what is in the raw table now; leaves nothing behind."""
    columns = {
        "first_spelling": names.of("client_id"),
        "second_spelling": names.of("clientId"),
        "referrer": names.of("referrer"),
    }
    found = {}
    with connection.cursor() as cursor:
        base = (DIRECTORY / "base.sql").read_text(encoding="utf-8")
        cursor.execute(names.sql(base), columns)
        for statement in statements():
            cursor.execute(names.sql(statement.sql))
            counts = {day: _count(n, total) for day, n, total in cursor.fetchall()}
            whole = counts.pop(None, None)
            found[statement.name] = Fact(statement.name, statement.means, counts, whole)
    connection.rollback()
    return found


def _count(n: Decimal, total: Decimal | None) -> Count:
    return Count(Decimal(n), None if total is None else Decimal(total))
