"""`dataset.check.severity=limit`: the same config with another limit, and all its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from warehouse_exporter.config.complaints import suggestion
from warehouse_exporter.config.document import Document, read
from warehouse_exporter.config.load import build, document_of, text_of, validated
from warehouse_exporter.config.model import Check, Config
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.kinds.anomaly import Anomaly

WRITTEN = re.compile(r"^\s*(.+?)\.(\w+)\s*=\s*(.*?)\s*$", re.DOTALL)
HOW = "write DATASET.CHECK.SEVERITY=LIMIT, such as orders.volume.critical='< 500'"


@dataclass(frozen=True)
class Change:
    """Another limit for one severity of a check; `data` is the limit as the YAML would have it."""

    written: str
    check: CheckId
    severity: str
    data: Any


def changed(
    config: Config,
    written: Sequence[str],
    among: Iterable[Check],
    environment: Mapping[str, str] | None = None,
) -> dict[CheckId, Check]:
    """The checks with other limits, each with all that were given for it.

    Only what is `among` the checks judged can be changed. The file of the config is read again,
    with the same environment. Raises UsageError.
    """
    addresses = {str(check.id): check.id for check in among}
    changes: dict[tuple[CheckId, str], Change] = {}
    for text in written:
        change = parse(text, addresses)
        if (change.check, change.severity) in changes:
            raise UsageError(f"--set {change.check}.{change.severity} is given twice")
        changes[change.check, change.severity] = change
    found: dict[CheckId, Check] = {}
    for address in dict.fromkeys(change.check for change in changes.values()):
        mine = [change for change in changes.values() if change.check == address]
        found[address] = with_limits(config, address, mine, environment)
    return found


def parse(written: str, addresses: Mapping[str, CheckId]) -> Change:
    """One `--set`. Raises UsageError that names what there is."""
    match = WRITTEN.match(written)
    if match is None:
        raise UsageError(f"--set {written!r} is not a limit of a check: {HOW}")
    address, severity, limit = match.groups()
    if severity not in list(Severity):
        known = ", ".join(Severity)
        raise UsageError(f"--set {written}: {severity!r} is not a severity; known: {known}")
    if address not in addresses:
        hint = suggestion(address, addresses) or "; known: " + ", ".join(sorted(addresses))
        raise UsageError(f"--set {written}: there is no check {address!r} here{hint}")
    if not limit:
        raise UsageError(f"--set {written}: the limit is missing: {HOW}")
    return Change(written, addresses[address], severity, as_data(written, limit))


def as_data(written: str, limit: str) -> Any:
    """A limit as the YAML has it: in braces, brackets or quotes as there, else as bare text."""
    if limit[0] not in "{['\"":
        return limit
    document = read(f"limit: {limit}", "--set", {})
    if document.problems or not isinstance(document.data, dict):
        raise UsageError(f"--set {written}: {document.problems[0].message}")
    return document.data["limit"]


def with_limits(
    config: Config,
    address: CheckId,
    changes: Sequence[Change],
    environment: Mapping[str, str] | None,
) -> Check:
    """The check with limits that its config would take. Raises UsageError for what it refuses."""
    document, _ = document_of(text_of(config.path), config.path, environment)
    check = config.check(address)
    item = alone(document, check)
    for change in changes:
        item[change.severity] = change.data
    spec = validated(document)
    other = None if spec is None else build(spec, "", config.path, document)
    if document.problems or other is None:
        told = " --set ".join(change.written for change in changes)
        wrong = "; ".join(dict.fromkeys(problem.message for problem in document.problems))
        raise UsageError(f"--set {told}: {wrong}")
    kind = other.check(address).kind
    limits = {change.severity: getattr(kind, change.severity) for change in changes}
    return replace(check, kind=check.kind.model_copy(update=limits))


def alone(document: Document, check: Check) -> dict[str, Any]:
    """The mapping in which the limits of a check stand, and of no other check."""
    item = document.data
    for part in check.path:
        item = item[part]
    kind = check.kind
    if isinstance(kind, Anomaly) and len(item["metrics"]) > 1:
        (name,) = kind.metrics
        item["metrics"].remove(name)
        item = {**item, "metrics": [name]}
        document.data["anomalies"].append(item)
    assert isinstance(item, dict)
    return item
