"""The results of dbt's last run: how many models and tests ended in which way, and which failed.

The file is of the last command alone. `dbt compile` and `dbt docs generate` write it as well, with
a success for each model although nothing was built: that is not taken for a run.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse_exporter.core.bounds import LABEL, plain
from warehouse_exporter.core.errors import UnusableArtifact
from warehouse_exporter.dbt.artifacts import Artifact, Data, mapping, read, text

OLDEST = 4
"""The oldest version of the format that is read: that of dbt 1.0."""
MOST = 64 << 20
"""Largest size of a file in bytes; a thousand nodes have about 1 MB."""
COMMANDS = ("build", "run", "test", "seed", "snapshot", "retry")
"""Commands that build something, or test it."""
TESTS = ("test", "unit_test")
UNKNOWN = "unknown"
MODEL_STATUSES: Mapping[str, str] = {
    "success": "success",
    "reused": "success",
    "no-op": "success",
    "error": "error",
    "runtime error": "error",
    "partial success": "error",
    "fail": "error",
    "skipped": "skipped",
}
"""What dbt says of a model -> the status that is shown; anything else is unknown."""
TEST_STATUSES: Mapping[str, str] = {
    "pass": "pass",
    "success": "pass",
    "reused": "pass",
    "no-op": "pass",
    "fail": "fail",
    "warn": "warn",
    "error": "error",
    "runtime error": "error",
    "skipped": "skipped",
}
"""The same for a test."""
BAD = ("error", "fail", UNKNOWN)
"""Statuses of nodes that are named."""
HASH = re.compile(r"[0-9a-f]{10}")


@dataclass(frozen=True)
class Failed:
    """A node that failed, by its name in the project."""

    node: str
    sort: str
    status: str


@dataclass(frozen=True)
class Run:
    """One run of dbt: when it ended, the seconds that it took if it says so, and what became of it.

    Models are all that is built: also seeds, snapshots, and operations such as hooks.
    """

    ended: datetime
    seconds: float | None
    models: Mapping[str, int]
    tests: Mapping[str, int]
    failed: tuple[Failed, ...]


def load(file: Path, stop: threading.Event | None = None) -> Run:
    """The run whose results are in a file. Raises UnusableArtifact."""
    artifact = read(file, "run-results", MOST, stop)
    if artifact.version < OLDEST:
        raise UnusableArtifact(
            "version", f"{file} has version {artifact.version} of the format: dbt 1.0 is needed"
        )
    return run_of(artifact, str(file))


def run_of(artifact: Artifact, file: str) -> Run:
    """The parts of the results that are of use here. Raises UnusableArtifact."""
    command = plain(text(mapping(artifact.data, "args"), "which"), 40)
    if command not in COMMANDS:
        raise UnusableArtifact(
            "not_a_run", f"{file} is of `dbt {command or '?'}`, which builds and tests nothing"
        )
    results = artifact.data.get("results")
    if not isinstance(results, list) or not all(map(is_result, results)):
        raise UnusableArtifact("foreign", f"{file} has no whole list of `results`")
    ended = instant(text(mapping(artifact.data, "metadata"), "generated_at"))
    if ended is None:
        raise UnusableArtifact("foreign", f"{file} does not say when it was written")
    models: Counter[str] = Counter(dict.fromkeys((*MODEL_STATUSES.values(), UNKNOWN), 0))
    tests: Counter[str] = Counter(dict.fromkeys((*TEST_STATUSES.values(), UNKNOWN), 0))
    failed = []
    for one in results:
        found = outcome(one)
        (tests if found.sort in TESTS else models)[found.status] += 1
        if found.status in BAD:
            failed.append(found)
    failed.sort(key=lambda one: (one.sort in TESTS, one.node))
    return Run(ended, duration(artifact.data), models, tests, tuple(failed))


def is_result(one: Any) -> bool:
    """Whether it is the result of a node."""
    return isinstance(one, dict) and bool(text(one, "unique_id")) and bool(text(one, "status"))


def outcome(result: Data) -> Failed:
    """What became of a node."""
    sort, _, rest = text(result, "unique_id").partition(".")
    known = TEST_STATUSES if sort in TESTS else MODEL_STATUSES
    status = known.get(text(result, "status").lower(), UNKNOWN)
    return Failed(plain(".".join(name_of(rest)), LABEL), plain(sort, 40), status)


def name_of(rest: str) -> Iterator[str]:
    """`orders` of `shop.orders`, and `unique_orders_id` of `shop.unique_orders_id.fed79b3a6e`."""
    for part in rest.split(".")[1:]:
        if not HASH.fullmatch(part):
            yield part


def instant(written: str) -> datetime | None:
    """An instant as dbt writes it, in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def duration(data: Data) -> float | None:
    """How many seconds the run took; None where it does not say."""
    found = data.get("elapsed_time")
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        return None
    return float(found)
