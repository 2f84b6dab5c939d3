"""What the calendar of the config says of the days of a metric."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from warehouse_exporter.core.calendar import Event
from warehouse_exporter.kinds.shared.nothing import parts_of
from warehouse_exporter.measures.dataset_view import Daily, DatasetView


@dataclass(frozen=True)
class Known:
    """What the calendar of the config says of the days of a metric."""

    events: tuple[Event, ...]

    @classmethod
    def of(cls, metric: Daily, view: DatasetView) -> Known:
        """The events that concern a metric."""
        datasets = datasets_of(metric, view)
        events = view.calendar.events
        return cls(tuple(e for e in events if e.concerns(metric.name or "", datasets)))

    def on(self, day: date) -> Event | None:
        """The event of a day, of several one that silences most."""
        found = [event for event in self.events if event.covers(day)]
        return max(found, key=lambda event: event.silences_falls, default=None)

    def untaught(self, days: tuple[date, ...]) -> frozenset[date]:
        """Those of the days that do not teach."""
        return frozenset(day for day in days if self.on(day))

    def silent(self, days: tuple[date, ...]) -> frozenset[date]:
        """Those of the days of which nothing is expected."""
        return frozenset(day for day in days if (found := self.on(day)) and found.silences_falls)


def datasets_of(metric: Daily, view: DatasetView) -> list[str]:
    """The datasets that a metric is computed from, each once."""
    return sorted({part.dataset or "" for part in parts_of(metric, view)})
