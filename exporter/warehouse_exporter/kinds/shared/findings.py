"""A day of a metric that is not judged, and is shown all the same."""

from __future__ import annotations

from collections.abc import Callable

from warehouse_exporter.baselines.base import EXPECTED, LOWER, UPPER, Finding
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.model import Sample


def unjudged(name: str, find: Callable[[], Finding], why: str) -> Sample:
    """The band of a day that is not judged, for charts; rules look at none of its gauges.

    Raises Skipped where there is no band.
    """
    try:
        values = find().values
    except (Skipped, Unmeasured):
        raise Skipped(why) from None
    band = {g.name: values[g.name] for g in (EXPECTED, LOWER, UPPER) if g.name in values}
    if not band:
        raise Skipped(why)
    return Sample(band, why, {"metric": name}, skipped=why)
