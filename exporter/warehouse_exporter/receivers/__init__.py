"""The registry of receivers: ways to notify people, each in a module here or in another package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.core.plugins import OWN, import_modules, plugins, refuse_twins, subclasses
from warehouse_exporter.receivers.base import Receiver

GROUP = "warehouse_exporter.receivers"
"""The entry points of receivers in other packages, each a class."""


def receiver_classes() -> Iterator[tuple[str, type[Receiver]]]:
    """Every receiver, and whose it is: one in a file here, or one that an entry point names."""
    import_modules(__name__, __path__)
    for found in subclasses(Receiver, "name"):
        if found.__module__.startswith(f"{__name__}."):
            yield OWN, found
    yield from plugins(GROUP, as_receiver, "a class of a receiver: one below Receiver, with a name")


def as_receiver(found: object) -> type[Receiver] | None:
    """What an entry point names, if it is a receiver with a name of its own."""
    if isinstance(found, type) and issubclass(found, Receiver) and hasattr(found, "name"):
        return found
    return None


@cache
def all_receivers() -> Mapping[str, type[Receiver]]:
    """Every receiver by its name under `routing:`, fallbacks last.

    Raises BrokenPlugin for one that cannot be used.
    """
    found: dict[str, tuple[str, type[Receiver]]] = {}
    for whose, receiver in receiver_classes():
        if receiver.name in found:
            refuse_twins(receiver.name, whose, found[receiver.name][0])
        found[receiver.name] = whose, receiver
    classes = sorted((one for _, one in found.values()), key=lambda r: (r.fallback, r.name))
    return MappingProxyType({receiver.name: receiver for receiver in classes})


def personal() -> Mapping[str, type[Receiver]]:
    """The receivers that can reach one owner, by the key of the address under `owners`."""
    return {name: one for name, one in all_receivers().items() if one.owner_address}
