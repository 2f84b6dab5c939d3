"""Rules between the sections of a config, beyond the fields of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from warehouse_exporter.config.complaints import suggestion
from warehouse_exporter.config.document import Document, Path
from warehouse_exporter.config.mail import addresses
from warehouse_exporter.config.model import Check
from warehouse_exporter.core.model import CheckId, Dataset
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.joint_fall import JointFall
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.kinds.shared.keys import unlike
from warehouse_exporter.receivers import personal


def unknown(document: Document, path: Path, what: str, name: str) -> None:
    """Complain about an unknown name; a section that is there but broken was reported already."""
    known = document.data.get(f"{what}s") or {}
    if isinstance(known, dict) and name not in known:
        made = [one for one, block in document.blocks.items() if block == name]
        hint = suggestion(name, known)
        if what == "dataset" and made:
            hint = f": it is a block of `relations`, which describes {', '.join(made)}"
        document.complain(path, f"there is no {what} `{name}`{hint}")


def check_datasets(spec: Any, datasets: Mapping[str, Dataset], document: Document) -> None:
    """Owners and dependencies exist, and there is no dependency cycle."""
    for name, found in datasets.items():
        path = ("datasets", name)
        if name == QUERIES:
            document.complain(
                path, f"`{QUERIES}` is reserved for your own queries: choose another name"
            )
        listed = document.data.get("owners")
        if listed and found.owner is not None and found.owner not in spec.owners:
            unknown(document, (*path, "owner"), "owner", found.owner)
        if found.run is not None and found.time is None:
            document.complain(
                (*path, "run"), "the newest run is found by `time:`, which is missing"
            )
        if found.query is not None and spec.warehouse.dsn is spec.warehouse.dsn_file is None:
            document.complain(
                (*path, "query"),
                "a dataset may be a query on PostgreSQL only: create a view with this SELECT and"
                " name it as `relation`",
            )
        if found.through is not None:
            check_through(found, spec, datasets, document)
        for parent in found.depends_on:
            if parent not in datasets:
                unknown(document, (*path, "depends_on"), "dataset", parent)
    for name in datasets:
        circle = way_back(name, datasets)
        if circle and min(circle) == name:
            shown = " -> ".join((*circle, name))
            document.complain(("datasets", name, "depends_on"), f"is a dependency cycle: {shown}")


def check_through(
    dataset: Dataset, spec: Any, datasets: Mapping[str, Dataset], document: Document
) -> None:
    """The dataset that another one has its time from exists, has one, and has such a key."""
    of, path = dataset.through, ("datasets", dataset.name, "time")
    assert of is not None
    parent = datasets.get(of.dataset)
    if parent is None:
        unknown(document, (*path, "from"), "dataset", of.dataset)
        return
    if parent.through is not None or parent is dataset:
        whose = "itself" if parent is dataset else f"{of.dataset}, which has none of its own"
        document.complain(
            path, f"takes its time from {whose}: name the dataset that has the column"
        )
        return
    column = spec.datasets[dataset.name].time.column
    if parent.time is None and column is None and document.sound(("datasets", of.dataset)):
        document.complain(path, f"{of.dataset} has no `time:`: name its column with `column:`")
    for wrong in unlike("time", "key", parent, of.key or None, of.by):
        document.complain(path, wrong)


def way_back(name: str, datasets: Mapping[str, Dataset]) -> tuple[str, ...]:
    """The datasets on a cycle through `name`, or nothing."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for parent in datasets[way[-1]].depends_on:
            if parent == name:
                return way
            if parent in datasets and parent not in seen:
                seen.add(parent)
                ways.append((*way, parent))
    return ()


def check_metrics(spec: Any, document: Document) -> None:
    """Metrics name existing datasets, and ratios name two metrics that are not ratios."""
    for name, metric in spec.metrics.items():
        path = ("metrics", name)
        if metric.name is not None:
            document.complain((*path, "name"), f"the metric is called `{name}`: no `name` here")
        if metric.dataset is not None and metric.dataset not in spec.datasets:
            unknown(document, (*path, "dataset"), "dataset", metric.dataset)
        elif (
            metric.dataset is not None
            and spec.datasets[metric.dataset].time is None
            and document.sound(("datasets", metric.dataset))
        ):
            document.complain(path, f"a daily number needs `time:` on {metric.dataset}")
        for part in metric.ratio or ():
            if part not in spec.metrics:
                unknown(document, (*path, "ratio"), "metric", part)
            elif spec.metrics[part].ratio:
                document.complain((*path, "ratio"), f"`{part}` is a ratio itself")


def check_calendar(spec: Any, document: Document) -> None:
    """Events name datasets and metrics that exist."""
    for name, event in spec.calendar.items():
        for what in ("dataset", "metric"):
            for one in getattr(event, f"{what}s"):
                if one not in getattr(spec, f"{what}s"):
                    unknown(document, ("calendar", name, f"{what}s"), what, one)


def check_routing(spec: Any, document: Document) -> None:
    """Maintenance names datasets that exist; owners are reached by ways that are configured."""
    for name, window in spec.maintenance.items():
        for one in window.datasets:
            if one not in spec.datasets:
                unknown(document, ("maintenance", name, "datasets"), "dataset", one)
    if spec.routing is None:
        return
    for name, owner in spec.owners.items():
        ways = [way for way in personal() if getattr(owner, way) is not None]
        if ways and not set(ways) & set(spec.routing.receivers()):
            document.complain(
                ("owners", name), f"`routing:` has no `{ways[0]}:` to reach this owner"
            )


def check_dbt(spec: Any, document: Document) -> None:
    """The owner of the runs of dbt exists."""
    if spec.dbt is not None and spec.dbt.owner is not None and document.data.get("owners"):
        unknown(document, ("dbt", "owner"), "owner", spec.dbt.owner)


def check_mail(spec: Any, document: Document) -> None:
    """The e-mail of the gate can go to every owner that has an address."""
    for name, owner in spec.owners.items() if spec.mail is not None else ():
        try:
            addresses(owner.email or spec.mail.to)
        except ValueError as error:
            document.complain(("owners", name, "email"), str(error))


def check_anomaly(
    anomaly: Anomaly, metrics: Mapping[str, Metric], document: Document, path: Path
) -> None:
    """The metrics under `while` exist, and the limits fit the metrics."""
    for name in anomaly.guards:
        if name not in metrics:
            unknown(document, (*path, "while"), "metric", name)
    for name in anomaly.metrics:
        metric = metrics.get(name)
        if metric is not None and metric.ratio is None:
            for word in anomaly.only_for_ratios():
                message = f"`{word}` is for ratios: `{name}` is not a ratio"
                document.complain((*path, "metrics"), message)


def check_joint_falls(
    found: list[tuple[Check, Path]], metrics: Mapping[str, Metric], document: Document
) -> list[tuple[Check, Path]]:
    """The same checks, where a joint fall knows how each of its metrics is judged alone.

    Its metrics exist, and are numbers: ratios stay as they are when all of a source falls.
    """
    anomalies = [check.kind for check, _ in found if isinstance(check.kind, Anomaly)]
    known = []
    for check, path in found:
        if not isinstance(check.kind, JointFall):
            known.append((check, path))
            continue
        for name in check.kind.metrics:
            if name not in metrics:
                unknown(document, (*path, "metrics"), "metric", name)
            elif metrics[name].ratio:
                document.complain((*path, "metrics"), f"`{name}` is a ratio: name its parts")
        known.append((replace(check, kind=check.kind.beside(anomalies)), path))
    return known


def check_kind(
    kind: Kind, dataset: Dataset, datasets: Mapping[str, Dataset], document: Document, path: Path
) -> None:
    """The kind fits its dataset, and what it compares with exists."""
    for other in kind.refers_to():
        if other not in datasets:
            unknown(document, path, "dataset", other)
    for problem in kind.problems(dataset, datasets):
        document.complain(path, problem)


def unique(found: list[tuple[Check, Path]], document: Document) -> tuple[Check, ...]:
    """The checks, each under a unique name."""
    names: dict[CheckId, Path] = {}
    for check, path in found:
        if check.id in names:
            first = names[check.id]
            line = document.line(first)
            same = document.files.get(document.known(first)) == document.files.get(
                document.known(path)
            )
            where = f"on line {line}" if same else f"in {document.place(first)}"
            document.complain(
                path, f"a check named {check.id} is already {where}: give one a `name:`"
            )
        names.setdefault(check.id, path)
    return tuple(replace(check, path=path) for check, path in found)
