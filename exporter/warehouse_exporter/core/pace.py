"""How often a dataset is read at the moment, and why that is not its `every`."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.wording import duration


@dataclass(frozen=True)
class Pace:
    """Seconds between two passes over a dataset.

    `every` is the interval that holds without a finding. `again` is the shorter one while there is
    a finding that somebody waits for, else None. `paused`: there is one, and no shorter interval,
    because that would take more of the warehouse's time than `recheck_budget`.
    """

    every: float
    again: float | None = None
    paused: bool = False

    @property
    def text(self) -> str:
        """The same for people."""
        usual = f"every {duration(self.every)}"
        if self.again is not None:
            return f"{usual}, now every {duration(self.again)}: there is a finding"
        if self.paused:
            return f"{usual}: a finding is not looked at sooner, `recheck_budget` is too small"
        return usual
