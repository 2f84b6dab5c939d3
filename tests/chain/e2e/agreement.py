"""A config of thousands of checks with random limits, and a pass with values beside them."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.limits import OPERATORS, SUFFIXES, Limit, Reading, Term, Unit
from warehouse_exporter.core.model import CheckId, Pass, Result, Sample, Severity, Verdict
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.kinds.shared.base import Kind, Limited, Share
from warehouse_exporter.passes.verdicts import judge, not_measured

from tests.database.kinds.examples import EXAMPLES, READ

DATASETS = 24
"""Over which the checks are spread."""
ROWS = 40
"""Of each query."""
NUMBERS = (
    "0", "1", "5", "12", "0.1", "0.3", "2.5", "99.9", "100", "49_963", "1_000_000", "-3", "-0.1",
    "-0.0", "123456789.125", "1e15", "9007199254740993", "1e-9", "4.9e-324", "1.7e306",
)  # fmt: skip
SPANS = ("0s", "600s", "1_200s", "30m", "90m", "12h", "36h", "1.5d", "7d", "-1h")
"""Multiples of ten minutes: an age on one of them is not soon on another."""
SUMS = (0.1 + 0.2, 1.1 + 2.2, 0.7 + 0.1, 3 * 0.1)
FAR = (0.0, -0.0, 5e-324, 1e-300, -1e9, 1e300, -sys.float_info.max, math.inf, -math.inf, math.nan)
SEVERITIES = [severity.value for severity in Severity]
ODD = ("a", "ü", 'say "hi"', "back\\slash", "new\nline", "{{ $value }}", "`", "=~.*", "$1", "5%d")


def suffixes(kind: type[Limited]) -> list[str]:
    """The units in which limits of a kind may be written."""
    return [suffix for suffix in SUFFIXES if fits(kind, Limit.parse(f"> 5{suffix}"))]


def fits(kind: type[Limited], limit: Limit) -> bool:
    """Whether the unit of a limit is one of the kind."""
    try:
        kind.term(limit)
    except ValueError:
        return False
    return True


@dataclass
class Dice:
    """Everything that is drawn, from one seed."""

    seed: int
    of: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.of = random.Random(self.seed)

    def limit(self, kind: type[Limited]) -> str:
        """A limit that the kind takes."""
        while not fits(kind, Limit.parse(drawn := self.any_limit(kind))):
            pass
        return drawn

    def any_limit(self, kind: type[Limited]) -> str:
        """A limit with a unit that the kind takes; it may refuse the number."""
        op = self.of.choice(sorted(OPERATORS))
        suffix = self.of.choice(suffixes(kind))
        if SUFFIXES[suffix][0] is Unit.DURATION:
            spans = [span for span in SPANS if fits(kind, Limit.parse(f"{op} {span}"))]
            return f"{op} {self.of.choice(spans)}"
        drawn = f"{self.of.uniform(-10, 100):.{self.of.randint(0, 16)}f}"
        small = repr(self.of.random() * 10.0 ** self.of.randint(-9, 12))
        number = self.of.choice((self.of.choice(NUMBERS), drawn, small))
        return f"{op} {number} {suffix}"

    def severities(self) -> list[str]:
        """One severity, two or all three."""
        return self.of.sample(SEVERITIES, self.of.randint(1, 3))

    def limits(self, kind: type[Limited]) -> dict[str, Any]:
        """Limits, lists of them and bands, of which no warning is laxer than its critical."""
        while True:
            drawn = {s: [self.limit(kind) for _ in range(self.of.choice((1, 1, 2, 3)))]
                     for s in self.severities()}  # fmt: skip
            read = {s: [Limit.parse(text) for text in texts] for s, texts in drawn.items()}
            pairs = ((w, c) for w in read.get("warning", ()) for c in read.get("critical", ()))
            if not any(warning.laxer_than(critical) for warning, critical in pairs):
                return {s: t[0] if len(t) == 1 else t for s, t in drawn.items()}

    def departures(self) -> dict[str, Any]:
        """A method of an anomaly, its direction, and limits, none laxer than its critical."""
        method = self.of.choice(["seasonal", "zscore", "mad", "change"])
        sides = ("fall", "both") if method == "mad" else ("fall", "rise", "both")
        of_method = {
            "zscore": self.scores, "mad": self.medians,
            "change": self.changes, "seasonal": self.probabilities,
        }  # fmt: skip
        limits = dict(zip(("info", "warning", "critical"), of_method[method](), strict=True))
        found: dict[str, Any] = {"method": method, "direction": self.of.choice(sides)}
        if method == "seasonal" and self.of.random() < 0.2:
            return found  # the limits that are built in
        return {**found, **{severity: limits[severity] for severity in self.severities()}}

    def scores(self) -> list[dict[str, Any]]:
        """Limits of zscore: a score alone, or together with a change."""
        drawn = sorted(self.of.choice((0.1, 2.58, 3.0, 3.5, 1e-9)) for _ in range(3))
        return [{"z": z, **self.change()} for z in drawn]

    def medians(self) -> list[dict[str, Any]]:
        """Limits of mad: a score and a share of the median."""
        drawn = sorted(self.of.choice((1, 3, 3.5, 5)) for _ in range(3))
        return [{"z": z, "below": self.per_cent(1, 99)} for z in drawn]

    def changes(self) -> list[dict[str, Any]]:
        """Limits of change: of both signs, or of each."""
        drawn = sorted(self.of.uniform(1, 100) for _ in range(3))
        both = self.of.random() < 0.5
        names = ("change",) if both else ("fall", "rise")
        return [{name: f"{size}%" for name in names} for size in drawn]

    def probabilities(self) -> list[dict[str, Any]]:
        """Limits of seasonal: probabilities, and a change that matters, or the built-in one."""
        drawn = sorted((self.of.choice((10, 1, 0.1, 0.02, 1e-7)) for _ in range(3)), reverse=True)
        sizes = {name: self.per_cent(1, 90) for name in ("change", "points")}
        size = self.of.choice(("change", "points", None))
        return [
            {
                "fall": f"{alpha:.9f}%",
                "rise": f"{alpha / 4:.9f}%",
                **({size: sizes[size]} if size else {}),
            }
            for alpha in drawn
        ]

    def per_cent(self, low: float, high: float) -> str:
        """Per cent, round or not."""
        return (
            f"{self.of.choice((self.of.randint(int(low), int(high)), self.of.uniform(low, high)))}%"
        )

    def change(self) -> dict[str, str]:
        """A change that an anomaly asks for, or none."""
        return self.of.choice(({}, {"change": "30%"}, {"change": f"{self.of.uniform(0.1, 90)}%"}))

    def beside(self, points: Sequence[float]) -> float:
        """One of the points, or the next float on either side of it."""
        point = self.of.choice(points)
        return self.of.choice((point, math.nextafter(point, -1e309), math.nextafter(point, 1e309)))

    def number(self, terms: Sequence[Term], instant: datetime) -> float:
        """A number for a gauge that these terms judge; ages are those at `instant`."""
        bounds = [term.limit.bound for term in terms]
        if any(term.reading is Reading.AGE for term in terms):
            return self.beside([instant.timestamp() - bound for bound in bounds])
        if any(term.limit.unit is Unit.DURATION for term in terms):
            return self.beside([*bounds, 0.0, 86400.0])  # what comes from days is finite
        near = self.beside(bounds) if bounds else 0.0
        drawn = self.of.choice((near, near, near, self.of.choice(FAR), self.of.choice(SUMS)))
        magnitude = any(term.reading is Reading.MAGNITUDE for term in terms)
        return drawn * self.of.choice((1, -1)) if magnitude else drawn


def example(kind: str, dice: Dice) -> dict[str, Any]:
    """The example of a kind, with other limits."""
    written: dict[str, Any] = yaml.safe_load(f"{{{EXAMPLES[kind].written}}}")
    kept = {key: value for key, value in written.items() if key not in SEVERITIES}
    made = all_kinds()[kind]
    limits = dice.limits(made) if issubclass(made, Limited) else dice.departures()
    held = {"for": "1s"} if dice.of.random() < 0.1 else {}
    return {**kept, **limits, **held}


def written_config(each: int, dice: Dice) -> str:
    """A config with `each` checks of every kind, as YAML."""
    names = [f"d{n:02d}" for n in range(DATASETS)]
    columns = {"id": "bigint", "ts": "timestamptz", "revenue": "numeric"}
    datasets: dict[str, dict[str, Any]] = {
        name: {"relation": "orders", "time": "ts", "key": "id", "columns": columns, "checks": []}
        for name in names
    }
    metrics: dict[str, Any] = {}
    listed: dict[str, list[Any]] = {"queries": [], "anomalies": []}
    for n in range(each):
        for place, (kind, made) in enumerate(all_kinds().items()):
            dataset, name = names[(n + place) % DATASETS], f"{kind}_{n}"
            check = example(kind, dice)
            if made.section == "metrics":
                metrics[name] = {**check, "dataset": dataset}
                metrics[f"ratio_{n}"] = {"ratio": [name, name]}
            elif made.section == "queries":
                listed["queries"].append({**check, "name": name, "dataset": dataset})
            elif made.section == "anomalies":
                listed["anomalies"].append({**check, "name": name, "metrics": [f"ratio_{n}"]})
            elif "column" in check:  # named after its column, whatever that is called
                check["column"] = f"{dice.of.choice(ODD)} {n}"
                datasets[dataset]["checks"].append({kind: check})
            else:
                datasets[dataset]["checks"].append({kind: {**check, "name": name}})
    read = {name: {**one, "dataset": names[0]} for line in READ
            for name, one in yaml.safe_load(f"{{{line}}}").items()}  # fmt: skip
    others = {"items": {"relation": "items"}, "sessions": {"relation": "sessions", "key": "id"}}
    sections = {
        "warehouse": {"dsn": "${WAREHOUSE_DSN}"},
        "alerts": {"unmeasured_for": "1s"},
        "paging": {"rises": "page", "falls_together": "never"},  # as loud as the verdicts
        "datasets": {**datasets, **others},
        "metrics": {**metrics, **read, "shown": {"dataset": names[0], "count": "*"}},
        **listed,
    }
    return yaml.safe_dump(sections, allow_unicode=True, width=1000)


def random_config(each: int, dice: Dice) -> Config:
    """The same, read as any config is."""
    return parse(written_config(each, dice), "random.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})


def label_sets(kind: Kind, dice: Dice) -> list[Mapping[str, str]]:
    """The labels of each series of a check; a query has several."""
    if kind.kind == "query":
        return [{"shop": dice.of.choice(("", *ODD)), "severity": f"{n}"} for n in range(ROWS)]
    own = {label: str(getattr(kind, label, kind.name)) for label in kind.metric.labels}
    return [{**own, **kind.judged}]


def sample(kind: Kind, labels: Mapping[str, str], instant: datetime, dice: Dice) -> Sample:
    """A sample with every gauge of a kind; now and then one is missing."""
    terms = [term for condition in kind.conditions().values() for term in condition.terms]
    gauges = [kind.metric, *kind.more_metrics]
    gauges += [names.ROWS_FAILED, names.ROWS_CHECKED] if isinstance(kind, Share) else []
    values = {
        gauge.name: dice.number([term for term in terms if term.metric == gauge.name], instant)
        for gauge in gauges
    }
    if len(values) > 1 and dice.of.random() < 0.05:
        del values[dice.of.choice(sorted(values))]
    return Sample(values, "drawn", labels, skipped=None if terms else "shown, no limit")


def verdicts(check: Check, as_of: datetime, instant: datetime, dice: Dice) -> tuple[Verdict, ...]:
    """What the gate says of a check: of its samples, or that it has none."""
    die = dice.of.random()
    if die < 0.05:
        return (not_measured(Unmeasured(dice.of.choice(list(Reason)), "drawn")),)
    if die < 0.1:
        return (not_measured(Skipped("drawn")),)
    samples = [sample(check.kind, labels, instant, dice) for labels in label_sets(check.kind, dice)]
    return judge(check, samples, as_of)


def random_pass(config: Config, as_of: datetime, instant: datetime, dice: Dice) -> Pass:
    """A pass over the config at `as_of`; ages are on their limits at `instant`."""
    results = {
        check.id: Result(check.id, verdicts(check, as_of, instant, dice), as_of)
        for check in config.checks
    }
    return Pass(as_of, results, frozenset(config.datasets), True, 1.0)


def judged(done: Pass) -> Iterator[tuple[CheckId, Sample, Verdict]]:
    """Every sample of a pass with its verdict."""
    for check, result in done.results.items():
        for verdict in result.verdicts:
            if verdict.sample is not None:
                yield check, verdict.sample, verdict
