"""`objective:` of a dataset: on how many days it must be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from warehouse_exporter.config.document import Document
from warehouse_exporter.config.model import Check
from warehouse_exporter.config.values import Spec
from warehouse_exporter.core.model import Dataset, Severity
from warehouse_exporter.core.objective import Objective

LONGEST = 90
"""Days of a window: as many as a history may have."""


class ObjectiveSpec(Spec):
    """On how many of the last days the dataset must be right by its deadline."""

    days: int = Field(ge=1, le=LONGEST, description="Days that must be right, such as 28.")
    of: int = Field(ge=2, le=LONGEST, description="Of so many days in a row, such as 30.")
    page: bool = Field(
        False, description="Page when the budget of bad days burns fast or is spent; default: warn."
    )

    @model_validator(mode="after")
    def has_a_budget(self) -> Self:
        """Fewer days than there are."""
        if self.days >= self.of:
            raise ValueError(
                "`days` must be less than `of`: where every day must be right there is no budget"
                " of bad days, and the limits of the checks say it already"
            )
        return self

    def objective(self) -> Objective:
        """The same, validated."""
        return Objective(self.days, self.of, self.page)


def check_objectives(
    spec: Any, datasets: Mapping[str, Dataset], checks: Iterable[Check], document: Document
) -> None:
    """An objective has something to judge, and a history that is long enough."""
    critical = {c.id.dataset for c in checks if c.worst_severity is Severity.CRITICAL}
    for name, dataset in datasets.items():
        if (objective := dataset.objective) is None:
            continue
        path = ("datasets", name, "objective")
        if name not in critical:
            document.complain(
                path, f"no check of `{name}` has a critical limit, so no day could ever be bad"
            )
        if spec.history.days < objective.of:
            document.complain(
                (*path, "of"),
                f"needs {objective.of} past days, and `history` has {spec.history.days}: write"
                f" history: {{days: {objective.of}}}",
            )
