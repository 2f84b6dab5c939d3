"""Values outside the list of accepted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Cell, Hits
from warehouse_exporter.kinds.shared.literals import READERS, is_ambiguous, typed
from warehouse_exporter.kinds.shared.usable import ALL
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

NUMBERS = {
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric"), "numeric"),
    "real": "real",
    "double precision": "double precision",
}
"""Column type -> the type in which its values are compared with those of the list."""
WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}
"""How PostgreSQL lets people write a boolean."""
LARGEST = Decimal("1e38")
"""About the largest `real`."""
NAMEABLE = "^([[:alpha:]][[:alpha:]_-]{0,39}|-?[0-9]{1,4}([.][0-9]{1,4})?)$"
"""Values that may be named: one word, or a short number. No address, name in full or id is one."""


@dataclass(frozen=True)
class Accepted(Hits):
    """How many values of how many are not accepted, and one of them where it may be named."""

    example: str | None = None

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Accepted:
        """From (hits, total, example)."""
        found = Hits.of(cells[:2])
        return cls(found.hits, found.total, None if cells[2] is None else str(cells[2]))

    def __add__(self, other: Hits, /) -> Accepted:
        both = super().__add__(other)
        theirs = other.example if isinstance(other, Accepted) else None
        return Accepted(both.hits, both.total, theirs or self.example)


class AcceptedValues(BeyondUsual):
    """Share of values that are not in the list; NULL is not a value.

    Values of a numeric column are compared as numbers (7 equals 7.00), those of a boolean
    column as truth values. Times, network addresses and UUIDs are compared as such. Everything
    else is compared as text, exactly as the list is written (01067 is not 1067).
    """

    kind = "accepted_values"
    ids = ("A1",)
    metric = Metric(
        "warehouse_unaccepted_value_ratio",
        "Share of the column's values that are not in the accepted list.",
        ("column",),
    )
    alert = "WarehouseUnacceptedValues"
    fault = Fault.VALUES
    summary = "values that are not in the list"
    counts_failing_rows = True
    symptom = False
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - accepted_values:
                  column: event_name
                  values: [page_viewed, email_filled_on_popup, product_added_to_cart,
                           checkout_started, checkout_completed]
                  critical: "> 0"
    """
    things: ClassVar[str] = "values"
    verbatim = frozenset({"values"})

    column: str = Field(description="The column whose values are listed.")
    values: tuple[str | int | float | bool, ...] = Field(
        min_length=1, description="Every value that may occur."
    )

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        column = view.column(self.column)
        known = self.accepted(column, view)
        present = words.both(words.is_present(column), view.predicate(self.where))
        wrong = words.both(words.negated(known), present)
        as_text = words.cast(column.copy(), "text")
        named = words.both(wrong, words.matches(as_text, NAMEABLE))  # few rows get as far as that
        example = words.filtered(words.oldest_of(as_text), named)
        cells = (words.count(wrong), words.count(present), example)
        rows = Scan(view.dataset.name, self.span(view), Accepted, cells)
        return {"rows": rows, ALL: self.all_rows(view)}

    def accepted(self, column: Node, view: DatasetView) -> Node:
        """The predicate for a value of the list; what the column can never hold is left out."""
        column_type, zone = view.fact(self.column).type, view.dataset.time_zone
        if is_ambiguous(column_type):
            raise Unmeasured(
                Reason.COLUMN_TYPE,
                f"column {self.column} is {column_type}, whose values can be written in several"
                " ways: judge it by a condition on each row, with the kind `rows`",
            )
        if column_type in READERS:
            read = [typed(text, column_type, zone) for text in self.texts()]
            listed = [value for value in read if value is not None]
        elif column_type in NUMBERS:
            to = NUMBERS[column_type]
            numbers = [text.replace("_", "") for text in self.texts() if is_number(text)]
            listed = [words.cast(words.string(number), to) for number in numbers]
        elif column_type == "boolean":
            listed = [words.is_true(WORDS[v.lower()]) for v in self.texts() if v.lower() in WORDS]
        else:
            listed = [words.string(v) for v in self.texts()]
            column = words.cast(column.copy(), "text")
        return words.one_of(column, listed) if listed else words.is_true(False)

    def texts(self) -> list[str]:
        """The accepted values as they are written."""
        return [str(v).lower() if isinstance(v, bool) else str(v) for v in self.values]

    def flaw(self, view: DatasetView, state: Hits) -> str:
        example = self.one_of_them(state)
        closed = "," if example and self.on(view) else ""
        return f"of {self.column} not in the list{example}{closed}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        many = f"{super().evidence(view, state)} of {self.column} not accepted"
        return f"{many} {self.when(view)}{self.one_of_them(state)}"

    def one_of_them(self, state: Hits) -> str:
        """`, such as purchse`: one of the values that are not accepted, where it may be shown."""
        named = isinstance(state, Accepted) and state.hits and state.example
        return f", such as {state.example}" if named and isinstance(state, Accepted) else ""


def is_number(text: str) -> bool:
    """Whether a text is a number that PostgreSQL reads, whatever type it is read as."""
    try:
        return abs(Decimal(text.strip())) < LARGEST
    except InvalidOperation:
        return False
