"""The manifest of a dbt project: its models, seeds, snapshots and sources, and their tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse_exporter.core.bounds import LABEL, plain
from warehouse_exporter.core.errors import UnusableArtifact
from warehouse_exporter.dbt.artifacts import Artifact, Data, mapping, objects, read, text, texts

OLDEST, NEWEST = 10, 12
"""The versions that are known: those of dbt 1.6 to 1.12."""
MOST = 256 << 20
"""Largest size of a manifest in bytes; one of a thousand models has about 20 MB."""
BUILT = ("model", "seed", "snapshot")
"""What dbt makes a relation of."""
FILE = "manifest.json"
IDENTIFIER = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')
"""An identifier of SQL, quoted or not."""
KNOWN_ADAPTERS = ("postgres", "duckdb")
"""Adapters of the databases that the exporter reads."""
KEEPS_CASE = ("duckdb",)
"""Adapters of databases that keep the case of a name without quotes."""


@dataclass(frozen=True)
class Node:
    """What is a relation of the warehouse, or is only written into other queries (ephemeral)."""

    id: str
    sort: str
    name: str
    package: str
    version: str
    database: str
    relation: tuple[str, str]
    ephemeral: bool
    parents: tuple[str, ...]
    meta: Data
    group: str
    event_time: str
    loaded_at: str
    freshness: Data
    primary_key: tuple[str, ...]
    description: str
    unloadable: str = ""
    """What else says when rows arrived: a query, which no column can stand for."""


@dataclass(frozen=True)
class Test:
    """A test of dbt; `on` is the node it is attached to, "" for a statement of its own."""

    id: str
    name: str
    test: str
    namespace: str
    arguments: Data
    on: str
    about: tuple[str, ...]
    config: Data
    statement: str = ""
    """The SQL that dbt ran; "" where the manifest has none, because it was only parsed."""

    @property
    def shown(self) -> str:
        """`dbt_utils.accepted_range`, or the name of the file of a test of its own."""
        if not self.test:
            return self.name
        return f"{self.namespace}.{self.test}" if self.namespace else self.test


@dataclass(frozen=True)
class Manifest:
    """A dbt project as its manifest has it."""

    project: str
    version: int
    dbt_version: str
    adapter: str
    nodes: Mapping[str, Node]
    tests: tuple[Test, ...]
    owners: Mapping[str, Data] = field(default_factory=dict)
    """The owner of each group, by the name of the group."""

    def exact(self, written: str) -> str | None:
        """The exact name of a column as it is written in SQL; None for anything else."""
        found = IDENTIFIER.fullmatch(written.strip())
        if found is None:
            return None
        if found[1]:
            return found[1].replace('""', '"')
        return found[2] if self.adapter in KEEPS_CASE else found[2].lower()


def find(place: Path) -> Path:
    """The manifest in the folder of a dbt project, or in its target folder.

    Raises UnusableArtifact.
    """
    if place.is_file():
        return place
    for file in (place / FILE, place / "target" / FILE):
        if file.is_file():
            return file
    if (place / "dbt_project.yml").is_file():
        what = f"{place} has no target/{FILE}: run `dbt parse` in it, or name its target folder"
    elif place.is_dir():
        what = f"{place} is no dbt project: it has neither {FILE} nor target/{FILE}"
    else:
        what = f"there is no folder {place}"
    raise UnusableArtifact("missing", what)


def load(file: Path) -> Manifest:
    """The manifest in a file. Raises UnusableArtifact."""
    artifact = read(file, "manifest", MOST)
    if artifact.version < OLDEST:
        raise UnusableArtifact(
            "version",
            f"{file} has version {artifact.version} of the format, written by dbt"
            f" {artifact.dbt_version or '?'}: it takes version {OLDEST} or later, which dbt 1.6"
            " and later write",
        )
    return manifest_of(artifact, str(file))


def manifest_of(artifact: Artifact, file: str) -> Manifest:
    """The parts of a manifest that are of use here. Raises UnusableArtifact."""
    data, about = artifact.data, mapping(artifact.data, "metadata")
    for part in ("nodes", "sources"):
        if not isinstance(data.get(part), dict):
            raise UnusableArtifact("foreign", f"{file} is no whole manifest: it has no `{part}`")
    adapter = text(about, "adapter_type")
    nodes: dict[str, Node] = {}
    tests = []
    for part in ("sources", "nodes"):
        for name, one in objects(data, part):
            sort = text(one, "resource_type")
            if sort == "source" or sort in BUILT:
                nodes[name] = node_of(name, sort, one, adapter, file)
            elif sort == "test":
                tests.append({**one, "unique_id": name})
    return Manifest(
        project=text(about, "project_name") or next(packages(data), ""),
        version=artifact.version,
        dbt_version=artifact.dbt_version,
        adapter=adapter,
        nodes=nodes,
        tests=tuple(test_of(one, nodes) for one in sorted(tests, key=lambda t: t["unique_id"])),
        owners={text(one, "name"): mapping(one, "owner") for _, one in objects(data, "groups")},
    )


def packages(data: Data) -> Iterator[str]:
    """The packages of the nodes, for a manifest that does not name its project."""
    return (text(one, "package_name") for _, one in objects(data, "nodes"))


def node_of(name: str, sort: str, data: Data, adapter: str, file: str) -> Node:
    """A node. Raises UnusableArtifact where it says not which relation it is."""
    config = mapping(data, "config")
    version = data.get("version")
    ephemeral = text(config, "materialized") == "ephemeral"
    relation = relation_of(data, adapter)
    if relation is None and not ephemeral:
        raise UnusableArtifact(
            "foreign",
            f"{file} is no whole manifest: {plain(name, LABEL)} has no schema, or no name",
        )
    return Node(
        id=name,
        sort=sort,
        name=name_of(data, sort),
        package=text(data, "package_name"),
        version="" if version is None else str(version),
        database=text(data, "database"),
        relation=relation or ("", ""),
        ephemeral=ephemeral,
        parents=texts(mapping(data, "depends_on"), "nodes"),
        meta={**mapping(data, "source_meta"), **mapping(data, "meta"), **mapping(config, "meta")},
        group=text(data, "group") or text(config, "group"),
        event_time=text(config, "event_time"),
        loaded_at=text(data, "loaded_at_field") or text(config, "loaded_at_field"),
        freshness=mapping(data, "freshness") or mapping(config, "freshness"),
        primary_key=texts(data, "primary_key"),
        description=text(data, "description"),
        unloadable=text(data, "loaded_at_query") or text(config, "loaded_at_query"),
    )


def name_of(data: Data, sort: str) -> str:
    """The name by which people know a node: of a source with that of its group of tables."""
    name = text(data, "name")
    return f"{text(data, 'source_name')}.{name}" if sort == "source" else name


def relation_of(data: Data, adapter: str) -> tuple[str, str] | None:
    """Schema and relation by their exact names: as dbt writes them into its statements."""
    found = list(IDENTIFIER.finditer(text(data, "relation_name")))
    parts = [
        one[1].replace('""', '"') if one[1] else one[2] if adapter in KEEPS_CASE else one[2].lower()
        for one in found
    ]
    written = ".".join(one[0] for one in found)
    if len(parts) >= 2 and written == text(data, "relation_name"):
        return parts[-2], parts[-1]
    schema = text(data, "schema")
    name = text(data, "alias") or text(data, "identifier") or text(data, "name")
    return (schema, name) if schema and name else None


CALL = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
ARGUMENT = re.compile(r"""(?:(\w+)\s*=\s*)?(?:'([^']*)'|"([^"]*)"|(\d+))""")


def meant(written: str, candidates: tuple[str, ...], nodes: Mapping[str, Node]) -> str:
    """The node that `ref('orders')` or `source('shop', 'orders')` means; "" if not one of them."""
    call = CALL.search(written)
    if call is None:
        return ""
    given = [(one[1], one[2] or one[3] or one[4] or "") for one in ARGUMENT.finditer(call[2])]
    names = [value for key, value in given if not key]
    versions = [value for key, value in given if key in ("v", "version")]
    name = ".".join(names[-2:]) if call[1] == "source" else names[-1] if names else ""
    found = [
        one
        for one in candidates
        if one in nodes
        and nodes[one].name == name
        and (nodes[one].sort == "source") == (call[1] == "source")
        and (call[1] == "source" or len(names) < 2 or nodes[one].package == names[0])
        and (not versions or nodes[one].version == versions[0])
    ]
    return found[0] if len(found) == 1 else ""


def test_of(data: Data, nodes: Mapping[str, Node]) -> Test:
    """A test; what it is attached to is said by the manifest, or by the test's own `model`."""
    about, kept = mapping(data, "test_metadata"), mapping(data, "depends_on")
    arguments: dict[str, Any] = dict(mapping(about, "kwargs"))
    nested = arguments.pop("arguments", None)
    if isinstance(nested, dict):
        arguments |= nested
    listed = texts(kept, "nodes")
    attached = text(data, "attached_node")
    known = attached if attached in nodes else ""
    model = arguments.pop("model", "")
    on = known or meant(model if isinstance(model, str) else "", listed, nodes)
    return Test(
        id=text(data, "unique_id"),
        name=text(data, "name"),
        test=text(about, "name"),
        namespace=text(about, "namespace"),
        arguments=arguments,
        on=on if about else "",
        about=listed,
        config=mapping(data, "config"),
        statement=text(data, "compiled_code"),
    )
