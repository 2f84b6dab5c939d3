"""DuckDB says what Postgres says, of a database file and of a folder of Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.database.conformance.suite import Conformance
from tests.support import duckdb_copy


class TestFile(Conformance):
    """A database file."""

    def copied_to(self, dsn: str, folder: Path) -> dict[str, Any]:
        return {"duckdb": str(duckdb_copy.copy(dsn, folder / "shop.duckdb"))}


class TestFolder(Conformance):
    """A folder with a Parquet file per table."""

    def copied_to(self, dsn: str, folder: Path) -> dict[str, Any]:
        file = duckdb_copy.copy(dsn, folder / "shop.duckdb")
        return {"duckdb": str(duckdb_copy.to_parquet(file, folder / "lake"))}
