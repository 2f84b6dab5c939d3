"""Data objectives: on how many of some days in a row a dataset must be right.

A day is right if on its morning, when every dataset is due, no critical check of the dataset failed
and nothing that could be critical was unmeasured. A finding that is accepted still makes a day bad.
Days that the calendar excludes are not counted. A day of which that cannot be known is not judged:
it is neither right nor bad.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Day(StrEnum):
    """What a day is for an objective."""

    RIGHT = "right"
    BAD = "bad"
    EXCLUDED = "excluded"
    """The calendar says that nothing is expected."""
    UNKNOWN = "not judged"


@dataclass(frozen=True)
class Objective:
    """On `days` of any `of` days in a row the dataset must be right.

    `page`: whoever is on call is told that the budget burns, and not only the owner.
    """

    days: int
    of: int
    page: bool = False

    @property
    def budget(self) -> int:
        """How many of the days may be bad."""
        return self.of - self.days

    @property
    def share(self) -> float:
        """What share of the days must be right."""
        return self.days / self.of

    @property
    def fast(self) -> int:
        """Bad days in a row that are a fast burn: two, or half of the budget if that is more."""
        return max(2, math.ceil(self.budget / 2))

    @property
    def lately(self) -> int:
        """How many days are `lately`: a third of the window."""
        return math.ceil(self.of / 3)

    @property
    def slow(self) -> int:
        """Bad days lately that are a slow burn: three times as many are more than the budget."""
        return max(2, self.budget // 3 + 1)

    @property
    def text(self) -> str:
        """`28 of 30 days`."""
        return f"{self.days} of {self.of} days"


@dataclass(frozen=True)
class Budget:
    """How many days of a dataset's window were what, as gauges have it."""

    dataset: str
    objective: Objective
    right: int
    bad: int
    unjudged: int
    lately: int
    in_a_row: int

    @property
    def remaining(self) -> float:
        """What share of the budget is left; below 0 the objective is missed."""
        return 1 - self.bad / self.objective.budget
