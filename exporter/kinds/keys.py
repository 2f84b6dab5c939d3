"""Keys of one column, by which the rows of one dataset are held against those of another."""

from __future__ import annotations

from exporter.model import Dataset


def key_of(dataset: Dataset, given: str | None) -> str:
    """The column named, else the dataset's key; `no_key` has nothing to say against it."""
    return given or dataset.key[0]


def no_key(who: str, word: str, dataset: Dataset, given: str | None) -> list[str]:
    """The complaint where no column is named, by that word, and the dataset's key is not one."""
    if given or len(dataset.key) == 1:
        return []
    return [f"{who} needs `{word}:` (dataset {dataset.name} has no key of one column)"]
