"""What the kinds of attribution share: from which rows, or which columns, it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import Field, model_validator

from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.grammar import Tolerance
from warehouse_exporter.core.model import NO_LABELS, Dataset, Datasets
from warehouse_exporter.core.nouns import Noun
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.base import Expression, Share
from warehouse_exporter.kinds.shared.compared import OtherSide, Sides, probe
from warehouse_exporter.kinds.shared.keys import Columns, columns_of, key_in
from warehouse_exporter.kinds.shared.nearby import in_words, times
from warehouse_exporter.kinds.shared.usable import without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.sides import Comparison, Side
from warehouse_exporter.sql.words import Node

TOLERANCE = Tolerance(0.01)
"""How much more than its revenue may be attributed of an order: rounding."""


class Attribution(OtherSide):
    """The rows that attribute an order, and the share of its revenue that each gives away."""

    dataset: str = Field(description="The dataset with the attributions.")
    by: Columns = Field(description="Its column, or columns, with the key of an order.")
    sum: Expression = Field("1", description="The revenue that a row attributes.")
    model_column: str = Field("model", description="Its column with the name of the model.")

    def by_model(self, view: DatasetView, model: str | None) -> Side:
        """Its rows of one model, or of all, to be compared with the orders of `view`."""
        return self.side(view, of_model(view.other(self.dataset), self.model_column, model))


def of_model(view: DatasetView, column: str, model: str | None) -> Node | None:
    """The predicate for rows of a model; None where all are meant."""
    if model is None:
        return None
    return words.compare(view.column(column), "=", words.string(model))


class Attributed(Share):
    """A kind that compares what is attributed with what there is.

    It is written on the orders, which are looked up one by one `against` the attributions; or on a
    daily aggregate, which has both numbers side by side, the one being `attributed`.
    """

    layer = "business"
    things: ClassVar[str] = "orders"

    model: str | None = Field(None, description="The model, such as last_click; default: any.")
    of: Expression = Field(
        "1", description="What can be attributed at most, such as revenue; 1 counts orders."
    )
    against: Attribution | None = Field(
        None, description="The rows with the attributions, compared order by order."
    )
    by: Columns | None = Field(
        None, description="The column, or columns, of an order's key; default: the dataset's key."
    )
    attributed: Expression | None = Field(
        None,
        description="Instead of `against`: the column of a daily table with what is attributed.",
    )

    @model_validator(mode="after")
    def is_one_of_two(self) -> Self:
        """One source, and all that it needs."""
        if (self.against is None) == (self.attributed is None):
            raise ValueError(
                f"{self.kind} needs either `against:` (attributions, order by order) or"
                " `attributed:` (a column of a daily aggregate)"
            )
        if self.attributed is not None and ("of" not in self.model_fields_set or self.by):
            raise ValueError(
                "`attributed` is compared with `of`, such as orders, and needs no `by`"
            )
        return self

    def default_name(self) -> str:
        what = self.attributed or self.model
        return f"{self.kind}_{what}" if what and what.isidentifier() else self.kind

    def labels(self) -> Mapping[str, str]:
        return {"model": self.model} if self.model else NO_LABELS

    def refers_to(self) -> tuple[str, ...]:
        return (self.against.dataset,) if self.against else ()

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        against = self.against
        wrong = against.problems(self, self.by, dataset, datasets) if against else []
        return [*wrong, *super().problems(dataset, datasets)]

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        own, of = super().times(view), self.against
        return own if of is None else (*own, *times(view, of.dataset, of.within))

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days, given = self.span(view), view.predicate(self.where)
        x = view.summand(self.of)
        if self.against is None:
            assert self.attributed is not None
            cells = side_by_side(view.summand(self.attributed), x, given)
            return {"sides": Scan(view.dataset.name, days, Sides, cells)}
        self.against.refuse_to_read_all(self, view)
        names = columns_of(view.dataset, self.by)
        # An order that is there twice has its revenue once.
        own = Side(
            view.source(days), key_in(view, names), x, given, view.finds(names[0]),
            taken="max",
        )  # fmt: skip
        theirs = self.against.by_model(view, self.model)
        anything = self.against.side(view).any_row
        compared = Comparison(
            own, theirs, TOLERANCE, view.inside(days), excess=True, elsewhere=anything
        )
        return {"sides": probe(compared, view, days)}

    def sides(self, view: DatasetView, readings: Readings) -> Sides:
        """What there is and what is attributed; a daily aggregate must have both of every day.

        Raises Skipped where there are no orders, and Unmeasured where none has a key.
        """
        found: Sides = readings["sides"].total(Sides)
        when = self.when(view)
        if self.attributed is not None and found.valueless:
            text = f"{counted(found.valueless, 'row')} without {self.attributed} or {self.of}"
            raise Unmeasured(Reason.NO_VALUES, f"{text} {when}")
        if found.keyless and found.keyless == found.orders:
            raise without(found.keyless, "a key", when)
        if not found.orders:
            self.refuse_alone(found, view)
            raise Skipped(f"no orders {when}")
        return found

    def refuse_alone(self, found: Sides, view: DatasetView) -> None:
        """Raise Unmeasured where a whole table has no orders, and the attributions have rows."""
        if self.against is not None and found.elsewhere and self.span(view) is None:
            text = f"no orders {self.when(view)}, but {self.against.dataset} has rows"
            raise Unmeasured(Reason.NO_VALUES, text)

    def orders(self, view: DatasetView) -> Noun:
        """What is attributed: rows, or the column of a daily aggregate that counts them."""
        if self.attributed is None:
            return view.dataset.thing
        return Noun(self.of, self.of) if self.of.isidentifier() else Noun("1", "all")

    @property
    def by_model(self) -> str:
        """The model, in words."""
        return f" by {self.model}" if self.model else ""

    @property
    def by_whom(self) -> str:
        """The model, and where its rows are looked for, in words."""
        model = f" by {self.model}" if self.model else ""
        return model + (in_words(self.against.within) if self.against else "")


def side_by_side(attributed: Node, of: Node, given: Node | None) -> tuple[Node, ...]:
    """The cells of Sides where every row has both numbers."""
    known = words.all_of(words.is_present(attributed), words.is_present(of), given)
    lacking = words.both(words.either(words.is_null(attributed), words.is_null(of)), given)
    more = words.excess(attributed, of)
    over = words.all_of(known, words.compare(more, ">", words.number(TOLERANCE.size)))
    return (
        words.count(known),
        words.count(over),
        words.sum_of(more, known),
        words.sum_of(of, known),
        words.sum_of(attributed, known),
        words.count(lacking),
        *(words.number(0) for _ in range(7)),
    )
