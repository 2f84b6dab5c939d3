"""What is said of an aim that is not met: where the time goes, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Aim
from bench.profile import Found

DEAREST = 3
"""Statements that are named."""
TRIED: dict[str, str] = {}
"""What was tried, by the aim; said only while the aim is not met."""


def because(where: str, aim: Aim, found: Sequence[Found]) -> str:
    """The aim, the dearest statements of the pass, and what was tried."""
    value = "not measured" if aim.value is None else f"{aim.value:.3g} {aim.unit}"
    bound = f"at {'least' if aim.least else 'most'} {aim.bound:g} {aim.unit}"
    told = [f"- **{aim.what}** ({where}): {value}, aim {bound}."]
    whole = sum(one.cpu for one in found)
    if whole:
        dearest = sorted(found, key=lambda one: -one.cpu)[:DEAREST]
        named = [f"{one.what}, for {one.told} ({one.cpu / whole:.0%})" for one in dearest]
        told.append(f"  Most of it is: {'; '.join(named)}.")
    if aim.what in TRIED:
        told.append(f"  {TRIED[aim.what]}")
    return "\n".join(told) + "\n"
