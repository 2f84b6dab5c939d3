"""A known finding that its owner accepts until a day: shown, and silent until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from warehouse_exporter.core.limits import Condition


@dataclass(frozen=True)
class Accepted:
    """Until when the findings of a check are silent, and why.

    `until` is the last day. `ends` is the instant after it, in the warehouse's time zone: from then
    on the findings are loud again. One that is `beyond` what was accepted is loud at once. `place`
    is the file and the line in which it is written.
    """

    until: date
    reason: str
    ends: datetime
    beyond: Condition | None = None
    place: str = field(default="", compare=False)

    def ended(self, at: datetime) -> bool:
        """Whether its last day is over."""
        return at >= self.ends

    def covers(self, values: Mapping[str, float], at: datetime) -> bool:
        """Whether a finding with these numbers is silent at an instant."""
        if self.ended(at):
            return False
        return self.beyond is None or not self.beyond.broken_by(values, at)

    @property
    def text(self) -> str:
        """`accepted until 2026-12-24: the load is being rewritten`."""
        return f"accepted until {self.until}: {self.reason}"
