"""Data reliability for an e-commerce warehouse: gauges, a gate and alert rules from one YAML.

The public API. Everything else may change between versions:

    from warehouse_exporter import check, load

    done = check(load("warehouse.yml"), after_build=True)
    for result in done.results.values():
        for verdict in result.verdicts:
            print(result.check, verdict.outcome, verdict.sentence)

`Kind`, `Baseline`, `Receiver` and `Engine` are what other packages build on; they are found by the
entry points `warehouse_exporter.kinds`, `.baselines`, `.receivers` and `.engines`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse_exporter.baselines.base import Baseline as Baseline
    from warehouse_exporter.config import Config as Config
    from warehouse_exporter.config import load as load
    from warehouse_exporter.core.errors import ConfigError as ConfigError
    from warehouse_exporter.core.errors import UsageError as UsageError
    from warehouse_exporter.core.model import Outcome as Outcome
    from warehouse_exporter.core.model import Pass as Pass
    from warehouse_exporter.core.model import Result as Result
    from warehouse_exporter.core.model import Verdict as Verdict
    from warehouse_exporter.engines.base import Engine as Engine
    from warehouse_exporter.kinds.shared.base import Kind as Kind
    from warehouse_exporter.passes.gate import check as check
    from warehouse_exporter.receivers.base import Receiver as Receiver

__version__ = "0.1.0"
WHERE = {
    "Baseline": "baselines.base",
    "check": "passes.gate",
    "load": "config",
    "Config": "config",
    "ConfigError": "core.errors",
    "Engine": "engines.base",
    "Kind": "kinds.shared.base",
    "Outcome": "core.model",
    "Pass": "core.model",
    "Receiver": "receivers.base",
    "Result": "core.model",
    "UsageError": "core.errors",
    "Verdict": "core.model",
}
"""The room of each public name: imported when it is used, so that `--help` waits for none."""
__all__ = ["__version__", *WHERE]


def __getattr__(name: str) -> Any:
    """A public name, from the room that has it."""
    if name not in WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{WHERE[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
