"""The limits of `anomaly`: which terms there are depends on the baselines that are installed."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model

from warehouse_exporter.baselines import all_terms
from warehouse_exporter.baselines.base import Terms
from warehouse_exporter.core.grammar import parse_share
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.kinds.shared.base import Part


def above_zero(written: Any) -> float:
    """`30%` as 0.3."""
    if share := parse_share(written):
        return share
    raise ValueError(f"{written!r} is not a share: write per cent above 0, such as 30%")


PerCent = Annotated[
    float,
    BeforeValidator(above_zero),
    WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?%$"}),
]


class Departure(Part):
    """The limits of one severity; which of them there are depends on the method."""

    @property
    def terms(self) -> Terms:
        """The limits that are written."""
        return self.model_dump(exclude_none=True)

    @classmethod
    def of(cls, terms: Terms) -> Departure:
        """The limits of some terms that are known to be right."""
        fields: dict[str, Any] = dict(terms)
        return departure_model().model_construct(**fields)


@cache
def departure_model() -> type[Departure]:
    """The model of the limits: one optional field per term of any baseline."""
    fields: dict[str, Any] = {}
    for name, term in all_terms().items():
        if term.per_cent:
            fields[name] = (PerCent | None, Field(None, description=term.about))
        else:
            fields[name] = (float | None, Field(None, gt=0, description=term.about))
    return create_model("Departure", __base__=Departure, __doc__=Departure.__doc__, **fields)


def fires_late(warning: Condition, critical: Condition) -> bool:
    """Whether a warning's first limit is laxer than that of its critical, on some side."""
    firsts = [
        (mild[0], hard[0])
        for mild in warning.alternatives
        for hard in critical.alternatives
        if (mild[0].metric, mild[0].reading) == (hard[0].metric, hard[0].reading)
    ]
    return any(mild.limit.laxer_than(hard.limit) for mild, hard in firsts)
