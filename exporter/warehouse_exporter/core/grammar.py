"""How small things are written in a config, each spelled in one place."""

from __future__ import annotations

import re
from typing import Any

from warehouse_exporter.core.limits import scaled

SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")


def parse_share(written: Any) -> float | None:
    """`1%` or `0.5 %` as a share of 1, exactly; None for anything else."""
    match = SHARE.fullmatch(written.strip()) if isinstance(written, str) else None
    return None if match is None else scaled(match.group(1), "%")
