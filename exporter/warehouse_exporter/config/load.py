"""YAML -> validated config. All errors are reported at once, with file, line and path."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from warehouse_exporter.config import cross
from warehouse_exporter.config.accepting import accepting
from warehouse_exporter.config.blocks import expand
from warehouse_exporter.config.complaints import complain
from warehouse_exporter.config.copies import check_quarantine, check_samples
from warehouse_exporter.config.dataset import DatasetSpec, dataset_of
from warehouse_exporter.config.defaults import defaults_spec, share
from warehouse_exporter.config.document import VARIABLE, Document, Path, read
from warehouse_exporter.config.include import include
from warehouse_exporter.config.model import Alerts, Check, Config
from warehouse_exporter.config.objective import check_objectives
from warehouse_exporter.config.spec import config_spec
from warehouse_exporter.config.warehouse import engine_keys
from warehouse_exporter.core.errors import ConfigError, Problem
from warehouse_exporter.core.files import read_text
from warehouse_exporter.core.model import CheckId, Dataset
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.kinds import kinds_in
from warehouse_exporter.kinds.metric import Metric

LITERAL_PASSWORD = re.compile(r"password\s*=\s*'?[^\s&'$]|://[^/@:]*:[^@]*[^@$][^@]*@")


def load(
    path: str | FilePath,
    environment: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> Config:
    """The config in a file. Raises ConfigError with all problems."""
    file = str(path)
    return parse(text_of(file, stop), file, environment, stop)


def text_of(file: str, stop: threading.Event | None = None) -> str:
    """The text of a file, unless it hangs. Raises ConfigError."""
    try:
        return read_text(file, stop=stop)
    except OSError as error:
        raise ConfigError([Problem(file, 1, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError([Problem(file, 1, "", "not UTF-8 text")]) from None


def parse(
    text: str,
    file: str,
    environment: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> Config:
    """The config in a text; problems are reported under the name `file`."""
    document, everything = document_of(text, file, environment, stop)
    if not isinstance(document.data, dict):
        raise ConfigError(document.problems)
    spec = validated(document)
    config = None if spec is None else build(spec, everything, file, document)
    if config is None or document.problems:
        raise ConfigError(document.problems)
    return config


def document_of(
    text: str,
    file: str,
    environment: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
) -> tuple[Document, str]:
    """The document of a text and of all files that it includes, and all texts as one."""

    def read_file(other: str) -> tuple[str, Document]:
        found = text_of(other, stop)
        return found, read(found, other, environment, is_verbatim)

    document = read(text, file, environment, is_verbatim)
    refuse_passwords(document)
    everything = text + include(document, read_file)
    expand(document)
    return document, everything


def is_verbatim(path: Path) -> bool:
    """Whether a scalar is in a list that its kind takes exactly as written."""
    if path[:1] != ("datasets",) or len(path) != 7:
        return False
    kind = kinds_in("checks").get(str(path[4]))
    return kind is not None and path[5] in kind.verbatim


def refuse_passwords(document: Document) -> None:
    """Refuse a password in the YAML itself; a variable in its place is fine."""
    path = ("warehouse", "dsn")
    written = VARIABLE.sub("$", document.written.get(path, ""))
    if LITERAL_PASSWORD.search(written):
        document.complain(
            path, "a password does not belong here: use ${WAREHOUSE_DSN}, dsn_file or a .pgpass"
        )


def validated(document: Document) -> Any:
    """The sections as models, without the parts complained about, so that the rest is seen too.

    None where nothing is left of a section that must be there.
    """
    model = config_spec()
    share(document, defaults_spec(DatasetSpec))
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        complain(document, error, model)
        broken = {part for found in error.errors() for part in parts_of(tuple(found["loc"]))}
    try:
        return model.model_validate(document.without(broken))
    except ValidationError:
        return None


def parts_of(path: Path) -> tuple[Path, ...]:
    """The parts around a problem that the rest of the config can be judged without.

    The checks of a dataset go with its fields: what they lack may only be misspelt there.
    """
    if path[0] == "datasets" and len(path) > 2 and path[2] not in ("relation", "query"):
        in_a_check = path[2] == "checks" and len(path) > 3
        return (path[:4],) if in_a_check else (path[:3], (*path[:2], "checks"))
    return (path[:1],) if path[0] in ("warehouse", "alerts", "routing", "mail") else (path[:2],)


def build(spec: Any, text: str, file: str, document: Document) -> Config:
    """The config from its validated spec; problems between sections are noted in the document."""
    datasets = {name: dataset_of(name, found, spec) for name, found in spec.datasets.items()}
    metrics = {
        name: metric.model_copy(update={"name": name}) for name, metric in spec.metrics.items()
    }
    cross.check_datasets(spec, datasets, document)
    cross.check_metrics(spec, document)
    cross.check_calendar(spec, document)
    cross.check_routing(spec, document)
    check_quarantine(spec, document)
    check_samples(spec, document)
    cross.check_mail(spec, document)
    cross.check_dbt(spec, document)
    found = [
        *dataset_checks(spec, datasets, document),
        *metric_checks(metrics, datasets),
        *anomaly_checks(spec, metrics, datasets, document),
        *query_checks(spec, datasets, document),
    ]
    found = cross.check_joint_falls(found, metrics, document)
    zone = spec.warehouse.timezone
    checks = tuple(accepting(cross.unique(found, document), zone, document))
    check_objectives(spec, datasets, checks, document)
    base = FilePath(file).parent
    return Config(
        path=file,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        warehouse=warehouse(spec.warehouse, base),
        datasets=datasets,
        blocks=document.blocks,
        checks=checks,
        metrics=metrics,
        owners={name: owner.model_dump(exclude_none=True) for name, owner in spec.owners.items()},
        alerts=Alerts(**spec.alerts.model_dump()),
        events=tuple(event.event(name) for name, event in spec.calendar.items()),
        routing=None if spec.routing is None else spec.routing.receivers(),
        paging=spec.paging,
        mail=spec.mail,
        maintenance=spec.maintenance,
        history_days=spec.history.days,
        quarantine=spec.quarantine_on_error and spec.quarantine_on_error.rules(base),
        samples=spec.samples and spec.samples.rules(base),
        dbt=spec.dbt and spec.dbt.rules(base),
    )


def warehouse(spec: Any, base: FilePath) -> Warehouse:
    """The warehouse; a relative `dsn_file`, or DuckDB file, is next to the config."""
    engine, location = "postgres", None
    for key in engine_keys():
        if getattr(spec, key) is not None:
            engine, location = key, getattr(spec, key)
    if engine == "duckdb":
        location = str(base / str(location))
    return Warehouse(
        name=spec.name,
        engine=engine,
        location=location,
        dsn=spec.dsn,
        dsn_file=base / spec.dsn_file if spec.dsn_file else None,
        timezone=spec.timezone,
        statement_timeout=spec.statement_timeout,
        lock_timeout=spec.lock_timeout,
        pass_timeout=spec.pass_timeout,
        connect_timeout=spec.connect_timeout,
        connections=spec.connections,
        connections_per_pass=spec.connections_per_pass,
        work_mem=spec.work_mem,
        parallel_workers=spec.parallel_workers,
        recheck=spec.recheck,
        recheck_budget=spec.recheck_budget,
    )


Found = list[tuple[Check, Path]]


def dataset_checks(spec: Any, datasets: Mapping[str, Dataset], document: Document) -> Found:
    """The checks written under datasets, with their places."""
    found: Found = []
    for name, written in spec.datasets.items():
        for place, item in document.numbered(("datasets", name, "checks"), written.checks):
            kind_name = next(iter(item.model_fields_set))
            kind = getattr(item, kind_name)
            path: Path = ("datasets", name, "checks", place, kind_name)
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
    for place, anomaly in document.numbered(("anomalies",), spec.anomalies):
        path = ("anomalies", place)
        cross.check_anomaly(anomaly, metrics, document, path)
        for name in anomaly.metrics:
            if name not in metrics:
                cross.unknown(document, (*path, "metrics"), "metric", name)
            elif name in homes:
                kind = anomaly.model_copy(update={"metrics": (name,)})
                prefix = f"{anomaly.name}_{name}" if anomaly.name else kind.default_name()
                home = homes[name]
                found.append((Check(CheckId(home.id.dataset, prefix), kind, home.owner), path))
    return found


def query_checks(spec: Any, datasets: Mapping[str, Dataset], document: Document) -> Found:
    """A check per query."""
    found: Found = []
    for place, query in document.numbered(("queries",), spec.queries):
        path = ("queries", place)
        for problem in query.problems(None, datasets):
            document.complain(path, problem)
        if query.dataset is not None and query.dataset not in datasets:
            cross.unknown(document, (*path, "dataset"), "dataset", query.dataset)
            continue
        owner = query.owner or (datasets[query.dataset].owner if query.dataset else None)
        check = Check(CheckId(query.dataset or QUERIES, query.name), query, owner)
        found.append((check, path))
    return found
