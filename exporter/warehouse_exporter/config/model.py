"""The validated config: frozen, complete, and created only by `load()`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from warehouse_exporter.config.copies import Quarantine, Samples
from warehouse_exporter.config.dbt_runs import DbtRuns
from warehouse_exporter.config.mail import MailSpec
from warehouse_exporter.config.paging import PagingSpec
from warehouse_exporter.config.routing import MaintenanceSpec, Routing
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.calendar import OPEN_ALONE, Event
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.faults import WHOLE_LOAD, Fault
from warehouse_exporter.core.lineage import upstream
from warehouse_exporter.core.model import CheckId, Dataset, Severity
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.shared.base import Kind


@dataclass(frozen=True)
class Check:
    """A named expectation of a dataset; `path` is its place in the config.

    What is `accepted` is silent for a time.
    """

    id: CheckId
    kind: Kind
    owner: str | None = None
    accepted: Accepted | None = None
    path: tuple[str | int, ...] = field(default=(), compare=False)

    def topic(self, fault: Fault) -> str:
        """What tells faults of one sort on one dataset apart; most loads are late as a whole."""
        if fault is Fault.LOAD and not self.kind.part_of_a_load:
            return WHOLE_LOAD
        column = getattr(self.kind, "column", None)
        return column if fault is Fault.VALUES and column else self.id.name

    @cached_property
    def worst_severity(self) -> Severity | None:
        """The worst it could find; None for a number without a limit, which is only shown."""
        conditions = self.kind.conditions()
        return next((severity for severity in Severity if severity in conditions), None)


@dataclass(frozen=True)
class Alerts:
    """Where the people who are notified find more; `{alert}` and `{dataset}` are filled in.

    Without a `runbook_url`, runbooks are those that the exporter serves at its `external_url`;
    without a `dashboard_url`, dashboards are those of `warehouse-exporter dashboards`, in the
    Grafana at `grafana_url`.
    Durations are as they were written; those that are None follow from each dataset.
    """

    runbook_url: str | None
    dashboard_url: str | None
    unmeasured_for: str | None
    keep_firing_for: str | None = None
    returns_within: str | None = None
    external_url: str | None = None
    grafana_url: str | None = None

    def runbook(self, alert: str, check: CheckId | None = None) -> str | None:
        """The address of an alert's runbook; None where nobody said where they are.

        That of the exporter has the statements for the table of the check.
        """
        if self.runbook_url is not None:
            return self.runbook_url.replace("{alert}", alert)
        found = self.page("runbooks", alert)
        if found is None or check is None:
            return found
        return f"{found}?{urlencode({'dataset': check.dataset, 'check': check.name})}"

    def status(self, check: CheckId) -> str | None:
        """The address of a check's page; None where nobody said where the pages are."""
        return self.page("checks", check.dataset, check.name)

    def page(self, *path: str) -> str | None:
        """The address of a page of the exporter; None where nobody said where its pages are."""
        if self.external_url is None:
            return None
        return "/".join((self.external_url.rstrip("/"), *(quote(part, safe="") for part in path)))


@dataclass(frozen=True)
class Part:
    """What one of several exporters watches of a config.

    It is number `number` of `of`, both counted from 1. `checks` is how many the whole config has.
    """

    number: int
    of: int
    datasets: frozenset[str]
    checks: int


@dataclass(frozen=True)
class Config:
    """Everything that one exporter process monitors, and how."""

    path: str
    sha256: str
    warehouse: Warehouse
    datasets: Mapping[str, Dataset]
    checks: tuple[Check, ...]
    metrics: Mapping[str, Metric]
    owners: Mapping[str, Mapping[str, str]]
    alerts: Alerts
    events: tuple[Event, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)
    """The block of `relations:` by which a dataset is described, where there is one."""
    routing: Routing | None = None
    paging: PagingSpec = field(default_factory=PagingSpec)
    mail: MailSpec | None = None
    maintenance: Mapping[str, MaintenanceSpec] = field(default_factory=dict)
    history_days: int = 0
    """How many past days the pages show."""
    quarantine: Quarantine | None = None
    """What the gate copies on a critical finding; None for nothing."""
    samples: Samples | None = None
    """Which rows that fail the gate writes down; None for none."""
    dbt: DbtRuns | None = None
    """Where the results of dbt's last run are; None where nobody asks for them."""
    built: bool = False
    """Whether a build has just ended: the newest day is then expected, whatever the hour."""
    part: Part | None = None
    """What is watched of it, where several exporters share it; `checks` are then those of it."""

    @cached_property
    def watched(self) -> Mapping[str, Dataset]:
        """The datasets that this process watches: all, or those of its part."""
        if self.part is None:
            return self.datasets
        mine = self.part.datasets
        return {name: own for name, own in self.datasets.items() if name in mine}

    @property
    def size(self) -> int:
        """How many checks the whole config has."""
        return len(self.checks) if self.part is None else self.part.checks

    def interval(self, dataset: str) -> float:
        """Seconds between two passes over a dataset; over queries as often as over any."""
        own = self.datasets.get(dataset)
        return own.every if own else self.shortest

    @cached_property
    def shortest(self) -> float:
        """Seconds between two passes over the dataset that has the most of them."""
        return min(each.every for each in self.datasets.values())

    def check(self, check: CheckId) -> Check:
        """The check of that address."""
        return self.by_id[check]

    @cached_property
    def by_id(self) -> Mapping[CheckId, Check]:
        """The checks by address: a page asks for thousands of them."""
        return {check.id: check for check in self.checks}

    @cached_property
    def faults(self) -> Mapping[str, Mapping[Fault, set[str]]]:
        """The sorts of faults that each dataset may have, and what tells those of a sort apart."""
        found: dict[str, dict[Fault, set[str]]] = {}
        for check in self.checks:
            for fault in (check.kind.fault, Fault.UNMEASURED):
                sorts = found.setdefault(check.id.dataset, {})
                sorts.setdefault(fault, set()).add(check.topic(fault))
        return found

    def open_days_only(self, *, alone: bool = False) -> Config:
        """The same, where checks over a whole table look at its open days only.

        With `alone` no row of a closed day is read, not even to look up a key: what only those
        could tell is skipped, or said (`kinds.shared.open_days`).
        """
        found, window = [], OPEN_ALONE if alone else "open"
        for check in self.checks:
            dataset = self.datasets.get(check.id.dataset)
            timed = dataset is not None and dataset.time is not None and dataset.through is None
            if dataset and timed and check.kind.window_of(dataset) == "all":
                kind = check.kind.model_copy(update={"window": window})
                check = replace(check, kind=kind)
            found.append(check)
        return replace(self, checks=tuple(found))

    def after_build(self) -> Config:
        """The same, judged right after a build, which does not wait for anybody's `expect_by`."""
        return replace(self, built=True)

    def of_run(self, run: str) -> Config:
        """The same, where logs of runs are judged by one run. Raises UsageError without such."""
        logs = {name: own for name, own in self.datasets.items() if own.run is not None}
        if not logs:
            raise UsageError("no dataset has `run:`, the column that tells the runs of a log apart")
        for name, own in logs.items():
            if own.run == own.time:
                raise UsageError(f"{name} tells runs apart by their time: there is no id to give")
        judged = {name: replace(own, given_run=run) for name, own in logs.items()}
        return replace(self, datasets={**self.datasets, **judged})

    @cached_property
    def derived(self) -> dict[Hashable, Any]:
        """What others have worked out of this config and use again: kept with it, and no longer."""
        return {}

    def upstream(self, dataset: str) -> frozenset[str]:
        """The datasets that one is built from, directly or through others."""
        found: frozenset[str] | None = self.derived.get((upstream, dataset))
        if found is None:
            found = frozenset(upstream(dataset, self.datasets))
            self.derived[upstream, dataset] = found
        return found

    def checks_of(self, datasets: frozenset[str] | None) -> tuple[Check, ...]:
        """The checks of some datasets, or all of them."""
        if datasets is None:
            return self.checks
        placed = [one for name in datasets for one in self._by_dataset.get(name, ())]
        return tuple(check for _, check in sorted(placed, key=lambda one: one[0]))

    @cached_property
    def _by_dataset(self) -> Mapping[str, list[tuple[int, Check]]]:
        """The checks of each dataset with their places, so that a lane need not look at all."""
        found: dict[str, list[tuple[int, Check]]] = {}
        for place, check in enumerate(self.checks):
            found.setdefault(check.id.dataset, []).append((place, check))
        return found
