"""A bound of a value: a number, a day, or another column of the same row."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.wording import shown
from warehouse_exporter.kinds.shared.literals import typed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

TIMES = ("date", "timestamp without time zone", "timestamp with time zone")


def parse_bound(written: Any) -> float | date | str:
    """A number, a day such as 2020-01-01, or the name of a column. Raises ValueError."""
    if isinstance(written, date):
        return written
    if isinstance(written, bool) or not isinstance(written, int | float | str) or written == "":
        raise ValueError(f"{written!r} is no bound: write a number, a day or a column")
    try:
        number = float(re.sub(r"^([+-]?)\.(inf|nan)$", r"\1\2", str(written).lower()))
    except ValueError:
        pass
    else:
        if math.isfinite(number):
            return number
        raise ValueError(f"{written!r} is no bound: write a finite number")
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return str(written)


Bound = Annotated[
    float | date | str,
    BeforeValidator(parse_bound),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]


def said(bound: float | date | str) -> str:
    """A bound in words."""
    return shown(bound) if isinstance(bound, float) else str(bound)


def is_beyond(view: DatasetView, name: str, side: int, bound: float | date | str) -> Node:
    """Whether a column's value is below (-1) or above (1) a bound; NULL where one is NULL.

    A `real` of 0.1 is a little more than the number 0.1, so a number is taken in its precision. The
    last day of a time is all of it.
    """
    column, column_type, op = view.column(name), view.fact(name).type, "<" if side < 0 else ">"
    if isinstance(bound, str):
        return words.compare(column, op, view.column(bound))
    if isinstance(bound, float):
        number = words.number(bound)
        cast = words.cast(number, column_type) if column_type == "real" else number
        return words.compare(column, op, cast)
    if column_type not in TIMES:
        text = f"column {name} is {column_type}: {bound} is a day, and no value of it"
        raise Unmeasured(Reason.COLUMN_TYPE, text)
    if side > 0 and column_type != "date":
        op, bound = ">=", bound + timedelta(days=1)
    day = typed(bound.isoformat(), column_type, view.dataset.time_zone)
    assert day is not None
    return words.compare(column, op, day)
