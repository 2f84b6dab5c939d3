"""Kinds with plain limits on their gauges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self, TypeVar

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from warehouse_exporter.core.limits import Condition, Limit, Term, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.shared.acceptance import beyond_number
from warehouse_exporter.kinds.shared.fields import Limits
from warehouse_exporter.kinds.shared.kind import Kind

L = TypeVar("L")


def worst_first(critical: L | None, warning: L | None, info: L | None) -> Mapping[Severity, L]:
    """The given limits in the order of judgement."""
    all_three = {Severity.CRITICAL: critical, Severity.WARNING: warning, Severity.INFO: info}
    return {severity: limit for severity, limit in all_three.items() if limit}


class Limited(Kind):
    """A kind with plain limits on its gauges."""

    info: Limits | None = Field(None, description="Shown and counted; notifies nobody.")
    warning: Limits | None = Field(None, description="A ticket or a channel.")
    critical: Limits | None = Field(None, description="A page; stops the DAG.")

    advice: ClassVar[str] = "critical: '> 0'"
    needs_limit: ClassVar[bool] = True

    @classmethod
    def term(cls, limit: Limit) -> Term:
        """The gauge that a limit applies to; ValueError if its unit does not fit this kind."""
        if limit.unit is Unit.NUMBER:
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: {cls.kind} is a plain number, write no unit")

    @field_validator("info", "warning", "critical")
    @classmethod
    def unit_fits(cls, limits: tuple[Limit, ...] | None) -> tuple[Limit, ...] | None:
        """Every limit has a unit that this kind takes."""
        for limit in limits or ():
            cls.term(limit)
        return limits

    @model_validator(mode="after")
    def limits_make_sense(self) -> Self:
        """There is a limit, and a warning fires before its critical."""
        if self.needs_limit and not self.limits():
            raise ValueError(f"{self.kind} needs a limit, for example {{{self.advice}}}")
        for warning in self.warning or ():
            for critical in self.critical or ():
                if warning.laxer_than(critical):
                    raise ValueError(
                        f"warning {warning.text!r} is laxer than critical {critical.text!r}: "
                        "it would never fire first"
                    )
        self.beyond_accepted()
        return self

    def beyond_accepted(self) -> Condition | None:
        if self.accept is None or self.accept.up_to is None:
            return None
        limits = [limit for given in self.limits().values() for limit in given]
        return beyond_number(self.accept.up_to, limits, self.term)

    def limits(self) -> Mapping[Severity, tuple[Limit, ...]]:
        """The limits given, worst severity first."""
        return worst_first(self.critical, self.warning, self.info)

    def conditions(self) -> Mapping[Severity, Condition]:
        return {
            severity: Condition.any_of(*(self.term(limit) for limit in limits))
            for severity, limits in self.limits().items()
        }
