"""What of a dbt project has no counterpart."""

from __future__ import annotations

from dataclasses import dataclass


class NoCounterpart(Exception):
    """A test, or a part of one, that no kind of check can stand for; the text says why."""


@dataclass(frozen=True)
class LeftOut:
    """What has no counterpart: whose it is, what it is called, and why."""

    where: str
    what: str
    why: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.what}: {self.why}" if self.where else f"{self.what}: {self.why}"
        )
