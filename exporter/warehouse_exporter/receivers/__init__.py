"""The registry of receivers: ways to notify people, each in a module here or in another package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.core.plugins import classes, refuse_twins
from warehouse_exporter.receivers.base import Receiver

A_RECEIVER = "a class of a receiver: one below Receiver, with a name"


@cache
def all_receivers() -> Mapping[str, type[Receiver]]:
    """Every receiver by its name under `routing:`, fallbacks last.

    Raises BrokenPlugin for one that cannot be used.
    """
    found: dict[str, tuple[str, type[Receiver]]] = {}
    for whose, receiver in classes(__name__, __path__, Receiver, ("name",), A_RECEIVER):
        if receiver.name in found:
            refuse_twins(receiver.name, whose, found[receiver.name][0])
        found[receiver.name] = whose, receiver
    ordered = sorted((one for _, one in found.values()), key=lambda r: (r.fallback, r.name))
    return MappingProxyType({receiver.name: receiver for receiver in ordered})


def personal() -> Mapping[str, type[Receiver]]:
    """The receivers that can reach one owner, by the key of the address under `owners`."""
    return {name: one for name, one in all_receivers().items() if one.owner_address}
