"""`init --dbt`: a config out of a dbt project, and what of the project it does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from warehouse_exporter.core.bounds import LABEL, LOGGED, plain
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.dbt import manifest
from warehouse_exporter.dbt.manifest import KNOWN_ADAPTERS, NEWEST
from warehouse_exporter.discover.dbt.proposal import Imported, imported
from warehouse_exporter.discover.writing import text_of

NEXT = """\
Next steps:
  1. export {variable}
  2. warehouse-exporter validate --connect --config.file {file}   (lists what the database lacks)
  3. warehouse-exporter check --config.file {file}                (runs all checks once)"""
MOST = 12
"""Lines on what is left out; the end of the file has all of it."""


def proposed_by(place: str) -> tuple[str, Imported]:
    """The config for the dbt project at a place, as text. Raises UnusableArtifact."""
    found = imported(manifest.load(manifest.find(Path(place))), place)
    return text_of(found.proposal), found


def summary(found: Imported, file: str) -> Iterator[str]:
    """What was written, what has no counterpart, and what to do next."""
    datasets, checks = len(found.proposal.datasets), found.checks
    project = f"the dbt project {plain(found.manifest.project, LABEL)}"
    yield f"{file} has {counted(datasets, 'dataset')} and {counted(checks, 'check')} from {project}"
    yield from doubts(found)
    if found.left_out:
        number = len(found.left_out)
        many, has = counted(number, "part"), agreed(number, "has", "have")
        yield f"{many} of the project {has} no counterpart, see the end of {file}:"
    left_out = list(found.counts())
    for count, what, why in left_out[:MOST]:
        yield plain(f"  {count:,} x {what}: {why}", LOGGED)
    if len(left_out) > MOST:
        yield f"  and {len(left_out) - MOST:,} more"
    variable = "WAREHOUSE_DSN='postgresql://exporter@warehouse.example/shop'"
    if found.manifest.adapter == "duckdb":
        variable = "WAREHOUSE_DUCKDB=/path/to/shop.duckdb"
    yield NEXT.format(file=file, variable=variable)


def doubts(found: Imported) -> Iterator[str]:
    """What may be wrong with all of it."""
    about = found.manifest
    if about.version > NEWEST:
        yield (
            f"warning: version {about.version} of the manifest is not known, the newest known is"
            f" {NEWEST}: compare the checks with the tests of dbt"
        )
    if about.adapter not in KNOWN_ADAPTERS:
        yield (
            f"warning: the project is built with the adapter {plain(about.adapter, LABEL) or '?'};"
            " the exporter reads Postgres and DuckDB"
        )
    if not found.proposal.datasets:
        yield "warning: there is no dataset in it, and a config needs one"
