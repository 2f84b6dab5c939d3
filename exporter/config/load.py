"""YAML -> validated config: all that is wrong is said at once, each with file, line and path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exporter.catalog import QUERIES
from exporter.config import cross
from exporter.config.complaints import complain
from exporter.config.document import Document, read
from exporter.config.model import Alerts, Check, Config, Warehouse
from exporter.config.spec import config_spec, parse_relation
from exporter.errors import ConfigError, Problem
from exporter.kinds.metric import Metric
from exporter.model import CheckId, Dataset

LITERAL_PASSWORD = re.compile(r"^\s*dsn:.*(?:password\s*=|://[^:@/\s]*:[^@$\s{]+@)", re.MULTILINE)


def load(path: str | Path, environment: Mapping[str, str] | None = None) -> Config:
    """The config in a file. Raises ConfigError with all its problems."""
    file = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(file, 1, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(file, 1, "", "not UTF-8 text")]) from None
    return parse(text, file, environment)


def parse(text: str, file: str, environment: Mapping[str, str] | None = None) -> Config:
    """The config in a text; `file` is the name that problems are reported under."""
    document = read(text, file, environment)
    refuse_passwords(text, document)
    if not isinstance(document.data, dict):
        raise ConfigError(document.problems)
    model = config_spec()
    try:
        spec: Any = model.model_validate(document.data)
    except ValidationError as error:
        complain(document, error, model)
        raise ConfigError(document.problems) from None
    config = build(spec, text, file, document)
    if document.problems:
        raise ConfigError(document.problems)
    return config


def refuse_passwords(text: str, document: Document) -> None:
    """A password never stands in the YAML itself."""
    for match in LITERAL_PASSWORD.finditer(text):
        if "${" not in match.group(0).split("password", 1)[-1]:
            line = text.count("\n", 0, match.start()) + 1
            document.problems.append(
                Problem(
                    document.file,
                    line,
                    "warehouse.dsn",
                    "a password does not belong here: use ${WAREHOUSE_DSN}, dsn_file or a .pgpass",
                )
            )


def build(spec: Any, text: str, file: str, document: Document) -> Config:
    """The config from its validated spec; problems between sections are noted in the document."""
    datasets = {name: dataset_of(name, found, spec) for name, found in spec.datasets.items()}
    metrics = {
        name: metric.model_copy(update={"name": name}) for name, metric in spec.metrics.items()
    }
    cross.check_datasets(spec, datasets, document)
    cross.check_metrics(spec, document)
    found = [
        *dataset_checks(spec, datasets, document),
        *metric_checks(metrics, datasets),
        *anomaly_checks(spec, metrics, datasets, document),
        *query_checks(spec, datasets, document),
    ]
    checks = cross.unique(found, document)
    base = Path(file).parent
    return Config(
        path=file,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        warehouse=warehouse(spec.warehouse, base),
        datasets=datasets,
        checks=checks,
        metrics=metrics,
        owners={name: owner.model_dump(exclude_none=True) for name, owner in spec.owners.items()},
        alerts=Alerts(**spec.alerts.model_dump()),
    )


def warehouse(spec: Any, base: Path) -> Warehouse:
    """The database observed; a relative `dsn_file` lies beside the config."""
    return Warehouse(
        dsn=spec.dsn,
        dsn_file=base / spec.dsn_file if spec.dsn_file else None,
        timezone=spec.timezone,
        statement_timeout=spec.statement_timeout,
        lock_timeout=spec.lock_timeout,
        pass_timeout=spec.pass_timeout,
        connect_timeout=spec.connect_timeout,
    )


def dataset_of(name: str, found: Any, spec: Any) -> Dataset:
    """A dataset without its checks."""
    return Dataset(
        name=name,
        relation=parse_relation(found.relation),
        time=found.time,
        key=found.key,
        loaded=found.loaded,
        columns=found.columns,
        owner=found.owner,
        depends_on=found.depends_on,
        expect_by=found.expect_by,
        expect_day=found.expect_day,
        every=found.every,
        time_zone=found.time_zone or spec.warehouse.timezone,
    )


Found = list[tuple[Check, tuple[str | int, ...]]]


def dataset_checks(spec: Any, datasets: Mapping[str, Dataset], document: Document) -> Found:
    """The checks written under datasets, with their places."""
    found: Found = []
    for name, written in spec.datasets.items():
        for place, item in enumerate(written.checks):
            kind_name = next(iter(item.model_fields_set))
            kind = getattr(item, kind_name)
            path = ("datasets", name, "checks", place, kind_name)
            cross.check_kind(kind, datasets[name], datasets, document, path)
            check = Check(CheckId(name, kind.name or kind.default_name()), kind, written.owner)
            found.append((check, path))
    return found


def metric_checks(metrics: Mapping[str, Metric], datasets: Mapping[str, Dataset]) -> Found:
    """A check per metric; a ratio belongs to the dataset of its numerator."""
    found: Found = []
    for name, metric in metrics.items():
        home = metrics.get(metric.ratio[0]) if metric.ratio else metric
        dataset = datasets.get(home.dataset or "") if home else None
        if dataset is None:
            continue
        check = Check(CheckId(dataset.name, metric.default_name()), metric, dataset.owner)
        found.append((check, ("metrics", name)))
    return found


def anomaly_checks(
    spec: Any, metrics: Mapping[str, Metric], datasets: Mapping[str, Dataset], document: Document
) -> Found:
    """A check per metric of each item of `anomalies`."""
    homes = {str(path[1]): check for check, path in metric_checks(metrics, datasets)}
    found: Found = []
    for place, anomaly in enumerate(spec.anomalies):
        path = ("anomalies", place)
        for name in anomaly.metrics:
            if name not in metrics:
                cross.unknown(document, (*path, "metrics"), "metric", name, metrics)
            elif name in homes:
                kind = anomaly.model_copy(update={"metrics": (name,)})
                prefix = f"{anomaly.name}_{name}" if anomaly.name else kind.default_name()
                home = homes[name]
                found.append((Check(CheckId(home.id.dataset, prefix), kind, home.owner), path))
    return found


def query_checks(spec: Any, datasets: Mapping[str, Dataset], document: Document) -> Found:
    """A check per query."""
    found: Found = []
    for place, query in enumerate(spec.queries):
        path = ("queries", place)
        for problem in query.problems(None, datasets):
            document.complain(path, problem)
        if query.dataset is not None and query.dataset not in datasets:
            cross.unknown(document, (*path, "dataset"), "dataset", query.dataset, datasets)
            continue
        owner = query.owner or (datasets[query.dataset].owner if query.dataset else None)
        check = Check(CheckId(query.dataset or QUERIES, query.name), query, owner)
        found.append((check, path))
    return found
