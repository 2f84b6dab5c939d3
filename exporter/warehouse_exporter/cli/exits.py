"""What the exit codes mean."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit codes of `check` mean."""

    OK = 0
    CRITICAL = 1
    USAGE = 2
    UNMEASURED = 3
    OUTPUT = 4
