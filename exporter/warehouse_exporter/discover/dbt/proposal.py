"""A dbt project as a config: the comments around it, and what of it is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse_exporter.dbt.manifest import NEWEST, Manifest
from warehouse_exporter.discover.dbt.importing import Importer
from warehouse_exporter.discover.dbt.untranslated import LeftOut
from warehouse_exporter.discover.model import DSN, Proposal, Verbatim


@dataclass(frozen=True)
class Imported:
    """A dbt project as a proposal, and what of it is left out."""

    proposal: Proposal
    manifest: Manifest
    left_out: tuple[LeftOut, ...]
    tests: int

    @property
    def checks(self) -> int:
        """How many checks there are, without what is only suggested."""
        queries = sum(not one.unsure for one in self.proposal.queries)
        return queries + sum(len(one.checks) for one in self.proposal.datasets)

    def counts(self) -> Iterator[tuple[int, str, str]]:
        """How many of what are left out, the most frequent first, with the reason of the first."""
        why = {one.what: one.why for one in reversed(self.left_out)}
        for what, count in Counter(one.what for one in self.left_out).most_common():
            yield count, what, why[what]


def imported(manifest: Manifest, place: str) -> Imported:
    """The proposal for a manifest that was found at a place."""
    importer = Importer(manifest)
    datasets = importer.run()
    owners = importer.owners
    sections: dict[str, Any] = {"defaults": {"every": "1h"}}
    if owners:
        sections["owners"] = {name: owners[name] for name in sorted(owners)}
    left_out = tuple(importer.left_out)
    proposal = Proposal(
        warehouse=warehouse(manifest),
        datasets=datasets,
        queries=tuple(importer.queries.values()),
        sections=sections,
        head=tuple(head(manifest, place)),
        left_out=tuple(listed(left_out)),
    )
    return Imported(proposal, manifest, left_out, len(manifest.tests))


def warehouse(manifest: Manifest) -> Mapping[str, Any]:
    """Where the warehouse is; the connection itself comes from the environment."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", manifest.project)[:60].lstrip("_.-")
    place = (
        {"duckdb": Verbatim("${WAREHOUSE_DUCKDB}")}
        if manifest.adapter == "duckdb"
        else {"dsn": DSN}
    )
    return {**({"name": name} if name else {}), **place}


def head(manifest: Manifest, place: str) -> Iterator[str]:
    """The comment on top."""
    yield (
        f"Written by `warehouse-exporter init --dbt {place}` from the dbt project"
        f" {manifest.project} (manifest version {manifest.version}, dbt {manifest.dbt_version})."
        " It is yours now: nothing writes it again."
    )
    if manifest.version > NEWEST:
        yield (
            f"Version {manifest.version} of the manifest is newer than {NEWEST}, the newest that"
            " is known: compare the checks with the tests."
        )
    yield ""
    yield (
        "A test of dbt judges the whole table. So do these checks, once an hour: `window: all`"
        " where a dataset has a time column. Leave it out to judge only the expected day, which"
        " costs less."
    )
    yield ""
    yield (
        "A test of dbt fails for one row, also for one that has always been wrong, and so do these"
        " checks. `beyond_usual: true` in a dataset with `time` shows such rows with their number,"
        " and finds only more than that."
    )


def listed(left_out: tuple[LeftOut, ...]) -> Iterator[str]:
    """What has no counterpart, for the end of the file."""
    if left_out:
        yield "Without a counterpart here, so that only dbt checks it:"
        for one in sorted(left_out, key=lambda one: (one.where, one.what)):
            yield f"  {one}"
