"""The gate for programs: all checks once, without a scheduler and without a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines import connect
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.passes.moment import instant_of, refuse_earlier
from warehouse_exporter.passes.run import run_pass


def check(
    config: Config,
    *,
    as_of: datetime | None = None,
    datasets: Iterable[str] | None = None,
    after_build: bool = False,
    day: date | None = None,
    run: str | None = None,
    engine: Engine | None = None,
) -> Pass:
    """Judge once, as `warehouse-exporter check` does: one snapshot, a result for every check.

    `as_of` is the instant to judge at, with a time zone; by default now. `datasets` limits the
    pass to some of them. `after_build` expects yesterday to be complete, whatever the hour. A `day`
    is judged in the same way: yesterday as of now, an earlier one as of the morning after it. A
    `run` is the one by which logs of runs are judged, in place of the newest. An `engine` is one
    made by the caller, who can then stop it from another thread.

    A warehouse that cannot be reached raises nothing: each check is then unmeasured, with the
    reason, and `Pass.up` is False. Raises UsageError for a dataset that the config does not have,
    for an `as_of` without a time zone or beside a `day`, for a `day` that is not over or that is
    before all data, for a `run` where no dataset tells runs apart, and where the engine is not
    installed.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise UsageError("as_of has no time zone: say which, such as datetime.now(UTC)")
    only = None if datasets is None else chosen(datasets, config)
    config = config if run is None else config.of_run(run)
    used = config.after_build() if after_build or day is not None else config
    if day is None:
        return run_pass(used, engine or connect(used.warehouse), as_of or datetime.now(UTC), only)
    if as_of is not None:
        raise UsageError("give a day or an instant (as_of), not both")
    now = datetime.now(UTC)
    at = instant_of(day, used, now)
    connector = engine or connect(used.warehouse)
    if at is not now:  # by an engine of its own: that of the caller may keep its snapshots
        refuse_earlier(day, used, connect(used.warehouse), only)
    return run_pass(used, connector, at, only)


def chosen(names: Iterable[str], config: Config) -> frozenset[str] | None:
    """The datasets of those names; all of them, as None, where none is named. Raises UsageError."""
    known = {found.id.dataset for found in config.checks} | set(config.datasets)
    wanted = frozenset(names)
    for name in sorted(wanted - known):
        raise UsageError(f"there is no dataset {name!r}; known: {', '.join(sorted(known))}")
    return wanted or None
