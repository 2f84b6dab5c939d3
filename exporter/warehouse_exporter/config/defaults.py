"""`defaults:`, what all datasets share: a dataset that says otherwise keeps its own."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel, Field, ValidationError, create_model

from warehouse_exporter.config.document import Document
from warehouse_exporter.config.values import Spec

SECTION = "defaults"
SHARED = (
    "time", "time_zone", "unparsable", "loaded", "filter", "key", "owner", "expect_by",
    "expect_day", "closed", "every", "budget",
)  # fmt: skip
"""The keys of a dataset that may be shared; a relation, its columns and its checks are its own."""


@cache
def defaults_spec(dataset: type[BaseModel]) -> Any:
    """The model of the section: those keys of a dataset, each as it is there."""
    fields: dict[str, Any] = {}
    for name in SHARED:
        own = dataset.model_fields[name]
        kind: Any = own.rebuild_annotation()
        fields[name] = (kind | None, Field(None, description=own.description))
    return create_model("Defaults", __base__=Spec, **fields)


def share(document: Document, model: type[BaseModel]) -> None:
    """Put the defaults into every dataset that does not say otherwise, `null` included.

    What is wrong with a default is not repeated for each dataset. A problem that only one dataset
    has with it is told with the line of the default.
    """
    data = document.data
    given, datasets = data.get(SECTION), data.get("datasets")
    if not isinstance(given, dict) or not isinstance(datasets, dict):
        return
    for key, value in given.items():
        if key not in SHARED or not is_right(key, value, model):
            continue
        line = document.line((SECTION, key))
        for name, dataset in datasets.items():
            if isinstance(dataset, dict) and key not in dataset:
                dataset[key] = deepcopy(value)
                document.lines[("datasets", name, key)] = line


def is_right(key: str, value: Any, model: type[BaseModel]) -> bool:
    """Whether the model takes a default, which is not empty."""
    try:
        model.model_validate({key: value})
    except ValidationError:
        return False
    return value is not None
