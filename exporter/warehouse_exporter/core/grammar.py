"""How small things are written in a config, each spelled in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SECONDS: Mapping[str, float] = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""The units of a duration, in seconds."""
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
SHARE = re.compile(rf"({NUMBER}) ?%")
DURATION = re.compile(rf"({NUMBER})([{''.join(SECONDS)}])")
WHOLE_DURATION = re.compile(rf"[0-9]+[{''.join(SECONDS)}]")
DAYS = re.compile(r"[1-9][0-9]{0,3}d")
"""A number of days, such as `7d`."""


def exactly(number: str, factor: float) -> float:
    """The product of a number as written and a factor, rounded once: `18.6%` is the float 0.186."""
    plain = float(number)
    if not plain or not math.isfinite(plain):
        return plain
    return float(Decimal(number) * Decimal(repr(factor)))


def listed(written: Any) -> list[Any]:
    """A list, or a single item as a list of one."""
    return list(written) if isinstance(written, list | tuple) else [written]


def parse_share(written: Any) -> float | None:
    """`1%` or `0.5 %` as a share of 1; None for anything else."""
    match = SHARE.fullmatch(written.strip()) if isinstance(written, str) else None
    return None if match is None else exactly(match.group(1), 0.01)


def parse_duration(written: Any) -> float | None:
    """`60s`, `5m`, `1.5h` or `1d` in seconds; None for anything else."""
    match = DURATION.fullmatch(str(written).strip())
    return None if match is None else float(match.group(1)) * SECONDS[match.group(2)]


def days_of(text: str) -> int | None:
    """How many days `7d` is; None for anything else."""
    return int(text.removesuffix("d")) if DAYS.fullmatch(text) else None


@dataclass(frozen=True)
class Tolerance:
    """How far apart two amounts may be: so much, or a share of the first of them."""

    size: float
    relative: bool = False

    @classmethod
    def parse(cls, written: Any) -> Tolerance:
        """`0.01`, or `1%`. Raises ValueError."""
        if isinstance(written, cls):
            return written
        share = parse_share(written)
        if share is not None:
            return cls(share, relative=True)
        number = isinstance(written, int | float) and not isinstance(written, bool)
        if number and 0 <= written < math.inf:
            return cls(float(written))
        raise ValueError(f"{written!r} is not a tolerance: write an amount such as 0.01, or 1%")

    def __str__(self) -> str:
        return f"{self.size * 100:g}%" if self.relative else f"{self.size:g}"
