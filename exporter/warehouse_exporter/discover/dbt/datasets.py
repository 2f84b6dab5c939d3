"""Models, seeds, snapshots and sources as datasets: names, columns, owners, what they depend on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.dbt.artifacts import mapping, text, valid
from warehouse_exporter.dbt.manifest import Manifest, Node

ORDER = ("source", "seed", "snapshot", "model")
LONGEST = 63
"""Characters of the name of a dataset."""
OWNER = 60
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
TIMES = ("event_time", "time_column", "timestamp_column")
"""Keys of `meta` under which people write the time column of a model."""
CAST = re.compile(
    r"(?:cast\s*\(\s*(?P<one>\S+)\s+as\s+{0}\s*\)|(?P<two>[^\s:]+)\s*::\s*{0})".format(
        r"(?:timestamp(?:tz)?|date)(?:\s+with(?:out)?\s+time\s+zone)?"
    ),
    re.IGNORECASE,
)
"""A column that is read as a time: the exporter does that by itself."""


@dataclass(frozen=True)
class Owner:
    """Whose a dataset is, and the address of a mailbox, where dbt has one."""

    name: str
    email: str = ""


def relations(manifest: Manifest) -> list[Node]:
    """The nodes that are relations, sources first."""
    found = [node for node in manifest.nodes.values() if not node.ephemeral]
    return sorted(found, key=lambda node: (ORDER.index(node.sort), node.name, node.id))


def home(nodes: Iterable[Node]) -> str:
    """The database that most of them are in: a config reads one."""
    counts = Counter(node.database for node in nodes)
    return max(sorted(counts), key=lambda name: counts[name], default="")


def named(nodes: Iterable[Node]) -> dict[str, str]:
    """The name of a dataset for each id; those of models go before those of sources.

    A source is called by its table alone, unless that is the name of a model or of another one.
    """
    found: dict[str, str] = {}
    taken = {QUERIES}
    for node in sorted(nodes, key=lambda node: (node.sort == "source", node.id)):
        name = next(one for one in choices(node) if one not in taken)
        taken.add(name)
        found[node.id] = name
    return found


def choices(node: Node) -> Iterator[str]:
    """The names that a dataset may have, the best first."""
    version = f"_v{node.version}" if node.version else ""
    wanted = as_name(node.name + version)
    if node.sort == "source":
        yield as_name(node.relation[1])
    yield from (wanted, as_name(f"{node.sort}_{wanted}"), as_name(f"{node.package}_{wanted}"))
    yield from (f"{wanted[: LONGEST - 6]}_{number}" for number in count(2))


def as_name(written: str) -> str:
    """Text as a name: letters, digits and `_`."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", written)[:LONGEST]
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"[:LONGEST]


def parents(node: Node, manifest: Manifest, datasets: Mapping[str, str]) -> list[str]:
    """The datasets that it is built from, also through what is only written into its query."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    ways = list(reversed(node.parents))
    while ways:
        one = ways.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in datasets:
            found[datasets[one]] = None
        elif (between := manifest.nodes.get(one)) is not None:
            ways.extend(reversed(between.parents))
    found.pop(datasets[node.id], None)
    return sorted(found)


def owner_of(node: Node, manifest: Manifest) -> Owner | None:
    """The owner of a node: that of its `meta`, else that of its group."""
    written: Any = node.meta.get("owner")
    if isinstance(written, list) and written:
        written = written[0]
    group = manifest.owners.get(node.group, {})
    if isinstance(written, str) and written.strip():
        return owner(written, "", group)
    about = mapping(node.meta, "owner") or group
    return owner(text(about, "name") or node.group * bool(about), text(about, "email"), about)


def owner(name: str, email: str, about: Mapping[str, Any]) -> Owner | None:
    """An owner of a name, or of an address alone; a name that is an address gives its first part.

    An address of the group is that of the owner where the names are the same.
    """
    name, email = name.strip().lstrip("@"), email.strip()
    if not email and text(about, "name") == name:
        email = text(about, "email")
    if ADDRESS.fullmatch(name):
        email, name = email or name, name.partition("@")[0]
    if not name and ADDRESS.fullmatch(email):
        name = email.partition("@")[0]
    if not name:
        return None
    return Owner(plain(name, OWNER), email if ADDRESS.fullmatch(email) else "")


def time_of(node: Node, manifest: Manifest) -> str | None:
    """The column of the event time: dbt knows it only where somebody has written it down."""
    written = (node.event_time, *(valid(node.meta.get(key)) for key in TIMES))
    return next((name for one in written if one and (name := column(one, manifest))), None)


def loaded_of(node: Node, manifest: Manifest) -> str | None:
    """The column of the arrival time."""
    return column(node.loaded_at, manifest) if node.loaded_at else None


def column(written: str, manifest: Manifest) -> str | None:
    """The exact name of a column, also of one that is cast to a time; None for anything else."""
    cast = CAST.fullmatch(written.strip())
    return manifest.exact(cast["one"] or cast["two"] if cast else written)
