"""The section `dbt`: where the results of dbt's last run are, and how old they may be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from warehouse_exporter.config.values import Span, Spec

DAY_AND_A_BIT = 26 * 3600.0


@dataclass(frozen=True)
class DbtRuns:
    """The file with the results of dbt's last run, after how many seconds it is old, and whose."""

    file: Path
    max_age: float = DAY_AND_A_BIT
    owner: str | None = None


class DbtSpec(Spec):
    """The last run of dbt, as gauges and alerts."""

    run_results: str = Field(
        min_length=1,
        description="The file run_results.json that dbt writes, such as target/run_results.json; a"
        " relative one is beside the config.",
    )
    max_age: Span = Field(
        DAY_AND_A_BIT,
        json_schema_extra={"default": "26h"},
        description="Longest time since the end of the last run.",
    )
    owner: str | None = Field(None, description="Whose alerts about dbt are: a name from `owners`.")

    def rules(self, base: Path) -> DbtRuns:
        """The validated section."""
        return DbtRuns(base / self.run_results, self.max_age, self.owner)
