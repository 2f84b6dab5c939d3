"""The past days of every daily series, as OpenMetrics for a Prometheus that starts today.

Each day is judged as on its morning, by the rows as they are today; its numbers then stand until
the next morning, as the exporter would have shown them. Of what is told is left out whatever only
today knows: ages, the catalogue, and checks of the whole table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from warehouse_exporter.backtest.progress import Step, Watcher
from warehouse_exporter.backtest.run import read_past, unmoved
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import NO_LABELS, Outcome, Result
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.mornings import newest_day
from warehouse_exporter.kinds import all_metrics
from warehouse_exporter.passes.moment import morning_of
from warehouse_exporter.passes.run import result
from warehouse_exporter.publish.grouped import Grouped
from warehouse_exporter.publish.metrics import (
    config_families,
    families,
    in_warehouse,
    pass_families,
    self_families,
)
from warehouse_exporter.publish.snapshots import Snapshot

BY_DAY = frozenset({"metric", "anomaly", "channel_mix"})
"""Kinds that are about one day although they look at several."""
SHOWN = frozenset({names.OUTCOME.name, names.EXPECTED_DAY.name, names.ROWS_FAILED.name,
                   names.ROWS_CHECKED.name, names.LIMIT.name})  # fmt: skip
"""Gauges that are written beside those of the kinds."""
QUIET = timedelta(hours=7)
"""How long ago the last sample is: rules hold a value for six hours."""
Labels = tuple[tuple[str, str], ...]
Series = tuple[str, Labels]


@dataclass
class Filling:
    """The series, each with its value from one morning on, and where the last one ends."""

    until: datetime
    helps: dict[str, str] = field(default_factory=dict)
    mornings: list[datetime] = field(default_factory=list)
    values: dict[Series, dict[datetime, float]] = field(default_factory=dict)

    def lines(self, every: timedelta, target: Mapping[str, str] = NO_LABELS) -> Iterator[str]:
        """The text, a sample for each multiple of `every`, with the labels of the target.

        The samples of a gauge stand together, those of a series in the order of time.
        """
        times = dict(self.times(every))
        for name in sorted(self.helps):
            yield f"# HELP {name} {escaped(self.helps[name])}\n# TYPE {name} gauge\n"
            for (own, labels), course in self.values.items():
                if own == name:
                    head = f"{name}{{{text_of((*labels, *target.items()))}}}"
                    for morning, value in course.items():
                        number = spelled(value)
                        yield "".join(f"{head} {number} {at}\n" for at in times[morning])
        yield "# EOF\n"

    def times(self, every: timedelta) -> Iterator[tuple[datetime, Sequence[int]]]:
        """When the numbers of each morning are written, in seconds since the epoch."""
        step = int(every.total_seconds())
        for morning, end in zip(self.mornings, [*self.mornings[1:], self.until], strict=True):
            first = math.ceil(morning.timestamp() / step) * step
            yield morning, range(first, math.ceil(end.timestamp()), step)

    def samples(self, every: timedelta) -> int:
        """How many samples there are."""
        count = {morning: len(found) for morning, found in self.times(every)}
        return sum(count[morning] for course in self.values.values() for morning in course)


def filling(
    config: Config, engine: Engine, now: datetime, count: int, watcher: Watcher
) -> Filling | None:
    """The last `count` days of the daily series; None if the watcher stopped it.

    Raises UsageError where there is nothing to write, and Unreachable if nothing can be read.
    """
    until = now - QUIET
    newest = newest_day(until, config)
    days = [newest - timedelta(days=back) for back in reversed(range(count))]
    checks = [check for check in config.checks if is_daily(check, config)]
    if not checks:
        raise UsageError("no check of this config is about single days: there is nothing to write")
    mornings = [morning_of(day, config) for day in days]
    past = read_past(config, engine, mornings, checks, watcher)
    same = unmoved(past.asked, checks)
    told = tuple(check for check in checks if check.id not in same)
    found = Filling(until)
    watcher.begin(Step.JUDGING, len(past.asked))
    for morning in past.asked:
        if watcher.stopped():
            return None
        views = past.views(config, morning.as_of)
        gathered = past.history.on(morning, past.inquiry)
        results = {one.id: result(one, views, gathered, morning.as_of) for one in told}
        measured = {
            address: one
            for address, one in results.items()
            if one.worst.outcome is not Outcome.UNMEASURED
        }
        reached = dict.fromkeys(config.datasets, morning.as_of)
        known = Grouped[Result]()
        snapshot = Snapshot(
            config, known.with_all(results), known.with_all(measured), succeeded=reached
        )
        take(found, snapshot, told, morning.as_of)
        watcher.ended(f"{morning.as_of.date()}")
    return found


def is_daily(check: Check, config: Config) -> bool:
    """Whether a check is about one day, and today's rows can tell what it said of a past one."""
    kind, dataset = check.kind, config.datasets.get(check.id.dataset)
    if not kind.in_hindsight or dataset is None:
        return False
    return kind.kind in BY_DAY or (kind.judges_days and kind.window_of(dataset) == "day")


def take(found: Filling, snapshot: Snapshot, checks: Sequence[Check], morning: datetime) -> None:
    """Note what an exporter would have shown on a morning."""
    found.mornings.append(morning)
    wanted = SHOWN | all_metrics().keys()
    config = snapshot.config
    told = (
        *families(snapshot, checks, morning),
        *in_warehouse(config, self_families(snapshot)),
        *(
            one
            for name, own in by_dataset(config, checks).items()
            for one in (*config_families(config, name, own), *pass_families(snapshot, name))
        ),
    )
    for family in told:
        if family.name in wanted and family.samples:
            found.helps[family.name] = family.documentation
            for sample in family.samples:
                if not math.isnan(sample.value):
                    series = family.name, tuple(sample.labels.items())
                    found.values.setdefault(series, {})[morning] = sample.value


def by_dataset(config: Config, checks: Sequence[Check]) -> dict[str, list[Check]]:
    """Some checks by their datasets; those without any are there as well."""
    found: dict[str, list[Check]] = {name: [] for name in config.datasets}
    for check in checks:
        found.setdefault(check.id.dataset, []).append(check)
    return found


def first_day(found: Filling, config: Config) -> date:
    """The first day on whose morning something is shown."""
    return found.mornings[0].astimezone(config.warehouse.timezone).date()


def text_of(labels: Labels) -> str:
    """Labels as they stand between braces."""
    return ",".join(f'{name}="{escaped(text)}"' for name, text in labels if text)


def escaped(text: str) -> str:
    """Text as it stands between quotes."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def spelled(value: float) -> str:
    """A number; infinity has a sign."""
    return repr(value) if math.isfinite(value) else f"{'-' if value < 0 else '+'}Inf"
