"""The receivers of a config that has no `routing:`: one to fill in, which notifies nobody yet."""

from __future__ import annotations

from typing import Any

from warehouse_exporter.core import names
from warehouse_exporter.receivers.base import Audience

FILL_IN, NOBODY = "fill-in", "nobody"
ADVICE = f"""\
# NOBODY IS NOTIFIED YET. The config has no `routing:`. Write one and generate this file again, or
# fill in the receiver `{FILL_IN}` at the end of this file.
"""
Route = dict[str, Any]


def to_fill_in(route: Route) -> Route:
    """A route and those below it with the one receiver in place of their own."""
    below = [to_fill_in(one) for one in route.get("routes", [])]
    silent = route.get("receiver") in (Audience.HEARTBEAT, names.EXPLAINED)
    receiver = NOBODY if silent else FILL_IN
    named = {"receiver": receiver} if "receiver" in route else {}
    return {**route, **named, **({"routes": below} if below else {})}


def receivers() -> list[dict[str, Any]]:
    """The receiver to fill in, and the one that takes the heartbeat until somebody wants it."""
    return [{"name": NOBODY}, {"name": FILL_IN}]
