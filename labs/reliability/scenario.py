"""A scenario: one fault, what was seen of it, and the bound that must hold whatever happens.

A group of scenarios is a module of this package; it registers itself by being there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labs.reliability.stage import Stage

Run = Callable[[Stage], str]
REGISTRY: dict[str, Scenario] = {}
"""Filled when the groups are imported; read-only afterwards."""


@dataclass(frozen=True)
class Scenario:
    """One fault; `run` fails, or says in a line or two what was seen, the same on every run."""

    id: str
    fault: str
    bound: str
    run: Run
    long: bool
    """Whether it is left to the campaign: a quicker test holds the same, or it costs too much."""

    @property
    def group(self) -> str:
        """The module it stands in."""
        return self.run.__module__.rpartition(".")[2]


def scenario(id: str, *, fault: str, bound: str, long: bool = False) -> Callable[[Run], Run]:
    """Register a function as a scenario; `fault` and `bound` are in plain words."""

    def register(run: Run) -> Run:
        assert id not in REGISTRY, f"two scenarios named {id}"
        REGISTRY[id] = Scenario(id, fault, bound, run, long)
        return run

    return register


def groups() -> dict[str, str]:
    """Every group of scenarios with its title: the first line of its module."""
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if not module.startswith(("test_", "__", "conftest")):
            group = importlib.import_module(f"{__package__}.{module}")
            found[module] = (group.__doc__ or "").splitlines()[0].rstrip(".")
    return {name: title for name, title in found.items() if scenarios_of(name)}


def scenarios_of(group: str) -> list[Scenario]:
    """The scenarios of a group, as they stand in it."""
    return [one for one in REGISTRY.values() if one.group == group]


def scenarios() -> list[Scenario]:
    """All of them, group by group."""
    return [one for group in groups() for one in scenarios_of(group)]
