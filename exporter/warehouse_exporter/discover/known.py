"""What was found out about one table: the ground for every proposal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from warehouse_exporter.core.relation import Relation
from warehouse_exporter.discover.arrival import Arrival
from warehouse_exporter.discover.history import Past
from warehouse_exporter.discover.looks import bare, singular
from warehouse_exporter.discover.roles import Key
from warehouse_exporter.discover.sampling import Profile, Sample
from warehouse_exporter.engines.base import Surveyed


@dataclass(frozen=True)
class Known:
    """A table under the name of its dataset-to-be.

    `past` is None without a usable time column, and then `no_past` says why, where it is not
    simply that there is none.
    """

    name: str
    found: Surveyed
    relation: Relation
    sample: Sample
    zone: tzinfo
    time: str | None = None
    time_why: str = ""
    loaded: str | None = None
    key: Key | None = None
    past: Past | None = None
    arrival: Arrival | None = None
    no_past: str = ""

    @property
    def profiles(self) -> dict[str, Profile]:
        """The columns, by their names."""
        return dict(self.sample.profiles)

    @property
    def things(self) -> str:
        """The table's own word: `customers` of `dim_customers`."""
        return bare(self.found.name[-1])

    @property
    def thing(self) -> str:
        """The same for one of its rows: `order`."""
        return singular(self.things)

    @property
    def last_word(self) -> str:
        """What a row is, without what tells it from others: `session` of `web_session`."""
        return self.thing.split("_")[-1]

    @property
    def daily(self) -> bool:
        """Whether checks of the expected day mean something: rows come, and on most days."""
        return (
            self.past is not None
            and self.past.steady
            and self.arrival is not None
            and not self.arrival.ended
        )

    @property
    def window(self) -> dict[str, str]:
        """The window of a check that judges a day where there are days, else the whole table."""
        return {} if self.daily else {"window": "all"}

    @property
    def usual(self) -> dict[str, bool]:
        """That a few rows which have always been wrong are no finding, where there are days."""
        return {"beyond_usual": True} if self.daily else {}

    @property
    def rows(self) -> float:
        """How many rows there are, as far as anybody knows: more than in the sample."""
        seen = sum(day.rows for day in self.past.days) if self.past else 0
        return max(self.found.rows, self.sample.rows, seen)
