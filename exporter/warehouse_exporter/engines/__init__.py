"""The databases that can be read: a folder each here, or an entry point of another package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.plugins import ENGINES, OWN, label, loaded, points, refuse_twins
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.base import Engine

Make = Callable[[Warehouse], Engine]
NEEDED = ("snapshot", "beside", "stop")


def connect(warehouse: Warehouse) -> Engine:
    """The engine of a warehouse; it connects when something is read.

    Raises UsageError where the engine is not installed or cannot use the config, and BrokenPlugin.
    """
    return engine_class(warehouse.engine)(warehouse)


def engine_class(word: str) -> Make:
    """What makes an engine, by its word in the config; only that engine is imported."""
    own = {module.name for module in pkgutil.iter_modules(__path__) if module.ispkg}
    others = {point.name: point for point in points(ENGINES)}
    for taken in own & others.keys():
        refuse_twins(taken, label(others[taken]), OWN)
    if word in others:
        return loaded(others[word], as_engine, "a class of an engine: see engines/base.py")
    if word not in own:
        raise UsageError(f"there is no engine {word!r}")
    found: Make = importlib.import_module(f"{__name__}.{word}.connector").Connector
    return found


def as_engine(found: object) -> Make | None:
    """What an entry point names, if it is a class with the methods of an engine."""
    if not isinstance(found, type) or not all(hasattr(found, name) for name in NEEDED):
        return None
    return found
