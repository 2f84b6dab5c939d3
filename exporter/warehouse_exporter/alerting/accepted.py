"""A limit as a rule states it, where findings of the check are accepted until a day.

The end is in the expression, so Prometheus knows it without the exporter and without a reload.
"""

from __future__ import annotations

from collections.abc import Callable

from warehouse_exporter.config import Check
from warehouse_exporter.core.limits import Condition


def statement(condition: Condition, check: Check, select: Callable[[str], str]) -> str:
    """The condition in PromQL, over the series that `select` makes of a metric name.

    Of a check with `accept:` it has no result before the end of the last day, unless the finding is
    beyond what is accepted.
    """
    said, accepted = condition.promql(select), check.accepted
    if accepted is None:
        return said
    later = f"({said})\nand on() (vector(time()) >= {accepted.ends.timestamp()!r})"
    if accepted.beyond is None:
        return later
    return f"({later})\nor\n(({said})\nand\n({accepted.beyond.promql(select)}))"
