"""A part of a config as one line of YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

PLAIN = re.compile(r"(?!(?:true|false|null)$)[A-Za-z_]\w*|[0-9.]+%", re.IGNORECASE)
"""Text that is text without quotes."""


def flow(data: Any) -> str:
    """Data in one line, as people write it: `{metrics: [orders], direction: fall}`."""
    if isinstance(data, Mapping):
        return f"{{{', '.join(f'{flow(name)}: {flow(part)}' for name, part in data.items())}}}"
    if isinstance(data, list | tuple):
        return f"[{', '.join(map(flow, data))}]"
    if isinstance(data, str) and PLAIN.fullmatch(data):
        return data
    return json.dumps(data, ensure_ascii=False)
