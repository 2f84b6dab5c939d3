"""Keys, by which the rows of one dataset are held against those of another."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from warehouse_exporter.core.model import Dataset
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql.keys import Key


def listed(written: Any) -> Any:
    """A key of one column, which need not be written as a list, as a list."""
    return (written,) if isinstance(written, str) else written


KEY_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}
Columns = Annotated[
    tuple[str, ...],
    Field(min_length=1),
    BeforeValidator(listed),
    WithJsonSchema(KEY_SCHEMA),
]
"""The columns of a key: `order_id`, or `[order_id, seller_id]`."""


def columns_of(dataset: Dataset, given: tuple[str, ...] | None) -> tuple[str, ...]:
    """The columns named, else the dataset's key."""
    return given or dataset.key


def key_in(view: DatasetView, columns: tuple[str, ...]) -> Key:
    """A key of the dataset, all of whose columns exist."""
    return Key(tuple(view.column(name) for name in columns))


def unlike(
    who: str, word: str, dataset: Dataset, given: tuple[str, ...] | None, other: tuple[str, ...]
) -> list[str]:
    """The complaint where a side has no key, or not as many columns as the `other` one.

    `word` is what the columns given are called in the config.
    """
    own = columns_of(dataset, given)
    if not own:
        return [f"{who} needs `{word}:` (dataset {dataset.name} has no key)"]
    if len(own) == len(other):
        return []
    return [
        f"{who} compares {', '.join(own)} with {', '.join(other)}: name as many columns on both"
        f" sides, in the same order (`{word}:`; default: the key of {dataset.name})"
    ]
