"""The words that a check mentions: by these a wrong column explains what is computed from it."""

from __future__ import annotations

import json
import re

from warehouse_exporter.config import Check, Config

WORD = re.compile(r"\w+")


def words_of(check: Check, config: Config) -> set[str]:
    """The words of a check's parameters, and of the metrics that it builds on."""
    kinds, found = [check.kind], set[str]()
    named = list(check.kind.builds_on())
    while named:
        metric = config.metrics.get(named.pop())
        if metric is not None and metric not in kinds:
            kinds.append(metric)
            named += metric.builds_on()
    for kind in kinds:
        found |= set(WORD.findall(json.dumps(kind.model_dump(mode="json"), default=str)))
    return found
