"""What is said of an aim that is not met: where the time goes, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence

from labs.bench.figures import FULL_FUSED, FULL_NAIVE, PEAK, STEADY_FUSED, Aim
from labs.bench.profile import Found
from labs.bench.startup import LISTENING, RESIDENT

DEAREST = 3
"""Statements that are named."""
ROUND = (
    "SQL fused by hand spends about 0.4 x naive.sql itself, and joins sessions with users in "
    "the scan that counts their NULLs; ours joins them in a statement of its own, as any "
    "reference can be. Tried on 10M events: 64MB of work_mem, which keep the hash of users in "
    "one batch (as much CPU), and no workers (a tenth less CPU for that join)."
)
LIBRARIES = (
    "Interpreter and libraries are 56 MiB of it once they are imported, sqlglot and pydantic "
    "most of all."
)
TRIED = {
    FULL_FUSED: ROUND,
    FULL_NAIVE: ROUND,
    STEADY_FUSED: (
        "Connections with their cold caches and one look at the catalogue per lane cost the "
        "same on every warehouse: on a small one they are most of a pass. Tried on 10M events, "
        "CPU of one statement: sessions joined with all users (0.16 s) instead of looked up "
        "one by one (0.11 s), in the order of the index (0.08 s, kept); keys nearby by one "
        "scan (0.06 s, kept) instead of two (0.09 s); statistics of the watched columns alone "
        "(2,000 blocks, kept) instead of filtered from those of the database (13,500)."
    ),
    PEAK: LIBRARIES,
    RESIDENT: LIBRARIES,
    LISTENING: (
        "Imports take 0.4 s of CPU (`python -X importtime -c "
        "'import warehouse_exporter.server.process'`), a quarter of it for sqlglot. "
        "What the wall clock shows beyond the CPU seconds is waiting for a core."
    ),
}
"""What was tried, by the aim; said only while the aim is not met."""


def because(where: str, aim: Aim, found: Sequence[Found]) -> str:
    """The aim, the dearest statements of the pass, and what was tried."""
    value = "not measured" if aim.value is None else f"{aim.value:.4g} {aim.unit}"
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
