"""How often a dataset is read at the moment, and why that is not its `every`."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.wording import duration


@dataclass(frozen=True)
class Pace:
    """Seconds between two passes over a dataset.

    `every` is the interval that holds without a finding: `delay` more than that of the config, to
    stay within the `budget` of the dataset. `again` is the shorter one while there is a finding
    that somebody waits for, else None. `paused`: there is one, and no shorter interval, because
    that would take more of the warehouse's time than `recheck_budget`, or `budget`, allows.
    """

    every: float
    again: float | None = None
    paused: bool = False
    delay: float = 0.0

    def text(self, budget: float | None = None) -> str:
        """The same for people; `budget` is that of the dataset."""
        usual = f"every {duration(self.every - self.delay)}"
        if self.again is not None:
            return f"{usual}, now every {duration(self.again)}: there is a finding"
        if self.delay:
            why = (
                f"budget {duration(budget)} an hour" if budget else "budget of what it is read with"
            )
            return f"{usual}, now every {duration(self.every)}: {why}"
        if self.paused:
            return f"{usual}: the budget leaves no time to look at a finding sooner"
        return usual
