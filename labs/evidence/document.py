"""docs/explanation/evidence.md: document.md.j2 with every number filled in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from warehouse_exporter.baselines.slide import LAST
from warehouse_exporter.core.wording import per_cent

from labs.evidence import bursts, gaps, joint, slides
from labs.evidence.found import Found
from labs.evidence.joint import Seen, reachable

FOLDER = Path(__file__).parent
PATH = FOLDER.parents[1] / "docs" / "explanation" / "evidence.md"
TABLES = {"1": 1.0, "2": 2.0, "4": 4.0, "as many as you like": 1e9}
ONE_CHECK = 0.005
"""How often a fall is a warning by chance: `fall: 1%` is two-sided."""
DIGITS = 2


def render(found: Found) -> str:
    """The document."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    noisy = found.joint[0.2]
    false = noisy["ordinary"].alone / noisy["ordinary"].days
    return environment.get_template("document.md.j2").render(
        shops=len(joint.SHOPS),
        rows=list(rows(found)),
        bounds=[(tables, *bound(number, false)) for tables, number in TABLES.items()],
        today=share(noisy["ordinary"].alone, noisy["ordinary"].days),
        half=noisy["x.5"],
        ordinary=noisy["ordinary"],
        share=share,
        fall=f"{100 * joint.KIND.fall:g}",
        gaps=reduce(add, found.gaps),
        slides=[(noise_of(noise), one) for noise, one in found.slides.items()],
        slide_shops=len(slides.SHOPS),
        within=slides.WITHIN,
        seen_within=slides.SEEN_WITHIN,
        last=LAST,
        gap_shops=len(gaps.SHOPS),
        gap_hours=gaps.LOST_HOURS,
        bursts=reduce(add, found.bursts),
        burst_shops=len(bursts.SHOPS),
        sources=len(bursts.SHARES),
        extra=[f"{100 * end:g}" for end in bursts.EXTRA],
        deviations=f"{bursts.DEVIATIONS:g}",
        least=f"{100 * bursts.LEAST:g}",
    )


def rows(found: Found) -> Iterator[tuple[str, str, Seen]]:
    """Noise by noise, and what of the day was there."""
    for noise, said in found.joint.items():
        for name, one in said.items():
            yield noise_of(noise), name, one


def noise_of(noise: float) -> str:
    """`20 %`."""
    return f"{noise:.0%}".replace("%", " %")


def bound(tables: float, false: float) -> Iterator[str]:
    """What is reachable at the rate of one check, and at that of all of them today."""
    for rate in (ONE_CHECK, false):
        for known in (True, False):
            yield per_cent(reachable(0.2, tables, rate, known=known), 2)


def share(part: float, whole: float) -> str:
    """A part in per cent."""
    return per_cent(part / whole, DIGITS)
