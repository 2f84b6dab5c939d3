"""What was planned for a check, kept for as long as nothing that it depends on has changed.

To write a statement costs more than to run it on a small table. What a check asks follows from the
config, from what the catalogue says of the relations that it reads, and from the day. While these
are the same, so are its questions and the statements that are made of them. A check that asks for
the instant itself (`as_of`) is planned anew in each pass. It is a cache: without it the same is
made again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import Calendar
from warehouse_exporter.core.model import CheckId, Dataset
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.sql.clock_changes import change_near

T = TypeVar("T")
Views = Mapping[str, DatasetView]


Named = Callable[[str], Dataset | None]
"""The dataset of a name."""


def datasets_read(check: Check, metrics: Mapping[str, Daily], named_by: Named) -> set[str]:
    """The datasets that a check is computed from: its own, and those it is compared with.

    Among them those from which these have their time.
    """
    named = [metrics[name] for name in check.kind.builds_on()]
    parts = [metrics[part] for metric in named for part in metric.ratio or ()]
    found = {metric.dataset for metric in (*named, *parts) if metric.dataset is not None}
    return with_parents({check.id.dataset, *check.kind.refers_to(), *found}, named_by)


def with_parents(names: Iterable[str], named_by: Named) -> set[str]:
    """Datasets, and those from which they have their time."""
    given = {name: named_by(name) for name in names}
    return {*given, *(own.through.dataset for own in given.values() if own and own.through)}


@dataclass(frozen=True)
class Watched(Calendar):
    """A calendar that notes whether anybody has asked it for the instant."""

    asked: list[bool] = field(default_factory=list, compare=False)

    def __getattribute__(self, name: str) -> Any:
        if name == "as_of":
            self.asked.append(True)
        return object.__getattribute__(self, name)

    @property
    def moment(self) -> datetime:
        """The instant, for what is the same all day."""
        found: datetime = object.__getattribute__(self, "as_of")
        return found

    @property
    def today(self) -> date:
        """The open business day at the instant: part of what a plan is kept for."""
        return self.moment.astimezone(self.zone).date()

    def expecting(self, day: date) -> Calendar:
        """The same, where another day is expected."""
        return watched(replace_day(self, day), self.asked)


def replace_day(calendar: Calendar, day: date) -> Calendar:
    """A plain calendar of another expected day."""
    return Calendar(
        calendar.moment, calendar.zone, day, calendar.events, calendar.built, calendar.excluding
    )


def watched(calendar: Calendar, asked: list[bool]) -> Calendar:
    """The calendar, which notes in a list that it was asked for the instant."""
    return Watched(
        calendar.moment, calendar.zone, calendar.expected, calendar.events, calendar.built,
        calendar.excluding, asked,
    )  # fmt: skip


class Prints:
    """What plans depend on, of each dataset as it is seen now; worked out where it is asked for."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self._found: dict[str, Hashable] = {}

    def of(self, name: str) -> Hashable:
        """All that a plan may depend on; two that are equal lead to the same plan."""
        found = self._found.get(name)
        if found is None:
            view = self.views[name]
            found = self._found[name] = printed(view)
            if view.dataset.through is not None:
                parent = printed(self.views[view.dataset.through.dataset])
                found = self._found[name] = (found, parent)
        return found

    def named(self, name: str) -> Dataset | None:
        """The dataset of a name."""
        view = self.views.get(name)
        return None if view is None else view.dataset

    def all(self, names: Iterable[str]) -> tuple[Hashable, ...]:
        """The same of some datasets."""
        return tuple(self.of(name) for name in names)


def printed(view: DatasetView) -> tuple[Any, ...]:
    """Everything of a view but the instant: compared, and never hashed."""
    days, dataset = view.calendar, view.dataset
    return (
        dataset, view.relation, days.zone, days.expected, days.today, days.events, days.built,
        days.excluding, change_near(days.moment, dataset.time_zone), tuple(view.changed.items()),
        view.unseen, view.metrics,
    )  # fmt: skip


@dataclass(frozen=True)
class Planned(Generic[T]):
    """What was made, and what it was made from."""

    of: object
    reads: tuple[str, ...]
    prints: tuple[Hashable, ...]
    made: T


class Prepared(Generic[T]):
    """What was made for each check, and what was made of the questions of several."""

    def __init__(self) -> None:
        self._checks: dict[CheckId, Planned[T]] = {}
        self._groups: dict[Hashable, tuple[Sequence[Any], Hashable, Sequence[Any]]] = {}

    def of(self, check: Check, seen: Prints, make: Callable[[Check, Views], T]) -> T:
        """What `make` gives for a check, made only where it may be another than last time.

        Raises what `make` raises; that is not kept.
        """
        known = self._checks.get(check.id)
        if known is not None and known.of is check and known.prints == seen.all(known.reads):
            return known.made
        asked: list[bool] = []
        metrics = seen.views[check.id.dataset].metrics
        reads = tuple(sorted(datasets_read(check, metrics, seen.named)))
        made = make(check, watching(seen.views, reads, asked))
        if not asked:
            self._checks[check.id] = Planned(check, reads, seen.all(reads), made)
        return made

    def group(
        self, at: Hashable, members: Sequence[Any], seen: Hashable, make: Callable[[], list[Any]]
    ) -> Sequence[Any]:
        """What was made of some members on a dataset that is seen as before; else it is made."""
        known = self._groups.get(at)
        if known is not None and known[1] == seen and known[0] == members:
            return known[2]
        made = make()
        self._groups[at] = members, seen, made
        return made


def watching(views: Views, names: Iterable[str], asked: list[bool]) -> dict[str, DatasetView]:
    """Some datasets as they are seen, which note whether anybody asks for the instant."""
    found: dict[str, DatasetView] = {}
    for name in names:
        view = views[name]
        found[name] = replace(view, calendar=watched(view.calendar, asked), others=found)
    return found
