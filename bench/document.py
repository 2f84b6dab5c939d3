"""docs/performance.md: what was measured, on which machine, and how to read it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import tables
from bench.contenders import FULL
from bench.figures import Rounds
from bench.make_warehouse import Size
from bench.measures import COVERED, LATER, MEASURES
from bench.server import TOLD
from bench.tables import Grid

HEAD = """\
# What it costs the warehouse

<!-- Written by `{command}`. Do not edit. -->

Measured with `{command}` on {day}, on {machine}.
{settings}.

## How to read it

- **Contenders.** `floor_count.sql` only counts the rows of every table: nobody who reads the
  tables is cheaper. `floor_cols.sql` counts the values of the columns that the measures need.
  `naive.sql` is one statement per measure of
  [the catalogue](../bench/catalogue.md), `fused.sql` the same measures in five statements fused by
  hand, `fused8.sql` those over the last eight days. The *full round* is the gate on
  [full.yml](../bench/full.yml): {covered} of the catalogue's {all} measures, each over the
  catalogue's window; `naive.sql` and `fused.sql` give all {all}. The *first pass*, the *steady
  pass* and *GET /metrics* are one running exporter on [days.yml](../bench/days.yml): checks of the
  expected day, and metrics against 28 days.
- **Rounds.** Every contender runs once, then every one again, {rounds} times in all, so that a
  machine that slows down slows everybody. Each cell is the median of the rounds. A ratio is made
  within each round; the median of those stands under `x fused`: times the server CPU of fused.sql.
- **Server CPU** is process accounting of all of the server's processes, parallel workers included.
  The postmaster is the parent of each, and the kernel adds a process's time to its parent's
  account when it is reaped. The account is read before and after, while no connection is open:
  nothing is sampled, nothing is left out. It is read in ticks of 10 ms; a steady pass is {steady}
  passes, divided.
- **Client CPU** and **RSS** are the client's own process, with its interpreter: CPU in all, and
  the largest resident set; of the exporter, the largest so far.
- **Wall** is from the start of the client's process to its end; of a pass, until it has ended.
- **Statements** read tables; settings, savepoints and the catalogue's columns are not counted.
- **Blocks** were read from the server's cache or from outside of it, index and catalogue included.
- **Values** of every covered measure are held against the catalogue's SQL; a difference ends the
  bench without a document.
"""


@dataclass(frozen=True)
class Section:
    """What was measured on one warehouse, or on the pair of a short and a long history."""

    title: str
    rounds: Rounds
    profiles: Mapping[str, Grid] = field(default_factory=dict)


def machine() -> str:
    """CPU model, cores and memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory"


def title(size: Size) -> str:
    """The heading of a warehouse."""
    return f"{size.events:,} events over {size.days} days"


def render(sections: Sequence[Section], command: str, settings: str, steady: int) -> str:
    """The whole document."""
    head = HEAD.format(
        command=command, day=datetime.now(UTC).date(), machine=machine(),
        settings=settings, covered=len(COVERED), all=len(MEASURES),
        rounds=len(sections[0].rounds), steady=steady,
    )  # fmt: skip
    return "\n".join([head, *(part for one in sections for part in rendered(one)), *catalogue()])


def rendered(section: Section) -> Iterator[str]:
    """The tables of one section."""
    yield f"## {section.title}\n"
    yield tables.costs(section.rounds).markdown()
    yield "Aims:\n"
    yield tables.aims(section.rounds).markdown()
    if LATER and FULL in section.rounds[0]:
        yield (
            f"The full round has {len(COVERED)} of the {len(MEASURES)} measures of fused.sql and"
            " naive.sql: its ratios will\nrise with the rest.\n"
        )
    yield "Server CPU round by round:\n"
    yield tables.spread(section.rounds).markdown()
    for what, grid in section.profiles.items():
        yield f"Where the server CPU of the {what} goes, each statement once and alone:\n"
        yield grid.markdown()


def catalogue() -> Iterator[str]:
    """Which check gives which measure."""
    yield "## The catalogue's measures\n"
    rows = [
        [measure.name, str(measure.number), measure.at.check if measure.at else "later"]
        for measure in MEASURES
    ]
    yield Grid(["measure", "number", "check of full.yml"], rows).markdown()
    differing = [f"- {m.number} `{m.name}`: {m.differs}." for m in MEASURES if m.differs]
    yield (
        f"{len(LATER)} measures come later: no kind of check gives them yet. Where our definition"
        " differs,\nthe value is held against SQL of ours"
        f" ([differs.sql](../bench/differs.sql)):\n\n{chr(10).join(differing)}\n"
    )


def settings_told(values: Sequence[str]) -> str:
    """The settings that the numbers depend on, in words."""
    return ", ".join(f"{name} {value}" for name, value in zip(TOLD, values, strict=True))
