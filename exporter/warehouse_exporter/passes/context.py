"""What other checks of a pass know that helps to judge a finding: the expected, and the normal.

A floor is a plain limit and reads no history. Where the same rows are also compared with their
past, the sentence on the floor says what was expected, and which datasets upstream are normal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from warehouse_exporter.baselines.base import EXPECTED
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.model import CheckId, Fact, Outcome, Result, Verdict
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.shared.totals import ROW
from warehouse_exporter.kinds.volume import Volume
from warehouse_exporter.passes.sentences import worded

Results = Mapping[CheckId, Result]


def informed(config: Config, results: Results, as_of: datetime) -> dict[CheckId, Result]:
    """The results, in which the findings of floors say what other checks of the pass know."""
    found = dict(results)
    for address, result in results.items():
        check = config.check(address)
        if not is_floor(check, config):
            continue
        fact = known(check, config, results)
        verdicts = [told(check, one, fact, as_of) for one in result.verdicts]
        found[check.id] = replace(result, verdicts=tuple(verdicts))
    return found


def is_floor(check: Check, config: Config) -> bool:
    """Whether a check counts all rows of the expected day."""
    dataset = config.datasets.get(check.id.dataset)
    if dataset is None or not isinstance(check.kind, Volume) or check.kind.where is not None:
        return False
    return check.kind.window_of(dataset) == "day"


def known(check: Check, config: Config, results: Results) -> Fact:
    """What other checks of the pass say of the same rows, and of those upstream."""
    own = next(counts_of(check.id.dataset, config, results), None)
    expected = own.sample.values.get(EXPECTED.name) if own and own.sample else None
    beside = () if expected is None else (f"expected {expected:,.0f}",)
    upstream = config.datasets[check.id.dataset].depends_on
    normal = [
        f"{config.datasets[name].thing.many.capitalize()} normal"
        for name in upstream
        if any(one.outcome is Outcome.PASS for one in counts_of(name, config, results))
    ]
    return Fact("", beside, then=". ".join(normal))


def counts_of(dataset: str, config: Config, results: Results) -> Iterator[Verdict]:
    """The verdicts on how many rows of a dataset there are, compared with its past."""
    for check in config.checks_of(frozenset({dataset})):
        if not isinstance(check.kind, Anomaly) or check.id not in results:
            continue
        metric = config.metrics[check.kind.metrics[0]]
        if metric.dataset == dataset and metric.count == ROW and metric.where is None:
            yield results[check.id].worst


def told(check: Check, verdict: Verdict, more: Fact, as_of: datetime) -> Verdict:
    """A finding with what else is known."""
    sample = verdict.sample
    if verdict.severity is None or sample is None or sample.fact is None:
        return verdict
    fact = replace(sample.fact, beside=(*sample.fact.beside, *more.beside), then=more.then)
    return worded(check, replace(verdict, sample=replace(sample, fact=fact)), as_of)
