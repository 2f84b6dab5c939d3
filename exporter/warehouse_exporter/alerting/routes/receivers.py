"""The section `receivers` of alertmanager.yml: everybody's, and those of single owners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from warehouse_exporter.config import Config
from warehouse_exporter.config.routing import Routing
from warehouse_exporter.receivers.base import Audience, Configs


def owner_receiver(owner: str) -> str:
    """The name of an owner's receiver."""
    return f"owner {owner}"


def everybody(routing: Routing) -> list[dict[str, Any]]:
    """The receivers of all owners together; one without a config notifies nobody."""
    return [{"name": str(audience), **configs_for(audience, routing)} for audience in Audience]


def configs_for(audience: Audience, routing: Routing) -> Configs:
    """All that reaches an audience: a fallback does so only where no other takes warnings."""
    others = any(
        Audience.WARNING in one.everybody() for one in routing.values() if not one.fallback
    )
    ways = [one for one in routing.values() if not (one.fallback and others)]
    return merged(one.everybody().get(audience, {}) for one in ways)


def merged(configs: Iterable[Configs]) -> Configs:
    """Several parts of one receiver, each of which may use the same integration."""
    found: Configs = {}
    for one in configs:
        for integration, items in one.items():
            found[integration] = [*found.get(integration, []), *items]
    return found


def owners(config: Config) -> list[str]:
    """The owners who are reached by receivers of their own."""
    return [name for name in config.owners if configs_of(name, config)]


def configs_of(owner: str, config: Config) -> Configs:
    """All that reaches an owner: a fallback does so only where no other receiver does."""
    assert config.routing is not None
    addresses = config.owners[owner]
    ways = [one for one in config.routing.values() if one.name in addresses]
    own = [one for one in ways if not one.fallback] or ways
    return merged(one.owner(addresses[one.name]) for one in own)


def shared(routing: Routing) -> Mapping[str, Any]:
    """What the uses of each receiver have in common: Alertmanager's `global`."""
    return {key: value for one in routing.values() for key, value in one.shared().items()}
