"""What other packages add: classes and functions that they name as entry points.

A broken plug-in is reported by name before anything else: otherwise a config that uses it would be
refused with a message about something else, or a check would silently be missing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from warehouse_exporter.core.errors import WarehouseExporterError

T = TypeVar("T")
ENGINES = "warehouse_exporter.engines"
"""The entry points of engines: each a class, under its key in `warehouse:` of the config."""
OWN = "this program"
"""The owner of what does not come from a plug-in."""


class BrokenPlugin(WarehouseExporterError):
    """A plug-in cannot be used; the message names it and says why."""


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import every module of a package, so that its classes are there to be found."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")


def subclasses(of: type[T], own: str) -> Iterator[type[T]]:
    """Every class below `of` that has an attribute `own` itself, and so is one to be found."""
    for below in of.__subclasses__():
        if own in below.__dict__:
            yield below
        yield from subclasses(below, own)


def classes(
    package: str, path: Iterable[str], of: type[T], needed: tuple[str, ...], what: str
) -> Iterator[tuple[str, type[T]]]:
    """The classes below `of` in the modules of a package, and those that entry points name.

    Each comes with whose it is. The package is also the group of the entry points. The first of
    the attributes `needed` is its name: a class without one of its own is only a step to others.
    Raises BrokenPlugin for an entry point that is not `what` it should be.
    """

    def as_one(found: object) -> type[T] | None:
        if not isinstance(found, type) or not issubclass(found, of):
            return None
        return found if all(hasattr(found, name) for name in needed) else None

    import_modules(package, path)
    for found in dict.fromkeys(subclasses(of, needed[0])):  # one with two bases is found twice
        if found.__module__.startswith(f"{package}."):
            yield OWN, found
    yield from plugins(package, as_one, what)


def label(point: EntryPoint) -> str:
    """How a plug-in is named in messages: `kind odd (of package shop-checks)`."""
    package = f" of package {point.dist.name}" if point.dist else ""
    return f"plug-in {point.group}: {point.name} = {point.value}{package}"


def plugins(group: str, is_one: Callable[[object], T | None], what: str) -> Iterator[tuple[str, T]]:
    """Everything in a group of entry points, each with its label; `is_one` gives None for others.

    Raises BrokenPlugin for one that cannot be imported, or that is not `what` it should be.
    """
    for point in points(group):
        yield label(point), loaded(point, is_one, what)


def points(group: str) -> list[EntryPoint]:
    """The entry points of a group, by name; nothing is imported."""
    return sorted(entry_points(group=group), key=lambda p: (p.name, p.value))


def loaded(point: EntryPoint, is_one: Callable[[object], T | None], what: str) -> T:
    """What an entry point names. Raises BrokenPlugin."""
    try:
        found = point.load()
    except Exception as error:  # a plug-in may fail in every way there is
        cause = f"{type(error).__name__}: {error}"
        raise BrokenPlugin(f"{label(point)} cannot be loaded: {cause}") from error
    checked = is_one(found)
    if checked is None:
        raise BrokenPlugin(f"{label(point)} is not {what}")
    return checked


def refuse_twins(word: str, one: str, other: str) -> None:
    """Raise BrokenPlugin for a word that two have; neither may take the place of the other."""
    raise BrokenPlugin(f"{one}: `{word}` is taken by {other}; rename one of them")
